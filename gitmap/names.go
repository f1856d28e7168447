package gitmap

import "strings"

// refusedName says why git lets no index or tree hold a file called name, or "" if
// it does. git refuses what some file system could take for ".git"
// (core.protectNTFS is on everywhere since git 2.24, core.protectHFS only on macOS).
func refusedName(name string) string {
	if strings.EqualFold(name, ".git") {
		return "it is another spelling of .git"
	}
	if isNTFSDotGit(name) {
		return "NTFS takes it for .git"
	}
	if strings.IndexByte(name, '\\') >= 0 && ntfsBackslash(name) {
		return "NTFS takes a part of it for .git"
	}
	return ""
}

// refusedEntry says why git lets no index or tree hold a file called name, which is a
// symbolic link if link is set, or "" if it does.
func refusedEntry(name string, link bool) string {
	if reason := refusedName(name); reason != "" {
		return reason
	}
	if link && isDotGitmodules(name) {
		return "git takes no symbolic link for .gitmodules"
	}
	return ""
}

// isDotGitmodules says whether some file system would open ".gitmodules" under the
// given name. NTFS gives it the short names GITMOD~1 to ~4 and, when these are
// taken, GI7EBA~1 and so on.
func isDotGitmodules(name string) bool {
	name, _, _ = strings.Cut(strings.ToLower(name), ":")
	name = strings.TrimRight(name, " .")
	if name == ".gitmodules" {
		return true
	}
	if short, ok := strings.CutPrefix(name, "gitmod~"); ok {
		return len(short) == 1 && short[0] >= '1' && short[0] <= '4'
	}
	return len(name) == 8 && isShortName(name, "gi7eba")
}

// isShortName says whether name is a short name of NTFS that starts with hash, of
// which the end gives way to "~" and a number.
func isShortName(name, hash string) bool {
	start, number, ok := strings.Cut(name, "~")
	return ok && strings.HasPrefix(hash, start) && number != "" && number[0] != '0' && strings.Trim(number, "0123456789") == ""
}

// isNTFSDotGit says whether NTFS would open ".git" under the given name: it drops
// trailing blanks and dots, cuts at ":", and knows the short name "git~1".
func isNTFSDotGit(name string) bool {
	lower := strings.ToLower(name)
	rest, ok := strings.CutPrefix(lower, ".git")
	if !ok {
		rest, ok = strings.CutPrefix(lower, "git~1")
	}
	if !ok {
		return false
	}
	rest, _, _ = strings.Cut(rest, ":")
	rest, _, _ = strings.Cut(rest, "\\")
	return strings.Trim(rest, " .") == ""
}

// ntfsBackslash says whether NTFS, for which a backslash separates directories,
// would find ".git" in name.
func ntfsBackslash(name string) bool {
	for part := range strings.SplitSeq(name, `\`) {
		if isNTFSDotGit(part) {
			return true
		}
	}
	return false
}
