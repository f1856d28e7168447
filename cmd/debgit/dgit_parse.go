package main

import (
	"fmt"
	"slices"
	"strings"
)

// A dgitSetting is an option as it was given on a command line of dgit's.
type dgitSetting struct {
	text  string // as it was given, with its value
	value string
	is    string // the option of debgit that it is, or "", see [dgitOption]
	quiet bool
}

// A dgitLine is a command line of dgit's, taken apart.
type dgitLine struct {
	settings []dgitSetting
	command  string
	unknown  []string // --force-X that dgit does not know
}

// parseOptions reads options from the front of args and returns what follows them. "-" and
// "--" end them, as the first word that does not begin with "-" does, and what only wants
// to be told something.
func (l *dgitLine) parseOptions(args []string) ([]string, error) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && !l.given("help") && !l.given("version") {
		word := args[0]
		args = args[1:]
		if word == "-" || word == "--" {
			break
		}
		var err error
		if strings.HasPrefix(word, "--") {
			args, err = l.parseLong(word, args)
		} else {
			args, err = l.parseShort(word, args)
		}
		if err != nil {
			return nil, err
		}
	}
	return args, nil
}

func (l *dgitLine) parseLong(word string, args []string) ([]string, error) {
	name, text, hasValue := strings.Cut(word[2:], "=")
	for _, o := range dgitOptions {
		if o.long == "" || o.long != name {
			continue
		}
		switch {
		case o.form == noValue && !hasValue, o.form == maybeValue && !hasValue:
			l.add(o, word, o.bare)
			return args, nil
		case o.form == value && !hasValue:
			if len(args) == 0 {
				return nil, &usageError{cause: fmt.Sprintf("option %s needs a value", word)}
			}
			return args[1:], l.addValue(o, word, word+" "+args[0], args[0])
		case o.form != noValue && hasValue:
			return args, l.addValue(o, "--"+name, word, text)
		}
	}
	return args, l.parseFamily(word)
}

// parseFamily reads an option of which there are many, alike.
func (l *dgitLine) parseFamily(word string) error {
	if force, ok := strings.CutPrefix(word, "--force-"); ok {
		is, known := dgitForces[force]
		if !known {
			l.unknown = append(l.unknown, word)
			return nil
		}
		l.settings = append(l.settings, dgitSetting{text: word, is: is})
		return nil
	}
	if what, ok := strings.CutPrefix(word, "--deliberately-"); ok && deliberateWord.MatchString(what) {
		l.settings = append(l.settings, dgitSetting{text: word, is: "deliberately-" + what})
		return nil
	}
	if word == "--deliberately" {
		return &usageError{cause: "option --deliberately needs to be told what is meant: --deliberately-SOMETHING"}
	}
	return l.parseProgram(word)
}

// parseProgram reads --PROGRAM=COMMAND, --PROGRAM:OPTION or --PROGRAM!:OPTION.
func (l *dgitLine) parseProgram(word string) error {
	unknown := &usageError{cause: fmt.Sprintf("unknown long option %s", word)}
	end := strings.IndexAny(word, "=:!")
	if end < 0 {
		return unknown
	}
	program, known := dgitPrograms[word[2:end]]
	_, command, isCommand := strings.Cut(word[end:], "=")
	option, isOption := strings.CutPrefix(strings.TrimPrefix(word[end:], "!"), ":")
	switch isCommand = isCommand && word[end] == '='; {
	case !known, isCommand && command == "", isOption && option == "", !isCommand && !isOption:
		return unknown
	case isCommand && !program.replace:
		return &usageError{cause: fmt.Sprintf("unsupported option %s: only options can be given to %s", word, word[2:end])}
	case isOption && !program.change:
		return &usageError{cause: fmt.Sprintf("unsupported option %s: %s can only be replaced, with --%s=COMMAND", word, word[2:end], word[2:end])}
	}
	setting := dgitSetting{text: word, quiet: program.quiet}
	switch {
	case isCommand:
		setting.is, setting.value = word[2:end], command
	case word[end] == ':':
		setting.is, setting.value = word[2:end]+"-option", option
	case word[end] == '!':
		setting.is, setting.value = word[2:end]+"-without", option
	}
	l.settings = append(l.settings, setting)
	return nil
}

// parseShort reads a bundle of short options.
func (l *dgitLine) parseShort(word string, args []string) ([]string, error) {
	for rest := word[1:]; rest != ""; {
		o, text, ok := findShort(rest)
		if !ok {
			return nil, &usageError{cause: fmt.Sprintf("unknown short option -%s", rest)}
		}
		name := "-" + rest[:1]
		if o.form == noValue {
			l.add(o, name, "")
			rest = rest[1:]
			continue
		}
		given := name + text
		if o.form == value && text == "" {
			if len(args) == 0 {
				return nil, &usageError{cause: fmt.Sprintf("option %s needs a value", name)}
			}
			text, args = args[0], args[1:]
			given += " " + text
		}
		return args, l.addValue(o, name, given, text)
	}
	return args, nil
}

// findShort returns the option that a bundle of short options begins with, and what
// would be its value.
func findShort(bundle string) (o dgitOption, text string, ok bool) {
	for _, o := range dgitOptions {
		if o.short != bundle[0] {
			continue
		}
		text := bundle[1:]
		if o.form == joinedAlways && (text == "" || o.valid != nil && !o.valid.MatchString(text)) {
			return o, "", false
		}
		return o, text, true
	}
	return o, "", false
}

// addValue is add for a value that may be wrong.
func (l *dgitLine) addValue(o dgitOption, name, text, value string) error {
	ok := value != "" || o.form == joinedValue
	if o.valid != nil {
		ok = o.valid.MatchString(value)
	}
	if !ok {
		return &usageError{cause: fmt.Sprintf("bad value %q for %s", value, name)}
	}
	l.add(o, text, value)
	return nil
}

func (l *dgitLine) add(o dgitOption, text, value string) {
	if o.fixed != "" {
		value = o.fixed
	}
	if o.takes != "" {
		l.settings = slices.DeleteFunc(l.settings, func(s dgitSetting) bool { return s.is == o.takes })
	}
	l.settings = append(l.settings, dgitSetting{text: text, value: value, is: o.is, quiet: o.quiet})
}

// given says whether an option of debgit's was given, in dgit's words.
func (l *dgitLine) given(is string) bool {
	for _, s := range l.settings {
		if s.is == is {
			return true
		}
	}
	return false
}
