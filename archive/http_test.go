package archive_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"debgit/archive"
	"debgit/archive/archivetest"
)

const text = "The quick brown fox jumps over the lazy dog."

func TestHTTPCutAtEveryByte(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "file", []byte(text))
	s := serve(t, dir)
	m := newHTTP(t, s.URL, quick())
	for n := range int64(len(text)) {
		s.Fail("file", 1, archivetest.Cut(n))
		if got, _, err := readAt(m, "file", 0); err != nil || string(got) != text {
			t.Errorf("cut after %d bytes: got %q, %v", n, got, err)
		}
	}
	// Three times in one stream is what the retries allow.
	s.Fail("file", 3, archivetest.Cut(5))
	if got, _, err := readAt(m, "file", 3); err != nil || string(got) != text[3:] {
		t.Errorf("cut three times: got %q, %v", got, err)
	}
	last := s.Requests("file")[len(s.Requests("file"))-1]
	if last.Range != "bytes=18-" || last.IfRange == "" {
		t.Errorf("last request has Range %q, If-Range %q, want bytes=18- of the same file", last.Range, last.IfRange)
	}
	s.Fail("file", 4, archivetest.Cut(5))
	if got, _, err := readAt(m, "file", 0); !errors.Is(err, io.ErrUnexpectedEOF) || string(got) != text[:20] {
		t.Errorf("cut four times: got %q, %v, want the first 20 bytes and io.ErrUnexpectedEOF", got, err)
	}
}

func TestHTTPFaults(t *testing.T) {
	tests := []struct {
		name   string
		offset int64
		times  int
		fault  archivetest.Fault
		want   string
		err    error // nil: none
		asked  int   // requests
	}{
		{"stall at the start", 0, 1, archivetest.Stall(0), text, nil, 2},
		{"stall in the middle", 0, 1, archivetest.Stall(10), text, nil, 2},
		{"server error", 0, 2, archivetest.Status(500), text, nil, 3},
		{"server error for good", 0, -1, archivetest.Status(500), "", errAny, 4},
		{"bad gateway", 5, 1, archivetest.Status(502), text[5:], nil, 2},
		{"retry at once", 0, 1, archivetest.Status(429, "Retry-After", "0"), text, nil, 2},
		{"retry too late", 0, -1, archivetest.Status(503, "Retry-After", "3600"), "", errAny, 1},
		{"not found", 0, -1, archivetest.Status(404), "", fs.ErrNotExist, 1},
		{"gone", 0, -1, archivetest.Status(410), "", fs.ErrNotExist, 1},
		{"forbidden", 0, -1, archivetest.Status(403), "", fs.ErrPermission, 1},
		{"status 501", 0, -1, archivetest.Status(501), "", errAny, 1},
		{"no such range, though none was asked for", 0, 5, archivetest.Status(416), "", errAny, 1},
		{"no such range of any file", 7, 5, archivetest.Status(416), "", errAny, 2},
		{"odd success", 0, -1, archivetest.Status(204), "", errAny, 1},
		{"no range at the start", 7, -1, archivetest.NoRange(), text, nil, 1},
		{"wrong range", 7, -1, archivetest.WrongRange(), "", errAny, 1},
		{"too long a length", 0, -1, archivetest.WrongLength(int64(len(text) + 1)), text, archive.ErrChanged, 2}, // to another length
		{"too short a length", 0, -1, archivetest.WrongLength(5), text[:5], nil, 1},                              // digests tell
		{"changed in the middle", 0, 1, archivetest.Change(10, []byte("something else")), text[:10], archive.ErrChanged, 2},
		{"page", 0, 1, archivetest.HTML(), "<html><body>Please log in</body></html>", nil, 1},
		{"redirect without end", 0, -1, archivetest.Status(302, "Location", "/file"), "", errAny, 11},
		{"redirect to a file", 0, -1, archivetest.Status(302, "Location", "file:///etc/passwd"), "", errAny, 1},
		{"redirect to ftp", 0, -1, archivetest.Status(302, "Location", "ftp://mirror.example.org/"), "", errAny, 1},
		{"redirect nowhere", 0, -1, archivetest.Status(302), "", errAny, 1},
		{"redirect", 0, 1, archivetest.Status(307, "Location", "file"), text, nil, 2},
	}
	dir := t.TempDir()
	writeFile(t, dir, "file", []byte(text))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, dir)
			s.Fail("file", tt.times, tt.fault)
			got, _, err := readAt(newHTTP(t, s.URL, quick()), "file", tt.offset)
			if string(got) != tt.want || tt.err != errAny && !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
				t.Errorf("got %q, %v, want %q, %v", got, err, tt.want, tt.err)
			}
			if asked := len(s.Requests("file")); tt.asked >= 0 && asked != tt.asked {
				t.Errorf("%d requests, want %d", asked, tt.asked)
			}
		})
	}
}

var errAny = errors.New("any error")

// A server that cannot send parts is read again from the start, unseen.
func TestHTTPResumeWithoutRange(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "file", []byte(text))
	s := serve(t, dir)
	s.Fail("file", 1, archivetest.Cut(10))
	s.Fail("file", -1, archivetest.NoRange())
	if got, _, err := readAt(newHTTP(t, s.URL, quick()), "file", 0); err != nil || string(got) != text {
		t.Errorf("got %q, %v", got, err)
	}
}

// Mirrors behind one name give the same file different ETags.
func TestHTTPResumeOnOtherMirror(t *testing.T) {
	tests := []struct {
		modified string
		err      error
	}{
		{"Tue, 01 Apr 2025 10:00:00 GMT", nil},
		{"Tue, 01 Apr 2025 10:00:01 GMT", archive.ErrChanged},
	}
	for _, tt := range tests {
		second := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"second"`)
			modified, err := http.ParseTime(tt.modified)
			if err != nil {
				t.Error(err)
			}
			http.ServeContent(w, r, "", modified, strings.NewReader(text))
		}))
		defer second.Close()
		n := 0
		first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n++; n > 1 {
				http.Redirect(w, r, second.URL, http.StatusFound)
				return
			}
			w.Header().Set("ETag", `"first"`)
			w.Header().Set("Last-Modified", "Tue, 01 Apr 2025 10:00:00 GMT")
			w.Header().Set("Content-Length", "44")
			io.WriteString(w, text[:10])
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}))
		defer first.Close()
		got, _, err := readAt(newHTTP(t, first.URL, quick()), "file", 0)
		if !errors.Is(err, tt.err) || err == nil && string(got) != text {
			t.Errorf("date %s: got %q, %v, want %v", tt.modified, got, err, tt.err)
		}
	}
}

func TestHTTPCancelWhileWaiting(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir)
	s.Fail("file", -1, archivetest.Status(503, "Retry-After", "30"))
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := newHTTP(t, s.URL, archive.HTTPOptions{}).Open(ctx, "file", 0)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 10*time.Second {
		t.Errorf("Open = %v after %v, want context.DeadlineExceeded at once", err, time.Since(start))
	}
}

func TestHTTPUnreachable(t *testing.T) {
	s := serve(t, t.TempDir())
	m := newHTTP(t, s.URL, quick())
	s.Close()
	_, err := m.Open(context.Background(), "file", 0)
	var failed *archive.MirrorError
	if !errors.As(err, &failed) || failed.Status != 0 {
		t.Errorf("Open = %v, want a MirrorError without a status", err)
	}
}

func TestHTTPRedirectToPlain(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "file", []byte(text))
	plain := serve(t, dir)
	location := plain.URL + "/file"
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/file" {
			io.WriteString(w, text)
			return
		}
		http.Redirect(w, r, location, http.StatusFound)
	}))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // one client below hangs up
	secure.StartTLS()
	defer secure.Close()
	opts := quick()
	opts.TLS = secure.Client().Transport.(*http.Transport).TLSClientConfig
	m := newHTTP(t, secure.URL, opts)
	if got, _, err := readAt(m, "file", 0); err != nil || string(got) != text {
		t.Errorf("https: got %q, %v", got, err)
	}
	if got, _, err := readAt(m, "other", 0); err == nil {
		t.Errorf("redirect from https to http: got %q, want an error", got)
	}
	if n := len(plain.Requests("")); n != 0 {
		t.Errorf("the http server got %d requests, want none", n)
	}
	location = secure.URL + "/file"
	if got, _, err := readAt(m, "other", 0); err != nil || string(got) != text {
		t.Errorf("redirect from https to https: got %q, %v", got, err)
	}
	if _, _, err := readAt(newHTTP(t, secure.URL, quick()), "file", 0); err == nil {
		t.Error("unknown certificate: no error")
	}
}

func TestHTTPLogin(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "file", []byte(text))
	s, other := serve(t, dir), serve(t, dir)
	withLogin := strings.Replace(s.URL, "http://", "http://user:s3cret@", 1)
	m := newHTTP(t, withLogin, quick())
	if _, _, err := readAt(m, "file", 0); err != nil {
		t.Fatal(err)
	}
	s.Fail("away", -1, archivetest.Status(302, "Location", other.URL+"/file"))
	if _, _, err := readAt(m, "away", 0); err != nil {
		t.Fatal(err)
	}
	if got := s.Requests("file")[0].Authorization; got != "Basic dXNlcjpzM2NyZXQ=" {
		t.Errorf("Authorization is %q, want that of user:s3cret", got)
	}
	if got := other.Requests("file")[0].Authorization; got != "" {
		t.Errorf("Authorization for another host is %q, want none", got)
	}
	s.Fail("locked", -1, archivetest.Status(401))
	if _, _, err := readAt(m, "locked", 0); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("refused login: %v, want an error without the password", err)
	}
	opts := quick()
	opts.Login = func(*url.URL) (*url.Userinfo, error) { return nil, fs.ErrPermission }
	if _, _, err := readAt(newHTTP(t, s.URL, opts), "locked", 0); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("login that cannot be read: %v, want fs.ErrPermission", err)
	}
	if _, _, err := readAt(newHTTP(t, s.URL, opts), "file", 0); err != nil {
		t.Errorf("login that is not needed: %v", err)
	}
}

func TestHTTPProxy(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "debian/file", []byte(text))
	// To a proxy, a request names the whole URL; the path of it is what Server looks at.
	proxy := serve(t, dir)
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	opts := quick()
	opts.Proxy = func(context.Context, *url.URL) (*url.URL, error) { return u, nil }
	m := newHTTP(t, "http://mirror.example.org/debian", opts)
	if got, _, err := readAt(m, "file", 0); err != nil || string(got) != text {
		t.Errorf("through a proxy: got %q, %v", got, err)
	}
	for _, location := range []string{"http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]/", "http://169.254.1.1/x", "http://10.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/"} {
		before := len(proxy.Requests(""))
		proxy.Fail("debian/away", 1, archivetest.Status(302, "Location", location))
		if got, _, err := readAt(m, "debian/../away", 0); err == nil {
			t.Errorf("redirect to %s: got %q, want an error", location, got)
		}
		if got, _, err := readAt(m, "away", 0); err == nil {
			t.Errorf("redirect to %s: got %q, want an error", location, got)
		}
		if n := len(proxy.Requests("")) - before; n != 1 {
			t.Errorf("redirect to %s: %d requests, want 1", location, n)
		}
	}
	opts.Proxy = func(context.Context, *url.URL) (*url.URL, error) { return nil, errAny }
	if _, _, err := readAt(newHTTP(t, "http://mirror.example.org/debian", opts), "file", 0); !errors.Is(err, errAny) {
		t.Errorf("proxy that cannot be found: %v, want its error", err)
	}
}

func TestHTTPUserAgent(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "file", []byte(text))
	s := serve(t, dir)
	opts := quick()
	for _, want := range []string{"debgit", "other/1"} {
		if _, _, err := readAt(newHTTP(t, s.URL, opts), "file", 0); err != nil {
			t.Fatal(err)
		}
		if got := s.Requests("file")[len(s.Requests("file"))-1].UserAgent; got != want {
			t.Errorf("User-Agent is %q, want %q", got, want)
		}
		opts.UserAgent = "other/1"
	}
}
