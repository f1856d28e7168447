package main

import (
	"context"

	"debgit/gitmap"
	"debgit/history"
	"debgit/upload"

	"github.com/spf13/cobra"
)

// packageFlags are the options of commands that work on the source package of the commit
// that is checked out.
type packageFlags struct {
	distro, productsDir string
	workTree            bool // what is in the work tree counts, committed or not
}

func (o *packageFlags) add(cmd *cobra.Command) {
	addDistroFlag(cmd, &o.distro)
	cmd.Flags().StringVar(&o.productsDir, "build-products-dir", "", "the upstream tarballs are in `DIR` (default: as configured), or else beside the work tree")
}

// A packageWork is a source package to be worked on.
type packageWork struct {
	*upload.Package
	access   *history.Access // to the distro of its suite
	products string          // directory of its upstream tarballs and of what is built
	origDirs []string        // where its upstream tarballs are looked for
}

// open opens the package.
func (o *packageFlags) open(ctx context.Context, env *environment, access history.AccessOptions) (*packageWork, error) {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return nil, err
	}
	w := &packageWork{}
	if o.workTree {
		w.Package, err = upload.OpenWorkTree(ctx, repo)
	} else {
		w.Package, err = upload.OpenPackage(ctx, repo, "HEAD")
	}
	if err != nil {
		return nil, err
	}
	config, err := repo.ConfigScopes(ctx)
	if err != nil {
		return nil, err
	}
	access.Distro, access.Suite = o.distro, w.Suite
	if w.access, err = history.NewSettings(config, env.getenv).Access(access); err != nil {
		return nil, err
	}
	if w.products = below(env.cwd, o.productsDir); o.productsDir == "" {
		w.products, err = w.access.ProductsDir(repo.WorkTree())
	}
	w.origDirs = history.OrigDirs(w.products, repo.WorkTree())
	return w, err
}
