package uploadtest

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"debgit/archive/archivetest"
	"debgit/dsc/dsctest"
)

// Distro is whose archive and git server a [World] has, and Suite and Codename are of its suite.
const (
	Distro   = "example"
	Suite    = "unstable"
	Codename = "sid"
)

// Options are the options of [New].
type Options struct {
	// Uploader may push and upload; default: a new key of Ann Author <ann@example.org>.
	Uploader *dsctest.Key
	// Keys are further secret keys of the user, which neither archive nor git server knows.
	Keys []*dsctest.Key
	// Dispatch is the program dgit-ssh-dispatch of the git server, which finds dgit-repos-server;
	// default: plain repositories, which let everybody push anything.
	Dispatch string
	// SSHD is the program sshd of OpenSSH, behind which the git server is, on a port of the loopback interface;
	// default: a program in the place of ssh does here what the git server would do.
	SSHD string
	// Archive takes the uploads to its suite, which has the name and the codename above; default: a new one.
	Archive *archivetest.Archive
	// Reprepro says that the archive is one of reprepro(1) instead.
	Reprepro bool
}

// A World has what a push needs around it: a user with a key, a git server that is reached by
// ssh or something like it, and an archive that takes uploads from a queue.
type World struct {
	Dir      string
	GPG      *GPG
	Uploader *dsctest.Key
	Queue    string // a directory
	Repos    string // where the git server has its repositories, PACKAGE.git

	archive taker
	server  gitServer
}

// A taker is an archive that takes uploads from a queue. Its suite is never empty: APT takes an
// empty index for none.
type taker interface {
	// take takes all uploads that are in the queue, and returns why if it does not.
	take() error
	// publish puts a source package into the suite.
	publish(dsc string) error
	// mirror is the root of the archive, keyring the file with the key of its suite.
	mirror() string
	keyring() string
}

// New makes a world in dir. Close ends it.
func New(dir string, opts Options) (_ *World, err error) {
	w := &World{Dir: dir, Uploader: opts.Uploader, Queue: filepath.Join(dir, "queue")}
	if w.Uploader == nil {
		if w.Uploader, err = dsctest.NewKey("Ann Author", "ann@example.org", dsctest.KeyOptions{}); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(w.Queue, 0o777); err != nil {
		return nil, err
	}
	if w.GPG, err = NewGPG(append([]*dsctest.Key{w.Uploader}, opts.Keys...)...); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			w.Close()
		}
	}()
	if w.server, err = newGitServer(filepath.Join(dir, "git"), opts, w.Uploader); err != nil {
		return nil, err
	}
	w.Repos = w.server.repos
	if opts.Reprepro {
		w.archive, err = newReprepro(filepath.Join(dir, "archive"), w.Queue, w.GPG, w.Uploader)
	} else {
		w.archive, err = newPlainArchive(filepath.Join(dir, "archive"), w.Queue, w.Uploader, opts.Archive)
	}
	if err != nil {
		return nil, err
	}
	return w, nil
}

// Close stops what runs. The directory stays.
func (w *World) Close() error { return errors.Join(w.server.Close(), w.GPG.Close()) }

// Accept has the archive take the uploads that are in the queue.
func (w *World) Accept() error { return w.archive.take() }

// Publish has the archive have the source package of a .dsc, which was not pushed.
func (w *World) Publish(dsc string) error { return w.archive.publish(dsc) }

// Env returns variables of the environment for git, gpg, debgit and dgit.
func (w *World) Env() []string {
	return []string{"GNUPGHOME=" + w.GPG.Home, "GIT_SSH=" + w.server.ssh, "GIT_SSH_VARIANT=ssh"}
}

// Config returns the git configuration that has debgit push to this world. dgit takes it, too.
func (w *World) Config() string {
	var b strings.Builder
	section := func(name string, pairs ...string) {
		fmt.Fprintf(&b, "[%s]\n", name)
		for i := 0; i < len(pairs); i += 2 {
			fmt.Fprintf(&b, "\t%s = \"%s\"\n", pairs[i], strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(pairs[i+1]))
		}
	}
	section(`dgit-distro "`+Distro+`"`,
		"archive-query", "aptget:",
		"mirror", (&url.URL{Scheme: "file", Path: w.archive.mirror()}).String(),
		"archive-keyring", w.archive.keyring(),
		"opts-apt-get", "-oDir::Etc::Trusted="+w.archive.keyring(), // for dgit
		"ssh", shellWord(w.server.ssh),
		"git-proto", "git+ssh://",
		"git-user", w.server.user,
		"git-host", gitHost,
		"git-path", w.server.path,
		"git-check", "ssh-cmd",
		"git-create", w.server.create,
		"upload-host", w.Queue,
	)
	section(`dgit-suite "`+Suite+`"`, "distro", Distro)
	section(`dgit-suite "`+Codename+`"`, "distro", Distro)
	return b.String()
}

// shellWord quotes a path for a shell, if that is needed: the key ssh is for a shell if it has blanks.
func shellWord(path string) string {
	if strings.ContainsAny(path, " \t") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}
