package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReplaceSection(t *testing.T) {
	tests := []struct {
		content, want string // want "": refused
	}{
		{"", beginMark + "\nnew\n\n" + endMark},
		{"a\n", "a\n" + beginMark + "\nnew\n\n" + endMark},
		{"a\n" + beginMark + "old\n" + endMark + "b\n", "a\n" + beginMark + "\nnew\n\n" + endMark + "b\n"},
		{"a\n" + beginMark + "old\n", ""},
	}
	for _, tt := range tests {
		got, err := replaceSection(tt.content, "new\n")
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("replaceSection(%q) = %q, %v, want %q", tt.content, got, err, tt.want)
		}
	}
}

func TestMedian(t *testing.T) {
	samples := []sample{{3 * time.Second, 10, 7}, {1 * time.Second, 30, 8}, {2 * time.Second, 20, 9}}
	want := sample{2 * time.Second, 20, 8}
	if got := median(samples); *got != want {
		t.Errorf("median(%v) = %v, want %v", samples, *got, want)
	}
	if got := median(nil); got != nil {
		t.Errorf("median(nil) = %v, want nil", got)
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
