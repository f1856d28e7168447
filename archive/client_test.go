package archive_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"debgit/archive"
	"debgit/archive/archivetest"
	"debgit/dsc"
	"debgit/dsc/dsctest"
)

// writePackage writes a source package with one file, and returns the path of its .dsc.
func writePackage(t testing.TB, source, version string, fields ...dsctest.Field) string {
	t.Helper()
	_, afterEpoch, ok := strings.Cut(version, ":")
	if !ok {
		afterEpoch = version
	}
	p := &dsctest.Package{
		Format: "3.0 (native)", Source: source, Version: version, Fields: fields,
		Files: []dsctest.File{{
			Name:    source + "_" + afterEpoch + ".tar.xz",
			Entries: []dsctest.Entry{{Name: source + "/"}, {Name: source + "/README", Content: version + "\n"}},
		}},
	}
	path, err := p.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func build(t testing.TB, suites ...archivetest.Suite) *archivetest.Archive {
	t.Helper()
	a, err := archivetest.Build(t.TempDir(), archivetest.Options{Suites: suites})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// place returns a suite of a, read from the directory.
func place(t testing.TB, a *archivetest.Archive, suite string) archive.Place {
	t.Helper()
	return a.Place(openDirectory(t, a.Dir), suite)
}

func newClient(t testing.TB) *archive.Client {
	t.Helper()
	return archive.NewClient(archive.ClientOptions{CacheDir: t.TempDir()})
}

func openSuite(t testing.TB, c *archive.Client, p archive.Place) *archive.SignedSuite {
	t.Helper()
	s, err := c.OpenSuite(t.Context(), p.Suite, []archive.Place{p})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFetch(t *testing.T) {
	path := writePackage(t, "hello", "1:2.10-3")
	a := build(t)
	if err := a.SignDsc(path); err != nil {
		t.Fatal(err)
	}
	if err := a.Publish(archivetest.Suite{Codename: "sid", Name: "unstable", Uploads: []archivetest.Upload{{Dsc: path}}}); err != nil {
		t.Fatal(err)
	}
	server, err := archivetest.Serve(a.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	m, err := archive.NewHTTP(server.URL, archive.HTTPOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var phases []string
	c := archive.NewClient(archive.ClientOptions{
		CacheDir: t.TempDir(),
		Progress: func(phase string, done, total int64) {
			if !slices.Contains(phases, phase) {
				phases = append(phases, phase)
			}
		},
	})
	s := openSuite(t, c, a.Place(m, "unstable"))
	if got, want := s.Names(), []string{"sid", "unstable"}; !slices.Equal(got, want) {
		t.Errorf("Names() = %q, want %q", got, want)
	}
	if got, want := s.Signed().Signers()[0].Fingerprint, a.Key().Fingerprint(); got != want {
		t.Errorf("signed by %s, want %s", got, want)
	}
	u, err := s.Find(t.Context(), "hello")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := u.ID(), (dsc.ID{Package: "hello", Version: "1:2.10-3"}); got != want {
		t.Errorf("ID() = %v, want %v", got, want)
	}
	if got, want := u.Directory(), "pool/main/h/hello"; got != want {
		t.Errorf("Directory() = %q, want %q", got, want)
	}
	if got, want := u.Dsc().Name, "hello_2.10-3.dsc"; got != want {
		t.Errorf("Dsc() = %q, want %q", got, want)
	}
	if got := u.Dsc().ListedIn; got != "Sources" {
		t.Errorf("the .dsc is listed in %q, want Sources", got)
	}
	dir := t.TempDir()
	p, err := c.Fetch(t.Context(), u, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if p.Source().ID != u.ID() {
		t.Errorf("fetched %v, want %v", p.Source().ID, u.ID())
	}
	for _, name := range []string{"hello_2.10-3.dsc", "hello_2.10-3.tar.xz"} {
		got, err1 := os.ReadFile(filepath.Join(dir, name))
		want, err2 := os.ReadFile(filepath.Join(filepath.Dir(path), name))
		if err1 != nil || err2 != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs from what was published: %v, %v", name, err1, err2)
		}
	}
	if want := []string{"fetch InRelease", "fetch Sources", "download"}; !slices.Equal(phases, want) {
		t.Errorf("phases are %q, want %q", phases, want)
	}
}

// An openTest is a suite with a defect, and the error that must come of it.
type openTest struct {
	name   string
	suite  archivetest.Suite
	change func(*archive.Place)
	want   error // only the type and, if set, Reason, Property and so on matter
}

var (
	now       = time.Now()
	yesterday = now.Add(-24 * time.Hour)
	tomorrow  = now.Add(24 * time.Hour)
)

func unchecked(p *archive.Place) { p.CheckValidUntil, p.CheckDate = false, false }

// Each attack on a Release file is refused with an error of its own, and what looks
// like it but is none is not.
func TestOpenSuite(t *testing.T) {
	tests := []openTest{
		{name: "sound"},
		{name: "valid until tomorrow", suite: archivetest.Suite{ValidUntil: tomorrow}},
		{name: "Release and Release.gpg", suite: defects(archivetest.NoInRelease)},
		{name: "clock differs a little", suite: archivetest.Suite{Date: now.Add(30 * time.Minute)}},

		{name: "unsigned", suite: defects(archivetest.Unsigned), want: &dsc.SignatureError{Reason: dsc.NoSignature}},
		{name: "no Release.gpg", suite: defects(archivetest.NoSignatureFile), want: &dsc.SignatureError{Reason: dsc.NoSignature}},
		{name: "unknown key", suite: defects(archivetest.SignedByStranger), want: &dsc.SignatureError{Reason: dsc.UnknownKey}},
		{name: "unknown key, Release.gpg", suite: defects(archivetest.SignedByStranger, archivetest.NoInRelease), want: &dsc.SignatureError{Reason: dsc.UnknownKey}},
		{name: "SHA-1 signature", suite: defects(archivetest.SignedWeakly), want: &dsc.SignatureError{Reason: dsc.WeakSignature}},
		{name: "tampered", suite: defects(archivetest.Tampered), want: &dsc.SignatureError{Reason: dsc.BadSignature}},
		{name: "weak digests", suite: defects(archivetest.WeakDigests), want: &archive.ReleaseError{Reason: archive.ReleaseWeak}},
		{name: "other suite", suite: defects(archivetest.OtherSuite), want: &archive.ReleaseError{Reason: archive.ReleaseOtherSuite}},
		{name: "expired", suite: archivetest.Suite{Date: yesterday, ValidUntil: yesterday.Add(time.Hour)}, want: &archive.ReleaseError{Reason: archive.ReleaseExpired}},
		{name: "expired, unchecked", suite: archivetest.Suite{Date: yesterday, ValidUntil: yesterday.Add(time.Hour)}, change: func(p *archive.Place) { p.CheckValidUntil = false }},
		{name: "future", suite: archivetest.Suite{Date: tomorrow}, want: &archive.ReleaseError{Reason: archive.ReleaseFromFuture}},
		{name: "future, unchecked", suite: archivetest.Suite{Date: tomorrow}, change: unchecked},
		{name: "unchecked dates do not lift the signature", suite: defects(archivetest.Tampered), change: unchecked, want: &dsc.SignatureError{Reason: dsc.BadSignature}},
		{name: "unchecked dates do not lift the suite", suite: defects(archivetest.OtherSuite), change: unchecked, want: &archive.ReleaseError{Reason: archive.ReleaseOtherSuite}},

		{name: "key not among the signers", change: func(p *archive.Place) { p.Signers = []string{strings.Repeat("0", 40)} }, want: &dsc.SignatureError{Reason: dsc.UnknownKey}},
		{name: "no keyring", change: func(p *archive.Place) { p.Keyrings = nil }, want: &archive.ReleaseError{Reason: archive.ReleaseNoKeyring}},
		{name: "keyring missing", change: func(p *archive.Place) { p.Keyrings = []string{"/nonexistent.gpg"} }, want: &dsc.KeyringError{}},
		{name: "key in the configuration", change: inline},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.suite.Codename = "sid"
			p := place(t, build(t, tt.suite), "sid")
			if tt.change != nil {
				tt.change(&p)
			}
			// A second place is no way out.
			_, err := newClient(t).OpenSuite(t.Context(), "sid", []archive.Place{p, place(t, build(t, archivetest.Suite{Codename: "sid"}), "sid")})
			checkError(t, err, tt.want)
		})
	}
}

func defects(d ...archivetest.Defect) archivetest.Suite { return archivetest.Suite{Defects: d} }

// inline has the key of p in its configuration, not in a file.
func inline(p *archive.Place) {
	data, err := os.ReadFile(p.Keyrings[0])
	if err != nil {
		panic(err)
	}
	p.Keyrings, p.KeyData = nil, [][]byte{data}
}

// checkError fails unless err has an error of want's type in it, which agrees
// with want in the fields that say what is wrong.
func checkError(t *testing.T, err, want error) {
	t.Helper()
	if want == nil {
		if err != nil {
			t.Error(err)
		}
		return
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if reflect.TypeOf(e) != reflect.TypeOf(want) {
			continue
		}
		for _, field := range []string{"Reason", "Property", "Line", "File"} {
			w, g := reflect.ValueOf(want).Elem().FieldByName(field), reflect.ValueOf(e).Elem().FieldByName(field)
			if w.IsValid() && !w.IsZero() && !w.Equal(g) {
				t.Errorf("error is %v, with %s %v, want %v", err, field, g, w)
			}
		}
		return
	}
	t.Errorf("error is %v, want a %T", err, want)
}

func TestOpenSuitePlaces(t *testing.T) {
	empty := place(t, build(t), "sid")
	full := place(t, build(t, archivetest.Suite{Codename: "sid"}), "sid")
	c := newClient(t)
	s, err := c.OpenSuite(t.Context(), "sid", []archive.Place{empty, full})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Place().Mirror; got != full.Mirror {
		t.Errorf("found in %v, want %v", got, full.Mirror)
	}
	_, err = c.OpenSuite(t.Context(), "sid", []archive.Place{empty})
	want := &archive.UnknownSuiteError{Suite: "sid", Tried: []string{empty.Mirror.String()}}
	if diff := cmp.Diff(error(want), err); diff != "" {
		t.Errorf("OpenSuite (-want +got)\n%s", diff)
	}
	// A mirror that does not answer may have the suite: the next one is not asked.
	gone, err := archive.NewHTTP("http://127.0.0.1:1/", archive.HTTPOptions{})
	if err != nil {
		t.Fatal(err)
	}
	broken := full
	broken.Mirror = gone
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.OpenSuite(ctx, "sid", []archive.Place{broken, full})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("OpenSuite: %v, want context.Canceled", err)
	}
}

// The older of two Release files is refused after the newer one was seen, by any
// name of the suite; another mirror may be behind.
func TestOpenSuiteReplay(t *testing.T) {
	old := archivetest.Suite{Codename: "sid", Name: "unstable", Date: yesterday}
	a := build(t, old)
	c := newClient(t)
	p := place(t, a, "sid")
	openSuite(t, c, p)
	openSuite(t, c, p) // the same again is no replay
	if err := a.Upload("sid"); err != nil {
		t.Fatal(err)
	}
	openSuite(t, c, p)
	if err := a.Publish(old); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sid", "unstable"} {
		_, err := c.OpenSuite(t.Context(), name, []archive.Place{place(t, a, name)})
		checkError(t, err, &archive.ReleaseError{Reason: archive.ReleaseReplayed})
	}
	p.CheckValidUntil = false
	openSuite(t, c, p)
	openSuite(t, c, place(t, build(t, old), "sid"))
}

// The mirror cannot take a moving name back to the suite that had it before.
func TestOpenSuiteReplayOtherCodename(t *testing.T) {
	old := archivetest.Suite{Codename: "bookworm", Name: "stable", Date: yesterday}
	a := build(t, archivetest.Suite{Codename: "trixie", Name: "stable"})
	c := newClient(t)
	openSuite(t, c, place(t, a, "stable"))
	if err := a.Publish(old); err != nil {
		t.Fatal(err)
	}
	_, err := c.OpenSuite(t.Context(), "stable", []archive.Place{place(t, a, "stable")})
	checkError(t, err, &archive.ReleaseError{Reason: archive.ReleaseReplayed})
	openSuite(t, c, place(t, a, "bookworm"))
	openSuite(t, c, place(t, a, "trixie"))
}

// Each attack on what is below the Release file is refused.
func TestFetchRefuses(t *testing.T) {
	tests := []struct {
		name    string
		defects []archivetest.Defect
		want    error
	}{
		{"sound", nil, nil},
		{"nothing by hash", []archivetest.Defect{archivetest.NoByHash}, nil},
		{"only by hash", []archivetest.Defect{archivetest.OnlyByHash}, nil},
		{"damaged index", []archivetest.Defect{archivetest.DamagedIndex}, &dsc.MismatchError{Property: "SHA256", File: "main/source/Sources.xz"}},
		{"short index", []archivetest.Defect{archivetest.ShortIndex}, &dsc.MismatchError{Property: "size", File: "main/source/Sources.xz"}},
		{"other plain index", []archivetest.Defect{archivetest.OtherPlainIndex}, &dsc.MismatchError{Property: "SHA256", File: "main/source/Sources"}},
		{"no index", []archivetest.Defect{archivetest.NoIndex}, &archive.MirrorError{}},
		{"damaged file", []archivetest.Defect{archivetest.DamagedFile}, &dsc.MismatchError{Property: "SHA256", File: "hello_1.0.tar.xz"}},
		{"no file", []archivetest.Defect{archivetest.NoFile}, &archive.MirrorError{}},
		{"Sources lists other files", []archivetest.Defect{archivetest.OtherFiles}, &dsc.MismatchError{File: "hello_1.0.dsc", Property: "list of files"}},
		{"listed twice", []archivetest.Defect{archivetest.ListedTwice}, &dsc.SyntaxError{File: "Sources"}},
		{"outside", []archivetest.Defect{archivetest.OutsideDirectory}, &dsc.SyntaxError{File: "Sources"}},
	}
	path := writePackage(t, "hello", "1.0")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := build(t, archivetest.Suite{Codename: "sid", Uploads: []archivetest.Upload{{Dsc: path}}, Defects: tt.defects})
			c := newClient(t)
			s := openSuite(t, c, place(t, a, "sid"))
			dir := t.TempDir()
			u, err := s.Find(t.Context(), "hello")
			if err == nil {
				var p *dsc.Package
				if p, err = c.Fetch(t.Context(), u, dir); err == nil {
					p.Close()
				}
			}
			checkError(t, err, tt.want)
		})
	}
}

// A .dsc that is what Sources says, but lists other files than Sources does.
func TestFetchDisagreeing(t *testing.T) {
	path := writePackage(t, "hello", "1.0")
	a := build(t, archivetest.Suite{Codename: "sid", Uploads: []archivetest.Upload{{Dsc: path}}, Defects: []archivetest.Defect{archivetest.OtherFiles}})
	c := newClient(t)
	s := openSuite(t, c, place(t, a, "sid"))
	u, err := s.Find(t.Context(), "hello")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(path) // has the file that Sources does not list
	_, err = c.Fetch(t.Context(), u, dir)
	checkError(t, err, &dsc.MismatchError{File: "hello_1.0.dsc", Property: "list of files"})
	if e, ok := errors.AsType[*dsc.PackageError](err); !ok || e.ID != u.ID() {
		t.Errorf("error is %v, want a PackageError of %v", err, u.ID())
	}
}
