package gitmap_test

import (
	"encoding/json"
	"testing"

	"debgit/gitmap"

	"github.com/google/go-cmp/cmp"
)

func TestLosses(t *testing.T) {
	const orig = "foo_1.0.orig.tar.gz"
	tests := map[string][]gitmap.Loss{
		"tar_fifo":                        {{Kind: gitmap.LossSpecial, File: orig, Path: "foo-1.0/ff", Detail: "fifo"}},
		"tar_lost_latin1":                 {{Kind: gitmap.LossSpecial, File: orig, Path: "foo-1.0/f\xe9", Detail: "fifo"}, {Kind: gitmap.LossEmptyDir, File: orig, Path: "foo-1.0/e\xe9"}},
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

func TestLossJSON(t *testing.T) {
	tests := []struct {
		loss gitmap.Loss
		want string
	}{
		{gitmap.Loss{Kind: gitmap.LossDotGit, File: "f", Path: "a/\u00e9"}, `{"kind":".git","file":"f","path":"a/\u00e9"}`},
		{gitmap.Loss{Kind: gitmap.LossHardLink, File: "f", Path: "a", Detail: "\xe9"}, `{"kind":"hard-link","file":"f","path":"a","detail":"\ufffd","detail_bytes":"6Q=="}`},
		{gitmap.Loss{Kind: gitmap.LossEmptyDir, File: "f", Path: "\xe9"}, `{"kind":"empty-directory","file":"f","path":"\ufffd","path_bytes":"6Q=="}`},
	}
	for _, tt := range tests {
		data, err := json.Marshal(tt.loss)
		var got, want any
		if err != nil || json.Unmarshal(data, &got) != nil || json.Unmarshal([]byte(tt.want), &want) != nil || cmp.Diff(want, got) != "" {
			t.Errorf("Marshal(%v) = %s, %v, want %s", tt.loss, data, err, tt.want)
		}
		var again gitmap.Loss
		if err := json.Unmarshal(data, &again); err != nil || again != tt.loss {
			t.Errorf("Unmarshal(%s) = %v, %v, want %v", data, again, err, tt.loss)
		}
	}
}
