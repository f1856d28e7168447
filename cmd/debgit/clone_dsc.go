package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"debgit/history"
)

// runCloneDsc clones a .dsc: a source package that need not be in any archive.
func runCloneDsc(ctx context.Context, env *environment, dsc, suite, dir string, opts cloneOptions) error {
	for _, option := range []struct {
		name  string
		given bool
	}{
		{"--archive", opts.open.Archive != ""},
		{"--keyring", len(opts.open.Keyrings) > 0},
		{"--distro", opts.open.Distro != ""},
		{"--no-mirror-fallback", opts.open.NoMirrorFallback},
		{"--require-signed-index", opts.open.RequireSignedIndex},
		{"--build-products-dir", opts.productsDir != ""},
		{"--uploads", opts.uploads != ""},
	} {
		if option.given {
			return &usageError{cause: fmt.Sprintf("clone: %s is a .dsc, and no archive is asked for it, but there is %s", dsc, option.name)}
		}
	}
	if opts.keepOnError {
		return &usageError{cause: fmt.Sprintf("clone: %s is a .dsc, of which there is no unfinished clone, but there is --no-rm-on-error", dsc)}
	}
	progress := env.progress()
	defer progress.close()
	result, err := history.CloneDsc(ctx, history.CloneDscOptions{
		ImportDscOptions: history.ImportDscOptions{
			Dsc:                   dsc,
			RequireValidSignature: opts.requireValidSignature,
			Keyrings:              opts.dscKeyrings,
			NoChase:               opts.noChase,
			RequireGitServer:      opts.requireGitServer,
			Getenv:                env.getenv,
			Limits:                opts.limits,
			Progress:              progress.report,
		},
		Suite: suite,
		Dir:   dir,
	})
	progress.close()
	if err != nil {
		return err
	}
	warnings := importDscWarnings(&result.ImportDscResult)
	for _, w := range warnings {
		env.warn(w)
	}
	if env.options.json {
		return env.resultJSON("clone-dsc", cloneDscJSON{newImportDscJSON(&result.ImportDscResult, warnings), result.Dir, result.Branch})
	}
	if !env.options.quiet {
		env.result(cloneDscSummary(env, result))
	}
	return nil
}

type cloneDscJSON struct {
	importDscJSON
	Dir    string `json:"dir"`
	Branch string `json:"branch"`
}

func cloneDscSummary(env *environment, r *history.CloneDscResult) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is in %s\n\n", env.strong(harmlessLine(r.ID.String())), quote(filepath.Clean(r.Dir)))
	fmt.Fprintf(&b, "  branch  %s\n", harmlessLine(r.Branch))
	fmt.Fprintf(&b, "  commit  %s, %s\n", short(r.Commit), madeFrom(r.Import))
	for _, s := range r.Signers {
		fmt.Fprintf(&b, "  signed  the .dsc, by %s\n", harmlessLine(signerName(s)))
	}
	fmt.Fprintf(&b, "\nLook at the history: %s\n", env.strong("cd "+quote(filepath.Clean(r.Dir))+" && git log --graph --oneline"))
	return b.String()
}
