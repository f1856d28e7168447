package dsc

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseSeries(t *testing.T) {
	stated := func(n int) StripLevel { return StripLevel{Stated: true, Level: n} }
	tests := []struct {
		name      string
		data      string
		dpkg      string // names, separated by blanks
		dpkgErr   string
		strict    []SeriesEntry
		strictErr string
		laundered string // names, separated by blanks
		launErr   string
	}{
		{name: "empty", data: ""},
		{
			name: "usual", data: "# c\na.patch\n\nt/b.patch\n", dpkg: "a.patch t/b.patch",
			strict:    []SeriesEntry{{Line: 2, Name: "a.patch"}, {Line: 4, Name: "t/b.patch", Topic: "t"}},
			laundered: "a.patch t/b.patch",
		},
		{
			name: "no final newline", data: "a.patch", dpkg: "a.patch",
			strict: []SeriesEntry{{Line: 1, Name: "a.patch"}}, laundered: "a.patch",
		},
		{
			name: "strip 1", data: "x.patch -p1\n", dpkg: "x.patch",
			strict:  []SeriesEntry{{Line: 1, Name: "x.patch", Strip: stated(1)}},
			launErr: "line 1: dgit's second method takes no option -p",
		},
		{
			name: "strip 0", data: "t1/t2/x.patch  -p0 # why\n", dpkg: "t1/t2/x.patch",
			strict:  []SeriesEntry{{Line: 1, Name: "t1/t2/x.patch", Topic: "t1/t2", Strip: stated(0)}},
			launErr: "line 1: dgit's second method takes no option -p",
		},
		{
			name: "directory of the option", data: "t/x.patch -p1/u/y # v/z\n", dpkg: "t/x.patch",
			strict:  []SeriesEntry{{Line: 1, Name: "t/x.patch", Topic: "t/x.patch -p1/u", Strip: stated(1)}},
			launErr: "line 1: dgit's second method takes no option -p",
		},
		{
			name: "comment", data: "x.patch # c\ny.patch#c\n", dpkg: "x.patch y.patch#c",
			strict:    []SeriesEntry{{Line: 1, Name: "x.patch"}, {Line: 2, Name: "y.patch#c"}},
			laundered: "x.patch y.patch",
		},
		{
			name: "carriage returns", data: "x.patch\r\ny.patch\r\n", dpkg: "x.patch y.patch",
			strict:    []SeriesEntry{{Line: 1, Name: "x.patch"}, {Line: 2, Name: "y.patch"}},
			laundered: "x.patch y.patch",
		},
		{
			name: "blanks alone", data: "x.patch\n  \n", dpkg: "x.patch", laundered: "x.patch",
			strictErr: "line 2: white space alone is taken for the name of a patch",
		},
		{
			name: "indented comment", data: "  # c\nx.patch\n", dpkg: "x.patch", laundered: "x.patch",
			strictErr: "line 1: white space alone is taken for the name of a patch",
		},
		{
			name: "leading blank", data: " x.patch\n", dpkg: "x.patch", laundered: "x.patch",
			strict: []SeriesEntry{{Line: 1, Name: " x.patch"}},
		},
		{
			name: "form feed", data: "x.patch\n\f\ny.patch\n", dpkg: "x.patch y.patch", laundered: "x.patch y.patch",
			strictErr: "line 2: white space alone is taken for the name of a patch",
		},
		{
			name: "other option", data: "x.patch --foo\n", dpkg: "x.patch",
			strict:    []SeriesEntry{{Line: 1, Name: "x.patch --foo"}},
			laundered: "x.patch --foo",
		},
		{
			name: "latin 1 in comment", data: "# \xe9\nx.patch\n", dpkg: "x.patch", laundered: "x.patch",
			strictErr: "the series is not UTF-8",
		},
		{
			name: "latin 1", data: "\xe9.patch\n", dpkg: "\xe9.patch",
			strictErr: "the series is not UTF-8", launErr: "the series is not UTF-8",
		},
		{
			name: "absolute", data: "/x.patch\n", dpkg: "/x.patch",
			strictErr: `line 1: the name "/x.patch" is absolute`, launErr: `line 1: the name "/x.patch" is absolute`,
		},
		{
			name: "zero is no name", data: "0\nx.patch\n", dpkg: "x.patch",
			strict:    []SeriesEntry{{Line: 1, Name: "0"}, {Line: 2, Name: "x.patch"}},
			laundered: "0 x.patch",
		},
		{
			name: "leads out", data: "../x.patch\n",
			dpkgErr:   `line 1: the name "../x.patch" leads out of debian/patches`,
			strict:    []SeriesEntry{{Line: 1, Name: "../x.patch", Topic: ".."}},
			laundered: "../x.patch",
		},
		{
			name: "leads out later", data: "a\nb/../x.patch\n",
			dpkgErr:   `line 2: the name "b/../x.patch" leads out of debian/patches`,
			strict:    []SeriesEntry{{Line: 1, Name: "a"}, {Line: 2, Name: "b/../x.patch", Topic: "b/.."}},
			laundered: "a b/../x.patch",
		},
		{
			name: "NUL", data: "x\x00y\n",
			dpkgErr:   `line 1: the name "x\x00y" has a NUL byte`,
			strictErr: `line 1: the name "x\x00y" has a NUL byte`,
			launErr:   `line 1: the name "x\x00y" has a NUL byte`,
		},
	}
	names := func(entries []SeriesEntry) string {
		var names []string
		for _, e := range entries {
			names = append(names, e.Name)
		}
		return strings.Join(names, " ")
	}
	text := func(err error) string {
		if err == nil {
			return ""
		}
		return err.Error()
	}
	for _, tt := range tests {
		s, err := ParseSeries([]byte(tt.data))
		if err != nil {
			t.Errorf("%s: ParseSeries(%q): %v", tt.name, tt.data, err)
			continue
		}
		if got := names(s.Dpkg); got != tt.dpkg || text(s.DpkgErr) != tt.dpkgErr {
			t.Errorf("%s: Dpkg = %q, %q, want %q, %q", tt.name, got, text(s.DpkgErr), tt.dpkg, tt.dpkgErr)
		}
		if diff := cmp.Diff(tt.strict, s.Strict); diff != "" || text(s.StrictErr) != tt.strictErr {
			t.Errorf("%s: Strict: error %q, want %q\n%s", tt.name, text(s.StrictErr), tt.strictErr, diff)
		}
		if got := names(s.Laundered); got != tt.laundered || text(s.LaunderedErr) != tt.launErr {
			t.Errorf("%s: Laundered = %q, %q, want %q, %q", tt.name, got, text(s.LaunderedErr), tt.laundered, tt.launErr)
		}
	}
}

func TestParseSeriesRefuses(t *testing.T) {
	data := strings.Repeat("x\n", maxSeriesNames+1)
	want := fmt.Sprintf("the series names %d patches, more than the limit of %d", maxSeriesNames+1, maxSeriesNames)
	if _, err := ParseSeries([]byte(data)); err == nil || err.Error() != want {
		t.Errorf("ParseSeries(%.20q) = %v, want %s", data, err, want)
	}
	if _, err := ParseSeries([]byte(data[2:])); err != nil {
		t.Errorf("ParseSeries of %d names: %v", maxSeriesNames, err)
	}
}

func TestSeriesEntryDpkgName(t *testing.T) {
	for name, want := range map[string]string{"x.patch": "x.patch", "x.patch -R": "x.patch", "\u00a0x": "\u00a0x", "0": "", "0 -R": "0", "x #": "x"} {
		if got := (SeriesEntry{Name: name}).DpkgName(); got != want {
			t.Errorf("DpkgName of %q = %q, want %q", name, got, want)
		}
	}
}

func TestSeriesTopic(t *testing.T) {
	for line, want := range map[string]string{"x": "", "t1/t2/x": "t1/t2", "./x": ".", "t//x": "t", "t/": "t", "/x": "", "//x": "//"} {
		if got := seriesTopic(line); got != want {
			t.Errorf("seriesTopic(%q) = %q, want %q", line, got, want)
		}
	}
}

func TestSeriesEntryBase(t *testing.T) {
	for name, want := range map[string]string{"x.patch": "x.patch", "a/b/x.patch": "x.patch"} {
		if got := (SeriesEntry{Name: name}).Base(); got != want {
			t.Errorf("Base of %q = %q, want %q", name, got, want)
		}
	}
}

// The readers themselves, given files named in the arguments: each prints for each file
// a line with the names it reads, or "error".
const (
	dpkgSeriesScript = `
use strict; use warnings;
use Dpkg::Source::Quilt;
for my $file (@ARGV) {
	my @names = eval { Dpkg::Source::Quilt::read_patch_list(undef, $file) };
	print $@ ? "error\n" : join("|", @names) . "\n";
}
`
	gbpSeriesScript = `
import sys
from gbp.patch_series import PatchSeries
for file in sys.argv[1:]:
    try:
        queue = PatchSeries.read_series_file(file)
    except Exception:
        print("error")
        continue
    print("|".join("%s,%s,%s" % (p.path[len("SERIES/"):], p.topic or "", "" if p.strip is None else p.strip) for p in queue))
`
)

// TestParseSeriesLikePrograms compares with dpkg-source's and gbp's own readers.
func TestParseSeriesLikePrograms(t *testing.T) {
	needPrograms(t, "perl", "dpkg-source")
	const python = "/usr/bin/python3" // Debian's, whatever else there is
	if err := exec.Command(python, "-c", "import gbp.patch_series").Run(); err != nil {
		// What is compared with is in it, and tests have to pass without.
		t.Skip("git-buildpackage is not installed")
	}
	words := []string{"a.patch", "t/b.patch", "/c", "#", " #", "#x", " ", "\t", "\f", "\r", "-p1", "-p0x", " -p2", "--opt", " -R", "\n", "\n", "\n", "é", "\u00a0", "0"}
	dir := filepath.Join(t.TempDir(), "SERIES")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var files, data []string
	for seed := range uint64(caseCount(t, 300)) {
		r := rand.New(rand.NewPCG(seed, 3))
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(words[r.IntN(len(words))])
		}
		name := filepath.Join(dir, fmt.Sprint(seed))
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		files, data = append(files, fmt.Sprint("SERIES/", seed)), append(data, b.String())
	}
	run := func(arg ...string) []string {
		var stderr bytes.Buffer
		cmd := exec.Command(arg[0], append(arg[1:], files...)...)
		cmd.Dir, cmd.Env, cmd.Stderr = filepath.Dir(dir), referenceEnv(), &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("run %s: %v\n%s", arg[0], err, stderr.String())
		}
		return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	}
	dpkg, gbp := run("perl", "-e", dpkgSeriesScript), run(python, "-c", gbpSeriesScript)
	for i, text := range data {
		s, err := ParseSeries([]byte(text))
		if err != nil {
			t.Errorf("ParseSeries(%q): %v", text, err)
			continue
		}
		var names, strict []string
		for _, e := range s.Dpkg {
			names = append(names, e.Name)
		}
		if got := strings.Join(names, "|"); got != dpkg[i] {
			t.Errorf("ParseSeries(%q): Dpkg = %q, want %q", text, got, dpkg[i])
		}
		if s.StrictErr != nil {
			continue // gbp fails later, when it does not find the patch
		}
		for _, e := range s.Strict {
			strip := ""
			if e.Strip.Stated {
				strip = fmt.Sprint(e.Strip.Level)
			}
			strict = append(strict, e.Name+","+e.Topic+","+strip)
		}
		if got := strings.Join(strict, "|"); got != gbp[i] {
			t.Errorf("ParseSeries(%q): Strict = %q, want %q", text, got, gbp[i])
		}
	}
}

func FuzzParseSeries(f *testing.F) {
	for _, seed := range []string{"", "a\n", "a -p1 # c\n", " a\n\f\n#\n", "../a", "a\r\nb\r", "\xff\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSeries(data)
		if err != nil {
			return
		}
		if (s.StrictErr != nil) && s.Strict != nil || s.LaunderedErr != nil && s.Laundered != nil {
			t.Errorf("ParseSeries(%q) gives entries and an error", data)
		}
		for _, entries := range [][]SeriesEntry{s.Dpkg, s.Strict, s.Laundered} {
			for _, e := range entries {
				if e.Name == "" || e.Line < 1 || strings.ContainsAny(e.Name, "\n\x00") {
					t.Errorf("ParseSeries(%q) gives the entry %+v", data, e)
				}
			}
		}
	})
}
