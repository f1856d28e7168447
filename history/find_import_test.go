package history

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"debgit/gitmap"
)

// Each end of patch commits that fork makes a chain. Long ones must not be copied at each commit.
func TestClimb(t *testing.T) {
	const long = 10_000
	dir := filepath.Join(t.TempDir(), "repo")
	repo, err := gitmap.Init(t.Context(), dir, "main")
	if err != nil {
		t.Fatal(err)
	}
	var stream strings.Builder
	mark := 0
	commit := func(from int, message string) int {
		mark++
		fmt.Fprintf(&stream, "commit refs/heads/c\nmark :%d\ncommitter C <c@example.org> 1700000000 +0000\ndata %d\n%s\n", mark, len(message), message)
		if from > 0 {
			fmt.Fprintf(&stream, "from :%d\n", from)
		}
		return mark
	}
	patch := func(from int) int { return commit(from, fmt.Sprintf("s\n\nGbp-Pq: Name %d.patch", mark)) }
	first := patch(commit(0, "x\n\n[dgit import unpatched foo 1-2]"))
	second := patch(first)
	ends := []int{patch(second), patch(patch(second)), patch(first)} // of 3, 4 and 2 patches
	above := commit(ends[0], "no patch")
	end := first
	for range long - 1 {
		end = patch(end)
	}
	ends = append(ends, end)
	for _, m := range append(ends, above) {
		fmt.Fprintf(&stream, "reset refs/heads/%d\nfrom :%d\n", m, m)
	}
	cmd := exec.Command("git", "-C", dir, "fast-import", "--quiet", "--force")
	cmd.Stdin, cmd.Stderr = strings.NewReader(stream.String()), os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}

	reader, err := repo.NewCommitReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	named := func(format string, m int) *gitmap.Commit {
		t.Helper()
		c, err := reader.Named(fmt.Sprintf(format, m))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	var tips []gitmap.CommitID
	for _, m := range ends {
		tips = append(tips, named("refs/heads/%d", m).ID)
	}
	main := named("refs/heads/%d~2", ends[2])
	children, err := repo.Children(t.Context(), main.ID, append(tips, named("refs/heads/%d", above).ID)...)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	chains, err := (&finder{reader: reader}).climb(&gitmap.Chain{Main: main}, children)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 128<<20 {
		t.Errorf("climb has allocated %d MiB", used>>20)
	}
	var lengths []int
	for _, c := range chains {
		lengths = append(lengths, len(c.Patches))
		parent := main
		for _, p := range c.Patches {
			if p.Parents[0] != parent.ID {
				t.Fatalf("patch commit %s does not follow %s", p.ID, parent.ID)
			}
			parent = p
		}
		if !slices.Contains(tips, c.Tip().ID) {
			t.Errorf("a chain ends with %s, which has more patch commits above it", c.Tip().ID)
		}
	}
	slices.Sort(lengths)
	if want := []int{2, 3, 4, long}; !slices.Equal(lengths, want) {
		t.Errorf("chains of %v patches, want %v", lengths, want)
	}
}
