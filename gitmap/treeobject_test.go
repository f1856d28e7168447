package gitmap

import (
	"errors"
	"slices"
	"testing"
)

func TestTreeObject(t *testing.T) {
	const id = "12345678901234567890"
	tests := []struct {
		content string
		tree    bool
	}{
		{"100644 a.b\x00" + id + "40000 a\x00" + id + "100755 a0\x00" + id, true},
		{"160000 sub\x00" + id, true},
		{"100664 old\x00" + id, true}, // as it is
		{"160000 sub\x00" + id[1:], false},
		{"100644 a\x00" + id + "100644", false},
		{"100684 a\x00" + id, false},
		{"100644 \x00" + id, false},
		{" a\x00" + id, false},
	}
	for _, tt := range tests {
		entries, err := parseTree(emptyTree, []byte(tt.content))
		if !tt.tree {
			if damage, ok := errors.AsType[*ObjectError](err); !ok || damage.ID != emptyTree {
				t.Errorf("parseTree(%q) = %v, %v, want an ObjectError of the tree", tt.content, entries, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("parseTree(%q): %v", tt.content, err)
			continue
		}
		slices.Reverse(entries)
		if got := string(encodeTree(entries)); got != tt.content {
			t.Errorf("encodeTree(parseTree(%q)) = %q", tt.content, got)
		}
	}
}

func TestTreeEntryMode(t *testing.T) {
	const want = `"debian/sub" has mode 160000, which is that of no file, link or directory`
	n, err := (&importer{}).treeEntry(gitEntry{name: "sub", mode: gitSubmodule}, "debian/sub", true)
	if err == nil || err.Error() != want {
		t.Errorf("treeEntry of a submodule = %v, %v, want the error %s", n, err, want)
	}
}
