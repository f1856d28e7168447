package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConfiguration(t *testing.T) {
	tests := []struct {
		settings []string
		want     map[string][]string // nil: refused
	}{
		{nil, map[string][]string{}},
		{[]string{"dgit.default.distro=debian"}, map[string][]string{"dgit.default.distro": {"debian"}}},
		{[]string{"user.name"}, map[string][]string{"user.name": {"true"}}},
		{[]string{"user.name="}, map[string][]string{"user.name": {""}}},
		{[]string{"a.b=1", "a.b=2=3"}, map[string][]string{"a.b": {"1", "2=3"}}},
		// Git compares section and name without case, what is between with it.
		{[]string{"DGIT-Distro.Debian.x.Git-URL=u"}, map[string][]string{"dgit-distro.Debian.x.git-url": {"u"}}},
		{[]string{"distro=debian"}, nil},
		{[]string{"=x"}, nil},
		{[]string{""}, nil},
		{[]string{"a.=x"}, nil},
		{[]string{"a.1=x"}, nil},
		{[]string{"a b.c=x"}, nil},
		{[]string{"a.x\ny.c=x"}, nil},
	}
	for _, tt := range tests {
		got, err := globalOptions{config: tt.settings}.configuration()
		if tt.want == nil {
			var usage *usageError
			if !errors.As(err, &usage) {
				t.Errorf("configuration(%q) = %v, %v, want a usage error", tt.settings, got, err)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("configuration(%q): error %v, -want +got:\n%s", tt.settings, err, diff)
		}
	}
}

func TestCloneArguments(t *testing.T) {
	tests := []struct {
		args string // separated by blanks
		want string // PACKAGE|SUITE|DIR; "" if refused
	}{
		{"hello", "hello||"},
		{"hello sid", "hello|sid|"},
		{"hello ./x", "hello||./x"},
		{"hello ./x//", "hello||./x"},
		{"hello /", "hello||/"},
		{"hello ../x", "hello||../x"},
		{"hello .", "hello||."},
		{"hello /x", "hello||/x"},
		{"hello sid ./x", "hello|sid|./x"},
		{"hello sid x", "hello|sid|x"},
		{"hello ./x sid", ""},
		{"./hello_1.0-1.dsc ./x", "./hello_1.0-1.dsc||./x"},
		{"/bin/ls sid", "/bin/ls|sid|"},
	}
	for _, tt := range tests {
		got := ""
		pkg, suite, dir, err := cloneArguments(strings.Split(tt.args, " "))
		if err == nil {
			got = pkg + "|" + suite + "|" + dir
		}
		if got != tt.want {
			t.Errorf("cloneArguments(%q) = %q, %v, want %q", tt.args, got, err, tt.want)
		}
	}
	if _, _, _, err := cloneArguments([]string{"hello", ""}); err == nil {
		t.Error("cloneArguments accepts an empty argument")
	}
}

// Every command can be described, and says what is wrong with its command line
// with exit status 8.
func TestCommands(t *testing.T) {
	env, _, _ := testEnvironment()
	for _, cmd := range newRootCommand(env).Commands() {
		for _, args := range [][]string{{"help", cmd.Name()}, {cmd.Name(), "-h"}} {
			env, stdout, stderr := testEnvironment()
			if status := run(context.Background(), env, args); status != 0 || stderr.Len() > 0 {
				t.Errorf("debgit %s: exit status %d, %s", strings.Join(args, " "), status, stderr)
			}
			if want := "debgit " + cmd.Name() + " - "; !strings.HasPrefix(stdout.String(), want) {
				t.Errorf("debgit %s printed %q, want %q first", strings.Join(args, " "), stdout, want)
			}
		}
		if !cmd.Runnable() || cmd.DisableFlagParsing { // options may be those of another program
			continue
		}
		env, stdout, _ := testEnvironment()
		if status := run(context.Background(), env, []string{cmd.Name(), "--no-such-option"}); status != 8 || stdout.Len() > 0 {
			t.Errorf("debgit %s --no-such-option: exit status %d, want 8; printed %q", cmd.Name(), status, stdout)
		}
	}
}

func TestHelpFitsTerminal(t *testing.T) {
	env, _, _ := testEnvironment()
	root := newRootCommand(env)
	for _, cmd := range append(root.Commands(), root) {
		for _, text := range []string{cmd.Long, cmd.Example, cmd.Short} {
			for _, line := range strings.Split(text, "\n") {
				if len(line) > 80 {
					t.Errorf("help of %s: %d columns, want at most 80: %q", cmd.Name(), len(line), line)
				}
			}
		}
	}
}
