package gitmap

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestClean(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		opts       CleanOptions
		want, left []string
	}{
		{CleanOptions{}, []string{"Removing new"}, []string{".git", ".gitignore", "nested", "x.o"}},
		{CleanOptions{Ignored: true}, []string{"Removing new", "Removing x.o"}, []string{".git", ".gitignore", "nested"}},
		{CleanOptions{Nested: true}, []string{"Removing nested/", "Removing new"}, []string{".git", ".gitignore", "x.o"}},
		{CleanOptions{Ignored: true, DryRun: true}, []string{"Would remove new", "Would remove x.o"}, []string{".git", ".gitignore", "nested", "new", "x.o"}},
	} {
		dir := t.TempDir()
		repo, err := Init(ctx, dir, "main")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{".gitignore", "new", "x.o"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("*.o\n"), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		for _, args := range [][]string{{"add", ".gitignore"}, {"init", "-q", "nested"}} {
			if _, err := repo.Git(ctx, args...); err != nil {
				t.Fatal(err)
			}
		}
		lines, err := repo.Clean(ctx, tt.opts)
		if slices.Sort(lines); err != nil || !slices.Equal(lines, tt.want) {
			t.Errorf("Clean(%+v) = %q, %v; want %q", tt.opts, lines, err, tt.want)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var left []string
		for _, e := range entries {
			left = append(left, e.Name())
		}
		if !slices.Equal(left, tt.left) {
			t.Errorf("Clean(%+v) left %q, want %q", tt.opts, left, tt.left)
		}
	}
}
