package archivetest

import (
	"cmp"
	"crypto/sha1"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Snapshot answers as snapshot services such as snapshot.debian.org do. It keeps every
// upload that it was given.
type Snapshot struct {
	mux *http.ServeMux

	mu       sync.Mutex
	uploads  []snapshotUpload
	requests []string
}

type snapshotUpload struct {
	published
	seen time.Time
}

// NewSnapshot returns a snapshot service without uploads.
func NewSnapshot() *Snapshot {
	s := &Snapshot{mux: http.NewServeMux()}
	s.mux.HandleFunc("GET /mr/package/{source}/{$}", s.versions)
	s.mux.HandleFunc("GET /mr/package/{source}/{version}/srcfiles", s.files)
	s.mux.HandleFunc("GET /file/{hash}", s.file)
	return s
}

// Add adds an upload that the service has first seen at a time.
func (s *Snapshot) Add(u Upload, seen time.Time) error {
	src, files, err := u.read()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uploads = append(s.uploads, snapshotUpload{published{id: src.ID, component: u.component(), directory: u.directory(src.Package), files: files}, seen})
	return nil
}

// Requests returns the paths and queries that were asked for so far.
func (s *Snapshot) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// ServeHTTP implements [http.Handler].
func (s *Snapshot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.URL.RequestURI())
	s.mux.ServeHTTP(w, r)
}

const snapshotComment = "This interface is as it is."

// versions lists the newest first, as the service does.
func (s *Snapshot) versions(w http.ResponseWriter, r *http.Request) {
	source := r.PathValue("source")
	result := []map[string]string{}
	for _, u := range slices.Backward(s.uploads) {
		if u.id.Package == source {
			result = append(result, map[string]string{"version": string(u.id.Version)})
		}
	}
	if len(result) == 0 {
		http.NotFound(w, r)
		return
	}
	answerJSON(w, map[string]any{"_comment": snapshotComment, "package": source, "result": slices.CompactFunc(result, func(a, b map[string]string) bool { return a["version"] == b["version"] })}, nil)
}

type snapshotInfo struct {
	ArchiveName string `json:"archive_name"`
	FirstSeen   string `json:"first_seen"`
	Name        string `json:"name"`
	Path        string `json:"path"`
	Size        int    `json:"size"`
}

func (s *Snapshot) files(w http.ResponseWriter, r *http.Request) {
	source, version := r.PathValue("source"), r.PathValue("version")
	info := map[string][]snapshotInfo{}
	for _, u := range s.uploads {
		if u.id.Package != source || string(u.id.Version) != version {
			continue
		}
		for _, f := range u.files {
			hash := sha1Hex(f.data)
			info[hash] = append(info[hash], snapshotInfo{"debian", u.seen.UTC().Format("20060102T150405Z"), f.name, "/" + u.directory, len(f.data)})
		}
	}
	if len(info) == 0 {
		http.NotFound(w, r)
		return
	}
	answer := map[string]any{"_comment": snapshotComment, "package": source, "version": version}
	hashes := []map[string]string{}
	for hash := range info {
		hashes = append(hashes, map[string]string{"hash": hash})
	}
	slices.SortFunc(hashes, func(a, b map[string]string) int { return cmp.Compare(a["hash"], b["hash"]) })
	answer["result"] = hashes
	if r.FormValue("fileinfo") == "1" {
		answer["fileinfo"] = info
	}
	answerJSON(w, answer, nil)
}

func (s *Snapshot) file(w http.ResponseWriter, r *http.Request) {
	for _, u := range s.uploads {
		for _, f := range u.files {
			if sha1Hex(f.data) == r.PathValue("hash") {
				http.ServeContent(w, r, "", u.seen, strings.NewReader(string(f.data)))
				return
			}
		}
	}
	http.NotFound(w, r)
}

func sha1Hex(data []byte) string { return fmt.Sprintf("%x", sha1.Sum(data)) }
