package dsc

import (
	"io/fs"
	"strings"
)

const (
	maxPathLength = 4095 // PATH_MAX without its NUL: no program gets further
	maxPathName   = 255  // NAME_MAX
)

// cleanPath returns the path that a name in a patch stands for, once its first
// components are stripped: without empty and "." components.
func cleanPath(name string) (string, error) {
	switch {
	case name == "":
		return "", pathError("is empty")
	case len(name) > maxPathLength:
		return "", pathError("is too long")
	case strings.IndexByte(name, 0) >= 0:
		return "", pathError("has a NUL byte")
	case name[len(name)-1] == '/':
		return "", pathError("names a directory")
	}
	parts := strings.Split(name, "/")
	kept := parts[:0]
	for _, part := range parts {
		switch {
		case part == "" || part == ".":
			continue
		case part == "..":
			return "", pathError("leads out of the tree")
		case len(part) > maxPathName:
			return "", pathError("has a component that is too long")
		}
		kept = append(kept, part)
	}
	if len(kept) == 0 {
		return "", pathError("names a directory")
	}
	return strings.Join(kept, "/"), nil
}

// A pathError completes the sentence "the name X ...".
type pathError string

func (e pathError) Error() string { return string(e) }

// checkReserved refuses the paths that no patch may touch, though they lie in the tree:
// git's and dpkg-source's own. mode is that of what is, or is to be, at path.
func checkReserved(path string, mode fs.FileMode) error {
	if path == ".pc" || strings.HasPrefix(path, ".pc/") {
		return pathError("belongs to dpkg-source's own data")
	}
	if !validGitPath(path, mode) {
		return pathError("is one that git does not allow")
	}
	return nil
}

// validGitPath reports whether git takes path into its index, with
// core.protectNTFS as it is by default (git-config(1)): ".git" is refused in any
// case, under its short name, and with what Windows ignores at the end.
func validGitPath(path string, mode fs.FileMode) bool {
	if path == "" || path[0] == '/' {
		return false
	}
	symlink := mode&fs.ModeSymlink != 0
	start := 0
	for i := 0; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			if path[i] == '\\' && (ntfsDotGit(path[i+1:]) || symlink && ntfsDotGitmodules(path[i+1:])) {
				return false
			}
			continue
		}
		part := path[start:i]
		switch {
		case part == "" || part == "." || part == "..":
			return false
		case strings.EqualFold(part, ".git") || ntfsDotGit(part):
			return false
		case symlink && (strings.EqualFold(part, ".gitmodules") || ntfsDotGitmodules(path[start:])):
			return false
		}
		start = i + 1
	}
	return true
}

// ntfsDotGit reports whether s starts with a component that NTFS takes for ".git".
func ntfsDotGit(s string) bool {
	var rest string
	switch {
	case len(s) >= 4 && strings.EqualFold(s[:4], ".git"):
		rest = s[4:]
	case len(s) >= 5 && strings.EqualFold(s[:5], "git~1"):
		rest = s[5:]
	default:
		return false
	}
	rest = strings.TrimLeft(rest, ". ")
	return rest == "" || strings.IndexByte(`/\:`, rest[0]) >= 0
}

// ntfsDotGitmodules reports whether NTFS takes s for ".gitmodules", also by
// the short names that it makes for it: GITMOD~1 to ~4, then GI7EBA~N.
func ntfsDotGitmodules(s string) bool {
	ends := func(rest string) bool {
		rest = strings.TrimLeft(rest, ". ")
		return rest == "" || rest[0] == ':'
	}
	lower := strings.ToLower(s)
	if rest, ok := strings.CutPrefix(lower, ".gitmodules"); ok {
		return ends(rest)
	}
	if len(lower) >= 8 && lower[:7] == "gitmod~" && '1' <= lower[7] && lower[7] <= '4' {
		return ends(lower[8:])
	}
	if len(lower) < 8 {
		return false
	}
	prefix, number, ok := strings.Cut(lower[:8], "~")
	if !ok || number == "" || number[0] == '0' || strings.Trim(number, "0123456789") != "" {
		return false
	}
	return strings.HasPrefix("gi7eba", prefix) && ends(lower[8:])
}
