package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// fetchRounds is how often a fetch is timed: one takes little longer than a process takes to
// start, which on a busy machine is not always the same.
const fetchRounds = 20

// measureFetches times fetches that find nothing new, in clones from an archive that the
// script versions made: from its directory, and from a server on this machine.
func measureFetches(opts options, dir string) (string, error) {
	if opts.versions == "" {
		return "", nil
	}
	archive, err := filepath.Abs(opts.versions)
	if err != nil {
		return "", err
	}
	if err := os.Symlink(archive, filepath.Join(dir, "archive")); err != nil {
		return "", err
	}
	name, err := writeAPI(dir)
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: http.FileServer(http.Dir(dir))}
	go server.Serve(listener)
	defer server.Close()
	var report strings.Builder
	for i, place := range []struct{ url, label string }{
		{"file://" + dir, "a directory"},
		{"http://" + listener.Addr().String(), "a server on this machine"},
	} {
		where := filepath.Join(dir, fmt.Sprint(i))
		var tools []tool
		for n, f := range fetchers(opts, dir, place.url, name) {
			t, err := f.clone(filepath.Join(where, "clones", fmt.Sprint(n)))
			if err != nil {
				warnf("fetch from %s: %s is left out: %v", place.label, f.name, err)
				continue
			}
			tools = append(tools, t)
		}
		tables, err := compare("fetch from "+place.label, tools, []string{fetchTask}, fetchRounds, filepath.Join(where, "runs"))
		if err != nil {
			return "", err
		}
		tables[0].write(&report, name+", from "+place.label, i == 0)
	}
	return fmt.Sprintf("A fetch that finds nothing new, in a clone from an archive whose indexes are in the cache; without a git server.\n"+
		"git fetches from a bare clone in a directory. Median of %d runs; a tool other than debgit that takes more than %.0f s\n"+
		"runs once. debgit is to take less than 0.2 s.\n\n", fetchRounds, longTime.Seconds()) + report.String(), nil
}

const fetchTask = "fetch"

// A fetcher is a program that fetches into a clone that it has made.
type fetcher struct {
	name   string
	clones [][]string // the commands that make the repository "clone"
	fetch  []string   // the command that fetches into it
}

// fetchers returns the programs that fetch from an archive, and its API, below url, which is dir.
func fetchers(opts options, dir, url, name string) []fetcher {
	archive, method := url+"/archive", "ftpmasterapi:"
	if strings.HasPrefix(url, "file:") {
		method = "dummycatapi:"
	}
	debgit := func(args ...string) []string {
		return append(append([]string{opts.debgit, "-q", "-cdgit-distro.bench.git-check=false"}, args...),
			"--archive", archive, "--keyring", filepath.Join(dir, "archive/keyring.gpg"))
	}
	dgit := func(args ...string) []string {
		return append([]string{opts.dgit, "--distro=bench", "-cdgit-distro.bench.git-check=false", "-cdgit-distro.bench.mirror=" + archive + "/",
			"-cdgit-distro.bench.archive-query=" + method, "-cdgit-distro.bench.archive-query-url=" + url + "/api/"}, args...)
	}
	all := []fetcher{
		{name: "debgit fetch", clones: [][]string{debgit("clone", name, "versions", "./clone")}, fetch: debgit("fetch")},
		{name: "dgit fetch", clones: [][]string{dgit("clone", name, "versions", "./clone")}, fetch: dgit("fetch")},
	}
	if method == "dummycatapi:" {
		all = append(all, fetcher{name: "git fetch", clones: [][]string{
			debgit("clone", name, "versions", "./first"),
			{"git", "clone", "-q", "--bare", "first", "bare"},
			{"git", "clone", "-q", "--no-local", "bare", "clone"},
		}, fetch: []string{"git", "fetch", "-q"}})
	}
	return all
}

// clone makes the repository below dir, and returns the tool that fetches into it.
func (f fetcher) clone(dir string) (tool, error) {
	home, work := filepath.Join(dir, "home"), filepath.Join(dir, "work")
	if err := errors.Join(os.MkdirAll(home, 0o777), os.MkdirAll(work, 0o777)); err != nil {
		return tool{}, err
	}
	maker := tool{name: f.name}
	if err := maker.prepare(home, work); err != nil {
		return tool{}, err
	}
	if _, err := maker.runStep(step{commands: f.clones}, home, work); err != nil {
		return tool{}, err
	}
	command := append([]string{"env", "-C", filepath.Join(work, "clone")}, f.fetch...)
	return tool{name: f.name, peer: true, steps: []step{{name: fetchTask, commands: [][]string{command}}}}, nil
}

// writeAPI writes what the API of the archive in dir, as dgit asks it, answers about its suite and
// its only source package, and returns the name of that.
func writeAPI(dir string) (name string, err error) {
	dscs, err := filepath.Glob(filepath.Join(dir, "archive/pool/main/*/*/*.dsc"))
	if err != nil {
		return "", err
	}
	var listed []map[string]string
	for _, path := range dscs {
		text, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		m := versionField.FindSubmatch(text)
		if m == nil {
			return "", fmt.Errorf("%s: no version", path)
		}
		file, err := filepath.Rel(filepath.Join(dir, "archive/pool/main"), path)
		if err != nil {
			return "", err
		}
		name = filepath.Base(filepath.Dir(path))
		listed = append(listed, map[string]string{
			"version": string(m[1]), "component": "main", "filename": file, "sha256sum": fmt.Sprintf("%x", sha256.Sum256(text)),
		})
	}
	if len(listed) == 0 {
		return "", fmt.Errorf("%s: no archive of many versions; make one with bench/versions", dir)
	}
	suites := []map[string]string{{"name": "versions", "codename": "versions"}}
	for path, answer := range map[string]any{"suites": suites, "dsc_in_suite/versions/" + name: listed} {
		path = filepath.Join(dir, "api", path)
		data, err := json.Marshal(answer)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o777)
		}
		if err == nil {
			err = os.WriteFile(path, data, 0o666)
		}
		if err != nil {
			return "", err
		}
	}
	return name, nil
}
