package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"debgit/dsc/dsctest"
	"debgit/upload/uploadtest"
)

// tourUploader is who makes the upload of the tour.
const tourUploader, tourEmail = "Dora Porter", "dora@example.org"

// showUpload is the second half of the tour: from a change to what others get of it.
func (t *tour) showUpload(ctx context.Context) error {
	for _, program := range [][2]string{{"gpg", "gpg"}, {"gpgconf", "gpg"}, {"gpg-agent", "gpg-agent"}, {"dpkg-source", "dpkg-dev"}, {"dpkg-genchanges", "dpkg-dev"}} {
		if _, err := exec.LookPath(program[0]); err != nil {
			t.say("The second half of the tour, an upload, is left out: there is no " + program[0] + " here.\nTo see it: sudo apt-get install " + program[1])
			return nil
		}
	}
	world, err := t.makeWorld()
	if err != nil {
		return err
	}
	defer world.Close()
	for _, show := range []func(context.Context, *uploadtest.World) error{t.showChange, t.showPush, t.showOthers} {
		if err := show(ctx, world); err != nil {
			return err
		}
	}
	return nil
}

// makeWorld makes what a push needs in the sandbox, and has the commands know it.
func (t *tour) makeWorld() (*uploadtest.World, error) {
	key, err := dsctest.NewKey(tourUploader, tourEmail, dsctest.KeyOptions{})
	if err != nil {
		return nil, err
	}
	world, err := uploadtest.New(filepath.Join(t.dir, "servers"), uploadtest.Options{Uploader: key, Archive: t.archive})
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf("[user]\n\tname = %s\n\temail = %s\n", tourUploader, tourEmail) + world.Config()
	if err := os.WriteFile(filepath.Join(t.dir, ".home", ".gitconfig"), []byte(config), 0o666); err != nil {
		world.Close()
		return nil, err
	}
	t.environ = append(t.environ, world.Env()...)
	return world, nil
}

func (t *tour) showChange(ctx context.Context, _ *uploadtest.World) error {
	t.say("Now an upload. The sandbox has got a git server, an upload queue, and a key that\nboth know. Somebody else works on the package, too:")
	if err := t.runAll(ctx, append(clone("doorbell", "sid", "./colleague"), "--quiet")); err != nil {
		return err
	}
	t.say("The change is made where you would make it, with its entry in debian/changelog:")
	t.enter("doorbell")
	fmt.Fprintln(t.out, t.env.strong("$ editor doorbell debian/changelog"))
	if err := t.edit("doorbell", "echo ding dong\n", "echo ding dong ding\n"); err != nil {
		return err
	}
	entry := fmt.Sprintf("doorbell (1.2-3) unstable; urgency=medium\n\n  * Ring three times.\n\n -- %s <%s>  Mon, 06 Oct 2025 08:00:00 +0200\n\n", tourUploader, tourEmail)
	if err := t.edit("debian/changelog", "", entry); err != nil {
		return err
	}
	return t.runAll(ctx,
		[]string{"git", "diff"},
		[]string{"git", "commit", "--quiet", "--all", "-m", "Ring three times"},
	)
}

// edit replaces the first old in a file of the directory that commands run in.
func (t *tour) edit(name, old, new string) error {
	path := filepath.Join(t.cwd, name)
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !strings.Contains(string(data), old) {
		return fmt.Errorf("%s has no %q", name, old)
	}
	return os.WriteFile(path, []byte(strings.Replace(string(data), old, new, 1)), 0o666)
}

func (t *tour) showPush(ctx context.Context, world *uploadtest.World) error {
	t.say("Before anything is done, debgit can say what would be; but the id of the new commit\nwill be another one, since the time is in it:")
	if err := t.runAll(ctx, []string{"debgit", "push-source", "--dry-run", "--quiet"}); err != nil {
		return err
	}
	t.say("Then it is done. If it were interrupted, debgit push --continue would finish it:")
	if err := t.runAll(ctx, []string{"debgit", "push-source"}); err != nil {
		return err
	}
	t.say("The change to upstream's file has become a patch, in a commit of its own:")
	return t.runAll(ctx,
		[]string{"git", "log", "--oneline", "--decorate", "-n", "3"},
		[]string{"git", "show", "--stat", "--format=%s", "HEAD"},
	)
}

func (t *tour) showOthers(ctx context.Context, world *uploadtest.World) error {
	t.say("The archive takes the upload from the queue. It has the new version:")
	if err := world.Accept(); err != nil {
		return err
	}
	t.enter(".")
	if err := t.runAll(ctx, []string{"ls", "archive/pool/main/d/doorbell"}); err != nil {
		return err
	}
	t.say("And the colleague gets the very commits that were pushed, on top of what was there:")
	t.enter("colleague")
	return t.runAll(ctx,
		[]string{"debgit", "pull"},
		[]string{"git", "log", "--graph", "--format=%h %an: %s"},
		[]string{"git", "-C", "../doorbell", "rev-parse", "HEAD"},
		[]string{"git", "rev-parse", "HEAD"},
	)
}
