package history

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSSHCommand(t *testing.T) {
	tests := []struct {
		env   string // DGIT_SSH, or GIT_SSH after a comma
		lines []string
		want  string
	}{
		{"", nil, "ssh"},
		{"", []string{"g dgit.default.opts-ssh=-v", "g dgit-distro.foo.opts-ssh=-4"}, "ssh|-4|-v"},
		{"a", nil, "a"},
		{"a b", nil, `sh|-ec|exec a b "$@"|sh`},
		{",c d", nil, "c d"},
		{"a,c", nil, "a"},
		{"a", []string{"g dgit.default.cmd-ssh=e"}, "e"},
		{"a", []string{"g dgit.default.ssh=f", "g dgit.default.cmd-ssh=e", "g dgit.default.opts-ssh=-v"}, "f"},
		{"", []string{"g dgit-distro.foo.ssh=f -g", "g dgit.default.ssh=h"}, `sh|-ec|exec f -g "$@"|sh`},
	}
	for _, tt := range tests {
		s := configured(tt.lines...)
		dgit, plain, _ := strings.Cut(tt.env, ",")
		s.getenv = func(name string) string { return map[string]string{"DGIT_SSH": dgit, "GIT_SSH": plain}[name] }
		a, err := s.Access(AccessOptions{Distro: "foo"})
		if err != nil {
			t.Fatal(err)
		}
		command, err := a.sshCommand()
		if got := outcome(strings.Join(command, "|"), err); got != tt.want {
			t.Errorf("with %q and %q: ssh is %q, want %q", tt.env, tt.lines, got, tt.want)
		}
	}
}

func TestRunSSH(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "ssh")
	script := "#!/bin/sh\nfor a; do printf '<%s>' \"$a\"; done; echo; echo second\n"
	if err := os.WriteFile(program, []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	const f = "g dgit-distro.foo."
	tests := []struct {
		lines []string
		want  string
	}{
		{[]string{f + "ssh=" + program, f + "git-host=h", f + "username=u"}, "<u@h><true 'x y'>\nsecond\n"},
		{[]string{f + "ssh=" + program + " -a 'b c'", f + "git-host=h"}, "<-a><b c><h><true 'x y'>\nsecond\n"},
		{[]string{f + "ssh=" + program}, "missing: dgit-distro.foo.git-host dgit.default.git-host"},
		{[]string{f + "ssh=" + program, f + "git-host=-oProxyCommand=x"}, "wrong: git-host"},
		{[]string{f + "ssh=false", f + "git-host=h"}, "error: false h: exit status 1"},
		{[]string{f + "ssh=yes", f + "git-host=h"}, "error: yes h: it says more than 16777216 bytes"},
	}
	for _, tt := range tests {
		a, err := configured(tt.lines...).Access(AccessOptions{Distro: "foo"})
		if err != nil {
			t.Fatal(err)
		}
		if got := outcome(a.runSSH(context.Background(), "true 'x y'")); got != tt.want {
			t.Errorf("with %q: %q, want %q", tt.lines, got, tt.want)
		}
	}
}
