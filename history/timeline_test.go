package history

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"debgit/dsc"

	"github.com/google/go-cmp/cmp"
)

// uploadNaming is an upload whose changelog names these versions, its own first. A version
// may have "=TEXT" behind it, what its stanza says.
func uploadNaming(seconds int64, changelog string) *timelineUpload {
	u := &timelineUpload{seconds: seconds, id: fmt.Sprintf("%x", sha256.Sum256([]byte(changelog)))}
	for _, word := range strings.Fields(changelog) {
		version, text, _ := strings.Cut(word, "=")
		u.named = append(u.named, namedUpload{dsc.Version(version), sha256.Sum256([]byte(version + text))})
	}
	u.version = u.named[0].version
	return u
}

// TestTimeline has sets of uploads as changelogs, the earliest date first, and wants
// them in order, each with the versions that it was made from.
func TestTimeline(t *testing.T) {
	tests := []struct {
		name    string
		uploads []string
		want    []string
	}{
		{"one", []string{"1-1"}, []string{"1-1"}},
		{"each on top of the one before", []string{"1-1", "1-2 1-1", "2-1 1-2 1-1"}, []string{"1-1", "1-2 < 1-1", "2-1 < 1-2"}},
		{"the one between is not there", []string{"1-1", "2-1 1-2 1-1"}, []string{"1-1", "2-1 < 1-1"}},
		{"nothing in common", []string{"1-1", "2-1 1-2"}, []string{"1-1", "2-1"}},
		{"security upload", []string{"1-1", "1-2 1-1", "1-1+deb1u1 1-1", "1-3 1-2 1-1"},
			[]string{"1-1", "1-2 < 1-1", "1-1+deb1u1 < 1-1", "1-3 < 1-2"}},
		{"security upload that was merged", []string{"1-1", "1-2 1-1", "1-1+deb1u1 1-1", "1-3 1-2 1-1+deb1u1 1-1"},
			[]string{"1-1", "1-2 < 1-1", "1-1+deb1u1 < 1-1", "1-3 < 1-2 1-1+deb1u1"}},
		{"backport, whose version is lower", []string{"1-1", "2-1 1-1", "2-1~bpo1 2-1 1-1", "2-2 2-1 1-1"},
			[]string{"1-1", "2-1 < 1-1", "2-1~bpo1 < 2-1", "2-2 < 2-1"}},
		{"the date is wrong", []string{"1-2 1-1", "1-1"}, []string{"1-1", "1-2 < 1-1"}},
		{"same version twice: by what the stanza says", []string{"1-1", "1-2=a 1-1", "1-2=b 1-1", "1-3 1-2=b 1-1", "1-4 1-2=c 1-1"},
			[]string{"1-1", "1-2 < 1-1", "1-2 < 1-1", "1-3 < 1-2#2", "1-4 < 1-2#1"}},
		{"two that name each other", []string{"1-1 1-2", "1-2 1-1"}, []string{"1-2", "1-1 < 1-2"}},
		{"one that names itself again", []string{"1-1", "1-2 1-2 1-1"}, []string{"1-1", "1-2 < 1-1"}},
	}
	for _, tt := range tests {
		var uploads []*timelineUpload
		for i, changelog := range tt.uploads {
			uploads = append(uploads, uploadNaming(int64(i), changelog))
		}
		for range 5 {
			got := describe(newTimeline(uploads))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s: newTimeline(%q) -want +got:\n%s", tt.name, tt.uploads, diff)
			}
			rand.Shuffle(len(uploads), func(i, j int) { uploads[i], uploads[j] = uploads[j], uploads[i] })
		}
	}
}

// describe writes a timeline as TestTimeline wants it: "VERSION < PARENT...", where a
// parent whose version is there twice has its number behind it.
func describe(line *timeline) []string {
	var lines []string
	for i, u := range line.uploads {
		text := string(u.version)
		for n, p := range line.parents[i] {
			if n == 0 {
				text += " <"
			}
			text += " " + string(line.uploads[p].version)
			if same := sameVersion(line, p); len(same) > 1 {
				text += fmt.Sprintf("#%d", 1+slices.Index(same, p))
			}
		}
		lines = append(lines, text)
	}
	return lines
}

func sameVersion(line *timeline, p int) []int {
	var same []int
	for i, u := range line.uploads {
		if u.version == line.uploads[p].version {
			same = append(same, i)
		}
	}
	return same
}

// TestTimelineGrows adds uploads of later dates: what was there before stays as it is.
func TestTimelineGrows(t *testing.T) {
	changelogs := []string{"1-1", "1-2 1-1", "1-1+deb1u1 1-1", "2~rc1-1 1-2 1-1", "1-3 1-2 1-1", "2-1 2~rc1-1 1-3 1-2 1-1"}
	var uploads []*timelineUpload
	var before []string
	for i, changelog := range changelogs {
		uploads = append(uploads, uploadNaming(int64(i), changelog))
		got := describe(newTimeline(uploads))
		if diff := cmp.Diff(before, got[:len(got)-1]); i > 0 && diff != "" {
			t.Errorf("newTimeline(%q) -the first %d +got:\n%s", changelogs[:i+1], i, diff)
		}
		before = got
	}
}

func TestNamedIn(t *testing.T) {
	const trailer = "\n\n  * Change.\n\n -- A B <a@example.org>  Mon, 01 Sep 2025 09:15:00 +0200\n\n"
	data := []byte("new (2-1) unstable; urgency=low" + trailer + "new (1-2) unstable; urgency=low" + trailer + "old (1-1) unstable; urgency=low" + trailer)
	var got []dsc.Version
	named := namedIn(data, "new")
	for _, n := range named {
		got = append(got, n.version)
	}
	if diff := cmp.Diff([]dsc.Version{"2-1", "1-2"}, got); diff != "" {
		t.Errorf("namedIn(...) -want +got:\n%s", diff)
	}
	changed := namedIn([]byte(strings.Replace(string(data), "Change", "change", 1)), "new")
	if changed[0] == named[0] || changed[1] != named[1] {
		t.Error("namedIn does not tell stanzas apart by their text alone")
	}
}
