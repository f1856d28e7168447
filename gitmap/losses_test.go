package gitmap_test

import (
	"testing"

	"debgit/gitmap"

	"github.com/google/go-cmp/cmp"
)

func TestLosses(t *testing.T) {
	const orig = "foo_1.0.orig.tar.gz"
	tests := map[string][]gitmap.Loss{
		"tar_fifo":                        {{Kind: gitmap.LossSpecial, File: orig, Path: "foo-1.0/ff", Detail: "fifo"}},
		"tar_device":                      {{Kind: gitmap.LossSpecial, File: orig, Path: "foo-1.0/cc", Detail: "character device"}},
		"tar_empty_directory_at_top":      {{Kind: gitmap.LossEmptyDir, File: orig, Path: "emptytop"}},
		"tar_empty_directories":           {{Kind: gitmap.LossEmptyDir, File: orig, Path: "foo-1.0/e/e2"}}, // which tells of e, too
		"tar_hard_link":                   {{Kind: gitmap.LossHardLink, File: orig, Path: "foo-1.0/h2", Detail: "foo-1.0/h1"}},
		"tar_pc_directory":                {{Kind: gitmap.LossQuiltState, File: orig, Path: "foo-1.0/.pc"}},
		"attack_patch_git_directory":      {{Kind: gitmap.LossDotGit, File: "debian/patches/a.patch", Path: ".git"}},
		"attack_patch_git_directory_case": {{Kind: gitmap.LossName, File: "debian/patches/a.patch", Path: ".GIT", Detail: "it is another spelling of .git"}},
		"attack_patch_pc":                 {{Kind: gitmap.LossQuiltState, File: "debian/patches/a.patch", Path: ".pc"}},
		"tar_git_upper_case":              {{Kind: gitmap.LossName, File: orig, Path: "foo-1.0/.GIT", Detail: "it is another spelling of .git"}},
	}
	found := 0
	for _, c := range importedCases(t) {
		want, ok := tests[c.name]
		if !ok {
			continue
		}
		found++
		if diff := cmp.Diff(want, c.imp.Losses.Listed); diff != "" {
			t.Errorf("%s: losses differ (-want +got)\n%s", c.name, diff)
		}
		if got := c.imp.Losses.Counts[want[0].Kind]; got != 1 {
			t.Errorf("%s: %d losses of kind %s are counted, want 1", c.name, got, want[0].Kind)
		}
	}
	if found != len(tests) {
		t.Errorf("%d of %d cases are in testdata/import", found, len(tests))
	}
}
