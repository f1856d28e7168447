package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A limitFlag is the option --limit NAME=VALUE, which may be repeated.
type limitFlag struct{ limits *gitmap.Limits }

// addLimitFlag gives a command that imports the option --limit.
func addLimitFlag(flags *pflag.FlagSet, limits *gitmap.Limits) {
	flags.Var(limitFlag{limits}, "limit", "set one of the limits above: `NAME=VALUE`; may be repeated")
}

// Set takes one NAME=VALUE.
func (f limitFlag) Set(setting string) error {
	name, text, ok := strings.Cut(setting, "=")
	if !ok {
		return errors.New("not of the form NAME=VALUE")
	}
	var names []string
	for _, info := range gitmap.LimitInfos() {
		if info.Name == name {
			value, err := parseLimit(text, info.Bytes)
			if err != nil {
				return err
			}
			return f.limits.Set(name, value)
		}
		names = append(names, info.Name)
	}
	return fmt.Errorf("there is no limit %q; the limits are %s", name, strings.Join(names, ", "))
}

// String returns "": there is no setting by default.
func (f limitFlag) String() string { return "" }

// Type is what the help says of the value if the usage does not.
func (f limitFlag) Type() string { return "NAME=VALUE" }

var sizeSuffixes = []struct {
	suffix string
	shift  int
}{{"K", 10}, {"M", 20}, {"G", 30}}

// parseLimit reads a whole number; a size may end in K, M or G.
func parseLimit(text string, size bool) (int64, error) {
	digits, shift := text, 0
	if size {
		for _, s := range sizeSuffixes {
			if d, ok := strings.CutSuffix(text, s.suffix); ok {
				digits, shift = d, s.shift
			}
		}
	}
	n, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || n > math.MaxInt64>>shift {
		if size {
			return 0, fmt.Errorf("%q is no size such as 500M", text)
		}
		return 0, fmt.Errorf("%q is no number", text)
	}
	return int64(n) << shift, nil
}

// showLimit writes a value as parseLimit reads it.
func showLimit(n int64, size bool) string {
	if size {
		for i := len(sizeSuffixes) - 1; i >= 0; i-- {
			if s := sizeSuffixes[i]; n > 0 && n&(1<<s.shift-1) == 0 {
				return strconv.FormatInt(n>>s.shift, 10) + s.suffix
			}
		}
	}
	return strconv.FormatInt(n, 10)
}

// limitHelp is the part of a command's help about --limit.
func limitHelp() string {
	var b strings.Builder
	b.WriteString("\n\nA source package that wants more of something than any in Debian is refused: it\n" +
		"may be made to exhaust this machine. --limit NAME=VALUE raises one limit;\n" +
		"sizes may end in K, M or G. The limits, and their defaults:\n")
	for _, info := range gitmap.LimitInfos() {
		value := showLimit(info.Default, info.Bytes)
		if info.Default == 0 {
			value = "1G + 200 times compressed, 64G at most"
		}
		fmt.Fprintf(&b, "\n  %-14s %s: %s", info.Name, info.Help, value)
	}
	return b.String()
}

// limitRule matches the refusal of a package that passes a limit, by a command that may have --limit.
func limitRule(cmd *cobra.Command) rule {
	return rule{statusMalformed, func(err error) (hint string, ok bool) {
		infos, reached := gitmap.ReachedLimits(err)
		if len(infos) == 0 || cmd == nil || cmd.Flags().Lookup("limit") == nil {
			_, ok := errors.AsType[*dsc.LimitError](err)
			return "", ok
		}
		var settings []string
		for _, info := range infos {
			const enough = 8 // times as much
			settings = append(settings, "--limit "+info.Name+"="+showLimit(enough*reached, info.Bytes))
		}
		return "if the package is meant to be so large: " + strings.Join(settings, " "), true
	}}
}
