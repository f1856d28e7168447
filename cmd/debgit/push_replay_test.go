package main

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"debgit/upload/uploadtest"
)

// The git server takes a signed push for what it was signed for, and once: not for another package, suite,
// distro or commit, nor again when there is something newer.
func TestPushReplayed(t *testing.T) {
	w := newPushWorld(t, uploadtest.Options{Dispatch: dispatchPath(t)})
	distro := filepath.Dir(w.Repos)
	w.write(distro, "suites", "sid\ntrixie\n")
	w.run("", "cp", "-r", distro, filepath.Join(filepath.Dir(distro), "distro=other")) // which trusts the same key

	w.nativePackage("foo", "1")
	w.run("foo", "debgit", "push-source", "--new")
	w.check(w.Accept())
	w.run("foo", "git", "tag", "one")
	w.write(filepath.Join(w.work, "foo"), "file", "not what was signed\n")
	w.run("foo", "git", "commit", "-q", "--all", "-m", "Another commit")
	w.run("foo", "git", "tag", "another")
	w.run("foo", "git", "reset", "-q", "--hard", "one")

	// As if the push had not been.
	server := filepath.Join(w.Repos, "foo.git")
	w.check(os.Rename(server, filepath.Join(w.Dir, "foo.git")))
	w.replay("of another package", "example/repos/bar", `package mismatch|Died at .*/dgit-repos-server`, "one:refs/dgit/sid", "archive/example/1", "example/1")
	w.replay("of another suite", "example/repos/foo", `sid != trixie`, "one:refs/dgit/trixie", "archive/example/1", "example/1")
	w.replay("of another distro", "other/repos/foo", `not for this distro|example != other`, "one:refs/dgit/sid", "archive/example/1:archive/other/1", "example/1:other/1")
	w.replay("of another commit", "example/repos/foo", `reject: tag refers to wrong commit`, "another:refs/dgit/sid", "archive/example/1", "example/1")
	w.replay("of another version", "example/repos/foo", `reject: tag name in tag is wrong`, "one:refs/dgit/sid", "archive/example/1:archive/example/2", "example/1:example/2")
	w.replay("without a tag", "example/repos/foo", `reject: push is missing tag ref update`, "one:refs/dgit/sid")
	w.replay("as it was signed", "example/repos/foo", "", "one:refs/dgit/sid", "archive/example/1", "example/1")

	// An upload that rewinds the branch, which its tag says is meant.
	w.run("foo", "git", "reset", "-q", "--hard", w.run("foo", "git", "commit-tree", "HEAD^{tree}", "-m", "Another past"))
	w.nativePackage("foo", "2")
	w.run("foo", "debgit", "push-source", "--deliberately-not-fast-forward")
	w.check(w.Accept())
	w.run("foo", "git", "tag", "two")
	w.replay("after a later upload", "example/repos/foo", `reject: tag .* already exists`, "one:refs/dgit/sid", "archive/example/1", "example/1")
	w.replay("at once", "example/repos/foo", `reject: tag .* already exists`, "two:refs/dgit/sid", "archive/example/2", "example/2")

	// One that has the server begin anew, and forget all tags before it.
	w.run("foo", "git", "reset", "-q", "--hard", w.run("foo", "git", "commit-tree", "HEAD^{tree}", "-m", "A third past"))
	w.nativePackage("foo", "3")
	w.run("foo", "debgit", "push-source", "--deliberately-fresh-repo")
	w.check(w.Accept())
	if tags := w.run("", "git", "-C", server, "tag"); tags != "archive/example/3\nexample/3" {
		t.Errorf("the server has the tags\n%s", tags)
	}
	w.replay("of what was removed", "example/repos/foo", `reject: Replay`, "two:refs/dgit/sid", "archive/example/2", "example/2")
	w.nativePackage("foo", "4")
	w.run("foo", "debgit", "push-source")
}

// replay has a repository of the git server take refs as they were signed, from somebody who has not got the key. The
// server must refuse that for a reason in its own words, and change nothing; but do it if there is no reason. Each ref is
// sent as SOURCE:REF or, of a tag, as SOURCE or SOURCE:TAG.
func (w *pushWorld) replay(name, repository, reason string, refspecs ...string) {
	w.t.Helper()
	before := w.served()
	said := w.receivePack(repository, refspecs)
	if after := w.served(); reason == "" && after == before || reason != "" && after != before {
		w.t.Errorf("replay %s: the server has\n%s\nand had\n%s", name, after, before)
	}
	if refused := strings.Contains(said, "pre-receive hook declined"); refused != (reason != "") || !regexp.MustCompile(reason).MatchString(said) {
		w.t.Errorf("replay %s: the server says\n%s\nwant %q", name, said, reason)
	}
}

// receivePack speaks git's protocol for a push itself, see gitprotocol-pack(5): git push would not send what the server
// has. It returns what the server says to that.
func (w *pushWorld) receivePack(repository string, refspecs []string) string {
	w.t.Helper()
	var said bytes.Buffer
	ssh := w.command("foo", "sh", "-c", `exec "$GIT_SSH" dgit@git.example.org "git-receive-pack '/dgit/$0.git'"`, repository)
	ssh.Stderr = &said
	in, err := ssh.StdinPipe()
	w.check(err)
	out, err := ssh.StdoutPipe()
	w.check(err)
	w.check(ssh.Start())

	reader := bufio.NewReader(out)
	there := map[string]string{} // refs of the server
	for line := readPacket(reader); line != ""; line = readPacket(reader) {
		line, _, _ = strings.Cut(line, "\x00")
		id, ref, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		there[ref] = id
	}
	var sent, objects strings.Builder
	for i, refspec := range refspecs {
		source, ref, ok := strings.Cut(refspec, ":")
		if !ok {
			ref = source
		}
		if !strings.HasPrefix(ref, "refs/") {
			ref = "refs/tags/" + ref
		}
		id := w.run("foo", "git", "rev-parse", "refs/tags/"+source)
		line := fmt.Sprintf("%s %s %s", cmp.Or(there[ref], strings.Repeat("0", 40)), id, ref)
		if i == 0 {
			line += "\x00report-status side-band-64k"
		}
		fmt.Fprintf(&sent, "%04x%s", len(line)+4, line)
		fmt.Fprintln(&objects, id)
	}
	pack := w.command("foo", "git", "pack-objects", "-q", "--revs", "--stdout")
	pack.Stdin = strings.NewReader(objects.String())
	content, err := pack.Output()
	w.check(err)
	_, err = fmt.Fprintf(in, "%s0000%s", sent.String(), content)
	w.check(err)
	w.check(in.Close())
	answer, err := io.ReadAll(reader)
	w.check(err)
	ssh.Wait() // the status is that of the refusal, if it is one
	return said.String() + string(answer)
}

// readPacket reads a line of git's protocol; "" is a flush packet, or the end.
func readPacket(r io.Reader) string {
	var length int
	if _, err := fmt.Fscanf(r, "%04x", &length); err != nil || length <= 4 {
		return ""
	}
	line := make([]byte, length-4)
	io.ReadFull(r, line)
	return string(line)
}

// served are the refs of all packages of all distros of the git server.
func (w *pushWorld) served() string {
	w.t.Helper()
	repositories, err := filepath.Glob(filepath.Join(w.Repos, "../../distro=*/repos/[a-z]*.git"))
	w.check(err)
	var b strings.Builder
	for _, path := range repositories {
		b.WriteString(path + "\n" + w.run("", "git", "-C", path, "for-each-ref") + "\n")
	}
	return b.String()
}
