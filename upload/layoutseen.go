package upload

import (
	"context"
	"errors"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
)

// Seen is what can be seen of a source package without its tarballs.
type Seen struct {
	Head    gitmap.CommitID // zero before the first commit
	ID      dsc.ID
	Format  string
	Patches *history.PatchExamination
}

// SeenIn is what a status has seen.
func SeenIn(s *history.Status) Seen {
	return Seen{s.Head, dsc.ID{Package: s.Package, Version: s.Version()}, s.Format, s.Patches}
}

// SeenAt is what is seen of a package at its commit.
func SeenAt(ctx context.Context, pkg *Package) (Seen, error) {
	s := Seen{Head: pkg.Head, ID: pkg.ID, Format: pkg.Format}
	tree, err := pkg.Repo.Tree(ctx, pkg.Head)
	if err != nil {
		return s, err
	}
	reader, err := pkg.Repo.NewTreeReader(ctx)
	if err != nil {
		return s, err
	}
	defer reader.Close()
	s.Patches, err = history.ExaminePatches(reader.Files(tree))
	return s, err
}

// SeenLayout tells the layout of a branch by its own files: what [DetectLayout] will find if the tarballs
// bear it out. The layout is "" if the files do not tell.
func SeenLayout(ctx context.Context, repo *gitmap.Repo, s Seen) (*DetectedLayout, error) {
	pkg := &Package{Repo: repo, Head: s.Head, ID: s.ID, Format: s.Format}
	if found := pkg.layoutOfFormat(); found != nil {
		return found, nil
	}
	switch s.Patches.State {
	case history.NoPatches:
		return pkg.seenApplied(ctx, "there are no patches")
	case history.PatchesApplied:
		return pkg.seenApplied(ctx, "the patches are applied")
	case history.PatchesUnapplied:
		return &DetectedLayout{Layout: LayoutUnapplied, Mode: GBP, Others: []QuiltMode{Unapplied}, Why: "the patches are not applied"}, nil
	case history.PackagingOnly:
		return pkg.seenBare(ctx)
	}
	found := &DetectedLayout{Why: "the patches are neither all applied nor all unapplied"}
	if s.Patches.Why != nil {
		found.Why += ": " + s.Patches.Why.Error()
	}
	return found, nil
}

func (p *Package) seenApplied(ctx context.Context, why string) (*DetectedLayout, error) {
	found := &DetectedLayout{Layout: LayoutApplied, Mode: Linear, Why: why}
	if p.Head.IsZero() {
		return found, nil
	}
	tool, err := p.tool(ctx)
	if tool != "" {
		found.Layout = tool
	}
	return found, err
}

func (p *Package) seenBare(ctx context.Context) (*DetectedLayout, error) {
	found := &DetectedLayout{Layout: LayoutBare, Mode: BareDebianTarball, Why: "no tag has upstream's files"}
	if p.Head.IsZero() {
		return found, nil
	}
	u, err := FindUpstream(ctx, p, "")
	var none *UpstreamTagError
	var bad *GBPConfError
	switch {
	case errors.As(err, &none) && len(none.Found) > 0 || errors.As(err, &bad):
		found.Mode, found.Others, found.Why = "", []QuiltMode{BareDebian, BareDebianTarball}, err.Error()
		return found, nil
	case errors.As(err, &none):
		return found, nil
	case err != nil:
		return nil, err
	}
	return &DetectedLayout{LayoutBare, BareDebian, []QuiltMode{BareDebianTarball}, "the tag " + u.Tag + " has upstream's files"}, nil
}
