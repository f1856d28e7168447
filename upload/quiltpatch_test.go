package upload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestPatchName(t *testing.T) {
	for title, want := range map[string]string{
		"Fix it":                         "fix-it.patch",
		"Fix it.":                        "fix-it.patch",
		"Fix it..":                       "fix-it..patch",
		"Fix it:":                        "fix-it.patch",
		"":                               ".patch",
		"!?":                             ".patch",
		"-n":                             "x--n.patch",
		strings.Repeat("0123456789", 5):  strings.Repeat("0123456789", 4) + ".patch",
		"." + strings.Repeat("56789", 9): "x-." + strings.Repeat("56789", 7) + "56.patch",
		"Straße, œuvre, Øl, ½ €, “q” — ﬁne": "strasse-oeuvre-ol--12--eur-q----fine.patch",
		"日本 Makefile": "x--makefile.patch",
	} {
		if got := patchName(title); got != want {
			t.Errorf("patchName(%q) = %q, want %q", title, got, want)
		}
	}
}

func TestIsPatchName(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "a/b.patch": true, "_x": true, "My.Series": true, "a/series": true, strings.Repeat("x", 200): true,
		"": false, "series": false, "x.series": false, "/a": false, "a/": false, "a//b": false, "-a": false, "a/.b": false, "a/../b": false,
		"a b": false, "ü": false, strings.Repeat("x", 201): false,
	} {
		if got := isPatchName(name); got != want {
			t.Errorf("isPatchName(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestMailDate(t *testing.T) {
	for _, tt := range []struct {
		seconds int64
		zone    string
		want    string
	}{
		{1700000000, "+0100", "Tue, 14 Nov 2023 23:13:20 +0100"},
		{1700000000, "-0330", "Tue, 14 Nov 2023 18:43:20 -0330"},
		{1, "-0000", "Thu, 1 Jan 1970 00:00:01 +0000"},
		{5000000000, "+1400", "Fri, 11 Jun 2128 22:53:20 +1400"},
	} {
		if got := mailDate(tt.seconds, tt.zone); got != tt.want {
			t.Errorf("mailDate(%d, %q) = %q, want %q", tt.seconds, tt.zone, got, tt.want)
		}
	}
}

// TestToASCII compares with the real iconv, where the comparison with other tools is asked for.
func TestToASCII(t *testing.T) {
	if os.Getenv("DEBGIT_DGIT") == "" {
		t.Skip("set DEBGIT_DGIT=dgit to compare with iconv of the GNU C library")
	}
	var in bytes.Buffer
	var runes []rune
	for r := rune(0xa0); r < 0x20000; r++ {
		if r < 0xd800 || r > 0xdfff {
			runes = append(runes, r)
			fmt.Fprintf(&in, "%c\n", r)
		}
	}
	cmd := exec.Command("iconv", "-f", "UTF-8", "-t", "ASCII//TRANSLIT")
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	inName := func(s string) string {
		return notInPatchName.ReplaceAllString(strings.ToLower(strings.ReplaceAll(s, " ", "-")), "")
	}
	for i, line := range strings.Split(strings.TrimSuffix(string(out), "\n"), "\n") {
		if got, want := inName(toASCII(string(runes[i]))), inName(line); got != want {
			t.Errorf("%U: %q, want %q", runes[i], got, want)
		}
	}
}

// quiltDifferences returns what quilt mode nofix finds in a situation.
func quiltDifferences(t *testing.T, script string) []QuiltDifference {
	t.Helper()
	_, err := makeSituation(t, situation{"", NoFix, script})
	var refused *QuiltError
	if !errors.As(err, &refused) {
		t.Fatalf("MakeView = %v, want a QuiltError", err)
	}
	return refused.Differences
}

func makeSituation(t *testing.T, s situation) (*Fixup, error) {
	t.Helper()
	situationEnvironment(t)
	dir := s.build(t)
	return PlanFixup(t.Context(), openSituation(t, dir), ViewOptions{Mode: s.mode, OrigDirs: []string{filepath.Dir(dir)}})
}

// TestCauses has a branch that differs from the tarball in each way.
func TestCauses(t *testing.T) {
	got := quiltDifferences(t, `
printf 'a\r\nb\r\n' >crlf; printf 'a\0b' >image; echo x >configure; echo gone >gone; printf 'c\0d' >other; tarball
printf 'a\nb\n' >crlf; printf 'a\0c' >image; rm configure gone other; chmod +x file; echo new >new; echo '*.x' >>.gitignore
echo y >sub/x; c all
`)
	want := []QuiltDifference{
		{".gitignore", CauseIgnore}, {"configure", CauseGenerated}, {"crlf", CauseLines}, {"file", CauseExecutable}, {"gone", CauseDeleted},
		{"image", CauseBinary}, {"new", CauseNew}, {"other", CauseBinary}, {"sub/x", CauseContent},
	}
	if !slices.Equal(got, want) {
		t.Errorf("differences %v, want %v", got, want)
	}
}

// TestFixupContinues has a fixup cut short after the work tree was changed, before the branch moved:
// the next one goes on. What else is changed in the work tree is in its way.
func TestFixupContinues(t *testing.T) {
	fixup, err := makeSituation(t, situation{"", Linear, "echo x >>file; c 'Add x'\n"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, dir := context.Background(), fixup.Package.Repo.WorkTree()
	git(t, dir, "read-tree", "-m", "-u", "HEAD", fixup.View.Commit.String())
	if err := os.WriteFile(filepath.Join(dir, "run"), []byte("else"), 0o666); err != nil {
		t.Fatal(err)
	}
	var dirty *DirtyError
	if err := fixup.Check(ctx); !errors.As(err, &dirty) {
		t.Errorf("Check = %v, want a DirtyError", err)
	}
	git(t, dir, "checkout", "-q", "run")
	if err := fixup.Check(ctx); err != nil {
		t.Errorf("Check after a fixup that was cut short: %v", err)
	}
	if err := fixup.Apply(ctx); err != nil {
		t.Fatal(err)
	}
	if state, err := fixup.Package.Repo.WorkState(ctx); err != nil || !state.IsClean() {
		t.Errorf("work tree after it: %+v, %v; want clean", state, err)
	}
	if err := fixup.Apply(ctx); err == nil {
		t.Error("Apply moved a branch that has moved already")
	}
}

// TestShallow makes views in a clone that does not have all of the history.
func TestShallow(t *testing.T) {
	situationEnvironment(t)
	whole := situation{script: "echo x >>file; c 'Add x'; echo y >>file; c 'Add y'\n"}.build(t)
	clone := func(depth, branch string) *Package {
		dir := filepath.Join(t.TempDir(), "hello")
		git(t, whole, "clone", "-q", "--depth="+depth, "--branch="+branch, "file://"+whole, dir)
		return openSituation(t, dir)
	}
	git(t, whole, "branch", "base", "HEAD~2")
	for _, tt := range []struct {
		depth, branch string
		mode          QuiltMode
		made          int // -1: refused, for the history ends
	}{
		{"1", "base", Linear, 0},
		{"2", "main", Linear, -1},
		{"3", "main", Linear, 1},
		{"1", "main", Smash, 1},
	} {
		view, err := MakeView(t.Context(), clone(tt.depth, tt.branch), ViewOptions{Mode: tt.mode, OrigDirs: []string{filepath.Dir(whole)}})
		var linear *LinearError
		switch {
		case tt.made < 0:
			if !errors.As(err, &linear) || !linear.Shallow {
				t.Errorf("%s of %s, depth %s: %v, want a LinearError that says it is shallow", tt.mode, tt.branch, tt.depth, err)
			}
		case err != nil:
			t.Errorf("%s of %s, depth %s: %v", tt.mode, tt.branch, tt.depth, err)
		case len(view.Made) != tt.made:
			t.Errorf("%s of %s, depth %s: %d commits, want %d", tt.mode, tt.branch, tt.depth, len(view.Made), tt.made)
		}
	}
}

// TestUnrepresentable has changes that no patch makes, and what is said of them.
func TestUnrepresentable(t *testing.T) {
	const image = "printf 'a\\0b' >image; echo x >other; tarball; c base\n"
	for _, tt := range []struct {
		mode   QuiltMode
		script string
		want   Unrepresentable
	}{
		{Linear, image + "printf 'a\\0c' >image; c new\n", Unrepresentable{Path: "image", Reason: "its content is no text", Binary: true}},
		{Linear, image + "rm image other; c gone\n", Unrepresentable{Path: "image", Reason: "its content is no text, so that no patch removes it", Binary: true, Removed: true}},
		{Single, image + "rm image other; c gone\n", Unrepresentable{Path: "image", Reason: "its content is no text, so that no patch removes it", Binary: true, Removed: true}},
		{Linear, "echo x >ünï; echo x >'s p'; c new\n", Unrepresentable{Path: "ünï", Reason: "git quotes its name in a patch, which dpkg-source does not read"}},
		{Linear, ": >empty; c empty\n", Unrepresentable{Path: "empty", Reason: "a new file without content"}},
		{Linear, "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub2; git commit -q -m sub\n", Unrepresentable{Path: "sub2", Reason: "it is a submodule", Submodule: true, New: true}},
	} {
		_, err := makeSituation(t, situation{"", tt.mode, tt.script})
		var refused *UnrepresentableError
		if !errors.As(err, &refused) || !slices.Equal(refused.Changes, []Unrepresentable{tt.want}) {
			t.Errorf("%s, %s: %v, want that it refuses %+v", tt.mode, tt.script, err, tt.want)
		}
	}
}

// TestSingleDebianPatch has dpkg-source make the only patch, in the place of another one.
func TestSingleDebianPatch(t *testing.T) {
	needTools(t, "dpkg-source")
	fixup, err := makeSituation(t, situation{"", Linear, "patch1; sed -i 1izero file; echo single-debian-patch >debian/source/options; c 'By hand'; echo y >y; c y\n"})
	if err != nil {
		t.Fatal(err)
	}
	const want = "adds debian-changes; removes a file in debian/patches"
	if made := fixup.View.Made; len(made) != 1 || made[0].What != want {
		t.Errorf("made %+v, want one commit that %s", made, want)
	}
}
