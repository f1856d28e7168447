package history

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"debgit/archive/archivetest"
	"debgit/dsc"
	"debgit/dsc/dsctest"
	"debgit/gitmap"
)

// bellArchive publishes bell in suites, "SUITE=VERSION,OLDER..." each, and returns options for
// asking them.
func bellArchive(t *testing.T, suites ...string) ArchiveOptions {
	t.Helper()
	dir := t.TempDir()
	var published []archivetest.Suite
	for _, s := range suites {
		name, versions, _ := strings.Cut(s, "=")
		suite := archivetest.Suite{Codename: name}
		if name == "sid" {
			suite.Name = "unstable"
		}
		if versions != "" {
			suite.Uploads = []archivetest.Upload{{Dsc: bellDsc(t, filepath.Join(dir, "incoming"), strings.Split(versions, ",")...)}}
		}
		published = append(published, suite)
	}
	a, err := archivetest.Build(filepath.Join(dir, "archive"), archivetest.Options{Suites: published})
	if err != nil {
		t.Fatal(err)
	}
	return ArchiveOptions{OpenOptions: OpenOptions{Archive: a.Dir, Keyrings: []string{a.Keyring}}, CacheDir: t.TempDir()}
}

// bellDsc writes the source package bell, and returns the path of its .dsc. The changelog has these
// versions.
func bellDsc(t *testing.T, dir string, versions ...string) string {
	t.Helper()
	text := ""
	for _, v := range versions {
		text += bellStanza(v)
	}
	v := dsc.Version(versions[0])
	p := &dsctest.Package{Format: "3.0 (quilt)", Source: "bell", Version: versions[0], Files: []dsctest.File{
		{Name: "bell_" + v.Upstream().WithoutEpoch() + ".orig.tar.gz", Entries: []dsctest.Entry{{Name: "bell/f", Content: tenLines}}},
		{Name: "bell_" + v.WithoutEpoch() + ".debian.tar.xz", Entries: []dsctest.Entry{{Name: "debian/changelog", Content: text}, {Name: "debian/control", Content: "Source: bell\n"}}},
	}}
	path, err := p.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// bellStanza is a changelog entry of a version, whose looks tell what kind of upload it is.
func bellStanza(v string) string {
	switch {
	case strings.HasSuffix(v, ".1"):
		return strings.Replace(stanza(v, "unstable"), "Ring.", "Non-maintainer upload.\n  * Fix (Closes: #1).", 1)
	case strings.Contains(v, "+deb"):
		return strings.Replace(stanza(v, "trixie-security"), "Ring.", "CVE-2025-1234", 1)
	}
	return stanza(v, "unstable")
}

// bellWork is a repository of bell as its maintainers keep it, without any upload in it.
func bellWork(t *testing.T, versions ...string) *packageRepo {
	t.Helper()
	r := newPackageRepo(t)
	text := ""
	for _, v := range versions {
		text += bellStanza(v)
	}
	r.write("debian/changelog", text)
	r.write("debian/control", "Source: bell\n")
	r.write("debian/source/format", "3.0 (quilt)\n")
	r.write("f", tenLines)
	r.commit("All")
	r.git("branch", "-m", "dgit/sid")
	return r
}

func (r *packageRepo) status(opts StatusOptions) *Status {
	r.t.Helper()
	repo, err := gitmap.Open(r.t.Context(), r.WorkTree()) // which remembers its configuration
	if err != nil {
		r.t.Fatal(err)
	}
	s, err := ReadStatus(r.t.Context(), repo, opts)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

func (s *Status) codes() string {
	var codes []string
	for _, c := range s.Complain {
		codes = append(codes, c.Code)
	}
	return strings.Join(codes, " ")
}

// describeSuite says in a line what was found out about a suite.
func describeSuite(s *SuiteStatus) string {
	text := fmt.Sprintf("%s %s", s.Suite, s.Version)
	for flag, is := range map[string]bool{"named": s.Named, "in history": s.InHistory, "same": s.Same} {
		if is {
			text += ", " + flag
		}
	}
	for _, l := range s.Lacks {
		text += ", lacks " + string(l.Version)
		if l.Entry != nil {
			text += " " + string(l.Entry.Kind()) + " by " + l.Entry.Maintainer
		}
	}
	for _, e := range s.NotUploaded {
		text += ", new " + string(e.Version)
	}
	return text
}

func TestStatusSuites(t *testing.T) {
	tests := []struct {
		name     string
		suites   []string
		branch   []string
		suite    string
		want     []string
		complain string
	}{
		{"as uploaded, by the changelog", []string{"sid=1.0-2,1.0-1"}, []string{"1.0-2", "1.0-1"}, "", []string{"sid 1.0-2, named"}, "version origs"},
		{"ahead", []string{"sid=1.0-1"}, []string{"1.0-3", "1.0-2", "1.0-1"}, "", []string{"sid 1.0-1, named, new 1.0-3, new 1.0-2"}, "history origs"},
		{"an NMU that is lacking", []string{"sid=1.0-1.1,1.0-1"}, []string{"1.0-1"}, "", []string{"sid 1.0-1.1, lacks 1.0-1.1 NMU by Ann <ann@example.org>"}, "lacks origs"},
		{"an NMU that a newer version passes over", []string{"sid=1.0-1.1,1.0-1"}, []string{"1.0-2", "1.0-1"}, "",
			[]string{"sid 1.0-1.1, lacks 1.0-1.1 NMU by Ann <ann@example.org>, new 1.0-2"}, "lacks origs"},
		{"several that are lacking", []string{"sid=1.1-1,1.0-2.1,1.0-2,1.0-1"}, []string{"1.0-1"}, "",
			[]string{"sid 1.1-1, lacks 1.1-1  by Ann <ann@example.org>, lacks 1.0-2.1 NMU by Ann <ann@example.org>, lacks 1.0-2  by Ann <ann@example.org>"}, "lacks origs"},
		{"no common upload", []string{"sid=2.0-1"}, []string{"1.0-1"}, "", []string{"sid 2.0-1, lacks 2.0-1  by Ann <ann@example.org>, new 1.0-1"}, "lacks origs"},
		{"not in the suite", []string{"sid="}, []string{"1.0-1"}, "", []string{"sid , new 1.0-1"}, "new origs"},
		{"another suite", []string{"sid=1.0-1", "experimental=1.0-2,1.0-1"}, []string{"1.0-1"}, "experimental",
			[]string{"experimental 1.0-2, lacks 1.0-2  by Ann <ann@example.org>"}, "suite lacks origs"},
		{"an upload to the suite of security updates", []string{"trixie=1.0-1", "trixie-security=1.0-1+deb13u1,1.0-1", "sid-security=1.0-1+deb13u1,1.0-1", "sid=1.0-1"}, []string{"1.0-1"}, "",
			[]string{"sid 1.0-1, named", "sid-security 1.0-1+deb13u1, lacks 1.0-1+deb13u1 security upload by Ann <ann@example.org>"}, "version origs"},
		{"two suites", []string{"trixie=1.0-1", "trixie-security=1.0-1+deb13u1,1.0-1"}, []string{"1.0-1"}, "trixie,-security",
			[]string{"trixie 1.0-1, named", "trixie-security 1.0-1+deb13u1, lacks 1.0-1+deb13u1 security upload by Ann <ann@example.org>"}, "version suite origs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := bellArchive(t, tt.suites...)
			r := bellWork(t, tt.branch...)
			s := r.status(StatusOptions{ArchiveOptions: opts, Suite: tt.suite})
			var got []string
			for _, suite := range s.Suites {
				got = append(got, describeSuite(suite))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("suites are %q, want %q", got, tt.want)
			}
			if got := s.codes(); got != tt.complain {
				t.Errorf("complaints are %q, want %q", got, tt.complain)
			}
		})
	}
}

// What the branch has counts by commits, not only by the changelog.
func TestStatusHistory(t *testing.T) {
	opts := bellArchive(t, "sid=1.0-1")
	r := bellWork(t, "1.0-1")
	r.git("tag", "debian/1.0-1")
	if s := r.status(StatusOptions{ArchiveOptions: opts}); !s.IsUploaded() || s.NeedsWork() {
		t.Errorf("at the tag of the upload: %s, %q", describeSuite(s.Suites[0]), s.codes())
	}
	r.write("new", "x")
	r.commit("More")
	s := r.status(StatusOptions{ArchiveOptions: opts})
	if suite := s.Suites[0]; suite.Since != 1 || suite.Same || s.codes() != "version origs" {
		t.Errorf("a commit later: %s, %d since, %q", describeSuite(suite), suite.Since, s.codes())
	}
	r.write("debian/changelog", stanza("1.1-1", "unstable"))
	r.commit("Forget the old changelog")
	s = r.status(StatusOptions{ArchiveOptions: opts})
	if suite := s.Suites[0]; suite.Named || suite.LacksUpload() || s.codes() != "origs" {
		t.Errorf("without the old changelog: %s, %q", describeSuite(suite), s.codes())
	}
}

// Without an archive the tracking branches tell what was known.
func TestStatusOffline(t *testing.T) {
	r := bellWork(t, "1.0-1")
	s := r.status(StatusOptions{Offline: true})
	if suite := s.Suites[0]; suite.Suite != "sid" || suite.Version != "" || suite.NotAsked != nil || s.codes() != "origs" {
		t.Errorf("without a tracking branch: %s, %v, %q", describeSuite(suite), suite.NotAsked, s.codes())
	}
	r.git("update-ref", TrackingRef("sid"), "HEAD")
	if s := r.status(StatusOptions{Offline: true}); !s.IsUploaded() {
		t.Errorf("with a tracking branch: %s", describeSuite(s.Suites[0]))
	}
	r.git("checkout", "-q", "-b", "main")
	if s := r.status(StatusOptions{Offline: true}); !s.IsUploaded() || s.Suites[0].Suite != "sid" {
		t.Errorf("on another branch: %s", describeSuite(s.Suites[0]))
	}
	// An archive that cannot be reached is told of, and does not keep the rest from being told.
	s = r.status(StatusOptions{ArchiveOptions: ArchiveOptions{OpenOptions: OpenOptions{Archive: "http://127.0.0.1:9/none", Keyrings: []string{os.DevNull}}, CacheDir: t.TempDir()}})
	if suite := s.Suites[0]; suite.NotAsked == nil || suite.Version != "1.0-1" {
		t.Errorf("with an archive that does not answer: %s, %v", describeSuite(suite), suite.NotAsked)
	}
}

func TestStatusOrigs(t *testing.T) {
	opts := bellArchive(t, "sid=1.0-1")
	r := bellWork(t, "1.0-2", "1.0-1")
	beside := filepath.Dir(r.WorkTree())
	describe := func(s *Status) string {
		text := "listed by " + s.Origs.Listed
		for _, f := range s.Origs.Files {
			text += ", " + f.Name + " " + string(f.State)
		}
		return text
	}
	check := func(when string, s *Status, want string) {
		t.Helper()
		if got := describe(s); got != want {
			t.Errorf("%s: %s; want %s", when, got, want)
		}
	}
	check("none", r.status(StatusOptions{ArchiveOptions: opts}), "listed by sid, bell_1.0.orig.tar.gz missing")
	check("none, offline", r.status(StatusOptions{Offline: true}), "listed by , bell_1.0.orig.tar.* missing")
	bellDsc(t, beside, "1.0-1")
	check("the right one", r.status(StatusOptions{ArchiveOptions: opts}), "listed by sid, bell_1.0.orig.tar.gz same")
	check("there, offline", r.status(StatusOptions{Offline: true}), "listed by , bell_1.0.orig.tar.gz unlisted")
	for _, name := range []string{"bell_1.0.orig-part.tar.xz", "bell_1.0.orig.tar.gz.asc", "bell_1.0.1.orig.tar.gz", "bell_1.0.orig.tar.gz.tmp", "bell_1.0.original.tar.gz"} {
		if err := os.WriteFile(filepath.Join(beside, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	check("names", r.status(StatusOptions{Offline: true}), "listed by , bell_1.0.orig-part.tar.xz unlisted, bell_1.0.orig.tar.gz unlisted, bell_1.0.orig.tar.gz.asc unlisted")
	if err := os.WriteFile(filepath.Join(beside, "bell_1.0.orig.tar.gz"), []byte("other"), 0o666); err != nil {
		t.Fatal(err)
	}
	s := r.status(StatusOptions{ArchiveOptions: opts})
	check("another one", s, "listed by sid, bell_1.0.orig.tar.gz other")
	if !strings.Contains(s.codes(), "origs") {
		t.Errorf("complaints: %s", s.codes())
	}
	r.write("debian/changelog", stanza("1", "unstable"))
	if s := r.status(StatusOptions{Offline: true}); s.Origs != nil {
		t.Errorf("a native version has origs: %s", describe(s))
	}
}

// Each rule of a push complains, and only that one.
func TestComplaints(t *testing.T) {
	r := bellWork(t, "1.0-1")
	r.git("update-ref", TrackingRef("sid"), "HEAD")
	bellDsc(t, filepath.Dir(r.WorkTree()), "1.0-2")
	r.write("debian/changelog", stanza("1.0-2", "unstable")+stanza("1.0-1", "unstable"))
	base := r.commit("Release 1.0-2").String()
	config := filepath.Join(t.TempDir(), "config")
	t.Setenv("GIT_CONFIG_GLOBAL", config)
	set := func(key, value string) {
		text := ""
		if key != "" {
			i := strings.LastIndex(key, ".")
			text = fmt.Sprintf("[dgit-distro %q]\n\t%s = %s\n", key[:i], key[i+1:], value)
		}
		if err := os.WriteFile(config, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		prepare func(r *packageRepo)
		want    string
	}{
		"nothing": {func(r *packageRepo) {}, ""},
		"unreleased": {func(r *packageRepo) {
			r.write("debian/changelog", stanza("1.0-2", "UNRELEASED")+stanza("1.0-1", "unstable"))
		}, "unreleased"},
		"unfinished": {func(r *packageRepo) {
			r.write("debian/changelog", "bell (1.0-2) unstable; urgency=low\n\n  * X.\n\n --\n")
		}, "unfinished"},
		"names":      {func(r *packageRepo) { r.write("debian/control", "Source: clapper\n") }, "names"},
		"no control": {func(r *packageRepo) { r.git("rm", "-q", "debian/control") }, "control"},
		"older":      {func(r *packageRepo) { r.write("debian/changelog", stanza("1.0-0", "unstable")) }, "version"},
		"same": {func(r *packageRepo) {
			r.write("debian/changelog", stanza("1.0-1", "unstable"))
			r.write("more", "x")
		}, "version"},
		"tag": {func(r *packageRepo) { r.git("tag", "archive/debian/1.0-2") }, "tag"},
		"other suite": {func(r *packageRepo) {
			r.write("debian/changelog", stanza("1.0-2", "experimental")+stanza("1.0-1", "unstable"))
		}, "suite"},
		"own suite":  {func(r *packageRepo) { r.write("debian/changelog", stanza("1.0-2", "sid")+stanza("1.0-1", "unstable")) }, ""},
		"detached":   {func(r *packageRepo) { r.git("checkout", "-q", "--detach") }, "detached"},
		"local":      {func(r *packageRepo) { r.write("debian/source/local-options", "x\n") }, "local-files"},
		"tar-ignore": {func(r *packageRepo) { r.write("debian/source/options", "compression = xz\ntar-ignore # all\n") }, "tar-ignore"},
		"a pattern":  {func(r *packageRepo) { r.write("debian/source/options", "tar-ignore = *.o\n") }, ""},
		"format":     {func(r *packageRepo) { r.write("debian/source/format", "3.0 (custom)\n") }, "format"},
		"native":     {func(r *packageRepo) { r.write("debian/source/format", "3.0 (native)\n") }, "format"},
		"quilt": {func(r *packageRepo) {
			r.write("debian/changelog", stanza("1.1", "unstable")+stanza("1.0-1", "unstable"))
		}, "format"},
		"unapplied": {func(r *packageRepo) {
			r.write("debian/patches/series", "two\n")
			r.write("debian/patches/two", change("", 2, "two"))
		}, ""},
		"unapplied, but configured": {func(r *packageRepo) {
			set("debian.quilt-mode", "linear")
			r.write("debian/patches/series", "two\n")
			r.write("debian/patches/two", change("", 2, "two"))
		}, "patches"},
		"applied": {func(r *packageRepo) {
			r.write("debian/patches/series", "two\n")
			r.write("debian/patches/two", change("", 2, "two"))
			r.write("f", strings.Replace(tenLines, "2", "two", 1))
		}, ""},
		"mixed": {func(r *packageRepo) {
			r.write("debian/patches/series", "two\n")
			r.write("debian/patches/two", change("", 2, "two"))
			r.write("f", strings.Replace(tenLines, "2", "deux", 1))
		}, "patches"},
		"debian only": {func(r *packageRepo) { r.git("rm", "-q", "f") }, ""},
		"debian only, but configured": {func(r *packageRepo) {
			set("debian.quilt-mode", "linear")
			r.git("rm", "-q", "f")
		}, "patches"},
		"a quilt mode": {func(r *packageRepo) {
			set("debian.quilt-mode", "gbp")
			r.write("debian/patches/series", "two\n")
			r.write("debian/patches/two", change("", 2, "two"))
		}, ""},
		"read-only":   {func(r *packageRepo) { set("debian.readonly", "true") }, "read-only"},
		"unsupported": {func(r *packageRepo) { set("debian/push.unsupported-error", "ask first") }, "unsupported"},
	} {
		t.Run(name, func(t *testing.T) {
			r.git("checkout", "-q", "-f", "-B", "dgit/sid", base)
			tt.prepare(r)
			r.commit("Prepare")
			s := r.status(StatusOptions{Offline: true})
			if got := s.codes(); got != tt.want {
				t.Errorf("complaints are %q, want %q", got, tt.want)
			}
			r.git("update-ref", "-d", tagPrefix+"archive/debian/1.0-2")
			set("", "")
		})
	}
}

// What is not committed is complained about, and what is untracked only if it counts.
func TestComplaintsUncommitted(t *testing.T) {
	r := bellWork(t, "1.0-1")
	bellDsc(t, filepath.Dir(r.WorkTree()), "1.0-1")
	codes := func() string { return r.status(StatusOptions{Offline: true}).codes() }
	r.write("untracked", "x")
	if got := codes(); got != "" {
		t.Errorf("an untracked file: %q", got)
	}
	r.write("debian/source/options", "compression = xz\n")
	if got := codes(); got != "uncommitted" {
		t.Errorf("untracked options: %q", got)
	}
	r.git("add", "debian")
	if got := codes(); got != "dirty uncommitted" {
		t.Errorf("options in the index: %q", got)
	}
	r.commit("Options")
	r.git("checkout", "-q", "-b", "other", "HEAD~")
	r.write("f", "other\n")
	r.commit("Other")
	r.git("checkout", "-q", "dgit/sid")
	r.write("f", "ours\n")
	r.commit("Ours")
	if _, err := r.Git(t.Context(), "-c", "user.name=A", "-c", "user.email=a@a", "merge", "-q", "other"); err == nil {
		t.Fatal("no conflict")
	}
	if got := codes(); got != "conflict" {
		t.Errorf("in a conflict: %q", got)
	}
}
