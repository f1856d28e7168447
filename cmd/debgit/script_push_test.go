package main

import (
	"os"
	"path/filepath"
	"strings"

	"debgit/upload/uploadtest"

	"github.com/rogpeppe/go-internal/testscript"
)

// worldKey is where a script keeps the world that it pushes to.
type worldKey struct{}

// world DIR
//
// makes a git server, a queue and an archive to push to, as distro example, and a user with a
// key, whose configuration knows them. QUEUE and REPOS are the directories of queue and git server.
func world(ts *testscript.TestScript, neg bool, args []string) {
	w, err := uploadtest.New(ts.MkAbs(args[0]), uploadtest.Options{})
	ts.Check(err)
	ts.Defer(func() { w.Close() })
	*ts.Value(worldKey{}).(**uploadtest.World) = w
	for _, kv := range w.Env() {
		name, value, _ := strings.Cut(kv, "=")
		ts.Setenv(name, value)
	}
	ts.Setenv("QUEUE", w.Queue)
	ts.Setenv("REPOS", w.Repos)
	config, err := os.OpenFile(filepath.Join(ts.Getenv("HOME"), ".gitconfig"), os.O_APPEND|os.O_WRONLY, 0)
	ts.Check(err)
	_, err = config.WriteString(w.Config())
	ts.Check(err)
	ts.Check(config.Close())
}

// accept
//
// has the archive of the world take what is in the queue.
func accept(ts *testscript.TestScript, neg bool, args []string) {
	err := (*ts.Value(worldKey{}).(**uploadtest.World)).Accept()
	if neg && err == nil {
		ts.Fatalf("the archive takes the upload")
	}
	if !neg {
		ts.Check(err)
	}
}

// nopassphrase
//
// has gpg's agent find nobody who gives a passphrase, and the key of the user want one.
func nopassphrase(ts *testscript.TestScript, neg bool, args []string) {
	w := *ts.Value(worldKey{}).(**uploadtest.World)
	ts.Check(w.GPG.NewKey(args[0], "secret"))
	ts.Check(w.GPG.CancelPassphrases())
}
