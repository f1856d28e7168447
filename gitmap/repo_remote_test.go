package gitmap

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
)

// FetchObjects brings objects and makes no ref, whatever is configured.
func TestFetchObjects(t *testing.T) {
	server, repo := testRepo(t), testRepo(t)
	pack := testPack(t, server)
	tree, err := pack.WriteFiles(map[string][]byte{"a b 3": []byte("content")})
	if err != nil {
		t.Fatal(err)
	}
	const person = "A <a@example.org> 1700000000 +0000"
	c, err := pack.WriteCommit(tree, nil, person, person, "one\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := pack.Finish(); err != nil {
		t.Fatal(err)
	}
	refs := []string{"refs/dgit/sid", "refs/heads/refs/dgit/sid", "refs/tags/x/1", "refs/tags/y"}
	for _, ref := range refs {
		if err := server.UpdateRefs(t.Context(), "test", RefUpdate{Ref: ref, New: c}); err != nil {
			t.Fatal(err)
		}
	}
	remote, err := repo.RemoteRefs(t.Context(), server.WorkTree(), "refs/dgit/sid", "refs/tags/x/")
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]ObjectID{"refs/dgit/sid": ObjectID(c), "refs/tags/x/1": ObjectID(c)}; !maps.Equal(remote, want) {
		t.Errorf("RemoteRefs = %v, want %v", remote, want)
	}
	for _, pair := range [][2]string{{"remote.origin.url", server.WorkTree()}, {"remote.origin.fetch", "+refs/*:refs/remotes/origin/*"}, {"fetch.prune", "true"}} {
		if _, err := repo.Git(t.Context(), "config", pair[0], pair[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := repo.FetchObjects(t.Context(), server.WorkTree(), slices.Sorted(maps.Keys(remote))...); err != nil {
		t.Fatal(err)
	}
	if made, err := repo.Refs(t.Context()); err != nil || len(made) > 0 {
		t.Errorf("FetchObjects made refs: %v, %v", made, err)
	}
	if ok, err := repo.IsComplete(t.Context(), []ObjectID{ObjectID(c), tree}, nil); !ok || err != nil {
		t.Errorf("IsComplete of what was fetched = %v, %v", ok, err)
	}
	pack = testPack(t, repo)
	orphan, err := pack.WriteCommit(ObjectID{1}, []CommitID{c}, person, person, "without its tree\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := pack.Finish(); err != nil {
		t.Fatal(err)
	}
	for _, id := range []ObjectID{{1}, ObjectID(orphan)} {
		if ok, err := repo.IsComplete(t.Context(), []ObjectID{ObjectID(c), id}, nil); ok || err != nil {
			t.Errorf("IsComplete with %s = %v, %v, want false", id, ok, err)
		}
	}
	if ok, err := repo.IsComplete(t.Context(), []ObjectID{ObjectID(c)}, []ObjectID{ObjectID(c)}); !ok || err != nil {
		t.Errorf("IsComplete of what is given = %v, %v, want true", ok, err)
	}
	reader, err := repo.NewCommitReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if ok, err := reader.Has(ObjectID(c)); !ok || err != nil {
		t.Errorf("Has of what was fetched = %v, %v", ok, err)
	}
	if ok, err := reader.Has(ObjectID{1}); ok || err != nil {
		t.Errorf("Has of another = %v, %v, want false", ok, err)
	}
	if data, err := reader.File(c, "a b 3"); err != nil || string(data) != "content" {
		t.Errorf("File = %q, %v, want %q", data, err, "content")
	}
	for _, path := range []string{"b", "c b 3", "c\nd", ""} {
		if _, err := reader.File(c, path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("File(%q) = %v, want %v", path, err, fs.ErrNotExist)
		}
	}
	if _, err := repo.Git(t.Context(), "update-ref", "DGIT_ARCHIVE", c.String()); err != nil {
		t.Fatal(err)
	}
	if commit, err := reader.Named("DGIT_ARCHIVE"); err != nil || commit.ID != c || commit.Tree != tree {
		t.Errorf("Named = %v, %v, want %s", commit, err, c)
	}
	for _, name := range []string{"refs/nosuch", tree.String()} {
		if _, err := reader.Named(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Named(%q) = %v, want %v", name, err, fs.ErrNotExist)
		}
	}
	if err := repo.FetchObjects(t.Context(), server.WorkTree(), "refs/nosuch"); err == nil {
		t.Error("FetchObjects of a ref that is not there succeeded")
	}
}

func TestReachable(t *testing.T) {
	repo := testRepo(t)
	one := testCommit(t, repo, "one")
	two := testCommit(t, repo, "two", one)
	other := testCommit(t, repo, "other")
	tree, err := repo.Tree(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	got, err := repo.Reachable(t.Context(), two, ObjectID(one), ObjectID(two), tree, ObjectID(other), ObjectID{1})
	want := map[ObjectID]bool{ObjectID(one): true, ObjectID(two): true, tree: true}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("Reachable = %v, %v; want %v", got, err, want)
	}
}

// Objects that harm who checks them out are refused; those that are only odd, as old
// histories have them, are not.
func TestFetchObjectsChecks(t *testing.T) {
	const modules = "[submodule %q]\n\tpath = x\n\turl = %s\n"
	tests := []struct {
		name    string
		entry   string // of a tree: mode and name
		content string
		config  string // KEY=VALUE
		refused bool
	}{
		{"plain", "100644 x", "", "", false},
		{"old mode", "0100664 x", "", "", false},
		{".git", "100644 .git", "", "", true},
		{".git, as HFS+ has it", "100644 .g\u200cit", "", "", true},
		{".git, as NTFS has it", "100644 git~1", "", "", true},
		{"dot dot", "100644 ..", "", "", true},
		{"slash", "100644 ../x", "", "", true},
		{"submodules", "100644 .gitmodules", fmt.Sprintf(modules, "x", "../x"), "", false},
		{"broken submodules", "100644 .gitmodules", "[submodule", "", false},
		{"option as address", "100644 .gitmodules", fmt.Sprintf(modules, "x", "-u./x"), "", true},
		{"name leads out", "100644 .gitmodules", fmt.Sprintf(modules, "../x", "../x"), "", true},
		{"link to submodules", "120000 .gitmodules", "x", "", true},
		{"no checks wanted", "100644 .git", "", "transfer.fsckObjects=false", false},
		{"all checks wanted", "0100664 x", "", "fetch.fsckObjects=true", true},
		{"one more check wanted", "0100664 x", "", "fetch.fsck.zeroPaddedFilemode=error", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server, repo := testRepo(t), testRepo(t)
			add := func(kind, content string) ObjectID {
				t.Helper()
				out, err := server.gitInput(t.Context(), []byte(content), "hash-object", "-w", "--literally", "--stdin", "-t", kind)
				if err != nil {
					t.Fatal(err)
				}
				id, err := ParseCommitID(strings.TrimSpace(out))
				if err != nil {
					t.Fatal(err)
				}
				return ObjectID(id)
			}
			blob := add("blob", tt.content)
			tree := add("tree", tt.entry+"\x00"+string(blob[:]))
			commit := add("commit", "tree "+tree.String()+"\nauthor A<a@example.org> 01 +0000\ncommitter <> 1 -8000\n\nNUL \x00\n")
			if err := server.UpdateRefs(t.Context(), "test", RefUpdate{Ref: "refs/x", New: CommitID(commit)}); err != nil {
				t.Fatal(err)
			}
			if key, value, ok := strings.Cut(tt.config, "="); ok {
				gitOutput(t, repo, "config", key, value)
			}
			err := repo.FetchObjects(t.Context(), server.WorkTree(), "refs/x")
			if (err != nil) != tt.refused {
				t.Errorf("FetchObjects: error %v, want one: %v", err, tt.refused)
			}
			if complete, err := repo.IsComplete(t.Context(), []ObjectID{commit}, nil); err != nil || complete == tt.refused {
				t.Errorf("IsComplete = %v, %v, want %v", complete, err, !tt.refused)
			}
		})
	}
}

// A server that says nothing is given up, in the time that the user says, if he does.
func TestBoundSilence(t *testing.T) {
	tests := []struct {
		key, want string
	}{
		{"", "-c http.lowSpeedLimit=1 -c http.lowSpeedTime=60"},
		{"http.lowSpeedTime", ""},
		{"http.lowSpeedLimit", ""},
	}
	for _, tt := range tests {
		repo := testRepo(t)
		if tt.key != "" {
			if _, err := repo.Git(t.Context(), "config", tt.key, "0"); err != nil {
				t.Fatal(err)
			}
		}
		var runs []string
		ctx := WithTrace(t.Context(), func(_ string, args []string) { runs = append(runs, strings.Join(args, " ")) })
		if _, err := repo.RemoteRefs(ctx, repo.WorkTree()); err != nil {
			t.Fatal(err)
		}
		var missing *GitError
		if err := repo.FetchObjects(ctx, repo.WorkTree(), "refs/dgit/sid"); !errors.As(err, &missing) {
			t.Fatalf("FetchObjects of what is not there = %v", err)
		}
		runs = slices.DeleteFunc(runs, func(run string) bool { return strings.Contains(run, "config --list") })
		if len(runs) < 2 {
			t.Fatalf("git was run with %q only", runs)
		}
		for _, run := range runs {
			if got, _, _ := strings.Cut(run, " ls-remote"); tt.want == "" && strings.Contains(run, "lowSpeed") || !strings.HasPrefix(run, tt.want) {
				t.Errorf("with %q configured, git was run with %s, want %q", tt.key, got, tt.want)
			}
		}
	}
}
