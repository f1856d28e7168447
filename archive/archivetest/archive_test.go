package archivetest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"debgit/archive"
	"debgit/archive/archivetest"
	"debgit/dsc"
	"debgit/dsc/dsctest"
)

func writePackage(t *testing.T, source, version string) string {
	t.Helper()
	p := &dsctest.Package{
		Format: "3.0 (native)", Source: source, Version: version,
		Files: []dsctest.File{{
			Name:    source + "_" + version + ".tar.gz",
			Entries: []dsctest.Entry{{Name: source + "/"}, {Name: source + "/README", Content: version + "\n"}},
		}},
	}
	path, err := p.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// runAPT downloads a source package with apt-get(8), from a system of its own whose
// only source is a suite of a.
func runAPT(t *testing.T, a *archivetest.Archive, suite, pkg string) (dir string, out []byte, err error) {
	t.Helper()
	root := t.TempDir()
	dir = t.TempDir()
	for _, d := range []string{"etc/apt/apt.conf.d", "etc/apt/preferences.d", "state/lists/partial", "cache/archives/partial", "log"} {
		if err := os.MkdirAll(filepath.Join(root, d), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string]string{
		"state/status": "",
		"etc/apt/sources.list": fmt.Sprintf("deb-src [signed-by=%s] copy:%s %s main\n",
			a.Keyring, a.Dir, suite),
		"apt.conf": fmt.Sprintf(`Dir "%[1]s"; Dir::State "%[1]s/state"; Dir::State::status "%[1]s/state/status"; Dir::Cache "%[1]s/cache";
Dir::Etc "%[1]s/etc/apt"; Dir::Log "%[1]s/log"; Dir::Bin::Methods "/usr/lib/apt/methods"; APT::Sandbox::User ""; Acquire::Languages "none"; APT::Architecture "amd64";
Acquire::Check-Valid-Until "true"; Acquire::Check-Date "true";
`, root),
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"--error-on=any", "update"}, {"--download-only", "source", pkg}} {
		cmd := exec.Command("apt-get", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "APT_CONFIG="+filepath.Join(root, "apt.conf"), "LC_ALL=C.UTF-8")
		if out, err = cmd.CombinedOutput(); err != nil {
			return dir, out, err
		}
	}
	return dir, out, nil
}

// APT, for whom the format was made, takes a sound archive and refuses the others.
func TestBuildAPT(t *testing.T) {
	if _, err := exec.LookPath("apt-get"); err != nil { // as on a machine that is not Debian
		t.Skipf("apt-get is what is compared with: %v", err)
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	tests := []struct {
		name  string
		suite archivetest.Suite
		want  bool
	}{
		{"sound", archivetest.Suite{}, true},
		{"expired", archivetest.Suite{Date: yesterday, ValidUntil: yesterday.Add(time.Hour)}, false},
		{"future", archivetest.Suite{Date: time.Now().Add(24 * time.Hour)}, false},
	}
	for _, d := range []archivetest.Defect{archivetest.NoInRelease, archivetest.NoByHash} {
		tests = append(tests, struct {
			name  string
			suite archivetest.Suite
			want  bool
		}{string(d), archivetest.Suite{Defects: []archivetest.Defect{d}}, true})
	}
	for _, d := range []archivetest.Defect{
		archivetest.Unsigned, archivetest.SignedByStranger, archivetest.Tampered, archivetest.NoSignatureFile, archivetest.WeakDigests,
		archivetest.DamagedIndex, archivetest.ShortIndex, archivetest.NoIndex, archivetest.DamagedFile, archivetest.NoFile,
	} {
		tests = append(tests, struct {
			name  string
			suite archivetest.Suite
			want  bool
		}{string(d), archivetest.Suite{Defects: []archivetest.Defect{d}}, false})
	}
	path := writePackage(t, "hello", "1.0")
	for _, tt := range tests {
		dir := t.TempDir() // outside of t.Run: APT takes no comma in a path
		t.Run(tt.name, func(t *testing.T) {
			tt.suite.Codename = "sid"
			tt.suite.Uploads = []archivetest.Upload{{Dsc: path}}
			a, err := archivetest.Build(dir, archivetest.Options{Suites: []archivetest.Suite{tt.suite}})
			if err != nil {
				t.Fatal(err)
			}
			dir, out, err := runAPT(t, a, "sid", "hello")
			if (err == nil) != tt.want {
				t.Errorf("apt-get: %v, want it to work: %v\n%s", err, tt.want, out)
			}
			if tt.want {
				if _, err := os.Stat(filepath.Join(dir, "hello_1.0.tar.gz")); err != nil {
					t.Errorf("apt-get downloaded nothing: %v\n%s", err, out)
				}
			}
		})
	}
}

// A suite can be published again, with further uploads.
func TestUpload(t *testing.T) {
	first, second, other := writePackage(t, "hello", "1.0"), writePackage(t, "hello", "2.0"), writePackage(t, "hello-traditional", "1.0")
	a, err := archivetest.Build(t.TempDir(), archivetest.Options{Suites: []archivetest.Suite{
		{Codename: "sid", Name: "unstable", Uploads: []archivetest.Upload{{Dsc: first}, {Dsc: other}}, Date: time.Now().Add(-time.Hour)},
		{Codename: "trixie", Uploads: []archivetest.Upload{{Dsc: first}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := archive.NewDirectory(a.Dir)
	if err != nil {
		t.Fatal(err)
	}
	c := archive.NewClient(archive.ClientOptions{CacheDir: t.TempDir()})
	versions := func(suite, pkg string) []dsc.Version {
		t.Helper()
		s, err := c.OpenSuite(t.Context(), suite, []archive.Place{a.Place(m, suite)})
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.FindAll(t.Context(), pkg)
		if err != nil {
			t.Fatal(err)
		}
		var vs []dsc.Version
		for _, u := range all {
			vs = append(vs, u.ID().Version)
		}
		return vs
	}
	check := func(suite, pkg string, want ...dsc.Version) {
		t.Helper()
		if got := versions(suite, pkg); !slices.Equal(got, want) {
			t.Errorf("%s in %s: %q, want %q", pkg, suite, got, want)
		}
	}
	check("unstable", "hello", "1.0")
	if err := a.Upload("sid", archivetest.Upload{Dsc: second}); err != nil {
		t.Fatal(err)
	}
	check("unstable", "hello", "2.0")
	check("sid", "hello-traditional", "1.0")
	check("trixie", "hello", "1.0")
	if err := a.Upload("bookworm", archivetest.Upload{Dsc: second}); err == nil {
		t.Error("an upload to a suite that is not there was taken")
	}
}

func TestSignDsc(t *testing.T) {
	path := writePackage(t, "hello", "1.0")
	a, err := archivetest.Build(t.TempDir(), archivetest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SignDsc(path); err != nil {
		t.Fatal(err)
	}
	keyring, err := dsc.OpenKeyring(a.Uploaders)
	if err != nil {
		t.Fatal(err)
	}
	p, err := dsc.OpenLocal(path, dsc.LocalOptions{Keyring: keyring})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if got, want := p.Signed().Signers()[0].Fingerprint, a.Uploader().Fingerprint(); got != want {
		t.Errorf("signed by %s, want %s", got, want)
	}
}
