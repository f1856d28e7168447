package history

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A server that accepts a question and says nothing is given up.
func TestFindSilentServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() }) // what is never accepted is connected all the same
	ssh := filepath.Join(t.TempDir(), "ssh")
	if err := os.WriteFile(ssh, []byte("#!/bin/sh\nsleep 60 & echo $! >\"$0.pid\"; wait\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { endLeft(ssh) })
	const f = "g dgit-distro.foo."
	for _, lines := range [][]string{
		{f + "git-check=url", f + "git-url=http://" + listener.Addr().String()},
		{f + "git-check=ssh-cmd", f + "git-url=/x", f + "ssh=" + ssh, f + "git-host=h", f + "git-path=/x"},
	} {
		access, err := configured(lines...).Access(AccessOptions{Distro: "foo"})
		if err != nil {
			t.Fatal(err)
		}
		server, err := gitServerOf(access, "bell")
		if err != nil {
			t.Fatal(err)
		}
		if server.patience <= 0 || server.patience > 5*time.Minute {
			t.Errorf("with %q: the server has %v", lines, server.patience)
		}
		server.patience = 50 * time.Millisecond
		begin := time.Now()
		found, err := server.find(t.Context())
		var unreachable *GitServerError
		if !errors.As(err, &unreachable) || unreachable.Err.Error() != "no answer within 50ms" || found != nil {
			t.Errorf("with %q: find = %v, %v, want a *GitServerError about the time", lines, found, err)
		}
		if took := time.Since(begin); took > 30*time.Second {
			t.Errorf("with %q: find took %v", lines, took)
		}
	}
}

// A master of connections that ssh leaves behind is not waited for.
func TestSSHLeavesMaster(t *testing.T) {
	ssh := filepath.Join(t.TempDir(), "ssh")
	if err := os.WriteFile(ssh, []byte("#!/bin/sh\necho 1\nsleep 60 &\necho $! >\"$0.pid\"\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	access, err := configured("g dgit-distro.foo.ssh="+ssh, "g dgit-distro.foo.git-host=h").Access(AccessOptions{Distro: "foo"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { endLeft(ssh) })
	begin := time.Now()
	got, err := access.runSSH(t.Context(), "true")
	if took := time.Since(begin); got != "1\n" || err != nil || took > 30*time.Second {
		t.Errorf("runSSH = %q, %v, after %v, want %q", got, err, took, "1\n")
	}
}

// endLeft ends the process that a script has left behind.
func endLeft(script string) {
	data, _ := os.ReadFile(script + ".pid")
	if pid, err := strconv.Atoi(strings.TrimSpace(string(data))); err == nil {
		syscall.Kill(pid, syscall.SIGTERM)
	}
}
