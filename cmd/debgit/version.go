package main

import "github.com/spf13/cobra"

// importFormat is whose import commits ours are equal to.
const importFormat = "dgit 17.0"

func newVersionCommand(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, and whose commits debgit's are equal to",
		Args:  arguments(0, 0),
		RunE:  func(cmd *cobra.Command, args []string) error { return runVersion(env) },
	}
}

func runVersion(env *environment) error {
	if env.options.json {
		return env.resultJSON("version", struct {
			Version      string `json:"version"`
			ImportFormat string `json:"import_format"`
		}{env.version, importFormat})
	}
	env.result("debgit " + env.version + "\nimport commits are those of " + importFormat + "\n")
	return nil
}
