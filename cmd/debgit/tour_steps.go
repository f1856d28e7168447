package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"debgit/archive/archivetest"
	"debgit/upload/uploadtest"
)

// tourArchive are the options that name the archive of the sandbox.
func tourArchive(dir string) []string {
	return []string{"--archive", dir, "--keyring", "archive/keyring.gpg"}
}

// tourIncoming is where in the sandbox the uploads are that the archive was made of. A suite is
// written anew from there when there is another upload to it.
const tourIncoming = ".incoming"

// buildTourArchive makes the archive of the sandbox. Uploads are signed, too, with
// a key of their own.
func buildTourArchive(dir string) (*archivetest.Archive, error) {
	a, err := archivetest.Build(dir, archivetest.Options{})
	if err != nil {
		return nil, err
	}
	incoming := filepath.Join(filepath.Dir(dir), tourIncoming)
	suites, err := tourPackages()
	if err != nil {
		return nil, err
	}
	signed := map[string]bool{}
	for codename, packages := range suites {
		suite := archivetest.Suite{Codename: codename}
		if codename == uploadtest.Codename {
			suite.Name = uploadtest.Suite
		}
		for _, p := range packages {
			path := filepath.Join(incoming, p.Source+"_"+p.Version+".dsc")
			if !signed[path] {
				if _, err := p.Write(incoming); err != nil {
					return nil, err
				}
				if err := a.SignDsc(path); err != nil {
					return nil, err
				}
				signed[path] = true
			}
			suite.Uploads = append(suite.Uploads, archivetest.Upload{Dsc: path})
		}
		if err := a.Publish(suite); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func clone(args ...string) []string {
	return append(append([]string{"debgit", "clone"}, args...), tourArchive("archive")...)
}

func (t *tour) showArchive(ctx context.Context) error {
	fmt.Fprintf(t.out, "# This is a sandbox: a signed archive with two suites, made a moment ago in\n# %s\n", harmlessLine(t.dir))
	fmt.Fprintln(t.out, t.env.strong("$ cd "+quote(t.dir)))
	return t.runAll(ctx, []string{"ls", "archive", "archive/dists", "archive/pool/main/d/doorbell"})
}

func (t *tour) showClone(ctx context.Context) error {
	t.say("Tarballs and patches are how the archive keeps a package. Get one as git:")
	if err := t.runAll(ctx, clone("doorbell", "sid")); err != nil {
		return err
	}
	t.say("Each tarball and each patch has become a commit, with its own author:")
	t.enter("doorbell")
	if err := t.runAll(ctx, []string{"git", "log", "--graph", "--format=%h %an: %s"}); err != nil {
		return err
	}
	t.say("So a patch reads like any other commit:")
	if err := t.runAll(ctx, []string{"git", "show", "--stat", "--patch", "HEAD"}); err != nil {
		return err
	}
	t.say("The other suite has an older version. It is a clone of its own:")
	t.enter(".")
	if err := t.runAll(ctx, append(clone("doorbell", "trixie", "./doorbell-trixie"), "--quiet")); err != nil {
		return err
	}
	return t.runAll(ctx, []string{"head", "-n", "3", "doorbell-trixie/debian/changelog"})
}

func (t *tour) showImport(ctx context.Context) error {
	t.say("A .dsc file that is here already can be imported, onto a branch, offline. This\npackage has two upstream tarballs:")
	t.enter("doorbell")
	if err := t.runAll(ctx,
		[]string{"debgit", "import-dsc", "--dsc-keyring", "../archive/uploaders.gpg", "../archive/pool/main/d/doorway/doorway_2.0-1.dsc", "doorway"},
		[]string{"git", "log", "--graph", "--oneline", "doorway"},
	); err != nil {
		return err
	}
	t.say("The same files always give the same commit, on every machine:")
	return t.runAll(ctx,
		[]string{"debgit", "import-dsc", "--quiet", "--dsc-keyring", "../archive/uploaders.gpg", "../doorbell_1.2-2.dsc", "again"},
		[]string{"git", "rev-parse", "dgit/sid", "again"},
	)
}

func (t *tour) showVerification(ctx context.Context) error {
	t.say("Every byte is verified. Here somebody changes one, in a copy of the archive:")
	t.enter(".")
	if err := t.runAll(ctx, []string{"cp", "-r", "archive", "tampered"}); err != nil {
		return err
	}
	tarball := filepath.Join("tampered", "pool", "main", "d", "doormat", "doormat_3.tar.xz")
	fmt.Fprintln(t.out, t.env.strong("$ printf X | dd conv=notrunc bs=1 seek=100 of="+tarball))
	if err := overwriteByte(filepath.Join(t.dir, tarball), 100, 'X'); err != nil {
		return err
	}
	t.say("debgit refuses what was not signed for, and leaves nothing behind:")
	command := append([]string{"debgit", "clone", "doormat", "sid"}, tourArchive("tampered")...)
	if err := t.run(ctx, statusContent, command...); err != nil {
		return err
	}
	t.say("From the true archive it is fine:")
	return t.runAll(ctx, clone("doormat", "sid"))
}

// overwriteByte changes one byte of a file to another value.
func overwriteByte(path string, offset int64, value byte) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	was := make([]byte, 1)
	if _, err := f.ReadAt(was, offset); err != nil {
		return err
	}
	if was[0] == value {
		value++
	}
	if _, err := f.WriteAt([]byte{value}, offset); err != nil {
		return err
	}
	return f.Close()
}

func (t *tour) showEnd(dir string) {
	t.say("That was the tour. The sandbox stays, to play with, for example:")
	for _, line := range []string{
		"cd " + quote(dir),
		strings.Join(append([]string{t.programName()}, clone("doorway", "sid")[1:]...), " "),
		"(cd doorbell && dpkg-buildpackage -us -uc -b)",
		"rm -rf " + quote(t.dir),
	} {
		fmt.Fprintf(t.out, "  %s\n", line)
	}
	fmt.Fprintln(t.out, "# Outside of it, with a package of Debian: "+t.programName()+" clone hello")
}

// programName is what to type for this program: its path, unless PATH has it.
func (t *tour) programName() string {
	if found, err := exec.LookPath("debgit"); err == nil {
		a, errA := os.Stat(found)
		b, errB := os.Stat(t.program)
		if errA == nil && errB == nil && os.SameFile(a, b) {
			return "debgit"
		}
	}
	return quote(t.program)
}
