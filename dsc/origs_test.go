package dsc

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestOrigPaths(t *testing.T) {
	tests := []struct {
		name  string
		files []string // in the first directory or, with "2/" before it, in the second one
		want  []string // nil: refused
	}{
		{"one", []string{"a_1.0.orig.tar.gz", "a_1.0-1.debian.tar.xz", "a_1.0.orig", "a_1.0.1.orig.tar.gz", "aa_1.0.orig.tar.gz"}, []string{"a_1.0.orig.tar.gz"}},
		{"signed, with a component", []string{"a_1.0.orig.tar.xz", "a_1.0.orig.tar.xz.asc", "a_1.0.orig-doc.tar.gz", "a_1.0.orig-d_c.tar.gz"},
			[]string{"a_1.0.orig-doc.tar.gz", "a_1.0.orig.tar.xz", "a_1.0.orig.tar.xz.asc"}},
		{"compressed otherwise", []string{"a_1.0.orig.tar.xz", "a_1.0.orig.tar.zst", "a_1.0.orig.tar"}, []string{"a_1.0.orig.tar.xz"}},
		{"twice", []string{"a_1.0.orig.tar.xz", "a_1.0.orig.tar.gz"}, nil},
		{"component twice", []string{"a_1.0.orig.tar.xz", "a_1.0.orig-doc.tar.gz", "a_1.0.orig-doc.tar.xz"}, nil},
		{"signature of another", []string{"a_1.0.orig.tar.xz", "a_1.0.orig.tar.xz.asc", "a_1.0.orig.tar.gz.asc"}, []string{"a_1.0.orig.tar.xz", "a_1.0.orig.tar.xz.asc"}},
		{"signatures without tarballs", []string{"a_1.0.orig.tar.gz", "a_1.0.orig.tar.bz2.asc", "a_1.0.orig-doc.tar.gz.asc"}, []string{"a_1.0.orig.tar.gz"}},
		{"component alone", []string{"a_1.0.orig-doc.tar.gz"}, nil},
		{"in the second", []string{"2/a_1.0.orig.tar.gz", "2/a_1.0.orig.tar.gz.asc"}, []string{"2/a_1.0.orig.tar.gz", "2/a_1.0.orig.tar.gz.asc"}},
		{"in both", []string{"2/a_1.0.orig.tar.gz", "a_1.0.orig.tar.gz"}, []string{"a_1.0.orig.tar.gz"}},
		{"spread", []string{"2/a_1.0.orig-doc.tar.gz", "a_1.0.orig.tar.gz", "2/a_1.0.orig.tar.gz.asc"}, []string{"2/a_1.0.orig-doc.tar.gz", "a_1.0.orig.tar.gz", "2/a_1.0.orig.tar.gz.asc"}},
		{"twice, spread", []string{"2/a_1.0.orig.tar.xz", "a_1.0.orig.tar.gz"}, nil},
	}
	for _, tt := range tests {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "2"), 0o777); err != nil {
			t.Fatal(err)
		}
		for _, name := range tt.files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		var want []string
		for _, name := range tt.want {
			want = append(want, filepath.Join(dir, name))
		}
		got, err := OrigPaths([]string{dir, filepath.Join(dir, "2")}, ID{"a", "2:1.0-3"})
		var twice *DuplicateOrigError
		if tt.want == nil && !errors.As(err, &twice) && !errors.Is(err, fs.ErrNotExist) || tt.want != nil && err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: OrigPaths = %q, %v; want %q", tt.name, got, err, want)
		}
	}
	_, err := OrigPaths([]string{filepath.Join(t.TempDir(), "none")}, ID{"a", "1.0-1"})
	if none := (*NoOrigError)(nil); !errors.As(err, &none) {
		t.Errorf("OrigPaths without a directory = %v, want a NoOrigError", err)
	}
}

// TestOpenOrigsHolds changes a tarball after it has been opened.
func TestOpenOrigsHolds(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a_1.0.orig.tar.gz")
	gz := []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x04\x00\x43\xbe\xb7\xe8\x01\x00\x00\x00") // "a"
	if err := os.WriteFile(name, gz, 0o666); err != nil {
		t.Fatal(err)
	}
	contents, err := OpenOrigs([]string{filepath.Dir(name)}, ID{"a", "1.0-1"})
	if err != nil || len(contents) != 1 {
		t.Fatalf("OpenOrigs = %d contents, %v; want 1", len(contents), err)
	}
	defer contents[0].Close()
	read := func() (string, error) {
		r, err := contents[0].Decompressed()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		data, err := io.ReadAll(r)
		return string(data), err
	}
	if data, err := read(); data != "a" || err != nil {
		t.Errorf("content %q, %v; want a", data, err)
	}
	if err := os.WriteFile(name, append(gz, gz...), 0o666); err != nil {
		t.Fatal(err)
	}
	var changed *MismatchError
	if _, err := read(); !errors.As(err, &changed) {
		t.Errorf("content after a change: %v, want a MismatchError", err)
	}
}
