package upload

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"debgit/dsc"
)

// goodRemote is what a build host sends of an upload that may be signed: lines, and files after
// lines that begin with "file ".
type goodRemote struct {
	changelog, source, changes, info string
	params                           []string
}

func newGoodRemote() *goodRemote {
	r := &goodRemote{
		changelog: "Source: bell\nVersion: 1:2\nDistribution: unstable\nUrgency: medium\nMaintainer: Ann Author <ann@example.org>\nDate: Tue, 02 Jan 2024 03:04:05 +0530\n",
		source:    fmt.Sprintf("Format: 3.0 (native)\nSource: bell\nVersion: 1:2\nChecksums-Sha256:\n %x 1 bell_2.tar.xz\n", sha256.Sum256([]byte("x"))),
		info:      "Format: 1.0\nSource: bell\nVersion: 1:2\n",
		params: []string{"head 1234567890123456789012345678901234567890", "csuite sid", "isuite unstable", "tagformat new", "splitbrain 0",
			"buildinfo-filename bell_2_source.buildinfo"},
	}
	list := func(line func(name, text string) string) string {
		return line("bell_2.dsc", r.source) + line("bell_2.tar.xz", "x") + line("bell_2_source.buildinfo", r.info)
	}
	r.changes = "Source: bell\nVersion: 1:2\nArchitecture: source\nDistribution: unstable\nChecksums-Sha256:\n" +
		list(func(name, text string) string {
			return fmt.Sprintf(" %x %d %s\n", sha256.Sum256([]byte(text)), len(text), name)
		}) +
		"Files:\n" +
		list(func(name, text string) string {
			return fmt.Sprintf(" %x %d misc optional %s\n", md5.Sum([]byte(text)), len(text), name)
		})
	return r
}

// received is what the other side knows then.
func (r *goodRemote) received() (*remoteUpload, error) {
	u := &remoteUpload{}
	for _, p := range r.params {
		name, value, _ := strings.Cut(p, " ")
		if err := u.addParam(name, value); err != nil {
			return u, err
		}
	}
	for _, f := range [][2]string{{"parsed-changelog", r.changelog}, {"dsc", r.source}, {"changes", r.changes}, {"buildinfo", r.info}} {
		if f[1] == "" {
			continue
		}
		if err := u.addFile(f[0], []byte(f[1])); err != nil {
			return u, err
		}
	}
	return u, u.check(true)
}

func TestRemoteUpload(t *testing.T) {
	u, err := newGoodRemote().received()
	if err != nil {
		t.Fatal(err)
	}
	if want := (dsc.ID{Package: "bell", Version: "1:2"}); u.id != want || u.suite != "unstable" || u.maintView != u.head {
		t.Errorf("received %v for %s, view %v", u.id, u.suite, u.maintView)
	}
	if want := "Ann Author <ann@example.org> 1704144845 +0530"; u.tagger != want {
		t.Errorf("tagger is %q, want %q", u.tagger, want)
	}
}

// What was signed for once stays as it is, and nothing is signed twice.
func TestRemoteUploadSealed(t *testing.T) {
	u, err := newGoodRemote().received()
	if err != nil {
		t.Fatal(err)
	}
	r := &remotePush{received: *u, signed: []string{"signed-tag"}}
	if err := r.want(t.Context(), "signed-tag"); !errors.As(err, new(*WireError)) {
		t.Errorf("want signed-tag again = %v, want a *WireError", err)
	}
	r.opts.ExpectVersion = "3"
	if err := r.want(t.Context(), "signed-dsc-changes"); !errors.As(err, new(*RemoteUploadError)) {
		t.Errorf("want signed-dsc-changes = %v, want a *RemoteUploadError", err)
	}
	r = &remotePush{received: *u}
	r.opts.Args = []string{"trixie"}
	if err := r.want(t.Context(), "signed-tag"); !errors.As(err, new(*RemoteUploadError)) {
		t.Errorf("want signed-tag for another suite = %v, want a *RemoteUploadError", err)
	}
	for what, err := range map[string]error{
		"file":       r.received.addFile("buildinfo", nil),
		"param":      r.received.addParam("head", "0123456789012345678901234567890123456789"),
		"previously": r.received.addPrevious("tags/x=0123456789012345678901234567890123456789"),
	} {
		if err == nil || !strings.Contains(err.Error(), "after something was signed") {
			t.Errorf("%s after something was signed: %v", what, err)
		}
	}
}

// Nothing is signed of which one part is about something else than another.
func TestRemoteUploadRefuses(t *testing.T) {
	replace := func(s *string, old, new string) {
		if !strings.Contains(*s, old) {
			panic("no " + old)
		}
		*s = strings.Replace(*s, old, new, 1)
	}
	tests := []struct {
		name   string
		damage func(r *goodRemote)
	}{
		{"no changelog", func(r *goodRemote) { r.changelog = "" }},
		{"no .dsc", func(r *goodRemote) { r.source = "" }},
		{"no .changes", func(r *goodRemote) { r.changes = "" }},
		{"no .buildinfo", func(r *goodRemote) { r.info = "" }},
		{"no head", func(r *goodRemote) { r.params = r.params[1:] }},
		{"head is no commit", func(r *goodRemote) { r.params[0] = "head refs/heads/main" }},
		{"no splitbrain", func(r *goodRemote) { r.params[4] = "splitbrain x" }},
		{"no maintainer view", func(r *goodRemote) { r.params[4] = "splitbrain 1" }},
		{"old tags", func(r *goodRemote) { r.params[3] = "tagformat old" }},
		{"codename is a tag line", func(r *goodRemote) { r.params[1] = "csuite sid) [dgit]" }},
		{"another suite asked for", func(r *goodRemote) { r.params[2] = "isuite trixie" }},
		{"an unknown parameter", func(r *goodRemote) { r.params = append(r.params, "key 0x1") }},
		{"name of the .buildinfo", func(r *goodRemote) { r.params[5] = "buildinfo-filename ../bell_2_source.buildinfo" }},
		{".buildinfo of another upload by name", func(r *goodRemote) { r.params[5] = "buildinfo-filename other_2_source.buildinfo" }},
		{".buildinfo of another upload", func(r *goodRemote) { replace(&r.info, "bell", "gong") }},
		{"changelog of another package", func(r *goodRemote) { replace(&r.changelog, "bell", "gong") }},
		{"changelog of another version", func(r *goodRemote) { replace(&r.changelog, "1:2", "1:3") }},
		{"changelog for another suite", func(r *goodRemote) { replace(&r.changelog, "unstable", "trixie") }},
		{"changelog not released", func(r *goodRemote) { replace(&r.changelog, "unstable", "UNRELEASED") }},
		{"changelog with a tag of its own", func(r *goodRemote) { replace(&r.changelog, "Ann Author <", "Ann\n Author <") }},
		{".dsc of another version", func(r *goodRemote) { replace(&r.source, "1:2", "1:3") }},
		{".dsc that the .changes does not list so", func(r *goodRemote) { r.source += "Homepage: x\n" }},
		{".changes of another version", func(r *goodRemote) { replace(&r.changes, "Version: 1:2", "Version: 1:3") }},
		{".changes for another suite", func(r *goodRemote) { replace(&r.changes, "unstable", "experimental") }},
		{".changes with binary packages", func(r *goodRemote) { replace(&r.changes, "Architecture: source", "Architecture: source all") }},
		{".changes with a further file", func(r *goodRemote) {
			replace(&r.changes, "Files:\n", fmt.Sprintf(" %x 1 other_1.dsc\nFiles:\n %x 1 misc optional other_1.dsc\n", sha256.Sum256([]byte("x")), md5.Sum([]byte("x"))))
		}},
		{".changes with another tarball", func(r *goodRemote) {
			replace(&r.changes, fmt.Sprintf("%x 1 bell_2.tar.xz", sha256.Sum256([]byte("x"))), fmt.Sprintf("%x 1 bell_2.tar.xz", sha256.Sum256([]byte("y"))))
		}},
		{".changes without the .dsc", func(r *goodRemote) {
			replace(&r.changes, fmt.Sprintf(" %x %d bell_2.dsc\n", sha256.Sum256([]byte(r.source)), len(r.source)), "")
			replace(&r.changes, fmt.Sprintf(" %x %d misc optional bell_2.dsc\n", md5.Sum([]byte(r.source)), len(r.source)), "")
		}},
	}
	for _, tt := range tests {
		r := newGoodRemote()
		tt.damage(r)
		if _, err := r.received(); err == nil {
			t.Errorf("%s: it would be signed", tt.name)
		}
	}
}

func TestRemoteAnswer(t *testing.T) {
	const id = "1234567890123456789012345678901234567890"
	tests := []struct {
		input string
		ok    bool
	}{
		{"progress 2\nhi", true},
		{"supplementary-message 0\n", true},
		{"progress 1000000\n", false},
		{"previously tags/archive/debian/1.0-1=" + id + "\n", true},
		{"previously tags/a b=" + id + "\n", false},
		{"previously tags/a=1234\n", false},
		{"previously tags/x]\x0b=" + id + "\n", false},
		{"file dsc\ndata-block 1\nxdata-end\n", true},
		{"file dsc\ndata-end\nfile dsc\ndata-end\n", false},
		{"file /etc/passwd\ndata-end\n", false},
		{"file buildinfo\ndata-end\n", false},
		{"want signed-tag\n", false}, // of nothing
		{"want a cake\n", false},
		{"gimme\n", false},
	}
	for _, tt := range tests {
		var sent bytes.Buffer
		r := &remotePush{wire: newWire(strings.NewReader(tt.input), &sent)}
		var err error
		for err == nil {
			var word, rest string
			if word, rest, err = r.wire.line(); err != nil {
				break
			}
			err = r.answer(t.Context(), word, rest)
		}
		var wireError *WireError
		if refused := errors.As(err, &wireError); refused == tt.ok || sent.Len() > 0 {
			t.Errorf("%q: %v, sent %q", tt.input, err, sent.String())
		}
	}
}
