package gitmap

import (
	"errors"
	"strings"
	"testing"
)

var identTests = []struct {
	person
	want string // without the date; "" if git refuses it
}{
	{person{"A B", "a@b"}, "A B <a@b>"},
	{person{"Foo Jr.", "f@x"}, "Foo Jr <f@x>"},
	{person{`"Foo, Bar"`, "f@x"}, "Foo, Bar <f@x>"},
	{person{"A One <a@one>, B Two", "b@two"}, "A One a@one, B Two <b@two>"},
	{person{" \t'A   B'\\;: ", " <a@b\n>. "}, "A   B <a@b>"},
	{person{"(A) [B]", "it's"}, "(A) [B] <it's>"},
	{person{"A\x01\nB\x7f", ""}, "A\x01B\x7f <>"},
	{person{"A", "."}, "A <>"},
	{person{"J\xfcrg \u00fc \xe2\x82", "\xe9"}, "J\u00fcrg \u00fc \u00e2\u0082 <\u00e9>"},
	{person{"\ufffd \ufffe \ufdef \U0001ffff \U0001fffd", "x"}, "\ufffd \u00ef\u00bf\u00be \u00ef\u00b7\u00af \u00f0\u009f\u00bf\u00bf \U0001fffd <x>"},
	{person{"\xed\xa0\x80\xc0\x80\xf4\x90\x80\x80", "x"}, "\u00ed\u00a0\u0080\u00c0\u0080\u00f4\u0090\u0080\u0080 <x>"},
	{person{"", "a@b"}, ""},
	{person{". , '", "a@b"}, ""},
	{person{"<>", "a@b"}, ""},
}

func TestIdentLine(t *testing.T) {
	const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
	for _, tt := range identTests {
		got, err := identLine(tt.person, "@1500000000 -0000")
		var refused *identError
		if tt.want == "" {
			if !errors.As(err, &refused) {
				t.Errorf("identLine(%q) = %q, %v, want an identError", tt.person, got, err)
			}
		} else if want := tt.want + " 1500000000 +0000"; err != nil || got != want {
			t.Errorf("identLine(%q) = %q, %v, want %q", tt.person, got, err, want)
		}

		author := []string{"GIT_AUTHOR_NAME=" + tt.name, "GIT_AUTHOR_EMAIL=" + tt.email, "GIT_AUTHOR_DATE=@1500000000 -0000",
			"GIT_COMMITTER_NAME=c", "GIT_COMMITTER_EMAIL=c", "GIT_COMMITTER_DATE=@0 +0000"}
		commit, ok := commitByGit(t, author, emptyTree, "text\xe9")
		if ok != (tt.want != "") {
			t.Errorf("identLine(%q) = %q, %v, git commit-tree succeeded: %v", tt.person, got, err, ok)
		} else if want := "tree " + emptyTree + "\nauthor " + got + "\ncommitter c <c> 0 +0000\n\n" + commitText("text\xe9"); ok && commit != want {
			t.Errorf("identLine(%q) = %q, git has %q", tt.person, got, commit)
		}
	}
}

// commitByGit returns the commit that git commit-tree makes of message.
func commitByGit(t *testing.T, env []string, tree, message string) (string, bool) {
	t.Helper()
	env = append([]string{"GIT_DIR=" + t.TempDir()}, env...)
	if _, ok := referenceGit(t, env, nil, "init", "-q", "--bare"); !ok {
		t.Fatal("git init failed")
	}
	if _, ok := referenceGit(t, env, nil, "hash-object", "-w", "-t", "tree", "--stdin"); !ok {
		t.Fatal("git hash-object failed")
	}
	id, ok := referenceGit(t, env, []byte(message), "commit-tree", tree)
	if !ok {
		return "", false
	}
	commit, _ := referenceGit(t, env, nil, "cat-file", "commit", strings.TrimSpace(id))
	return commit, true
}
