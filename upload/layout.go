package upload

import (
	"context"
	"errors"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// A Layout says what a branch has in git of a source package. Its text is part of results and never
// changes meaning.
type Layout string

const (
	LayoutNative    Layout = "native"      // there is no upstream tarball, and no patch
	LayoutDiff      Layout = "diff"        // format 1.0: whatever differs from upstream is the .diff.gz
	LayoutApplied   Layout = "applied"     // upstream's files with the patches applied, as dpkg-source unpacks them
	LayoutUnapplied Layout = "unapplied"   // upstream's files, beside patches that are not applied: as git-buildpackage has it
	LayoutBare      Layout = "debian-only" // debian/ alone
	LayoutDPM       Layout = "dpm"         // applied, by git-dpm(1)
	LayoutDebrebase Layout = "debrebase"   // applied, each patch a commit that git-debrebase(1) rebases
)

// A DetectedLayout is what the trees of a branch, of the tarballs and of the patches tell of its
// layout.
type DetectedLayout struct {
	Layout Layout
	Mode   QuiltMode   // in which the archive view is made; "" if the format has none
	Others []QuiltMode // in which a view could be made, too
	Why    string      // what tells it, in a clause
}

// DetectLayout finds out the layout of a branch, and the quilt mode in which dgit would make its archive
// view. Where dgit's own default, [Linear], makes one, it is Linear. Of opts the mode does not matter. It
// writes objects as [MakeView] does.
//
// The errors are those of MakeView, in a [*dsc.PackageError]: if the layout is that of no mode, what stands
// against the nearest one; and an [*UpstreamTagError] if there is debian/ alone and several tags may be that of
// the upstream version.
func DetectLayout(ctx context.Context, pkg *Package, opts ViewOptions) (*DetectedLayout, error) {
	found, _, err := detectLayout(ctx, pkg, opts)
	return found, err
}

// makeDetectedView makes a view in the mode of the layout that the branch has.
func makeDetectedView(ctx context.Context, pkg *Package, opts ViewOptions) (*View, error) {
	found, d, err := detectLayout(ctx, pkg, opts)
	if err != nil {
		return nil, err
	}
	view := d.linear
	if view == nil {
		opts.Mode, opts.known = found.Mode, d.origs
		if view, err = MakeView(ctx, pkg, opts); err != nil {
			return nil, err
		}
	}
	view.Layout = found
	return view, nil
}

// detectLayout is DetectLayout. What it returns with that knows what it took to find out.
func detectLayout(ctx context.Context, pkg *Package, opts ViewOptions) (*DetectedLayout, *detector, error) {
	d := &detector{refusals: map[QuiltMode]error{}}
	if found := pkg.layoutOfFormat(); found != nil {
		return found, d, nil
	}
	m, err := newMaker(ctx, pkg, opts, &View{Commit: pkg.Head})
	if err != nil {
		return nil, nil, pkg.wrap(err)
	}
	defer m.close()
	d.maker = m
	found, err := d.detect(ctx)
	if err != nil {
		return nil, nil, pkg.wrap(err)
	}
	return found, d, nil
}

// layoutOfFormat returns the layout that a source format has by itself; nil for 3.0 (quilt), which has several.
func (p *Package) layoutOfFormat() *DetectedLayout {
	switch {
	case p.Format == FormatNative || p.Format == FormatOld && p.ID.Version.IsNative():
		return &DetectedLayout{Layout: LayoutNative, Why: "the source format is " + p.Format}
	case p.Format != FormatQuilt:
		return &DetectedLayout{Layout: LayoutDiff, Why: "the source format is " + p.Format}
	}
	return nil
}

// A detector looks at one branch.
type detector struct {
	*maker
	origs    *gitmap.QuiltTrees
	refusals map[QuiltMode]error
	linear   *View // if there is one
}

func (d *detector) detect(ctx context.Context) (*DetectedLayout, error) {
	var err error
	if d.origs, err = d.readOrigs(ctx); err != nil {
		return nil, err
	}
	d.opts.known = d.origs
	found, err := d.applied(ctx)
	if found != nil || err != nil {
		return found, err
	}
	bare, err := d.isBare()
	if err != nil {
		return nil, err
	}
	if bare {
		return d.bare(ctx)
	}
	for _, mode := range []QuiltMode{GBP, DPM} {
		fits, err := d.fits(ctx, mode)
		if err != nil {
			return nil, err
		}
		if fits {
			return d.splitting(ctx, mode)
		}
	}
	return nil, d.refusal()
}

// applied says whether dgit's default makes a view.
func (d *detector) applied(ctx context.Context) (*DetectedLayout, error) {
	opts := d.opts
	opts.Mode = Linear
	var err error
	if d.linear, err = MakeView(ctx, d.pkg, opts); err != nil {
		var named *dsc.PackageError
		if errors.As(err, &named) {
			err = named.Err
		}
		d.refusals[Linear] = err
		if isRefusal(err) {
			err = nil
		}
		return nil, err
	}
	found := &DetectedLayout{Layout: LayoutApplied, Mode: Linear}
	found.Why = "upstream's files are those of the tarballs with all patches applied"
	if d.origs.Unpatched == d.origs.Patched {
		found.Why = "upstream's files are those of the tarballs, and there are no patches"
	}
	if len(d.linear.Made) > 0 {
		found.Why = "upstream's files are those of the tarballs with all patches applied, and with changes that become patches"
	}
	tool, err := d.pkg.tool(ctx)
	if err != nil {
		return nil, err
	}
	if tool != "" {
		found.Layout = tool
	}
	for _, mode := range []QuiltMode{GBP, DPM} {
		fits, err := d.fits(ctx, mode)
		if err != nil {
			return nil, err
		}
		if fits {
			found.Others = append(found.Others, mode)
		}
	}
	return found, nil
}

// tool returns the layout of the tool that the branch is kept with, of those that apply patches; "" for
// none of them.
func (p *Package) tool(ctx context.Context) (Layout, error) {
	commits, err := p.Repo.NewCommitReader(ctx)
	if err != nil {
		return "", err
	}
	defer commits.Close()
	_, err = commits.File(p.Head, "debian/.git-dpm")
	if err == nil {
		return LayoutDPM, nil
	}
	if !isMissing(err) {
		return "", err
	}
	is, err := p.isDebrebase(ctx, commits)
	if is {
		return LayoutDebrebase, err
	}
	return "", err
}

// splitting is what was found of a branch with upstream's files and the maintainer view.
func (d *detector) splitting(ctx context.Context, mode QuiltMode) (*DetectedLayout, error) {
	if mode == DPM {
		return &DetectedLayout{Layout: LayoutDPM, Mode: mode, Why: "upstream's files are those of the tarballs with all patches applied, except for .gitignore"}, nil
	}
	found := &DetectedLayout{Layout: LayoutUnapplied, Mode: mode, Why: "upstream's files are those of the tarballs, except for .gitignore, and no patch is applied"}
	fits, err := d.fits(ctx, Unapplied)
	if fits {
		found.Why = "upstream's files are those of the tarballs, and no patch is applied"
		found.Others = []QuiltMode{Unapplied}
	}
	return found, err
}

// bare is what was found of a branch with debian/ alone.
func (d *detector) bare(ctx context.Context) (*DetectedLayout, error) {
	found := &DetectedLayout{Layout: LayoutBare, Mode: BareDebianTarball}
	fitsTarball, err := d.fits(ctx, BareDebianTarball)
	if err != nil {
		return nil, err
	}
	fits, err := d.fits(ctx, BareDebian)
	var several *UpstreamTagError
	switch {
	case err != nil:
		return nil, err
	case errors.As(d.refusals[BareDebian], &several) && len(several.Found) > 0:
		return nil, several
	case fits:
		found.Mode, found.Others = BareDebian, []QuiltMode{BareDebianTarball}
		u, err := FindUpstream(ctx, d.pkg, d.opts.Upstream)
		if err != nil {
			return nil, err
		}
		found.Why = "the commit " + d.opts.Upstream + " has upstream's files"
		if u.Tag != "" {
			found.Why = "the tag " + u.Tag + " has upstream's files"
		}
	case !fitsTarball:
		return nil, d.refusals[BareDebianTarball]
	case several != nil:
		found.Why = "no tag has upstream's files, neither " + strings.Join(several.Looked, " nor ")
	default:
		found.Why = "only the tarballs have upstream's files"
		if quilt := (*QuiltError)(nil); errors.As(d.refusals[BareDebian], &quilt) {
			found.Why += "; " + quilt.Problem
		}
	}
	return found, nil
}

// isBare says whether the branch has nothing at the top that upstream has, but for hidden files.
func (d *detector) isBare() (bool, error) {
	has, err := d.trees.Entries(d.head)
	if err != nil {
		return false, err
	}
	upstream, err := d.trees.Entries(d.origs.Unpatched)
	if err != nil {
		return false, err
	}
	names := map[string]bool{}
	for _, e := range upstream {
		names[e.Name] = e.Name != "debian" && !strings.HasPrefix(e.Name, ".")
	}
	for _, e := range has {
		if names[e.Name] {
			return false, nil
		}
	}
	return true, nil
}

// fits says whether the branch is as a splitting quilt mode wants it. An error is one of reading.
func (d *detector) fits(ctx context.Context, mode QuiltMode) (bool, error) {
	of := *d.maker
	of.opts.Mode = mode
	err := (&splitter{maker: &of, origs: d.origs}).check(ctx)
	if err != nil {
		d.refusals[mode] = err
		if isRefusal(err) {
			err = nil
		}
		return false, err
	}
	return true, nil
}

// isRefusal tells an error that says that a branch is not what a mode wants from others.
func isRefusal(err error) bool {
	var quilt *QuiltError
	var linear *LinearError
	var unrepresentable *UnrepresentableError
	var patches *gitmap.PatchesError
	var beside *BesideDebianError
	var single *SinglePatchError
	var ignore *IgnorePatchesError
	var tag *UpstreamTagError
	return errors.As(err, &quilt) || errors.As(err, &linear) || errors.As(err, &unrepresentable) || errors.As(err, &patches) ||
		errors.As(err, &beside) || errors.As(err, &single) || errors.As(err, &ignore) || errors.As(err, &tag)
}

// refusal says why the branch has the layout of no quilt mode: what stands against the one from which it
// differs in the fewest files.
func (d *detector) refusal() error {
	if d.origs.Refusal != nil { // no layout can be told before that is mended
		return d.origs.Refusal
	}
	unapplied, err := d.between(d.origs.Unpatched, d.head)
	if err != nil {
		return err
	}
	applied, err := d.between(d.origs.Patched, d.head)
	if err != nil {
		return err
	}
	if len(unapplied) < len(applied) {
		return d.refusals[GBP]
	}
	return d.refusals[Linear]
}
