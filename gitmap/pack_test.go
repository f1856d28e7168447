package gitmap

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// testRepo makes an empty repository.
func testRepo(t testing.TB) *Repo {
	t.Helper()
	repo, err := Init(context.Background(), filepath.Join(t.TempDir(), "repo"), "main")
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

// testPack starts a pack.
func testPack(t testing.TB, repo *Repo) *Pack {
	t.Helper()
	pack, err := repo.NewPack(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pack.Abort)
	return pack
}

func gitOutput(t *testing.T, repo *Repo, args ...string) string {
	t.Helper()
	out, err := repo.Git(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

// contents are blobs whose sizes lie around the places where the encoding of a
// size gets longer, and on both sides of what the pool holds in memory.
func contents() [][]byte {
	var all [][]byte
	for _, n := range []int{0, 1, 15, 16, 17, 2047, 2048, 1 << 18, 1<<18 + 1, maxPooled, maxPooled + 1} {
		all = append(all, bytes.Repeat([]byte("debgit\n"), n/7+1)[:n])
	}
	random := make([]byte, 100000) // does not compress
	rand.NewChaCha8([32]byte{}).Read(random)
	return append(all, random)
}

func TestPack(t *testing.T) {
	repo := testRepo(t)
	pack, err := newPackWriter(repo.packDir(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	workers := newWorkers(pack)
	pool := newBlobPool(pack, workers)
	blobs := make([]ObjectID, 2*len(contents()))
	for i, c := range append(contents(), contents()...) { // the second time nothing is new
		if err := pool.add(bytes.NewReader(c), int64(len(c)), &blobs[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := workers.end(); err != nil {
		t.Fatal(err)
	}
	for i, want := range append(contents(), contents()...) {
		got, ok, err := pack.read(blobs[i])
		if err != nil || !ok || !bytes.Equal(got, want) {
			t.Fatalf("read of blob %d before finish = %d bytes, %v, %v, want %d bytes", i, len(got), ok, err, len(want))
		}
	}
	if err := pack.finish(); err != nil {
		t.Fatal(err)
	}
	for i, want := range contents() {
		got, err := repo.blob(blobs[i])
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("blob %d = %d bytes, %v, want %d bytes", i, len(got), err, len(want))
		}
	}
	if got := gitOutput(t, repo, "fsck", "--strict", "--no-dangling"); got != "" {
		t.Errorf("git fsck: %s", got)
	}
	if got, want := gitOutput(t, repo, "count-objects", "-v"), "in-pack: 12\npacks: 1"; !strings.Contains(got, want) {
		t.Errorf("git count-objects = %s, want %s", got, want)
	}
	noTemporaries(t, repo)
}

func noTemporaries(t *testing.T, repo *Repo) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(repo.packDir(), "tmp_*"))
	if err != nil || len(left) > 0 {
		t.Errorf("temporary files left: %v, %v", left, err)
	}
}

func TestPackOfKnownObjects(t *testing.T) {
	repo := testRepo(t)
	for range 2 {
		pack, err := newPackWriter(repo.packDir(), Config{"pack.compression": {"9"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pack.put(pack.newDeflater(), blobObject, []byte("once\n")); err != nil {
			t.Fatal(err)
		}
		if err := pack.finish(); err != nil {
			t.Fatal(err)
		}
	}
	packs, _ := filepath.Glob(filepath.Join(repo.packDir(), "*.pack"))
	if len(packs) != 1 {
		t.Errorf("%d packs, want 1: an object that is there is not written again", len(packs))
	}
	noTemporaries(t, repo)
}

func TestPackAborted(t *testing.T) {
	repo := testRepo(t)
	pack, err := newPackWriter(repo.packDir(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	id, err := pack.put(pack.newDeflater(), blobObject, []byte("gone\n"))
	if err != nil {
		t.Fatal(err)
	}
	pack.abort()
	if _, err := repo.blob(id); err == nil {
		t.Error("an object of an aborted pack is in the repository")
	}
	noTemporaries(t, repo)
}

// What is read back from an unfinished pack is what was written, or an error.
func TestPackDamaged(t *testing.T) {
	pack, err := newPackWriter(testRepo(t).packDir(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer pack.abort()
	want := []byte(strings.Repeat("debgit ", 10))
	id, err := pack.put(pack.newDeflater(), blobObject, want)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := pack.read(id); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("read = %q, %v, want %q", got, err, want)
	}
	found := 0
	for at := int64(packHeaderSize); at < pack.offset; at++ {
		for bit := range 8 {
			b := make([]byte, 1)
			if _, err := pack.file.ReadAt(b, at); err != nil {
				t.Fatal(err)
			}
			if _, err := pack.file.WriteAt([]byte{b[0] ^ 1<<bit}, at); err != nil {
				t.Fatal(err)
			}
			switch got, _, err := pack.read(id); {
			case err != nil:
				found++
			case !bytes.Equal(got, want):
				t.Fatalf("with bit %d of byte %d changed: read = %q", bit, at, got)
			}
			if _, err := pack.file.WriteAt(b, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	if found == 0 {
		t.Error("no damage was found")
	}
}

// A pack that cannot get its index leaves nothing.
func TestPackWithoutIndex(t *testing.T) {
	finish := func(repo *Repo, before func()) error {
		pack, err := newPackWriter(repo.packDir(), Config{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pack.put(pack.newDeflater(), blobObject, []byte("x\n")); err != nil {
			t.Fatal(err)
		}
		before()
		return pack.finish()
	}
	sound := testRepo(t)
	if err := finish(sound, func() {}); err != nil {
		t.Fatal(err)
	}
	index, err := filepath.Glob(filepath.Join(sound.packDir(), "*.idx"))
	if err != nil || len(index) != 1 {
		t.Fatalf("indexes %q, error %v, want one", index, err)
	}
	repo := testRepo(t)
	inTheWay := filepath.Join(repo.packDir(), filepath.Base(index[0]), "x")
	err = finish(repo, func() {
		if err := os.MkdirAll(inTheWay, 0o777); err != nil {
			t.Fatal(err)
		}
	})
	if err == nil {
		t.Error("finish works though there is no place for the index")
	}
	files, err := os.ReadDir(repo.packDir())
	if err != nil || len(files) != 1 {
		t.Errorf("files %v, error %v, want only what was in the way", files, err)
	}
}

func TestPackTruncatedStream(t *testing.T) {
	repo := testRepo(t)
	pack, err := newPackWriter(repo.packDir(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer pack.abort()
	workers := newWorkers(pack)
	defer workers.end()
	pool := newBlobPool(pack, workers)
	for _, size := range []int64{10, maxPooled + 10} {
		err := pool.add(strings.NewReader("short"), size, new(ObjectID))
		if err == nil || err.Error() != "unexpected EOF" {
			t.Errorf("add of 5 bytes as %d = %v, want unexpected EOF", size, err)
		}
	}
}

// shattered is the start, up to the end of the colliding blocks, of one of the two
// files with the same SHA-1 that were published in 2017 (CWI and Google).
const shattered = "255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474682032203020522f4865696768742033203020522f547970652034203020522f" +
	"537562747970652035203020522f46696c7465722036203020522f436f6c6f7253706163652037203020522f4c656e6774682038203020522f42697473506572" +
	"436f6d706f6e656e7420383e3e0a73747265616d0affd8fffe00245348412d3120697320646561642121212121852fec092339759c39b1a1c63c4c97e1fffe01" +
	"7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de218f86db3a90901d5df45c14f26fedfb3dc38e96ac22fe7bd728f0e45bce046d2" +
	"3c570feb141398bb552ef5a0a82be331fea48037b8b5d71f0e332edf93ac3500eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc4629b1"

func TestPackRefusesCollision(t *testing.T) {
	data, err := hex.DecodeString(shattered)
	if err != nil {
		t.Fatal(err)
	}
	d := (&packWriter{level: 1}).newDeflater()
	d.hash.Write(data)
	id, err := d.sum()
	var collision *CollisionError
	if !errors.As(err, &collision) {
		t.Errorf("sum of a colliding file = %s, %v, want a *CollisionError", id, err)
	}
}

func TestMapIndexRefuses(t *testing.T) {
	dir := t.TempDir()
	tests := []struct{ name, content, want string }{
		{"short", "\xfftOc", "too short for a pack index"},
		{"truncated", "\xfftOc\x00\x00\x00\x02" + strings.Repeat("\x00\x00\x00\xff", 256), "truncated"},
	}
	for _, tt := range tests {
		name := filepath.Join(dir, "pack-"+tt.name+".idx")
		if err := os.WriteFile(name, []byte(tt.content), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := mapIndex(name)
		if want := "read " + name + ": " + tt.want; err == nil || err.Error() != want {
			t.Errorf("mapIndex(%s) = %v, want %s", tt.name, err, want)
		}
	}
}

func TestRefusedName(t *testing.T) {
	repo := testRepo(t)
	out, err := repo.gitInput(t.Context(), []byte("x"), "hash-object", "-w", "--stdin")
	if err != nil {
		t.Fatal(err)
	}
	id := strings.TrimSpace(out)
	names := []string{"a", ".git", ".GIT", ".Git", "git~1", "GIT~1", "git~2", "git~11", ".git ", ".git.", ".git. .", ".git:x", ".git::$INDEX_ALLOCATION",
		`.git\x`, `a\.git`, `a\b`, `a\git~1\b`, `x\..\y`, ".gitx", ".git x", ".gitmodules", ".gitignore", ".g\u200cit", "aux", "con.txt", "a:b", "git~1 .", " .git", "\x01", "caf\xe9", "-rf", "*"}
	for _, name := range names {
		_, err := repo.Git(t.Context(), "update-index", "--add", "--cacheinfo", "100644,"+id+",dir/"+name)
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if reason := refusedName(name); (reason != "") != (err != nil) {
			t.Errorf("refusedName(%q) = %q, but git update-index says %v", name, reason, err)
		}
	}
}

func TestRefusedLink(t *testing.T) {
	repo := testRepo(t)
	out, err := repo.gitInput(t.Context(), []byte("x"), "hash-object", "-w", "--stdin")
	if err != nil {
		t.Fatal(err)
	}
	id := strings.TrimSpace(out)
	names := []string{"a", ".gitmodules", ".GitModules", ".gitmodules ", ".gitmodules.", ".gitmodules:x", ".gitmodules x", "gitmod~1", "GITMOD~4", "gitmod~5", "gitmod~0",
		"gi7eba~1", "GI7EBA~9", "gi7eb~10", "gi7e~100", "gi7d2~10", "gi7eba~0", "gitmodules", ".gitignore", ".gitattributes", "gitmod~10", "gi~10000", "gi7eba~1x", "~1000000", "g~999999", "gi7eba~1 ", "gi7eba~1.", "gi7eba~1:x"}
	for _, name := range names {
		_, err := repo.Git(t.Context(), "update-index", "--add", "--cacheinfo", "120000,"+id+",dir/"+name)
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if refused := isDotGitmodules(name); refused != (err != nil) {
			t.Errorf("isDotGitmodules(%q) = %v, but git update-index says %v", name, refused, err)
		}
	}
}

// git reads the offsets of a pack that is larger than 2 GiB from our index.
func TestIndexOfLargePack(t *testing.T) {
	objects := map[ObjectID]packed{
		{0xff, 1}: {offset: 12, crc: 0xdeadbeef},
		{0x00, 2}: {offset: 1<<31 - 1, crc: 1},
		{0x7f, 3}: {offset: 1 << 31, crc: 2},
		{0x7f, 2}: {offset: 1<<40 + 5, crc: 3},
	}
	var index bytes.Buffer
	if err := encodeIndex(&index, objects, [20]byte{}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("git", "show-index")
	cmd.Stdin = &index
	got, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	zeros := strings.Repeat("0", 36)
	want := "2147483647 0002" + zeros + " (00000001)\n" +
		"1099511627781 7f02" + zeros + " (00000003)\n" +
		"2147483648 7f03" + zeros + " (00000002)\n" +
		"12 ff01" + zeros + " (deadbeef)\n"
	if string(got) != want {
		t.Errorf("git show-index says\n%s, want\n%s", got, want)
	}
}
