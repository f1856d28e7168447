package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os/exec"
	"syscall"
	"testing"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
	"debgit/upload"
)

func TestExplain(t *testing.T) {
	id := dsc.ID{Package: "hello", Version: "1.0"}
	mismatch := &dsc.MismatchError{File: "a.tar.xz", Property: "size", Got: "1", Want: "2", ListedIn: "a.dsc"}
	full := &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	tests := []struct {
		err  error
		want int
	}{
		{&usageError{cause: "x"}, 8},
		{&history.DirExistsError{Dir: "hello"}, 20},
		{&history.BranchExistsError{Ref: "refs/heads/x"}, 20},
		{&archive.UnknownPackageError{Package: "helo", Suite: "sid"}, 4},
		{&archive.UnknownSuiteError{Suite: "sidd"}, 21},
		{&archive.NoMirrorError{Suite: "sid"}, 21},
		{&dsc.SignatureError{File: "InRelease", Reason: dsc.BadSignature}, 22},
		{mismatch, 23},
		{&dsc.PackageError{ID: id, Err: mismatch}, 23},
		{full, 24},
		{&gitmap.GitError{Args: []string{"reset"}, Stderr: "error: unable to write file x\nfatal: y", Err: errors.New("exit status 128")}, 24},
		{&gitmap.GitError{Args: []string{"update-ref"}, Stderr: "fatal: cannot update ref 'x': couldn't write 'x.lock'", Err: errors.New("exit status 128")}, 24},
		{&gitmap.GitError{Args: []string{"update-ref"}, Stderr: "fatal: cannot lock ref 'x': Unable to create 'x.lock': Read-only file system", Err: errors.New("exit status 128")}, 24},
		{&gitmap.GitError{Args: []string{"update-ref"}, Stderr: "fatal: cannot lock ref 'x': Unable to create 'x.lock': File exists.", Err: errors.New("exit status 128")}, 255},
		{&dsc.PackageError{ID: id, Err: &gitmap.ObjectError{Kind: "tree", Err: errors.New("zlib: invalid checksum")}}, 24},
		{&gitmap.GitError{Args: []string{"reset"}, Stderr: "fatal: y", Err: errors.New("exit status 128")}, 255},
		{&fs.PathError{Op: "mkdir", Path: "x", Err: syscall.EACCES}, 24},
		// A download that fails because the disk is full is no fault of the mirror.
		{&archive.MirrorError{Mirror: "m", Path: "p", Err: full}, 24},
		{&archive.MirrorError{Mirror: "m", Path: "p", Err: errors.New("cut")}, 25},
		{&archive.MirrorError{Mirror: "m", Path: "p", Err: mismatch}, 23},
		{&dsc.SyntaxError{File: "a.dsc", Cause: "x"}, 26},
		{fmt.Errorf("clone: %w", &dsc.SyntaxError{File: "a.dsc", Cause: "x"}), 26},
		{&history.NotForwardError{}, 20},
		{&history.BranchNameError{}, 8},
		{&reportError{err: full}, 24},
		{&dsc.PackageError{ID: id, Err: &dsc.MissingFileError{ListedIn: "a.dsc", Err: fs.ErrNotExist}}, 255},
		{&gitmap.ObjectFormatError{Dir: "x", Format: "sha256"}, 255},
		{&gitmap.GitError{Args: []string{"init"}, Err: exec.ErrNotFound}, 255},
		{&gitmap.GitError{Args: []string{"update-ref"}, Stderr: "fatal: cannot lock ref 'refs/heads/x': is at 1 but expected 2", Err: errors.New("exit status 128")}, 255},
		{&gitmap.GitError{Args: []string{"update-ref"}, Stderr: "fatal: cannot lock ref 'refs/heads/x/y': 'refs/heads/x' exists; cannot create 'refs/heads/x/y'", Err: errors.New("exit status 128")}, 20},
		{&history.InsideTreeError{}, 8},
		{&history.ConfigError{}, 12},
		{&history.RepeatedKeyError{}, 12},
		{&history.MissingKeyError{}, 12},
		{&history.ReadOnlyError{}, 12},
		{&upload.RefusedError{ID: id, Checks: []upload.Check{{Code: "dirty", Result: upload.Refused}}}, 29},
		{&upload.UnfinishedError{ID: id}, 29},
		{&upload.AbortingError{ID: id}, 29},
		{&upload.StoppedError{ID: id, Err: &gitmap.PushRefusedError{}}, 29},
		{&upload.UnsureError{Err: &history.GitServerError{Err: errors.New("x")}}, 27},
		{&upload.PushRejectedError{Command: "push"}, 8},
		{&upload.PushBusyError{}, 20},
		{&upload.NoChangesError{}, 255},
		{upload.ErrNoJournal, 8},
		{&history.NoGitServerError{}, 12},
		{&history.UnsupportedError{}, 255},
		{&archive.ReleaseError{Reason: archive.ReleaseExpired}, 22},
		{&upload.KeyError{Reason: upload.KeyUnknown}, 22},
		{&upload.SignError{Cancelled: true}, 22},
		{&upload.GPGError{Program: "gpg", Err: fs.ErrNotExist}, 22},
		{&archive.QueueError{Queue: "/q", Err: fs.ErrNotExist}, 25},
		{&archive.QueueError{Queue: "h", Command: []string{"dput"}, Err: errors.New("x")}, 25},
		{&upload.CorrespondenceError{}, 6},
		{&upload.UntrackedError{}, 255},
		{&upload.BusyError{}, 20},
		{&upload.ToolError{Err: fs.ErrNotExist}, 255},
		{&upload.SplitNeededError{}, 12},
		{&history.NoNewestError{Err: &archive.MirrorError{Err: errors.New("x")}}, 25},
		{&dsc.KeyringError{Err: fs.ErrPermission}, 12},
		{&archive.MirrorError{Err: fs.ErrPermission}, 25},
		{&history.GitServerError{Err: &archive.MirrorError{Err: fs.ErrPermission}}, 27},
		{errors.New("x"), 255},
		{fs.ErrNotExist, 255},
	}
	listed := map[int]bool{}
	for _, s := range exitStatuses {
		listed[s.code] = true
	}
	for _, tt := range tests {
		got, text, _ := explain(context.Background(), nil, tt.err)
		if got != tt.want || text != tt.err.Error() {
			t.Errorf("explain(%T %v) = %d %q, want %d and the text of the error", tt.err, tt.err, got, text, tt.want)
		}
		if !listed[got] {
			t.Errorf("exit status %d is not documented", got)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got, _, _ := explain(ctx, nil, errors.New("git: signal: interrupt")); got != 130 {
		t.Errorf("exit status after a signal is %d, want 130", got)
	}
}

func TestMirrorHint(t *testing.T) {
	tests := []struct {
		cause error
		want  string
	}{
		{errors.New("cut"), "run the same command again when the archive can be reached; what was downloaded is kept"},
		{fs.ErrNotExist, "the mirror lacks a file that its index lists; try again later, or use another mirror"},
		{&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}, "run the same command again when the archive can be reached; what was downloaded is kept"},
		{&net.OpError{Op: "proxyconnect", Net: "tcp", Err: syscall.ECONNREFUSED}, "check the proxy: Acquire::http::Proxy in APT's configuration, or http_proxy in the environment"},
	}
	for _, tt := range tests {
		if _, _, got := explain(context.Background(), nil, &archive.MirrorError{Err: tt.cause}); got != tt.want {
			t.Errorf("hint for %v = %q, want %q", tt.cause, got, tt.want)
		}
	}
}

func TestKeyringHint(t *testing.T) {
	tests := []struct {
		file  string
		cause error
		want  string
	}{
		{"/usr/share/keyrings/debian-archive-keyring.gpg", fs.ErrNotExist, "install the package that has it: sudo apt-get install debian-archive-keyring"},
		{"/usr/share/keyrings/debian-archive-keyring.gpg", fs.ErrPermission, ""},
		{"/usr/share/keyrings/example.gpg", fs.ErrNotExist, ""},
		{"debian-archive-keyring.gpg", fs.ErrNotExist, ""},
	}
	for _, tt := range tests {
		if _, _, got := explain(context.Background(), nil, &dsc.KeyringError{File: tt.file, Err: tt.cause}); got != tt.want {
			t.Errorf("hint for %s: %v = %q, want %q", tt.file, tt.cause, got, tt.want)
		}
	}
}

func TestMovedHint(t *testing.T) {
	err := &gitmap.GitError{Args: []string{"update-ref"}, Stderr: "fatal: cannot lock ref 'refs/heads/x': is at 1 but expected 2", Err: errors.New("exit status 128")}
	const want = "something else has moved it meanwhile: run the same command again"
	if _, _, got := explain(context.Background(), nil, err); got != want {
		t.Errorf("hint for %v = %q, want %q", err, got, want)
	}
}
