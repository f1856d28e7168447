package upload

import (
	"context"
	"fmt"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
)

// Overwrite says that a push may take the place of uploads that the commit does not build on.
type Overwrite struct {
	TrustChangelog bool        // what the changelog names is part of the commit, whatever git says
	Version        dsc.Version // this upload is known; or ""
}

// IsZero says whether nothing may be overwritten.
func (o Overwrite) IsZero() bool { return o == Overwrite{} }

// suffix is how o is written in the message of a pseudomerge, in the words of dgit's options.
func (o Overwrite) suffix() string {
	switch {
	case o.Version != "":
		return " --overwrite=" + string(o.Version)
	case o.TrustChangelog:
		return " --overwrite"
	}
	return ""
}

// A pseudomerge puts the archive view of an upload on top of what the suite branch has.
type pseudomerge struct {
	view      gitmap.CommitID
	over      gitmap.CommitID // what the suite branch has
	version   dsc.Version     // of over
	author    string          // who wrote the newest entry of the changelog, and when, as commits have it
	mode      QuiltMode
	split     bool
	overwrite Overwrite
}

func (m *pseudomerge) subject() string {
	verb := "Declare"
	if m.split && m.overwrite.IsZero() {
		verb = "Make"
	}
	return fmt.Sprintf("%s fast forward from %s", verb, m.version)
}

func (m *pseudomerge) message() string {
	note := "[dgit" + m.overwrite.suffix() + "]"
	if m.split {
		note = fmt.Sprintf("[dgit --quilt=%s%s]", m.mode, m.overwrite.suffix())
	}
	return m.subject() + "\n\n" + note + "\n"
}

// write writes the commit: the tree is that of the view.
func (m *pseudomerge) write(ctx context.Context, repo *gitmap.Repo) (gitmap.CommitID, error) {
	return m.writeAs(ctx, repo, m.author, m.author, m.message())
}

// writeAs is write for somebody else, with another message.
func (m *pseudomerge) writeAs(ctx context.Context, repo *gitmap.Repo, author, committer, message string) (gitmap.CommitID, error) {
	tree, err := repo.Tree(ctx, m.view)
	if err != nil {
		return gitmap.CommitID{}, err
	}
	pack, err := repo.NewPack(ctx)
	if err != nil {
		return gitmap.CommitID{}, err
	}
	defer pack.Abort()
	id, err := pack.WriteCommit(tree, []gitmap.CommitID{m.view, m.over}, author, committer, message)
	if err == nil {
		err = pack.Finish()
	}
	return id, err
}

// A forwarder sees that what is pushed is on top of what the suite branch has.
type forwarder struct {
	pkg       *Package
	view      *View
	base      gitmap.CommitID // the view, or a commit on top of it with the same tree
	target    *history.PushTarget
	author    string
	mode      QuiltMode // that was chosen, whether the source format has one or not
	overwrite Overwrite
	notFF     bool // it need not be, deliberately
	lacks     func() (string, bool)
	list      *checklist
}

// forward returns the commit to push: the view, or a pseudomerge on top of it. What stands
// in the way becomes a check.
func (f *forwarder) forward(ctx context.Context) (commit gitmap.CommitID, made *PlannedCommit, err error) {
	commit = f.base
	if f.target.Fetched == nil {
		f.list.pass("history")
		return commit, nil, nil
	}
	tip := f.target.Fetched.Commit
	isOnTop, err := f.pkg.Repo.IsAncestor(ctx, tip, commit)
	if err != nil {
		return commit, nil, err
	}
	mayRewrite := f.notFF && (f.view.Split || f.overwrite.IsZero())
	var reason *Check
	switch {
	case mayRewrite && !isOnTop:
		reason = &Check{
			Code: "history", Result: Forced, Option: "--deliberately-not-fast-forward",
			Text: fmt.Sprintf("%s replaces the suite branch of %s, which it does not build on", f.pkg.ID, f.target.Codename),
		}
	case !mayRewrite && !f.overwrite.IsZero(): // also if there is nothing to overwrite: who says so is to be right
		reason, err = f.notOverwritten(ctx, isOnTop)
	case !isOnTop:
		reason, err = f.notForward(ctx)
	}
	if err != nil {
		return commit, nil, err
	}
	if reason != nil {
		f.list.find(*reason)
		return commit, nil, nil
	}
	f.list.pass("history")
	if isOnTop {
		return commit, nil, nil
	}
	m := &pseudomerge{
		view: commit, over: tip, version: f.target.Fetched.Version, author: f.author,
		mode: f.mode, split: f.view.Split, overwrite: f.overwrite,
	}
	commit, err = m.write(ctx, f.pkg.Repo)
	return commit, &PlannedCommit{commit, m.subject()}, err
}

// notForward returns why there may be no pseudomerge, which nobody has asked for; nil if there may.
func (f *forwarder) notForward(ctx context.Context) (*Check, error) {
	version := f.target.Fetched.Version
	if f.view.Split {
		ok, err := f.isTagged(ctx, version)
		if ok || err != nil {
			return nil, err
		}
	}
	return f.notOnTop(version), nil
}

// notOverwritten returns why what the suite has may not be overwritten as it was asked for; nil if it may.
func (f *forwarder) notOverwritten(ctx context.Context, isOnTop bool) (*Check, error) {
	version := f.target.Fetched.Version
	switch want := f.overwrite.Version; want {
	case "":
		return f.notNamed(ctx, version, isOnTop)
	case version:
		return nil, nil
	default:
		return &Check{
			Code: "overwritten", Text: fmt.Sprintf("%s is to be overwritten, but %s has %s", want, f.target.Codename, version),
			Remedy: "look at it: debgit diff " + string(version) + " HEAD",
		}, nil
	}
}

// mergeRemedy says how the branch gets an upload. Where it has the maintainer view, the archive view
// cannot be merged into it.
func (f *forwarder) mergeRemedy(version dsc.Version) string {
	if f.view.Split {
		return fmt.Sprintf("see what it changes: debgit diff --full HEAD %s; take that over, with its changelog entry, then: --trust-changelog", version)
	}
	return "merge it: debgit pull " + f.target.Codename
}

// notOnTop is the check that the commit does not build on what the suite has.
func (f *forwarder) notOnTop(version dsc.Version) *Check {
	if text, ok := f.lacks(); ok {
		return &Check{Code: "lacks", Text: text, Remedy: f.mergeRemedy(version), Split: f.view.Split}
	}
	return &Check{
		Code: "history", Option: "--trust-changelog", Split: f.view.Split,
		Text: fmt.Sprintf("the commit does not build on that of %s, which %s has", version, f.target.Codename),
	}
}

// notNamed returns why the changelog cannot be trusted to have a version: it does not name it. Of
// experimental, that version counts which the suite has that experimental is of, if that is higher.
func (f *forwarder) notNamed(ctx context.Context, version dsc.Version, isOnTop bool) (*Check, error) {
	parent, ok, err := f.target.Access.Value("experimental-quirk-" + f.target.Codename)
	if err != nil {
		return nil, err
	}
	suite := f.target.Codename
	if ok {
		other, err := f.target.VersionIn(ctx, parent, f.pkg.ID.Package)
		if err != nil {
			return nil, err
		}
		if order, err := other.Compare(version); err == nil && order > 0 {
			suite, version = parent, other
		}
	}
	c := &Check{
		Code: "overwrite", Text: fmt.Sprintf("debian/changelog does not mention %s, which was uploaded to %s", version, suite),
		Remedy: f.mergeRemedy(version),
	}
	if isOnTop {
		c.Remedy = "mend debian/changelog, or push without --trust-changelog: the branch builds on that upload"
	}
	for _, e := range f.pkg.Changelog {
		switch {
		case e.Version != version:
		case e.IsReleased() && e.Maintainer != "":
			return nil, nil
		case e.IsReleased():
			c.Text = fmt.Sprintf("the entry of debian/changelog for %s, which was uploaded to %s, does not say who made it", version, suite)
		default:
			c.Code, c.Text = "overwrite-unreleased", fmt.Sprintf("debian/changelog has %s as one that is not released, but it was uploaded to %s", version, suite)
		}
	}
	return c, nil
}

// isTagged says whether tags prove that the commit builds on what the suite has: the archive view of
// that is tagged as a version, and HEAD has the maintainer view that is tagged as the same one.
func (f *forwarder) isTagged(ctx context.Context, version dsc.Version) (bool, error) {
	nominal, repo := f.target.Access.Nominal, f.pkg.Repo
	archived, ok, err := repo.Commit(ctx, tagRef(history.ArchiveTag(nominal, version)))
	if err != nil || !ok || archived != f.target.Fetched.Commit {
		return false, err
	}
	maintained, ok, err := repo.Commit(ctx, tagRef(history.MaintainerTag(nominal, version)))
	if err != nil || !ok {
		return false, err
	}
	for _, descendant := range []gitmap.CommitID{f.target.Fetched.Commit, f.pkg.Head} {
		if has, err := repo.IsAncestor(ctx, maintained, descendant); !has || err != nil {
			return false, err
		}
	}
	return true, nil
}

func tagRef(name string) string { return history.TagRef(name) }

// tagger returns who wrote the newest entry of the changelog of a commit, and when, as commits and
// tags have it.
func tagger(ctx context.Context, repo *gitmap.Repo, commit gitmap.CommitID) (string, error) {
	data, err := repo.FileAt(ctx, commit, "debian/changelog")
	if err != nil {
		return "", err
	}
	author, _, _, err := gitmap.ChangelogStamp(data)
	return author, err
}
