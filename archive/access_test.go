package archive_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"debgit/archive"
	"debgit/archive/archivetest"
	"debgit/dsc"
)

// An accessMethod opens a suite of an archive of which mirror has the files.
type accessMethod struct {
	open      func(t *testing.T, c *archive.Client, a *archivetest.Archive, suite string, mirror archive.Mirror) (archive.Suite, error)
	assurance archive.Assurance
	archive   bool // whether it knows all of the archive, not one suite
	files     bool // whether it knows files
	anySuite  bool // whether there is no suite that it does not have
}

var accessMethods = map[string]accessMethod{
	"signed index": {
		open: func(t *testing.T, c *archive.Client, a *archivetest.Archive, suite string, mirror archive.Mirror) (archive.Suite, error) {
			s, err := c.OpenSuite(t.Context(), suite, []archive.Place{a.Place(mirror, suite)})
			if err != nil {
				return nil, err
			}
			return s, nil
		},
		assurance: archive.SignedIndex,
		files:     true,
	},
	"ftpmasterapi": {
		open: func(t *testing.T, c *archive.Client, a *archivetest.Archive, suite string, mirror archive.Mirror) (archive.Suite, error) {
			s := httptest.NewTLSServer(a.API())
			t.Cleanup(s.Close)
			opts := quick()
			opts.TLS = s.Client().Transport.(*http.Transport).TLSClientConfig
			return c.OpenAPI(t.Context(), suite, newHTTP(t, s.URL+"/", opts), mirror)
		},
		assurance: archive.ServiceDigest,
		archive:   true,
		files:     true,
	},
	"ftpmasterapi without TLS": {
		open: func(t *testing.T, c *archive.Client, a *archivetest.Archive, suite string, mirror archive.Mirror) (archive.Suite, error) {
			s := httptest.NewServer(a.API())
			t.Cleanup(s.Close)
			return c.OpenAPI(t.Context(), suite, newHTTP(t, s.URL, quick()), mirror)
		},
		assurance: archive.NoIndex,
		archive:   true,
		files:     true,
	},
	"dummycatapi": {
		open: func(t *testing.T, c *archive.Client, a *archivetest.Archive, suite string, mirror archive.Mirror) (archive.Suite, error) {
			dir := t.TempDir()
			if err := a.WriteAPI(dir); err != nil {
				t.Fatal(err)
			}
			api, err := archive.OpenMirror("file://"+dir+"/", archive.HTTPOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return c.OpenAPI(t.Context(), suite, api, mirror)
		},
		assurance: archive.ServiceDigest,
		archive:   true,
		files:     true,
	},
	"dummycat": {
		open: func(t *testing.T, c *archive.Client, a *archivetest.Archive, suite string, mirror archive.Mirror) (archive.Suite, error) {
			dir := t.TempDir()
			if err := a.WriteDummycat(dir); err != nil {
				t.Fatal(err)
			}
			return archive.OpenDummycat(suite, dir, mirror)
		},
		anySuite: true,
	},
	"madison by URL": {
		open: func(t *testing.T, c *archive.Client, a *archivetest.Archive, suite string, mirror archive.Mirror) (archive.Suite, error) {
			s := httptest.NewServer(http.StripPrefix("/madison.cgi", a.Madison()))
			t.Cleanup(s.Close)
			return c.OpenMadison(t.Context(), suite, "hello", mirror, archive.MadisonOptions{Service: newHTTP(t, s.URL+"/madison.cgi", quick())})
		},
	},
	"madison by program": {
		open: func(t *testing.T, c *archive.Client, a *archivetest.Archive, suite string, mirror archive.Mirror) (archive.Suite, error) {
			return c.OpenMadison(t.Context(), suite, "hello", mirror, archive.MadisonOptions{Distro: "example", Program: writeRmadison(t, a)})
		},
	},
}

// writeRmadison writes a program that prints what rmadison does about hello in sid, and
// about nothing else.
func writeRmadison(t *testing.T, a *archivetest.Archive) string {
	t.Helper()
	lines, err := a.MadisonLines("hello", "sid")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rmadison")
	script := "#!/bin/sh\ncase \"$*\" in\n" +
		"'-asource -ssid -uexample hello' | '-asource -sunstable -uexample hello') cat <<'end' ;;\n" + lines + "end\nesac\n"
	if err := os.WriteFile(path, []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	return path
}

// accessArchive has two versions of hello in sid, and another package in another suite.
func accessArchive(t *testing.T) (*archivetest.Archive, archive.Mirror) {
	a := build(t,
		archivetest.Suite{Codename: "sid", Name: "unstable", Uploads: []archivetest.Upload{
			{Dsc: writePackage(t, "hello", "2.10-3")},
			{Dsc: writePackage(t, "hello", "1:1.0"), Component: "contrib"},
			{Dsc: writePackage(t, "hello", "2.9-1")},
		}},
		archivetest.Suite{Codename: "trixie", Uploads: []archivetest.Upload{{Dsc: writePackage(t, "libfoo", "1.0")}}})
	return a, openDirectory(t, a.Dir)
}

func TestAccessMethods(t *testing.T) {
	for name, method := range accessMethods {
		t.Run(name, func(t *testing.T) {
			a, mirror := accessArchive(t)
			c := newClient(t)
			for _, suite := range []string{"sid", "unstable"} {
				s, err := method.open(t, c, a, suite, mirror)
				if err != nil {
					t.Fatalf("open %s: %v", suite, err)
				}
				t.Run("describe", func(t *testing.T) { testAccessDescribes(t, method, s, suite) })
				t.Run("find", func(t *testing.T) { testAccessFinds(t, s) })
			}
			t.Run("unknown suite", func(t *testing.T) {
				_, err := method.open(t, c, a, "woody", mirror)
				switch isUnknown := errors.As(err, new(*archive.UnknownSuiteError)) || errors.As(err, new(*archive.UnknownPackageError)); {
				case method.anySuite && err != nil:
					t.Errorf("open woody: %v, want no error", err)
				case !method.anySuite && !isUnknown:
					t.Errorf("open woody: %v, want an UnknownSuiteError or UnknownPackageError", err)
				}
				if _, err := method.open(t, c, a, "../sid", mirror); err == nil {
					t.Errorf("open ../sid: no error")
				}
			})
			t.Run("archive", func(t *testing.T) { testAccessArchive(t, method, c, a, mirror) })
			t.Run("fetch", func(t *testing.T) { testAccessFetches(t, method, c, a, mirror) })
		})
	}
}

func testAccessDescribes(t *testing.T, method accessMethod, s archive.Suite, asked string) {
	if names := s.Names(); names[0] != s.Codename() || !slices.Contains(names, asked) {
		t.Errorf("Names() = %q, want the codename %q first, and %q among them", names, s.Codename(), asked)
	}
	if got := s.Assurance(); got != method.assurance {
		t.Errorf("Assurance() = %v, want %v", got, method.assurance)
	}
	if got, want := len(s.Signers()) > 0, method.assurance == archive.SignedIndex; got != want {
		t.Errorf("has Signers(): %v, want %v", got, want)
	}
	if s.Where() == "" {
		t.Errorf(`Where() = ""`)
	}
}

func testAccessFinds(t *testing.T, s archive.Suite) {
	all, err := s.FindAll(t.Context(), "hello")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range all {
		got = append(got, fmt.Sprint(u.ID(), " ", u.Component(), " ", u.Directory(), " ", u.Dsc().Name))
	}
	want := []string{
		"hello 1:1.0 contrib pool/contrib/h/hello hello_1.0.dsc",
		"hello 2.10-3 main pool/main/h/hello hello_2.10-3.dsc",
		"hello 2.9-1 main pool/main/h/hello hello_2.9-1.dsc",
	}
	if s.Assurance() == archive.NoIndex && all[0].Component() == "" { // dummycat knows no component
		for i := range want {
			want[i] = strings.NewReplacer(" contrib ", "  ", " main ", "  ").Replace(want[i])
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("FindAll(hello) = %q, want %q", got, want)
	}
	if u, err := s.Find(t.Context(), "hello"); err != nil || u.ID() != all[0].ID() {
		t.Errorf("Find(hello) = %v, %v, want %v", u, err, all[0].ID())
	}
	for _, pkg := range []string{"libfoo", "hell", "", "../hello", "hello/", "hello 1", "-h"} {
		unknown := &archive.UnknownPackageError{}
		if _, err := s.Find(t.Context(), pkg); !errors.As(err, &unknown) || unknown.Package != pkg {
			t.Errorf("Find(%q): %v, want an UnknownPackageError about it", pkg, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Find(ctx, "hello"); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("Find with a canceled context: %v, want context.Canceled or no error", err)
	}
}

// testAccessArchive asks about the whole archive.
func testAccessArchive(t *testing.T, method accessMethod, c *archive.Client, a *archivetest.Archive, mirror archive.Mirror) {
	s, err := method.open(t, c, a, "sid", mirror)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		pkg       string
		has, sure bool
	}{
		{"hello", true, true},
		{"libfoo", method.archive, method.archive},
		{"gone", false, method.archive},
	} {
		has, sure, err := s.HasPackage(t.Context(), tt.pkg)
		if err != nil || has != tt.has || sure != tt.sure {
			t.Errorf("HasPackage(%s) = %v, %v, %v, want %v, %v", tt.pkg, has, sure, err, tt.has, tt.sure)
		}
	}
	everything := method.archive || method.files && method.assurance == archive.ServiceDigest // which looks into the directory
	for pattern, want := range map[string][]string{
		"hello_2.10-3.dsc": {"pool/main/h/hello/hello_2.10-3.dsc"},
		"hello_*.tar.xz":   {"pool/contrib/h/hello/hello_1.0.tar.xz", "pool/main/h/hello/hello_2.10-3.tar.xz", "pool/main/h/hello/hello_2.9-1.tar.xz"},
		"hello_2?10-3.dsc": nil,
		"libfoo_1.0.*":     {"pool/main/libf/libfoo/libfoo_1.0.dsc", "pool/main/libf/libfoo/libfoo_1.0.tar.xz"},
	} {
		if !method.files || strings.HasPrefix(pattern, "lib") && !everything {
			want = nil
		}
		files, all, err := s.FindFiles(t.Context(), pattern)
		if strings.Contains(pattern, "?") {
			if err == nil {
				t.Errorf("FindFiles(%q): no error", pattern)
			}
			continue
		}
		var got []string
		for _, f := range files {
			got = append(got, f.Path)
			data, err := os.ReadFile(filepath.Join(a.Dir, f.Path))
			if err != nil {
				t.Fatal(err)
			}
			file := dsc.File{Name: f.Path, Size: int64(len(data)), Digest: f.Digest}
			if err := file.Verify(strings.NewReader(string(data))); err != nil {
				t.Error(err)
			}
		}
		slices.Sort(got)
		if err != nil || all != everything || !slices.Equal(got, want) {
			t.Errorf("FindFiles(%q) = %q, %v, %v, want %q, %v", pattern, got, all, err, want, everything)
		}
	}
}

// testAccessFetches fetches what a method found, from a mirror that has it and from
// others.
func testAccessFetches(t *testing.T, method accessMethod, c *archive.Client, a *archivetest.Archive, mirror archive.Mirror) {
	other := func(edit func(dir string)) archive.Mirror { // a copy of the pool
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(a.Dir)); err != nil {
			t.Fatal(err)
		}
		edit(dir)
		return openDirectory(t, dir)
	}
	dscPath, tarPath := "pool/contrib/h/hello/hello_1.0.dsc", "pool/contrib/h/hello/hello_1.0.tar.xz"
	noDsc := other(func(dir string) { os.Remove(filepath.Join(dir, dscPath)) })
	otherDsc := other(func(dir string) {
		data, _ := os.ReadFile(filepath.Join(dir, "pool/main/h/hello/hello_2.9-1.dsc"))
		os.WriteFile(filepath.Join(dir, dscPath), data, 0o666)
	})
	otherTar := other(func(dir string) { os.WriteFile(filepath.Join(dir, tarPath), []byte("other"), 0o666) })
	for _, tt := range []struct {
		name   string
		mirror archive.Mirror
		want   any // an error to be found by errors.As
	}{
		{"all there", mirror, nil},
		{"no .dsc", noDsc, new(*archive.NoDscError)},
		{"no .dsc, but on the fallback", archive.WithFallback(noDsc, mirror), nil},
		{"no .dsc on either", archive.WithFallback(noDsc, noDsc), new(*archive.NoDscError)},
		{"the .dsc of another version", otherDsc, new(*dsc.MismatchError)},
		{"another tarball", otherTar, new(*dsc.MismatchError)},
		{"another tarball, and the right one on the fallback", archive.WithFallback(otherTar, mirror), new(*dsc.MismatchError)},
	} {
		s, err := method.open(t, c, a, "sid", tt.mirror)
		if err != nil {
			t.Fatal(err)
		}
		u, err := s.Find(t.Context(), "hello")
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		for range 2 { // the second time, the files are there
			p, err := c.Fetch(t.Context(), u, dir)
			if tt.want == nil {
				if err != nil || p.Source().ID != u.ID() {
					t.Errorf("%s: Fetch: %v", tt.name, err)
					break
				}
				p.Close()
			} else if !errors.As(err, tt.want) {
				t.Errorf("%s: Fetch: %v, want a %T", tt.name, err, tt.want)
			}
		}
		if tt.want != nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, "hello_1.0.dsc"), []byte("other"), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Fetch(t.Context(), u, dir); !errors.As(err, new(*archive.ConflictError)) {
			t.Errorf("%s: Fetch over another .dsc: %v, want a ConflictError", tt.name, err)
		}
	}
}
