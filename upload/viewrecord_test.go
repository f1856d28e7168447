package upload

import (
	"strings"
	"testing"
)

// TestViewRecord makes views in a mode in which they depend on the time.
func TestViewRecord(t *testing.T) {
	pin(t)
	l := newLayoutLab(t, t.TempDir())
	l.orig("foo_1.0.orig.tar.gz", upstream)
	l.commit("main", "Package it", upstream.over(debian))
	l.commit("main", "Return something else", upstream.over(debian).with("main.c", "int main(void) { return 1; }\n"))
	view := func() *View {
		t.Helper()
		pkg, err := OpenPackage(t.Context(), l.repo, "main")
		l.check(err)
		v, err := MakeView(t.Context(), pkg, ViewOptions{Mode: Smash, Split: true, OrigDirs: []string{l.dir}})
		l.check(err)
		return v
	}
	first := view()
	t.Setenv("GIT_COMMITTER_DATE", "1700000001 +0000")
	if again := view(); again.Commit != first.Commit || len(again.Made) != len(first.Made) {
		t.Errorf("the view is %+v, but was %+v before", again, first)
	}
	l.orig("foo_1.0.orig.tar.gz", upstream.with("more", "x\n"))
	l.commit("main", "More", upstream.over(debian).with("more", "x\n").with("main.c", "int main(void) { return 2; }\n"))
	other := view()
	if other.Commit == first.Commit {
		t.Errorf("the view of another commit is %s, too", other.Commit)
	}
	if refs := strings.Fields(l.git("for-each-ref", "--format=%(objectname)", "refs/debgit/views")); len(refs) != 1 || refs[0] != other.Commit.String() {
		t.Errorf("kept are %v, want %s alone", refs, other.Commit)
	}
	l.git("update-ref", "-d", l.git("for-each-ref", "--format=%(refname)", "refs/debgit/views"))
	t.Setenv("GIT_COMMITTER_DATE", "1700000002 +0000")
	if again := view(); again.Commit == other.Commit {
		t.Errorf("the view is %s again, though it is not kept", again.Commit)
	}
}
