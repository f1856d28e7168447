package main

import (
	"errors"

	"github.com/spf13/pflag"
)

// A splitFlag is the option --split-view: "" if it is not given.
type splitFlag string

// addSplitFlag gives a command the option --split-view, of which usage says what it is for.
func addSplitFlag(flags *pflag.FlagSet, split *splitFlag, usage string) {
	flags.Var(split, "split-view", usage+" (default: as configured, else auto)")
}

// Set takes one of the three words.
func (f *splitFlag) Set(word string) error {
	switch word {
	case "always", "never", "auto":
		*f = splitFlag(word)
		return nil
	}
	return errors.New("that is not auto, always or never")
}

func (f *splitFlag) String() string { return string(*f) }

// Type is what the help says of the value if the usage does not.
func (f *splitFlag) Type() string { return "always" }
