package upload

import (
	"fmt"
	"slices"
	"strings"

	"debgit/history"
)

// ConfiguredCleanMode returns the clean mode that the configuration says: the key clean-mode-newer, if it
// has a mode that is known here, else clean-mode, else the built-in one.
func ConfiguredCleanMode(access *history.Access) (CleanMode, error) {
	newer, ok, err := access.Value("clean-mode-newer")
	if err != nil {
		return "", err
	}
	if mode, err := ParseCleanMode(newer); ok && err == nil {
		return mode, nil
	}
	value, ok, err := access.Value("clean-mode")
	if err != nil || !ok {
		return CleanDpkg, err
	}
	mode, err := ParseCleanMode(value)
	if err != nil {
		return "", &history.ConfigError{Key: "clean-mode", Value: value, Want: "a clean mode"}
	}
	return mode, nil
}

// ConfiguredQuiltMode returns the quilt mode: the one that is asked for, else the configured one, which
// for gbp buildpackage may be another one, by the key quilt-mode-gbp; else the given default.
func ConfiguredQuiltMode(access *history.Access, asked string, tool BinaryTool, otherwise QuiltMode) (QuiltMode, error) {
	if asked == "" && tool == GbpBuildpackage {
		forced, err := access.ForcedQuiltMode()
		if err == nil && forced == "" {
			asked, _, err = access.Value("quilt-mode-gbp")
		}
		if err != nil {
			return "", err
		}
	}
	name, err := access.QuiltMode(asked)
	if err != nil || name == "" {
		return otherwise, err
	}
	return ParseQuiltMode(name)
}

// SplitBuildOptions takes the options for dpkg-buildpackage(1) apart: which of them say what is built,
// of which the last one counts, and all others. kind is -b, -A or -B, or "" for no binary packages.
func SplitBuildOptions(args []string) (source bool, kind string, others []string, err error) {
	source, kind = true, "-b"
	for _, arg := range args {
		if list, ok := strings.CutPrefix(arg, "--build="); ok {
			if source, kind, err = buildTypes(list); err != nil {
				return false, "", nil, err
			}
			continue
		}
		switch arg {
		case "-S":
			source, kind = true, ""
		case "-b", "-A", "-B":
			source, kind = false, arg
		case "-F":
			source, kind = true, "-b"
		case "-g":
			source, kind = true, "-A"
		case "-G":
			source, kind = true, "-B"
		default:
			others = append(others, arg)
		}
	}
	return source, kind, others, nil
}

// buildTypes reads the value of the option --build of dpkg-buildpackage(1).
func buildTypes(list string) (source bool, kind string, err error) {
	types := strings.Split(list, ",")
	has := func(t string) bool { return slices.Contains(types, t) || slices.Contains(types, "full") }
	for _, t := range types {
		if !slices.Contains([]string{"source", "any", "all", "binary", "full"}, t) {
			return false, "", fmt.Errorf("--build=%s: %q is not source, any, all, binary or full", list, t)
		}
	}
	any, all := has("any") || has("binary"), has("all") || has("binary")
	switch {
	case any && all:
		kind = "-b"
	case any:
		kind = "-B"
	case all:
		kind = "-A"
	}
	return has("source"), kind, nil
}
