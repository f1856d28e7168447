package history

import (
	"errors"
	"path/filepath"
	"testing"

	"debgit/dsc"
	"debgit/dsc/dsctest"
	"debgit/gitmap"
)

// smallPackage writes a source package of one file and returns the path of its .dsc.
func smallPackage(t *testing.T) string {
	t.Helper()
	p := &dsctest.Package{Format: "3.0 (native)", Source: "small", Version: "1.0", Files: []dsctest.File{
		{Name: "small_1.0.tar.gz", Entries: []dsctest.Entry{
			{Name: "small-1.0/debian/changelog", Content: "small (1.0) unstable; urgency=medium\n\n  * Start.\n\n -- A B <a@example.org>  Mon, 01 Sep 2025 09:15:00 +0200\n"},
		}},
	}}
	path, err := p.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func newRepo(t *testing.T) *gitmap.Repo {
	t.Helper()
	repo, err := gitmap.Init(t.Context(), filepath.Join(t.TempDir(), "repo"), "main")
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

func importSmall(t *testing.T, repo *gitmap.Repo, path, branch string) *ImportDscResult {
	t.Helper()
	r, err := ImportDsc(t.Context(), repo, ImportDscOptions{Dsc: path, Branch: branch})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReadRecord(t *testing.T) {
	repo, path := newRepo(t), smallPackage(t)
	imported := importSmall(t, repo, path, "small")
	record, ok, err := readRecord(t.Context(), repo, imported.Commit)
	if err != nil || !ok {
		t.Fatalf("readRecord = %v, %v, want a record", ok, err)
	}
	if want := (dsc.ID{Package: "small", Version: "1.0"}); record.ID() != want {
		t.Errorf("ID of the record = %v, want %v", record.ID(), want)
	}
	if record.Report.Commit != imported.Commit.String() {
		t.Errorf("the record is about commit %s, want %s", record.Report.Commit, imported.Commit)
	}
	if _, ok, err := readRecord(t.Context(), repo, gitmap.CommitID{1}); ok || err != nil {
		t.Errorf("readRecord of another commit = %v, %v, want none", ok, err)
	}
}

// Anything that does not belong to the commit is refused.
func TestReadRecordRefuses(t *testing.T) {
	repo, path := newRepo(t), smallPackage(t)
	commit := importSmall(t, repo, path, "small").Commit
	record, _, err := readRecord(t.Context(), repo, commit)
	if err != nil {
		t.Fatal(err)
	}
	good, err := EncodeReport(record.Report)
	if err != nil {
		t.Fatal(err)
	}
	newer, other := record.Report, record.Report
	newer.Schema = 2
	other.Commit = "0123456789012345678901234567890123456789"
	encode := func(r gitmap.Report) []byte {
		data, err := EncodeReport(r)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	tests := []struct {
		name  string
		files map[string][]byte
		ok    bool
	}{
		{"as it is", map[string][]byte{"dsc": record.Dsc, "report.json": good}, true},
		{"one more file", map[string][]byte{"dsc": record.Dsc, "report.json": good, "x": nil}, true},
		{"no .dsc", map[string][]byte{"report.json": good}, false},
		{"no report", map[string][]byte{"dsc": record.Dsc}, false},
		{"another .dsc", map[string][]byte{"dsc": append(record.Dsc, '\n'), "report.json": good}, false},
		{"a newer schema", map[string][]byte{"dsc": record.Dsc, "report.json": encode(newer)}, false},
		{"another commit", map[string][]byte{"dsc": record.Dsc, "report.json": encode(other)}, false},
		{"no JSON", map[string][]byte{"dsc": record.Dsc, "report.json": good[1:]}, false},
	}
	for _, tt := range tests {
		pack, err := repo.NewPack(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		tree, err := pack.WriteFiles(tt.files)
		if err != nil {
			t.Fatal(err)
		}
		if err := pack.Finish(); err != nil {
			t.Fatal(err)
		}
		if _, err := repo.Git(t.Context(), "update-ref", recordRef(commit), tree.String()); err != nil {
			t.Fatal(err)
		}
		_, ok, err := readRecord(t.Context(), repo, commit)
		var refused *RecordError
		if ok != tt.ok || errors.As(err, &refused) == tt.ok {
			t.Errorf("%s: readRecord = %v, %v, want %v", tt.name, ok, err, tt.ok)
		}
	}
}

// A record and its branch appear together or not at all.
func TestRecordWithBranch(t *testing.T) {
	repo, path := newRepo(t), smallPackage(t)
	commit := importSmall(t, repo, path, "first").Commit
	if _, err := repo.Git(t.Context(), "update-ref", "-d", recordRef(commit)); err != nil {
		t.Fatal(err)
	}
	// A branch below a branch cannot be: the transaction fails.
	if _, err := ImportDsc(t.Context(), repo, ImportDscOptions{Dsc: path, Branch: "first/second"}); err == nil {
		t.Fatal("ImportDsc made a branch below a branch")
	}
	if _, ok, err := readRecord(t.Context(), repo, commit); ok || err != nil {
		t.Errorf("readRecord after a failed import = %v, %v, want none", ok, err)
	}
	importSmall(t, repo, path, "second")
	if _, ok, err := readRecord(t.Context(), repo, commit); !ok || err != nil {
		t.Errorf("readRecord after the next import = %v, %v, want a record", ok, err)
	}
}

// An import is verified without any network, with files in a place of the caller's
// choice, whatever objects git is told to use besides.
func TestVerify(t *testing.T) {
	repo, path := newRepo(t), smallPackage(t)
	importSmall(t, repo, path, "small")
	opts := VerifyOptions{Rev: "small", Offline: true, SourceDir: filepath.Dir(path)}
	v, err := Verify(t.Context(), repo, opts)
	if err != nil || v.Err() != nil || v.Generation != gitmap.GenerationNow {
		t.Fatalf("Verify = %+v, %v, want no difference", v, err)
	}
	t.Setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", filepath.Join(repo.CommonDir(), "objects"))
	if v, err = Verify(t.Context(), repo, opts); err != nil || v.Err() != nil {
		t.Errorf("Verify with alternates = %+v, %v, want no difference", v, err)
	}
}
