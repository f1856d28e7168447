package upload

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"debgit/gitmap"
)

// A patchFile is a new file in debian/patches.
type patchFile struct{ name, text string }

// commitsToPatches makes a patch of each of the commits.
func (q *quilter) commitsToPatches(ctx context.Context, steps []*linearStep) error {
	series, err := q.series()
	if err != nil {
		return err
	}
	names := patchNames{quilter: q, files: map[string]bool{}, dirs: map[string]bool{}}
	var patches []patchFile
	for i, s := range steps {
		diff, err := q.diff(ctx, s.Tree, s.child.Tree)
		if err != nil {
			return err
		}
		p := commitPatch(s.child.Commit, string(q.pkg.Newest().Version))
		if p.name, err = names.free(p.name); err != nil {
			return fmt.Errorf("commit %.12s: %w", s.child.ID, err)
		}
		p.text += diff
		patches = append(patches, p)
		if q.opts.Progress != nil {
			q.opts.Progress("make patches", int64(i+1), int64(len(steps)))
		}
	}
	q.addPatches(series, patches)
	return nil
}

// patchNames are the names of new patches, and of the directories that they are in.
type patchNames struct {
	*quilter
	files, dirs map[string]bool
}

// free returns name if nothing in debian/patches is called so, else with the first number at its end
// with which nothing is.
func (n *patchNames) free(name string) (string, error) {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		e, err := n.trees.Entry(n.head, patchesDir+dir)
		if err != nil && !isMissing(err) {
			return "", err
		}
		if n.files[dir] || err == nil && e.Mode != fs.ModeDir {
			return "", fmt.Errorf("the patch %q wants the directory %s%s, which is a file", name, patchesDir, dir)
		}
		n.dirs[dir] = true
	}
	for i, free := 1, name; ; i++ {
		exists, err := n.exists(free)
		if err != nil {
			return "", err
		}
		if !exists && !n.files[free] && !n.dirs[free] {
			n.files[free] = true
			return free, nil
		}
		free = name + strconv.Itoa(i)
	}
}

// diff returns what differs in upstream's files, as the body of a patch.
func (q *quilter) diff(ctx context.Context, from, to gitmap.ObjectID) (string, error) {
	return q.plain.Patch(ctx, from, to, "debian", quiltState)
}

// nameLine matches a line of a message by which its author names the patch, or topicLine the directory
// of the patch, for gbp-pq(1); with the empty lines after it.
var (
	nameLine  = pqLine("name")
	topicLine = pqLine("topic")
)

func pqLine(what string) *regexp.Regexp {
	return regexp.MustCompile(`(?mi)^(?:gbp(?:-pq)?:[ \t]*` + what + `[ \t]+|gbp-pq-` + what + `:[ \t]*)(\S+)\s*\n`)
}

// takeLine takes the first line that matches out of a message, and returns what it names.
func takeLine(message string, line *regexp.Regexp) (rest, value string) {
	at := line.FindStringSubmatchIndex(message)
	if at == nil {
		return message, ""
	}
	return message[:at[0]] + message[at[1]:], message[at[2]:at[3]]
}

// commitPatch returns the patch that a commit becomes, without the difference itself.
func commitPatch(c *gitmap.Commit, version string) patchFile {
	message, name := takeLine(strings.TrimRight(c.Message, "\n")+"\n", nameLine)
	message, topic := takeLine(message, topicLine)
	title, rest, _ := strings.Cut(strings.TrimRight(message, "\n")+"\n", "\n")
	person, seconds, zone := gitmap.SplitIdentity(c.Author)
	text := fmt.Sprintf("From: %s\nDate: %s\nX-Dgit-Generated: %s %s\nSubject: %s\n\n%s\n---\n\n",
		person, mailDate(seconds, zone), version, c.ID, title, strings.TrimLeft(rest, "\n"))
	if !isPatchName(name) {
		name = patchName(title)
	}
	if isPatchName(topic) {
		name = path.Join(topic, name)
	}
	return patchFile{name, text}
}

// mailDate returns a time as git does for "%aD", in the form of mail headers. The zone is of the form
// of a commit.
func mailDate(seconds int64, zone string) string {
	n, _ := strconv.Atoi(zone)
	offset := (n/100*60 + n%100) * 60
	t := time.Unix(seconds+int64(offset), 0).UTC()
	return t.Format("Mon, 2 Jan 2006 15:04:05 ") + fmt.Sprintf("%+05d", n)
}

var (
	patchNameForm = regexp.MustCompile(`^(?i:[a-z0-9_][-a-z0-9_.+=~]*)(?i:/[a-z0-9_][-a-z0-9_.+=~]*)*$`)
	seriesForm    = regexp.MustCompile(`(?:^|\.)series$`)
)

// maxPatchName is how long the name of a patch may be, in bytes.
const maxPatchName = 200

// isPatchName says whether a commit may have its patch called so.
func isPatchName(name string) bool {
	return len(name) <= maxPatchName && patchNameForm.MatchString(name) && !seriesForm.MatchString(name)
}

// maxTitleName is how much of a title the name of a patch has, in bytes.
const maxTitleName = 40

var notInPatchName = regexp.MustCompile(`[^-a-z0-9_.+=~]`)

// patchName makes the name of a patch of the title of a commit.
func patchName(title string) string {
	if n := len(title) - 1; n >= 0 && (title[n] == '.' || title[n] == ':') {
		title = title[:n]
	}
	name := strings.ToLower(strings.ReplaceAll(toASCII(title), " ", "-"))
	name = notInPatchName.ReplaceAllString(name, "")
	if name != "" && strings.IndexByte("-.+=~", name[0]) >= 0 {
		name = "x-" + name
	}
	return name[:min(len(name), maxTitleName)] + ".patch"
}
