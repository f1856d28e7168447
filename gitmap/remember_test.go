package gitmap

import (
	"errors"
	"fmt"
	"testing"

	"debgit/dsc"
)

// A memory holds no content that git does not hold, so what has such is not remembered.
func TestHiddenIn(t *testing.T) {
	dir := func(entries map[string]*node) *node {
		n := newDir()
		for name, e := range entries {
			n.set(name, e)
		}
		return n
	}
	file, fifo := &node{kind: fileNode}, &node{kind: specialNode}
	tests := []struct {
		name  string
		root  *node
		want  string
		whole bool
	}{
		{"all is kept", dir(map[string]*node{"a": file}), "[]", true},
		{"empty directory, fifo", dir(map[string]*node{"a": file, "d": dir(map[string]*node{"e": newDir(), "f": file, "p": fifo})}), "[{d/e false} {d/p true}]", true},
		{"empty repository", dir(map[string]*node{".git": newDir()}), "[{.git false}]", true},
		{"repository", dir(map[string]*node{".git": dir(map[string]*node{"config": file})}), "[]", false},
		{"file .git below", dir(map[string]*node{"d": dir(map[string]*node{".git": file, "f": file})}), "[]", false},
	}
	for _, tt := range tests {
		view := gitView(tt.root, func(Loss) {})
		got, whole := hiddenIn(tt.root, view, "", nil)
		if text := fmt.Sprint(got); text != tt.want || whole != tt.whole {
			t.Errorf("%s: hiddenIn = %s, %v, want %s, %v", tt.name, text, whole, tt.want, tt.whole)
		}
	}
}

// What is wrong with the disk must not choose how patches are applied.
func TestIsFinal(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{&storeError{errors.New("input/output error")}, true},
		{fmt.Errorf("debian/patches/a: %w", &storeError{errors.New("input/output error")}), true},
		{&dsc.LimitError{}, true},
		{&dsc.PatchError{Kind: dsc.PatchUnsafe}, true},
		{&dsc.PatchError{}, false},
		{errDisagree, false},
	} {
		if got := isFinal(tt.err); got != tt.want {
			t.Errorf("isFinal(%v) = %v, want %v", tt.err, got, tt.want)
		}
	}
}
