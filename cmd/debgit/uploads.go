package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"debgit/dsc"
	"debgit/history"

	"github.com/spf13/cobra"
)

// uploadsHelp is a topic of help, because two commands have the option.
const uploadsHelp = `An upload is one version of a source package. A suite holds one at a time; other
suites hold older ones, security updates and backports. With --uploads, clone
and fetch import them from every suite of the archive, and make one history of
them:

  --uploads=all              every upload there is
  --uploads=N                the N highest versions
  --uploads=since:VERSION    that version and all higher ones

An upload hangs where it belongs: on top of the nearest upload that its own
changelog names, whether that is a security update or a backport. What was
imported once is not imported again.

Suites forget what they held. A snapshot service, which keeps all there was, is
asked too where the configuration names one for the distro:

  git config --global dgit-distro.debian.snapshot-url URL

What such a service says is not signed. An upload whose own signature does not
match is left out. One whose signature cannot be verified here, because the key
is in no keyring any more or the way of signing does not count today, is
imported and named in a warning: nothing but the service vouches for it. With
--require-signed-index no snapshot service is asked.

  debgit/uploads/SUITE    branch: the uploads that led to what the suite holds
  debgit/uploads/all      branch: the uploads to all suites
  debgit/uploads/VERSION  the commit of one upload, on top of those before it
  upload/VERSION          tag: the import of one upload, for ever the same

Along its first parents, such a branch has one commit for each upload: its files
with patches applied, its changelog entry as the message, the uploader as the
author. git log, blame and bisect work with these as with any other history:

  git log --first-parent debgit/uploads/sid
  git log -p debgit/uploads/sid -- debian/control
  git blame debgit/uploads/sid -- src/hello.c
  git bisect start debgit/uploads/2.10-3 debgit/uploads/2.9-1
  git diff upload/2.9-1 upload/2.10-3

The imports are also in the branches, so a branch of yours that is made from one
gets its past with "git rebase debgit/uploads/sid".

The same uploads always give the same commits. With newer uploads the branches
go forward. If an older upload is found later, those after it get other upload
commits, and the branches move to these; tags and imports never do. What you
built on the old commits goes along with "git rebase --onto NEW OLD". A branch
that is checked out, or has commits of yours, stays where it is; then
debgit/upload-tips/SUITE is where it would be.`

func addUploadsFlag(cmd *cobra.Command, uploads *string) {
	cmd.Flags().StringVar(uploads, "uploads", "", "also get the uploads `WHICH` and their history: all, N or since:VERSION")
	// That fails only for a flag that is not there.
	_ = cmd.RegisterFlagCompletionFunc("uploads", cobra.FixedCompletions([]string{history.AllUploads, "since:"}, cobra.ShellCompDirectiveNoFileComp))
}

// uploadSelection reads the value of --uploads, which may be left out.
func uploadSelection(text string) (history.UploadSelection, error) {
	if text == "" {
		return history.UploadSelection{}, nil
	}
	s, err := history.ParseUploadSelection(text)
	if err != nil {
		err = &usageError{err.Error(), "write --uploads=all, --uploads=N or --uploads=since:VERSION"}
	}
	return s, err
}

func newUploadsTopic() *cobra.Command {
	return &cobra.Command{Use: "uploads", Short: "The history of all uploads of a source package", Long: uploadsHelp}
}

// mostMissing is how many uploads that are missing are named one by one.
const mostMissing = 10

// uploadWarnings are what the user should know of an upload history that was made.
func uploadWarnings(h *history.UploadHistory) []string {
	if h == nil {
		return nil
	}
	warnings := slices.Clone(h.Warnings)
	for i, m := range h.Missing {
		if i == mostMissing {
			warnings = append(warnings, fmt.Sprintf("%d more uploads are missing; --json lists all", len(h.Missing)-i))
			break
		}
		if m.IsGone() && len(m.Suites) == 0 {
			warnings = append(warnings, fmt.Sprintf("the snapshot service knows %s, but does not have it: %v", m.ID, m.Err))
		} else if m.IsGone() {
			warnings = append(warnings, fmt.Sprintf("%s is listed in %s, but the mirror does not have it any more: %v", m.ID, strings.Join(m.Suites, ", "), m.Err))
		} else if m.Err != h.Err() { // which is said as an error
			warnings = append(warnings, fmt.Sprintf("%s is left out: %v", m.ID, m.Err))
		}
	}
	if len(h.Odd) > 0 {
		warnings = append(warnings, fmt.Sprintf("of %s git cannot hold all, or dgit makes no commit; to see what it is: debgit explain upload/VERSION", versionsText("upload", "uploads", h.Odd)))
	}
	if len(h.Unverified) > 0 {
		warnings = append(warnings, fmt.Sprintf("nothing but the snapshot service vouches for %s because no signature of theirs can be verified: %v", versionsText("upload", "uploads", idVersions(h.Unverified)), h.Unverified[0].Err))
	}
	for _, b := range h.Branches {
		switch suite := strings.TrimPrefix(b.Name, history.UploadBranch("")); b.State {
		case history.BranchMoved:
			warnings = append(warnings, fmt.Sprintf("branch %s has other commits now, because older uploads were found; what you built on the old ones goes along with: git rebase --onto %s %s", b.Name, b.Name, short(b.Old)))
		case history.BranchInUse:
			warnings = append(warnings, fmt.Sprintf("branch %s is in use, and stays where it is; what it would be is debgit/upload-tips/%s", b.Name, suite))
		}
	}
	return warnings
}

// uploadSummary says what upload history there is now.
func uploadSummary(h *history.UploadHistory) string {
	var b strings.Builder
	newest, oldest := h.Uploads[0], h.Uploads[len(h.Uploads)-1]
	fmt.Fprintf(&b, "%s of %s, from %s of %s to %s of %s", count(len(h.Uploads), "upload", "uploads"), harmlessLine(newest.ID.Package),
		harmlessLine(string(oldest.ID.Version)), day(oldest), harmlessLine(string(newest.ID.Version)), day(newest))
	fmt.Fprintf(&b, "; %d imported now\n\n", h.Imported)
	row := func(label, text string) { fmt.Fprintf(&b, "  %-20s %s\n", label, harmlessLine(text)) }
	for _, u := range h.Uploads {
		for _, suite := range u.Suites {
			row(suite, string(u.ID.Version))
		}
	}
	if n := len(h.Gone); n > 0 {
		b.WriteString("\n" + goneText(h))
	}
	return b.String()
}

func day(u history.Upload) string { return u.Date.Format("2006-01-02") }

// goneText tells of versions that nobody has, and who may have them.
func goneText(h *history.UploadHistory) string {
	text := fmt.Sprintf("Changelogs name %s that cannot be had.\n", versionsText("version", "versions", h.Gone))
	if h.SnapshotKey != "" {
		text += fmt.Sprintf("A snapshot service may have more: git config --global %s URL\n", h.SnapshotKey)
	}
	return text
}

// versionsText counts versions, the highest first, and names the ends.
func versionsText(one, many string, versions []dsc.Version) string {
	last := len(versions) - 1
	switch text := count(last+1, one, many); last {
	case 0:
		return fmt.Sprintf("%s, %s,", text, harmlessLine(string(versions[0])))
	default:
		return fmt.Sprintf("%s, from %s to %s,", text, harmlessLine(string(versions[last])), harmlessLine(string(versions[0])))
	}
}

func idVersions(problems []history.UploadProblem) []dsc.Version {
	var versions []dsc.Version
	for _, p := range problems {
		versions = append(versions, p.ID.Version)
	}
	return versions
}

type uploadsJSON struct {
	Imported int                 `json:"imported"` // by this command
	Uploads  []knownUploadJSON   `json:"uploads"`  // all that there are, the newest first
	Missing  []uploadProblemJSON `json:"missing"`
	Gone     []string            `json:"gone"` // versions that changelogs name and nobody has
	Odd      []string            `json:"odd"`  // imported now; git cannot hold all of them, or dgit makes no commit
	// Unverified are imported now; nothing but the snapshot service vouches for them.
	Unverified []uploadProblemJSON `json:"unverified"`
	Branches   []uploadBranchJSON  `json:"branches"`
}

type knownUploadJSON struct {
	Version string   `json:"version"`
	Date    string   `json:"date"`
	Author  string   `json:"author"`
	Import  string   `json:"import"`
	Commit  string   `json:"commit"`
	Parents []string `json:"parents"`
	Tag     string   `json:"tag"`
	Suites  []string `json:"suites"`
}

type uploadProblemJSON struct {
	Version string   `json:"version"`
	Suites  []string `json:"suites"`
	Error   string   `json:"error"`
}

type uploadBranchJSON struct {
	Name   string  `json:"name"`
	Commit string  `json:"commit"`
	Old    *string `json:"old"`
	State  string  `json:"state"` // same, new, forward, moved or in-use
}

func newUploadsJSON(h *history.UploadHistory) *uploadsJSON {
	if h == nil {
		return nil
	}
	r := &uploadsJSON{Imported: h.Imported, Uploads: []knownUploadJSON{}, Gone: []string{}, Odd: []string{}, Branches: []uploadBranchJSON{}}
	for _, u := range h.Uploads {
		one := knownUploadJSON{Version: string(u.ID.Version), Date: u.Date.Format(time.RFC3339), Author: u.Author, Import: u.Import.String(), Parents: []string{}, Suites: list(u.Suites)}
		if !u.Commit.IsZero() {
			one.Commit, one.Tag = u.Commit.String(), "upload/"+u.Name
		}
		for _, p := range u.Parents {
			one.Parents = append(one.Parents, p.String())
		}
		r.Uploads = append(r.Uploads, one)
	}
	for _, v := range h.Odd {
		r.Odd = append(r.Odd, string(v))
	}
	r.Missing, r.Unverified = newProblemsJSON(h.Missing), newProblemsJSON(h.Unverified)
	for _, v := range h.Gone {
		r.Gone = append(r.Gone, string(v))
	}
	for _, b := range h.Branches {
		one := uploadBranchJSON{Name: b.Name, Commit: b.Commit.String(), State: b.State.String()}
		if !b.Old.IsZero() {
			old := b.Old.String()
			one.Old = &old
		}
		r.Branches = append(r.Branches, one)
	}
	return r
}

func newProblemsJSON(problems []history.UploadProblem) []uploadProblemJSON {
	all := []uploadProblemJSON{}
	for _, p := range problems {
		all = append(all, uploadProblemJSON{string(p.ID.Version), list(p.Suites), p.Err.Error()})
	}
	return all
}
