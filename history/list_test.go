package history_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"debgit/archive"
	"debgit/archive/archivetest"
	"debgit/dsc"
	"debgit/dsc/dsctest"
	"debgit/history"
)

// TestList lists what a suite has, keeps, and says of git.
func TestList(t *testing.T) {
	key, err := dsctest.NewKey("A B", "a@example.org", dsctest.KeyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	signed := time.Date(2025, 9, 1, 8, 0, 0, 0, time.UTC)
	write := func(version string, fields ...dsctest.Field) string {
		p := &dsctest.Package{
			Format: "3.0 (native)", Source: "hello", Version: version, Fields: fields,
			Files: []dsctest.File{{Name: "hello_" + version + ".tar.xz", Entries: []dsctest.Entry{{Name: "hello/"}}}},
		}
		path, err := p.Write(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if data, err = dsctest.Clearsign(data, dsctest.Signing{Key: key, Time: signed}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const commit = "0123456789abcdef0123456789abcdef01234567"
	newest := write("3", dsctest.Field{Name: "Dgit", Value: commit + " debian archive/debian/3 https://git.example.org/hello"})
	older := write("2", dsctest.Field{Name: "Vcs-Git", Value: "https://git.example.org/hello.git"})
	oldest := write("1")
	dir := t.TempDir()
	a, err := archivetest.Build(dir, archivetest.Options{Suites: []archivetest.Suite{
		{Codename: "sid", Uploads: []archivetest.Upload{{Dsc: newest}, {Dsc: older, ExtraSourceOnly: true}, {Dsc: oldest, ExtraSourceOnly: true}}},
		{Codename: "trixie", Name: "stable", Uploads: []archivetest.Upload{{Dsc: older, Component: "contrib"}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "pool/main/h/hello/hello_3.dsc")); err != nil { // Sources knows its fields
		t.Fatal(err)
	}
	in := func(codename, component string, kept bool) history.ListedSuite {
		return history.ListedSuite{Codename: codename, Component: component, Where: dir, Assurance: archive.SignedIndex, Kept: kept}
	}
	version := func(v dsc.Version, date time.Time, dgit, vcsGit string, suites ...history.ListedSuite) history.ListedVersion {
		return history.ListedVersion{ID: dsc.ID{Package: "hello", Version: v}, Suites: suites, Date: date, Dgit: dgit, VcsGit: vcsGit}
	}
	const vcs = "https://git.example.org/hello.git"
	for _, tt := range []struct {
		kept bool
		want []history.ListedVersion
	}{
		{false, []history.ListedVersion{
			version("3", time.Time{}, commit, "", in("sid", "main", false)),
			version("2", signed, "", vcs, in("trixie", "contrib", false)),
		}},
		{true, []history.ListedVersion{
			version("3", time.Time{}, commit, "", in("sid", "main", false)),
			version("2", signed, "", vcs, in("sid", "main", true), in("trixie", "contrib", false)),
			version("1", signed, "", "", in("sid", "main", true)),
		}},
	} {
		l, err := history.List(t.Context(), history.ListOptions{
			Package: "hello", OpenOptions: history.OpenOptions{Archive: dir, Keyrings: []string{a.Keyring}}, CacheDir: t.TempDir(), Kept: tt.kept,
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, l.Versions); diff != "" {
			t.Errorf("List with Kept %v (-want +got):\n%s", tt.kept, diff)
		}
		want := []string{"the mirror does not have the .dsc of 3, so the dates are not known"}
		if diff := cmp.Diff(want, l.Warnings); diff != "" {
			t.Errorf("warnings (-want +got):\n%s", diff)
		}
	}
}
