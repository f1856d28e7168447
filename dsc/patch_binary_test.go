package dsc

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gitDiff returns the patch that git makes for the change of a tree.
func gitDiff(t *testing.T, from, to memTree, options ...string) string {
	t.Helper()
	dir := t.TempDir()
	git := func(arg ...string) string {
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=x", "-c", "user.email=x@x"}, arg...)...)
		cmd.Env, cmd.Stderr = referenceEnv(), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("git %s: %v", strings.Join(arg, " "), err)
		}
		return string(out)
	}
	git("init", "-q")
	from.write(t, dir)
	git("add", "-Af", ".")
	git("commit", "-qm", "from")
	for path := range from {
		if err := os.Remove(filepath.Join(dir, path)); err != nil {
			t.Fatal(err)
		}
	}
	to.write(t, dir)
	git("add", "-Af", ".")
	return git(append([]string{"diff", "--cached"}, options...)...)
}

// TestApplyGitDiffs compares patches that git made, binary ones among them.
func TestApplyGitDiffs(t *testing.T) {
	needPrograms(t, "perl", "dpkg-source", "patch", "git")
	r := rand.New(rand.NewPCG(1, 1))
	blob := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.IntN(256))
		}
		return string(b)
	}
	big := blob(5000)
	from := memTree{
		"bin": {modeFile, big}, "gone": {modeFile, blob(300)}, "moved": {modeExecutable, blob(2000)},
		"text": {modeFile, numbers(30)}, "dir/text": {modeFile, numbers(60)}, "link": {modeSymlink, "text"}, "empty": {modeFile, ""},
		"with space": {modeFile, numbers(20)}, "é\t\"": {modeFile, numbers(20)},
	}
	to := memTree{
		"bin": {modeFile, big[:2000] + "inserted" + big[2100:]}, "new": {modeFile, blob(100)}, "new/../emptybin": {}, "moved2": from["moved"],
		"text": {modeExecutable, strings.Replace(numbers(30), "xx2\n", "two\n", 1)}, "dir/text2": {modeFile, numbers(60) + "more\n"},
		"link": {modeSymlink, "dir"}, "with space": {modeFile, numbers(19)}, "é\t\"": {modeFile, numbers(21)},
	}
	delete(to, "new/../emptybin")
	whole := gitDiff(t, from, to, "--binary", "--full-index", "-M", "-C")
	var cases []patchCase
	add := func(name, patch string) { cases = append(cases, patchCase{name, from, patch}) }
	add("all", whole)
	for i, part := range strings.SplitAfter(strings.ReplaceAll(whole, "\ndiff --git ", "\n\x00diff --git "), "\x00") {
		add(fmt.Sprint("part ", i), strings.TrimSuffix(part, "\x00"))
	}
	add("no binary data", gitDiff(t, from, to, "--full-index"))
	add("short index", gitDiff(t, from, to))
	add("other base", gitDiff(t, memTree{"bin": {modeFile, blob(50)}}, memTree{"bin": {modeFile, blob(60)}}, "--binary"))
	for i := range 30 { // damaged
		b := []byte(whole)
		b[r.IntN(len(b))] ^= 1 << r.IntN(7)
		add(fmt.Sprint("damaged ", i), string(b))
	}
	compareAll(t, cases)
	changes, err := mustParse(t, "all", whole).Apply(from, GitApply, ApplyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := to.diff(from.with(changes)); diff != "" {
		t.Errorf("git's own patch does not give the tree that it was made from: %s", diff)
	}
}

func TestApplyDelta(t *testing.T) {
	old := []byte("0123456789")
	tests := []struct {
		delta string
		want  string
		ok    bool
	}{
		{"\x0a\x03\x90\x03", "012", true},             // copy 3 from 0
		{"\x0a\x05\x91\x07\x03\x02ab", "789ab", true}, // copy 3 from 7, then add
		{"\x0a\x03\x91\x08\x03", "", false},           // copy past the end
		{"\x09\x03\x90\x03", "", false},               // other size of the old content
		{"\x0a\x04\x90\x03", "", false},               // other size of the new content
		{"\x0a\x02\x90\x03", "", false},
		{"\x0a\x03\x00", "", false},     // reserved
		{"\x0a\x03\x05ab", "", false},   // ends within added bytes
		{"\x0a\x03\x91\x07", "", false}, // ends within operands
		{"", "", false},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "", false},
	}
	for _, tt := range tests {
		got, ok := applyDelta(old, []byte(tt.delta), 100)
		if ok != tt.ok || ok && string(got) != tt.want {
			t.Errorf("applyDelta(%q) = %q, %v, want %q, %v", tt.delta, got, ok, tt.want, tt.ok)
		}
	}
}

func TestAppendBase85(t *testing.T) {
	tests := []struct {
		line string
		want string
		ok   bool
	}{
		{"DVPpOb\n", "", true},
		{"A00000\n", "\x00", true},
		{"D00000\n", "\x00\x00\x00\x00", true},
		{"E0000000000\n", "\x00\x00\x00\x00\x00", true},
		{"D0000000000\n", "", false}, // a group too many
		{"E00000\n", "", false},      // a group too few
		{"D~~~~~\n", "", false},      // more than 32 bits
		{"D0000\"\n", "", false},     // not of the alphabet
		{"D0000\n", "", false},
		{"000000\n", "", false},
	}
	for _, tt := range tests {
		got, ok := appendBase85(nil, []byte(tt.line))
		if ok != tt.ok || tt.want != "" && string(got) != tt.want {
			t.Errorf("appendBase85(%q) = %q, %v, want %q, %v", tt.line, got, ok, tt.want, tt.ok)
		}
	}
}
