package history

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"debgit/dsc"

	"github.com/google/go-cmp/cmp"
)

// publishChimes has each suite hold an upload, and returns the suites.
func publishChimes(l *uploadLab) []string {
	l.t.Helper()
	l.publish("sid", chimes[5])
	l.publish("forky", chimes[3])
	l.publish("trixie", chimes[1])
	l.publish("bookworm", chimes[0])
	l.publish("bookworm-security", chimes[2])
	l.publish("trixie-backports", chimes[4])
	return []string{"sid", "forky", "trixie", "bookworm", "bookworm-security", "trixie-backports"}
}

// What git shows of the history, with nothing but the options that people use.
func TestUploadHistoryInGit(t *testing.T) {
	l := newUploadLab(t)
	h := l.mustFetch("all", publishChimes(l)...)
	if h.Imported != len(chimes) || len(h.Uploads) != len(chimes) {
		t.Errorf("%d uploads were imported, and there are %d, want %d", h.Imported, len(h.Uploads), len(chimes))
	}
	l.git("fsck", "--strict")
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"each upload is one commit", []string{"log", "--first-parent", "--format=%s", "debgit/uploads/sid"}, []string{
			"Join the import of chime 1.2-1 to its upload history",
			"chime (1.2-1) unstable; urgency=medium",
			"chime (1.1-1) unstable; urgency=medium",
			"chime (1.0-2) unstable; urgency=medium",
			"chime (1.0-1) unstable; urgency=medium",
		}},
		{"a backport is on top of what it was made from", []string{"log", "--first-parent", "--format=%s", "debgit/uploads/trixie-backports"}, []string{
			"Join the import of chime 1.1-1~bpo1 to its upload history",
			"chime (1.1-1~bpo1) unstable; urgency=medium",
			"chime (1.1-1) unstable; urgency=medium",
			"chime (1.0-2) unstable; urgency=medium",
			"chime (1.0-1) unstable; urgency=medium",
		}},
		{"so is a security upload", []string{"log", "--format=%s", "debgit/uploads/1.0-1+deb1u1"}, []string{
			"chime (1.0-1+deb1u1) unstable; urgency=medium",
			"chime (1.0-1) unstable; urgency=medium",
		}},
		{"the uploads between two", []string{"log", "--format=%s", "debgit/uploads/1.0-1..debgit/uploads/1.1-1"}, []string{
			"chime (1.1-1) unstable; urgency=medium",
			"chime (1.0-2) unstable; urgency=medium",
		}},
		{"the uploads that changed a file", []string{"log", "--format=%s", "debgit/uploads/sid", "--", "manners"}, []string{
			"chime (1.0-2) unstable; urgency=medium",
			"chime (1.0-1) unstable; urgency=medium",
		}},
		{"all has each", []string{"log", "--format=%s", "--merges", "--grep=^Join the import", "debgit/uploads/all"}, []string{
			"Join the import of chime 1.2-1 to its upload history",
			"Join the import of chime 1.1-1~bpo1 to its upload history",
			"Join the import of chime 1.1-1 to its upload history",
			"Join the import of chime 1.0-1+deb1u1 to its upload history",
			"Join the import of chime 1.0-2 to its upload history",
			"Join the import of chime 1.0-1 to its upload history",
		}},
		{"all has the files of the highest version", []string{"diff", "debgit/uploads/all", "upload/1.2-1"}, nil},
		{"no import is lost", []string{"for-each-ref", "--no-merged=debgit/uploads/all", "refs/tags/upload"}, nil},
		{"a tag names an import", []string{"rev-parse", "upload/1.1-1_bpo1", "upload/1.2-1"}, []string{
			importNamed(h, "1.1-1~bpo1"), importNamed(h, "1.2-1"),
		}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, l.git(tt.args...)); diff != "" {
			t.Errorf("%s: git %s -want +got:\n%s", tt.name, strings.Join(tt.args, " "), diff)
		}
	}
}

func importNamed(h *UploadHistory, version dsc.Version) string {
	i := slices.IndexFunc(h.Uploads, func(u Upload) bool { return u.ID.Version == version })
	return h.Uploads[i].Import.String()
}

// A line is blamed on the upload that brought it, however many uploads ago, and whether it
// is upstream's or a patch's; also when the file has changed since.
func TestUploadHistoryBlame(t *testing.T) {
	l := newUploadLab(t)
	l.mustFetch("all", publishChimes(l)...)
	tests := []struct {
		branch, file string
		want         []string // for each line, the upload and the line
	}{
		{"debgit/uploads/sid", "program", []string{"1.0-1 ding", "1.0-1 dong", "1.1-1 dang", "1.2-1 dung"}},
		{"debgit/uploads/sid", "manners", []string{"1.0-1 ring", "1.0-1 softly", "1.0-2 please"}},
		{"debgit/uploads/all", "manners", []string{"1.0-1 ring", "1.0-1 softly", "1.0-2 please"}},
		{"debgit/uploads/bookworm-security", "manners", []string{"1.0-1 ring", "1.0-1 softly", "1.0-1+deb1u1 now"}},
	}
	for _, tt := range tests {
		var got []string
		version := ""
		for _, line := range l.git("blame", "--line-porcelain", tt.branch, "--", tt.file) {
			if subject, ok := strings.CutPrefix(line, "summary chime ("); ok {
				version, _, _ = strings.Cut(subject, ")")
			} else if text, ok := strings.CutPrefix(line, "\t"); ok {
				got = append(got, version+" "+text)
				version = ""
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("git blame %s -- %s -want +got:\n%s", tt.branch, tt.file, diff)
		}
	}
}

// Bisection finds the upload that brought a line, and tries no tree that is not that of an upload.
func TestUploadHistoryBisect(t *testing.T) {
	l := newUploadLab(t)
	l.mustFetch("all", publishChimes(l)...)
	l.git("checkout", "-q", "debgit/uploads/sid")
	l.git("bisect", "start", "debgit/uploads/1.2-1", "debgit/uploads/1.0-1")
	out := l.git("bisect", "run", "sh", "-c", "test -e debian/changelog || exit 255; ! grep dang program")
	if !slices.ContainsFunc(out, func(line string) bool { return strings.Contains(line, "chime (1.1-1) unstable") }) {
		t.Errorf("git bisect says:\n%s", strings.Join(out, "\n"))
	}
}

// The same uploads give the same refs, in whatever order and however often they were found.
func TestUploadHistoryIsSetsAlone(t *testing.T) {
	var want []string
	for round := range 4 {
		l := newUploadLab(t)
		suites := publishChimes(l)
		rand.Shuffle(len(suites), func(i, j int) { suites[i], suites[j] = suites[j], suites[i] })
		switch round {
		case 0:
			l.mustFetch("all", suites...)
		case 1: // one suite after the other
			for _, s := range suites {
				l.mustFetch("all", s)
			}
		case 2: // the newest first
			for _, which := range []string{"1", "3", "since:1.0-2", "all"} {
				l.mustFetch(which, suites...)
			}
		case 3: // as they were uploaded
			for i := range chimes {
				l.publish("sid", chimes[i])
				l.mustFetch("all", "sid")
			}
			publishChimes(l)
			l.mustFetch("all", suites...)
		}
		got := l.git("for-each-ref", "refs/heads", "refs/tags", "refs/debgit/uploads", "refs/debgit/upload-tips", "refs/debgit/upload-index")
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("round %d, %v: refs -want +got:\n%s", round, suites, diff)
		}
	}
}

// branchStates returns what became of the branches, by name.
func branchStates(h *UploadHistory) map[string]HistoryBranchState {
	states := map[string]HistoryBranchState{}
	for _, b := range h.Branches {
		states[strings.TrimPrefix(b.Name, "debgit/uploads/")] = b.State
	}
	return states
}

// An upload after all others moves branches forward.
func TestUploadHistoryForward(t *testing.T) {
	l := newUploadLab(t)
	l.publish("bookworm", chimes[0])
	l.mustFetch("all", "bookworm")
	l.publish("bookworm-security", chimes[2])
	l.publish("sid", chimes[3])
	l.mustFetch("all", "bookworm", "bookworm-security", "sid")
	l.publish("sid", chimes[5])
	got := branchStates(l.mustFetch("all", "bookworm", "bookworm-security", "sid"))
	want := map[string]HistoryBranchState{"all": BranchForward, "sid": BranchForward, "bookworm": BranchSame, "bookworm-security": BranchSame}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("branches -want +got:\n%s", diff)
	}
	if h := l.mustFetch("all", "bookworm", "bookworm-security", "sid"); h.Imported != 0 || len(h.Branches) != 0 || len(h.Uploads) != 4 {
		t.Errorf("with nothing new: %d imported, branches %v, %d uploads", h.Imported, h.Branches, len(h.Uploads))
	}
}

// An older upload that is found late gives other commits to the uploads after it. Tags and
// imports stay, and so does a branch that somebody uses.
func TestUploadHistoryLateFind(t *testing.T) {
	l := newUploadLab(t)
	suites := publishChimes(l)
	l.mustFetch("all", "bookworm", "sid")
	tags := l.git("for-each-ref", "refs/tags", "refs/debgit/dsc", "refs/debgit/imports")
	old := l.git("rev-parse", "debgit/uploads/sid")
	l.git("checkout", "-q", "debgit/uploads/bookworm")
	l.git("branch", "-f", "debgit/uploads/all", "upload/1.2-1")
	h := l.mustFetch("all", suites...)
	want := map[string]HistoryBranchState{"all": BranchForward, "sid": BranchMoved, "bookworm": BranchSame, "bookworm-security": BranchNew,
		"forky": BranchNew, "trixie": BranchNew, "trixie-backports": BranchNew}
	if diff := cmp.Diff(want, branchStates(h)); diff != "" {
		t.Errorf("branches -want +got:\n%s", diff)
	}
	if i := slices.IndexFunc(h.Branches, func(b HistoryBranch) bool { return b.State == BranchMoved }); h.Branches[i].Old.String() != old[0] {
		t.Errorf("the branch was at %s, want %s", h.Branches[i].Old, old[0])
	}
	now := l.git("for-each-ref", "refs/tags", "refs/debgit/dsc", "refs/debgit/imports")
	for _, line := range tags {
		if !slices.Contains(now, line) {
			t.Errorf("there is no longer a ref %q", line)
		}
	}
}

// A branch that is checked out, or has its owner's commits, stays where it is.
func TestUploadHistoryBranchInUse(t *testing.T) {
	l := newUploadLab(t)
	l.publish("sid", chimes[0])
	l.mustFetch("all", "sid")
	l.git("checkout", "-q", "debgit/uploads/sid")
	l.git("branch", "-f", "debgit/uploads/all", strings.Join(l.git("-c", "user.name=A", "-c", "user.email=a@example.org", "commit-tree", "-p", "HEAD", "-m", "own", "HEAD^{tree}"), ""))
	before := l.git("for-each-ref", "refs/heads")
	l.publish("sid", chimes[3])
	h := l.mustFetch("all", "sid")
	want := map[string]HistoryBranchState{"all": BranchInUse, "sid": BranchInUse}
	if diff := cmp.Diff(want, branchStates(h)); diff != "" {
		t.Errorf("branches -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(before, l.git("for-each-ref", "refs/heads")); diff != "" {
		t.Errorf("refs -before +after:\n%s", diff)
	}
	if got := l.git("rev-parse", "debgit/upload-tips/sid"); got[0] != h.Branches[1].Commit.String() {
		t.Errorf("debgit/upload-tips/sid is %s, want %s", got[0], h.Branches[1].Commit)
	}
	l.git("merge", "-q", "--ff-only", "debgit/upload-tips/sid")
	l.git("diff", "--exit-code", "upload/1.1-1")
	if status := l.git("status", "--porcelain"); status != nil {
		t.Errorf("git status: %v", status)
	}
}

// Two uploads of one version with other files are two uploads.
func TestUploadHistorySameVersion(t *testing.T) {
	l := newUploadLab(t)
	other := chimes[1]
	other.text = "Another change."
	l.publish("sid", chimes[0])
	l.publish("other", other)
	l.mustFetch("all", "sid", "other")
	l.publish("trixie", chimes[1])
	h := l.mustFetch("all", "trixie")
	names := map[string]string{}
	for _, u := range h.Uploads {
		names[u.Name] = strings.Join(u.Suites, " ")
	}
	third := ""
	for name := range names {
		if strings.Contains(name, "@") {
			third = name
		}
	}
	want := map[string]string{"1.0-1": "sid", "1.0-2": "other", third: "trixie"}
	if diff := cmp.Diff(want, names); diff != "" || !strings.HasPrefix(third, "1.0-2@") {
		t.Errorf("uploads by name -want +got:\n%s", diff)
	}
	for name := range maps.Keys(names) {
		l.git("rev-parse", "upload/"+name, "debgit/uploads/"+name)
	}
}
