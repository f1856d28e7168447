package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// optionsAfterCommand moves the options of a command that stand before its name
// behind it: dgit takes them in both places, cobra only behind.
func optionsAfterCommand(root *cobra.Command, args []string) []string {
	var before, moved []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" || !strings.HasPrefix(arg, "-") || arg == "-" {
			return append(append(append(before, arg), moved...), args[i+1:]...)
		}
		global := lookUpOption(arg, root.Flags(), root.PersistentFlags())
		option := global
		if option == nil {
			option = lookUpCommandOption(root, arg)
		}
		words := args[i : i+1]
		if option != nil && takesNextWord(option, arg) && i+1 < len(args) {
			words = args[i : i+2]
			i++
		}
		if global == nil && option != nil {
			moved = append(moved, words...)
		} else {
			before = append(before, words...)
		}
	}
	return append(before, moved...)
}

// lookUpCommandOption returns the option that arg is for any command.
func lookUpCommandOption(root *cobra.Command, arg string) *pflag.Flag {
	for _, cmd := range root.Commands() {
		if option := lookUpOption(arg, cmd.Flags()); option != nil {
			return option
		}
	}
	return nil
}

func lookUpOption(arg string, sets ...*pflag.FlagSet) *pflag.Flag {
	for _, flags := range sets {
		if name, ok := strings.CutPrefix(arg, "--"); ok {
			name, _, _ = strings.Cut(name, "=")
			if option := flags.Lookup(name); option != nil {
				return option
			}
		} else if option := flags.ShorthandLookup(arg[1:2]); option != nil {
			return option
		}
	}
	return nil
}

// takesNextWord says whether the value of an option is the word after arg.
func takesNextWord(option *pflag.Flag, arg string) bool {
	if option.NoOptDefVal != "" { // a boolean
		return false
	}
	if strings.HasPrefix(arg, "--") {
		return !strings.Contains(arg, "=")
	}
	return len(arg) == 2
}
