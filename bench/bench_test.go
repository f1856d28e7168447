package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReplaceSection(t *testing.T) {
	begin, end := marks("a")
	tests := []struct {
		content, want string // want "": refused
	}{
		{"", begin + "\nnew\n\n" + end},
		{"text\n", "text\n\n" + begin + "\nnew\n\n" + end},
		{"before\n" + begin + "old\n" + end + "after\n", "before\n" + begin + "\nnew\n\n" + end + "after\n"},
		{"before\n" + begin + "old\n", ""},
	}
	for _, tt := range tests {
		got, err := replaceSection(tt.content, "a", "new\n")
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("replaceSection(%q) = %q, %v, want %q", tt.content, got, err, tt.want)
		}
	}
}

func TestMedian(t *testing.T) {
	samples := []sample{{3 * time.Second, 10, 7, 1}, {1 * time.Second, 30, 8, 2}, {2 * time.Second, 20, 9, 3}}
	want := sample{2 * time.Second, 20, 8, 2}
	if got := median(samples); *got != want {
		t.Errorf("median(%v) = %v, want %v", samples, *got, want)
	}
	if got := median(nil); got != nil {
		t.Errorf("median(nil) = %v, want nil", got)
	}
}

func TestTargets(t *testing.T) {
	took := func(seconds, cpu float64) *sample {
		return &sample{wall: time.Duration(seconds * float64(time.Second)), cpu: time.Duration(cpu * float64(time.Second)), memory: 50e6}
	}
	decoding := func(seconds float64) row { return row{"decoding alone, -T1", took(seconds, seconds)} }
	tables := []table{
		{firstStep, []row{{"debgit import-dsc", took(1, 1.6)}, {"dgit import-dsc", took(14, 14)}, {"dpkg-source -x", nil}, decoding(0.5)}},
		{secondStep, []row{{"debgit import-dsc", nil}, {"dgit import-dsc", took(14, 14)}}},
		{secondStep, []row{{"debgit import-dsc", took(1, 1.9)}, {"dgit import-dsc", took(14, 14)}, decoding(0.5), {"decoding alone, -T0", took(0.4, 0.5)}}},
		{revisionStep, []row{{"debgit import-dsc", took(1, 1)}, {"dgit import-dsc", took(3, 3)}, decoding(0.5)}},
	}
	want := `| coreutils, first | time against decoding, -T1 | 2.00 | 2.00 | met |
| coreutils, first | times faster than dgit | 14.0 | 15.0 | **missed** |
| coreutils, first | memory, MB | 50 | 80 | met |
| coreutils, second | time against decoding, -T0 | 2.50 | 0.80 | **missed**: in 0.32 s, but decoding alone takes 0.40 s |
| coreutils, second | times faster than dgit | 14.0 | 15.0 | **missed**: in 0.93 s, but there are 0.95 s of work for each processor |
| coreutils, revision | times faster than dgit | 3.0 | 15.0 | **missed**: in 0.20 s, but there are 0.50 s of work for each processor |
`
	var got strings.Builder
	writeTargets(&got, "coreutils", tables, 2)
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("writeTargets: -want +got\n%s", diff)
	}
}

// A tool does its steps in order, and one that fails is left out.
func TestCompare(t *testing.T) {
	tools := []tool{
		{name: "good", steps: []step{{name: "a", commands: [][]string{{"touch", "x"}}}, {name: "b", commands: [][]string{{"test", "-e", "x"}}}}},
		{name: "bad", steps: []step{{name: "a", commands: [][]string{{"false"}}}}},
	}
	tables, err := compare("test", tools, []string{"a", "b"}, 2, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(tables) != 2 || tables[0].of("good") == nil || tables[1].of("good") == nil || tables[0].of("bad") != nil {
		t.Errorf("compare = %+v, want samples of the good tool for both steps", tables)
	}
}

// What is generated unpacks, with all its patches.
func TestGenerate(t *testing.T) {
	dir := t.TempDir()
	v, err := generated{files: 120, patches: 3}.write(dir)
	if err != nil {
		t.Fatal(err)
	}
	next := t.TempDir()
	revision, err := revise(v, next)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []version{v, revision} {
		unpacked := filepath.Join(t.TempDir(), "unpacked")
		if out, err := exec.Command("dpkg-source", "-x", v.dsc, unpacked).CombinedOutput(); err != nil {
			t.Fatalf("dpkg-source -x %s: %v\n%s", v.label(), err, out)
		}
		for name, want := range map[string]bool{"000/00002.c": true, "000/00003.c": false} {
			data, err := os.ReadFile(filepath.Join(unpacked, name))
			if got := bytes.Contains(data, []byte("changed")); err != nil || got != want {
				t.Errorf("%s: %s is changed: %v, %v, want %v", v.label(), name, got, err, want)
			}
		}
	}
}

func TestSourceFiles(t *testing.T) {
	dir := t.TempDir()
	tests := []struct {
		name, content string
		want          []string // nil: refused
	}{
		{"a_1.dsc", "Source: a\nChecksums-Sha256:\n 0a 12 a_1.tar.xz\n 0b 3 ../a_1.diff.gz\nFiles:\n 0c 12 b.tar\n",
			[]string{"a_1.dsc", "a_1.tar.xz", "a_1.diff.gz"}},
		{"b_1.dsc", "Source: b\nFiles:\n 0c 12 b_1.tar.gz\n", nil},
	}
	for _, tt := range tests {
		dsc := filepath.Join(dir, tt.name)
		if err := os.WriteFile(dsc, []byte(tt.content), 0o666); err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, name := range tt.want {
			want = append(want, filepath.Join(dir, name))
		}
		got, err := sourceFiles(dsc)
		if diff := cmp.Diff(want, got); diff != "" || (err != nil) != (tt.want == nil) {
			t.Errorf("sourceFiles(%s) = %v, %v, want %v", tt.name, got, err, want)
		}
	}
}

// A tool is long by what is measured, whatever it took to prepare that.
func TestIsLong(t *testing.T) {
	long, short := sample{wall: longTime + 1}, sample{wall: longTime}
	tests := []struct {
		took map[string]sample
		want bool
	}{
		{map[string]sample{preparation: long, firstBuild: short, pushStep: short}, false},
		{map[string]sample{preparation: short, firstBuild: short, pushStep: long}, true},
		{map[string]sample{preparation: short, firstBuild: long}, true},
		{nil, false},
	}
	for _, tt := range tests {
		if got := isLong(tt.took, []string{firstBuild, pushStep}); got != tt.want {
			t.Errorf("isLong(%v) = %v, want %v", tt.took, got, tt.want)
		}
	}
}

func TestWriteBounds(t *testing.T) {
	took := func(cpu time.Duration) *sample { return &sample{cpu: cpu} }
	build := table{firstBuild, []row{{"debgit", took(1500 * time.Millisecond)}, {wholeBuild, took(4 * time.Second)}}}
	tests := []struct {
		push table
		want string
	}{
		{table{pushStep, []row{{"debgit", took(2 * time.Second)}, {transfer, took(800 * time.Millisecond)}}},
			"Of the 2.00 s of processor time for the push of foo 1, git push and dput take 0.800 s.\nThe build of foo 1 takes 1.50 s of processor time, and dpkg-source -b of the whole takes 4.00 s.\n"},
		{table{pushStep, []row{{"debgit", took(2 * time.Second)}, {transfer, nil}}},
			"The build of foo 1 takes 1.50 s of processor time, and dpkg-source -b of the whole takes 4.00 s.\n"},
	}
	for _, tt := range tests {
		var got strings.Builder
		writeBounds(&got, "foo 1", build, tt.push)
		if diff := cmp.Diff(tt.want, got.String()); diff != "" {
			t.Errorf("writeBounds: -want +got\n%s", diff)
		}
	}
}
