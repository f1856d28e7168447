package archivetest

import (
	"fmt"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
)

// A Server serves a directory over HTTP, on this machine only, and misbehaves
// where it is told to.
type Server struct {
	URL string // of the directory, without a slash at the end

	server   *httptest.Server
	root     *os.Root
	stopped  chan struct{}
	once     sync.Once
	mu       sync.Mutex
	faults   map[string][]plannedFault
	replaced map[string][]byte
	requests []Request
}

// A Request is what a client asked for.
type Request struct {
	Path          string // relative to the directory
	Range         string // the header, or ""
	IfRange       string
	UserAgent     string
	Authorization string
}

type plannedFault struct {
	times int // how often it still happens; negative: for ever
	fault Fault
}

// A Fault is how a server misbehaves at one request.
type Fault func(s *Server, w http.ResponseWriter, r *http.Request)

// Serve serves dir until Close. ETags and dates are those of the files, ranges work.
func Serve(dir string) (*Server, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	s := &Server{
		root:     root,
		stopped:  make(chan struct{}),
		faults:   map[string][]plannedFault{},
		replaced: map[string][]byte{},
	}
	s.server = httptest.NewServer(s)
	s.URL = s.server.URL
	return s, nil
}

// Close stops the server and its open requests. It may be called twice.
func (s *Server) Close() {
	s.once.Do(func() {
		close(s.stopped)
		s.server.CloseClientConnections()
		s.server.Close()
		s.root.Close()
	})
}

// Fail makes the next requests for path fail, after those that it fails for
// already: so many times, or for ever if times is negative.
func (s *Server) Fail(path string, times int, fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[path] = append(s.faults[path], plannedFault{times, fault})
}

// Replace changes the content of path, for this server only, and so its ETag and date.
func (s *Server) Replace(path string, content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replaced[path] = content
}

// Requests returns all requests for path so far, those for all paths if it is "".
func (s *Server) Requests(path string) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rs []Request
	for _, r := range s.requests {
		if path == "" || r.Path == path {
			rs = append(rs, r)
		}
	}
	return rs
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if fault := s.note(r); fault != nil {
		fault(s, w, r)
		return
	}
	s.serve(w, r)
}

// note records r and returns the fault that is planned for it, or nil.
func (s *Server) note(r *http.Request) Fault {
	path := strings.TrimPrefix(r.URL.Path, "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{path, r.Header.Get("Range"), r.Header.Get("If-Range"), r.UserAgent(), r.Header.Get("Authorization")})
	for len(s.faults[path]) > 0 {
		planned := &s.faults[path][0]
		if planned.times != 0 {
			planned.times--
			return planned.fault
		}
		s.faults[path] = s.faults[path][1:]
	}
	return nil
}

// serve answers as a good server does.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	s.mu.Lock()
	content, ok := s.replaced[path]
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/octet-stream")
	if ok {
		w.Header().Set("ETag", fmt.Sprintf(`"replaced-%08x"`, crc32.ChecksumIEEE(content)))
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		w.WriteHeader(http.StatusOK)
		w.Write(content)
		return
	}
	f, err := s.root.Open(path)
	if err != nil {
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%x-%x"`, info.Size(), info.ModTime().UnixNano()))
	http.ServeContent(w, r, "", info.ModTime(), f)
}

// Cut breaks the connection after n bytes of the body.
func Cut(n int64) Fault {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		s.serve(&limitedWriter{ResponseWriter: w, left: n}, r)
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// Stall sends n bytes of the body and then nothing, without ending.
func Stall(n int64) Fault {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		s.serve(&limitedWriter{ResponseWriter: w, left: n}, r)
		http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-s.stopped:
		}
		panic(http.ErrAbortHandler)
	}
}

// WrongLength says that the body has n bytes, and sends that many of it, or all
// there are.
func WrongLength(n int64) Fault {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		s.serve(&limitedWriter{ResponseWriter: w, left: n, length: strconv.FormatInt(n, 10)}, r)
	}
}

// Change breaks the connection after n bytes, and has another file from then on.
func Change(n int64, content []byte) Fault {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		defer s.Replace(strings.TrimPrefix(r.URL.Path, "/"), content)
		Cut(n)(s, w, r)
	}
}

// Status answers with a status and header fields, NAME and VALUE in turn.
func Status(status int, header ...string) Fault {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		http.Error(w, http.StatusText(status), status)
	}
}

// HTML answers every request with a page and status 200, as the log-in pages of
// some networks do.
func HTML() Fault {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><body>Please log in</body></html>")
	}
}

// NoRange sends the whole file, whatever part of it was asked for.
func NoRange() Fault {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Range")
		s.serve(w, r)
	}
}

// WrongRange sends a part that starts one byte later than was asked for.
func WrongRange() Fault {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		var from int64
		if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil {
			r.Header.Set("Range", fmt.Sprintf("bytes=%d-", from+1))
		}
		s.serve(w, r)
	}
}

// A limitedWriter passes on the first bytes of a body, and drops the others.
type limitedWriter struct {
	http.ResponseWriter
	left   int64
	length string // what to give as Content-Length; "" for the truth
}

func (w *limitedWriter) WriteHeader(status int) {
	if w.length != "" {
		w.Header().Set("Content-Length", w.length)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	send := p[:min(int64(len(p)), w.left)]
	w.left -= int64(len(send))
	if n, err := w.ResponseWriter.Write(send); err != nil {
		return n, err
	}
	return len(p), nil
}
