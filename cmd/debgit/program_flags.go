package main

import (
	"path/filepath"
	"regexp"
	"strings"

	"debgit/upload"

	"github.com/spf13/cobra"
)

// programFlags are the options that say how programs are run which debgit does not bring.
type programFlags struct {
	names    []string
	commands map[string]*string
	options  map[string]*[]string
	without  map[string]*[]string
}

const programHelp = `

How the programs are run: --PROGRAM=COMMAND runs another one in the place of
PROGRAM, --PROGRAM:OPTION gives it one more option, and --PROGRAM!:OPTION one
less of those that it always gets. In the configuration, the keys cmd-PROGRAM
and opts-PROGRAM have the same. --ch:OPTION is for all that run
dpkg-genchanges(1). PROGRAM is one of:
  `

// help is what the help of a command says of the options.
func (o *programFlags) help() string { return programHelp + strings.Join(o.names, " ") }

// add adds the options for programs. There are no commands for "ch", which is no program.
func (o *programFlags) add(cmd *cobra.Command, names ...string) {
	o.names = names
	o.commands, o.options, o.without = map[string]*string{}, map[string]*[]string{}, map[string]*[]string{}
	flags := cmd.Flags()
	for _, name := range append(names, "ch") {
		if name != "ch" {
			o.commands[name] = flags.String(name, "", "run `COMMAND` instead of "+name)
			flags.MarkHidden(name)
		}
		o.options[name] = flags.StringArray(name+"-option", nil, "give "+name+" `OPTION`; may be repeated")
		o.without[name] = flags.StringArray(name+"-without", nil, "do not give "+name+" `OPTION`; may be repeated")
		flags.MarkHidden(name + "-option")
		flags.MarkHidden(name + "-without")
	}
}

// programs are what the options say. A relative path starts at the working directory of the user.
func (o *programFlags) programs(env *environment) upload.Programs {
	p := upload.Programs{Options: map[string][]string{}, Without: map[string][]string{}}
	for name, command := range o.commands {
		if *command != "" {
			path, rest, _ := strings.Cut(*command, " ")
			if strings.Contains(path, "/") && !filepath.IsAbs(path) {
				*command = strings.TrimSuffix(below(env.cwd, path)+" "+rest, " ")
			}
			p.SetCommand(name, *command)
		}
	}
	for name, options := range o.options {
		p.Options[name], p.Without[name] = *options, *o.without[name]
	}
	return p
}

// programOption is the form of an option for a program, as dgit has it.
var programOption = regexp.MustCompile(`^--([a-z][a-z-]*)(!?):((?s).+)$`)

// programOptions writes --PROGRAM:OPTION and --PROGRAM!:OPTION as the options that they are here.
func programOptions(root *cobra.Command, args []string) []string {
	var written []string
	for i, arg := range args {
		if arg == "--" {
			return append(written, args[i:]...)
		}
		if m := programOption.FindStringSubmatch(arg); m != nil {
			word := map[string]string{"": "-option", "!": "-without"}[m[2]]
			if lookUpCommandOption(root, "--"+m[1]+word) != nil {
				arg = strings.Join([]string{"--", m[1], word, "=", m[3]}, "")
			}
		}
		written = append(written, arg)
	}
	return written
}
