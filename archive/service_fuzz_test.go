package archive

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"debgit/dsc"
)

// An answerMirror has the same text for every question but "suites".
type answerMirror struct{ suites, text string }

func (m answerMirror) Open(_ context.Context, path string, _ int64) (*Stream, error) {
	text := m.text
	if path == "suites" {
		text = m.suites
	}
	return &Stream{ReadCloser: io.NopCloser(strings.NewReader(text)), Size: int64(len(text))}, nil
}

func (m answerMirror) String() string { return "answers" }

// checkUploads checks what a service says of a source package: that it is what was asked
// for, that the newest comes first, and that no name leads anywhere else.
func checkUploads(t *testing.T, pkg string, uploads []*Upload) {
	t.Helper()
	for i, u := range uploads {
		d := u.Dsc()
		_, err := dsc.ParseVersion(string(u.ID().Version))
		if u.ID().Package != pkg || err != nil {
			t.Errorf("upload of %q, want of %q with a version", u.ID(), pkg)
		}
		if err := dsc.CheckName(d.Name); err != nil || !strings.HasSuffix(d.Name, ".dsc") {
			t.Errorf("%s: .dsc %q: %v", u.ID(), d.Name, err)
		}
		if u.Directory() != "" && !fs.ValidPath(u.Directory()) || strings.Contains(u.Component(), "..") {
			t.Errorf("%s: in directory %q of component %q", u.ID(), u.Directory(), u.Component())
		}
		paths, err := u.locate(d)
		if err != nil {
			t.Errorf("%s: %v", u.ID(), err)
		}
		for _, path := range paths {
			if !fs.ValidPath(path) {
				t.Errorf("%s: %q is no path in an archive", u.ID(), path)
			}
		}
		if i > 0 {
			if order, err := uploads[i-1].ID().Version.Compare(u.ID().Version); err != nil || order < 0 {
				t.Errorf("%s comes after %s: %v", u.ID(), uploads[i-1].ID(), err)
			}
		}
	}
}

// FuzzServices gives any answer to all questions that services are asked.
func FuzzServices(f *testing.F) {
	const digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	const suites = `[{"name": "unstable", "codename": "sid"}]`
	for _, text := range []string{
		`[{"version": "1.0", "component": "main", "filename": "h/hello/hello_1.0.dsc", "filesize": 9, "sha256sum": "` + digest + `"}]`,
		`[{"hello": {"unstable": {"1.0": {"component": "main"}}}}]`,
		`{"result": [{"version": "1.0"}, {"version": "2:0~1-1"}]}`,
		`{"fileinfo": {"` + digest[:40] + `": [{"name": "hello_1.0.dsc", "size": 9, "path": "/pool/main/h/hello", "first_seen": "20200101T000000Z"}]}}`,
		"hello | 1.0 | sid/contrib | source\nhello | 2:1.0-1 | sid | source, amd64\n",
		"# comment\n\n1.0 pool/main/h/hello/hello_1.0.dsc\n2.0 pool/hello_2.0.dsc\n",
	} {
		f.Add(suites, text)
	}
	f.Add("sid\n", "1.0 ../hello_1.0.dsc\n")
	f.Fuzz(func(t *testing.T, suites, text string) {
		const pkg = "hello"
		ctx := t.Context()
		m := answerMirror{suites, text}
		c := NewClient(ClientOptions{})
		if s, err := c.OpenAPI(ctx, "sid", m, m); err == nil {
			if uploads, err := s.FindAll(ctx, pkg); err == nil {
				checkUploads(t, pkg, uploads)
			}
			s.HasPackage(ctx, pkg)
		}
		snapshot := &Snapshot{&service{c, m}}
		if versions, err := snapshot.Versions(ctx, pkg); err == nil && len(versions) == 0 {
			t.Error("neither versions nor an error")
		}
		if u, err := snapshot.Find(ctx, dsc.ID{Package: pkg, Version: "1.0"}); err == nil {
			checkUploads(t, pkg, []*Upload{u})
		}
		for line := range strings.Lines(text) {
			if l, err := parseMadisonLine(line); err == nil {
				if u, err := newUnlistedUpload(dsc.ID{Package: pkg, Version: l.version}, poolPath("main", pkg)+"/"+pkg+"_"+l.version.WithoutEpoch()+".dsc"); err == nil {
					checkUploads(t, pkg, []*Upload{u})
				}
			}
		}
		dir := t.TempDir()
		for name, text := range map[string]string{"suite.unstable": suites, "package.sid." + pkg: text} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"unstable", "sid"} {
			if s, err := OpenDummycat(name, dir, m); err == nil {
				if uploads, err := s.FindAll(ctx, pkg); err == nil {
					checkUploads(t, pkg, uploads)
				}
			}
		}
	})
}
