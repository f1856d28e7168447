package archive_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"debgit/archive"
	"debgit/dsc"
)

// serviceWith answers each path and query with a text, all others with "not found".
func serviceWith(t *testing.T, answers map[string]string) *archive.HTTP {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := answers[r.URL.RequestURI()]
		if !ok {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, text)
	}))
	t.Cleanup(s.Close)
	return newHTTP(t, s.URL, quick())
}

const (
	goodSuites = `[{"name": "unstable", "codename": "sid"}]`
	goodDigest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)

// TestAPIAnswers gives answers that break the rules of the API.
func TestAPIAnswers(t *testing.T) {
	mirror := openDirectory(t, t.TempDir())
	entry := func(version, component, filename, digest string) string {
		return fmt.Sprintf(`[{"version": %q, "component": %q, "filename": %q, "sha256sum": %q}]`, version, component, filename, digest)
	}
	for name, tt := range map[string]struct {
		suites, dscs string
		ok           bool
	}{
		"sound":                       {goodSuites, entry("1.0", "main", "h/hello/hello_1.0.dsc", goodDigest), true},
		"component with updates":      {goodSuites, entry("1.0", "updates/main", "h/hello/hello_1.0.dsc", goodDigest), false},
		"no JSON":                     {"<html>Please log in</html>", "", false},
		"two JSON values":             {goodSuites + "[]", "", false},
		"object, not list":            {`{"error": "busy"}`, "", false},
		"codename that is none":       {`[{"name": "sid", "codename": "../x"}]`, "", false},
		"codename missing":            {`[{"name": "sid"}]`, "", false},
		"no JSON about the package":   {goodSuites, "oops", false},
		"no version":                  {goodSuites, entry("", "main", "h/hello/hello_1.0.dsc", goodDigest), false},
		"path that leaves the pool":   {goodSuites, entry("1.0", "main", "../../../hello_1.0.dsc", goodDigest), false},
		"absolute path":               {goodSuites, entry("1.0", "main", "/hello_1.0.dsc", goodDigest), false},
		"component that is none":      {goodSuites, entry("1.0", "..", "h/hello/hello_1.0.dsc", goodDigest), false},
		"file that is no .dsc":        {goodSuites, entry("1.0", "main", "h/hello/hello_1.0.tar.xz", goodDigest), false},
		"file that would hide":        {goodSuites, entry("1.0", "main", "h/hello/.dsc", goodDigest), false},
		"MD5 where SHA-256 should be": {goodSuites, entry("1.0", "main", "h/hello/hello_1.0.dsc", goodDigest[:32]), false},
		"no digest":                   {goodSuites, `[{"version": "1.0", "component": "main", "filename": "h/hello/hello_1.0.dsc"}]`, false},
	} {
		api := serviceWith(t, map[string]string{"/suites": tt.suites, "/dsc_in_suite/sid/hello": tt.dscs})
		s, err := newClient(t).OpenAPI(t.Context(), "sid", api, mirror)
		if err == nil {
			_, err = s.Find(t.Context(), "hello")
		}
		failed := &archive.MirrorError{}
		if tt.ok && err != nil || !tt.ok && (!errors.As(err, &failed) || failed.Mirror != api.String()) {
			t.Errorf("%s: %v, want a MirrorError: %v", name, err, !tt.ok)
		}
	}
}

// TestAPIBusy tries again what is transient, and says which service does not answer.
func TestAPIBusy(t *testing.T) {
	for busy, ok := range map[int]bool{2: true, 1000: false} {
		n := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n++; n <= busy {
				http.Error(w, "busy", http.StatusServiceUnavailable)
				return
			}
			fmt.Fprint(w, goodSuites)
		}))
		t.Cleanup(s.Close)
		_, err := newClient(t).OpenAPI(t.Context(), "sid", newHTTP(t, s.URL, quick()), openDirectory(t, t.TempDir()))
		failed := &archive.MirrorError{}
		if ok && err != nil || !ok && (!errors.As(err, &failed) || failed.Status != http.StatusServiceUnavailable) {
			t.Errorf("busy %d times: %v, want no error: %v", busy, err, ok)
		}
	}
}

// TestAPIQuestions asks with names that an URL or a pattern of SQL would read otherwise.
func TestAPIQuestions(t *testing.T) {
	api := serviceWith(t, map[string]string{
		"/suites":                                  goodSuites,
		"/dsc_in_suite/sid/g++":                    "[]",
		`/file_in_archive/%25/g++%5C_1.0%25.gz`:    `[{"component": "main", "filename": "g/g++/g++_1.0.orig.tar.gz", "sha256sum": "` + goodDigest + `"}, {"component": "main", "filename": "g/g++/g++_1.0.tar.gz.asc", "sha256sum": "` + goodDigest + `"}]`,
		"/madison?a=source&f=json&package=g%2B%2B": `[{"g++": {"unstable": {"1.0": {}}}}]`,
	})
	s, err := newClient(t).OpenAPI(t.Context(), "sid", api, openDirectory(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Find(t.Context(), "g++"); !errors.As(err, new(*archive.UnknownPackageError)) {
		t.Errorf("Find(g++): %v, want an UnknownPackageError", err)
	}
	// The service answers about more than was asked for.
	files, all, err := s.FindFiles(t.Context(), "g++_1.0*.gz")
	if err != nil || !all || len(files) != 1 || files[0].Path != "pool/main/g/g++/g++_1.0.orig.tar.gz" {
		t.Errorf("FindFiles(g++_1.0*.gz) = %v, %v, %v", files, all, err)
	}
	if has, sure, err := s.HasPackage(t.Context(), "g++"); !has || !sure || err != nil {
		t.Errorf("HasPackage(g++) = %v, %v, %v", has, sure, err)
	}
}

// TestMadisonAnswers gives answers that are not about one suite.
func TestMadisonAnswers(t *testing.T) {
	mirror := openDirectory(t, t.TempDir())
	for name, tt := range map[string]struct {
		text string
		want string // what was found, or "" for an error
	}{
		"sound":               {" hello | 1.0 | unstable | source\n", "unstable: hello 1.0 main hello_1.0.dsc"},
		"other architectures": {"hello | 1:1.0-2 | unstable/contrib | source, amd64\n\n", "unstable: hello 1:1.0-2 contrib hello_1.0-2.dsc"},
		"other packages":      {"hello-data | 3 | unstable | source\nhello | 1.0 | unstable | source\n", "unstable: hello 1.0 main hello_1.0.dsc"},
		"two suites":          {"hello | 1.0 | unstable | source\nhello | 2.0 | experimental | source\n", ""},
		"no table":            {"<html>\n", ""},
		"no version":          {"hello | | unstable | source\n", ""},
		"no suite":            {"hello | 1.0 | ../x | source\n", ""},
		"no component":        {"hello | 1.0 | unstable/.. | source\n", ""},
	} {
		c := newClient(t)
		service := serviceWith(t, map[string]string{"/?a=source&package=hello&s=sid&text=on": tt.text})
		s, err := c.OpenMadison(t.Context(), "sid", "hello", mirror, archive.MadisonOptions{Service: service})
		if tt.want == "" {
			if !errors.As(err, new(*archive.MirrorError)) {
				t.Errorf("%s: %v, want a MirrorError", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		u, err := s.Find(t.Context(), "hello")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := fmt.Sprint(s.Codename(), ": ", u.ID(), " ", u.Component(), " ", u.Dsc().Name); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// TestMadisonProgram runs what is no rmadison.
func TestMadisonProgram(t *testing.T) {
	for _, program := range []string{"false", "/nonexistent/rmadison"} {
		_, err := newClient(t).OpenMadison(t.Context(), "sid", "hello", openDirectory(t, t.TempDir()), archive.MadisonOptions{Distro: "debian", Program: program})
		failed := &archive.MirrorError{}
		if !errors.As(err, &failed) || !strings.HasPrefix(failed.Mirror, program) {
			t.Errorf("%s: %v, want a MirrorError about it", program, err)
		}
	}
}

// TestDummycatLists reads lists that are not as they should be.
func TestDummycatLists(t *testing.T) {
	mirror := openDirectory(t, t.TempDir())
	for name, tt := range map[string]struct {
		suite, list string
		want        string // versions, or "" for an error
	}{
		"sound":                 {"sid\n", "# the newest\n\n2.0 pool/h/hello_2.0.dsc\n1.0 hello_1.0.dsc\n", "2.0 1.0"},
		"not in order":          {"sid\n", "1.0 hello_1.0.dsc\n1:0.1 hello_0.1.dsc\n2.0~rc1 hello_2.0~rc1.dsc\n", "1:0.1 2.0~rc1 1.0"},
		"three words":           {"sid\n", "2.0 pool/h/hello_2.0.dsc x\n", ""},
		"no version":            {"sid\n", "- pool/h/hello_2.0.dsc\n", ""},
		"outside of mirror":     {"sid\n", "2.0 ../hello_2.0.dsc\n", ""},
		"codename that is none": {"../sid\n", "2.0 hello_2.0.dsc\n", ""},
	} {
		dir := t.TempDir()
		writeFile(t, dir, "suite.unstable", []byte(tt.suite))
		writeFile(t, dir, "package.sid.hello", []byte(tt.list))
		s, err := archive.OpenDummycat("unstable", dir, mirror)
		var all []*archive.Upload
		if err == nil {
			all, err = s.FindAll(t.Context(), "hello")
		}
		var versions []dsc.Version
		for _, u := range all {
			versions = append(versions, u.ID().Version)
		}
		if got := strings.Trim(fmt.Sprint(versions), "[]"); got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: %q, %v, want %q", name, got, err, tt.want)
		}
	}
}

// TestFallbackDead has a second mirror that cannot be reached: it is asked once, and what the
// first does not have is not there.
func TestFallbackDead(t *testing.T) {
	asked := 0
	opts := quick()
	opts.Retries = -1
	opts.Proxy = func(context.Context, *url.URL) (*url.URL, error) { asked++; return nil, nil }
	s := httptest.NewServer(http.NotFoundHandler())
	second := newHTTP(t, s.URL, opts)
	dir := t.TempDir()
	writeFile(t, dir, "there", []byte("content"))
	m := archive.WithFallback(openDirectory(t, dir), second)
	for _, tt := range []struct {
		up    bool
		asked int
		why   string
	}{{true, 1, "no such file"}, {false, 2, "refused"}, {false, 2, "refused"}} {
		if !tt.up {
			s.Close()
		}
		if got, _, err := readAt(m, "there", 0); err != nil || string(got) != "content" {
			t.Errorf("Open(there) = %q, %v", got, err)
		}
		if _, _, err := readAt(m, "missing", 0); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), tt.why) {
			t.Errorf("Open(missing) = %v, want one that matches fs.ErrNotExist and tells %q", err, tt.why)
		}
		if asked != tt.asked {
			t.Errorf("the second mirror was asked %d times, want %d", asked, tt.asked)
		}
	}
}

func TestAsk(t *testing.T) {
	service := serviceWith(t, map[string]string{
		"/suites":                       "all",
		"/file_in_archive/%25/h%5C_1.0": "escaped",
		"/madison?package=hello&f=json": "query",
		"/madison":                      "no query",
	})
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a file"), []byte("file"), 0o666); err != nil {
		t.Fatal(err)
	}
	files := openDirectory(t, dir)
	for _, tt := range []struct {
		service  archive.Mirror
		question string
		want     string // "": an error
	}{
		{service, "suites", "all"},
		{service, "/suites", "all"},
		{service, "file_in_archive/%25/h%5C_1.0", "escaped"},
		{service, "madison?package=hello&f=json", "query"},
		{service, "madison", "no query"},
		{service, "missing", ""},
		{files, "a%20file", "file"},
		{files, "a file", "file"},
		{files, "a file?x", ""},
		{files, "%", ""},
		{files, "../x", ""},
		{files, "missing", ""},
	} {
		got := ""
		stream, err := archive.Ask(t.Context(), tt.service, tt.question)
		if err == nil {
			var data []byte
			data, err = io.ReadAll(stream)
			got = string(data)
			stream.Close()
		}
		if got != tt.want {
			t.Errorf("Ask(%s, %q) = %q, %v, want %q", tt.service, tt.question, got, err, tt.want)
		}
		if tt.question == "missing" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Ask(%s, %q): %v, want one that matches fs.ErrNotExist", tt.service, tt.question, err)
		}
	}
}
