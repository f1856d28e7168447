package upload

import (
	"context"
	"fmt"
	"strings"

	"debgit/gitmap"
	"debgit/history"
)

// findTags works out the tags, and which of those that are there are used, or replaced.
func (p *planner) findTags(ctx context.Context) error {
	r := &release{
		ID: p.pkg.ID, Suite: p.pkg.Suite, Codename: p.target.Codename, Distro: p.target.Access.Nominal, Tagger: p.tagger,
		Format: p.pkg.Format, Mode: p.plan.Mode, Split: p.view.Split, Deliberate: p.opts.Deliberate,
	}
	if p.opts.mayRewrite() {
		r.Previously = p.target.Replaced()
	}
	refs, err := p.repo.Refs(ctx, tagRef(""))
	if err != nil {
		return err
	}
	maintainer, err := p.maintainerTag(ctx, r, refs)
	if err != nil {
		return err
	}
	archived := PlannedTag{Name: history.ArchiveTag(r.Distro, r.ID.Version), Commit: p.plan.Commit, Text: r.archiveTagText(p.plan.Commit)}
	archived.Old = refs[archived.Ref()]
	if archived.Old.IsZero() {
		p.list.pass("tag")
	} else {
		p.list.find(Check{
			Code: "tag", Text: fmt.Sprintf("the tag %s is there already, as of a push that came to its end", archived.Name),
			Option: "--force-reusing-version", Remedy: "start the next version with: dch",
		})
	}
	if maintainer != nil {
		p.plan.Tags = append(p.plan.Tags, *maintainer)
		if r.Split && maintainer.Reused.IsZero() {
			archived.NamesTag = maintainer.Name
		}
	}
	p.plan.Tags = append(p.plan.Tags, archived)
	return nil
}

// maintainerTag works out the tag of the maintainer view, of DEP-14; nil if there is to be none.
func (p *planner) maintainerTag(ctx context.Context, r *release, refs map[string]gitmap.ObjectID) (*PlannedTag, error) {
	opts := p.opts.DEP14
	for _, o := range []struct {
		key    string
		value  *string
		values string
	}{
		{"dep14tag", &opts.Make, "want no always"},
		{"dep14tag-reuse", &opts.Reuse, "must if-exists replace-unsuitable replace"},
	} {
		if err := p.setDefault(o.key, o.value, o.values); err != nil {
			return nil, err
		}
	}
	if opts.Make == "no" && !r.Split {
		return nil, nil
	}
	commit := p.plan.Commit
	if r.Split {
		commit = p.pkg.Head
	}
	t := &PlannedTag{Name: history.MaintainerTag(r.Distro, r.ID.Version), Commit: commit, Text: r.maintainerTagText(commit)}
	there := refs[t.Ref()]
	if there.IsZero() && opts.Reuse != "must" || opts.Reuse == "replace" {
		t.Old = there
		return t, nil
	}
	fault, err := p.tagFault(ctx, t, there)
	switch {
	case err != nil:
		return nil, err
	case there.IsZero():
		p.list.find(Check{Code: "dep14-tag", Text: fault, Remedy: "make it with: git tag -s " + t.Name})
	case fault == "":
		t.Reused = there
	case opts.Reuse == "replace-unsuitable" || p.opts.DampRun: // which makes no tag
		t.Old = there
	default:
		p.list.find(Check{Code: "dep14-tag", Text: fault, Remedy: "delete it with: git tag -d " + t.Name + ", or replace it with: --dep14tag-reuse=replace"})
	}
	return t, nil
}

// tagFault says why the tag that is there cannot be used; "" if it can.
func (p *planner) tagFault(ctx context.Context, t *PlannedTag, there gitmap.ObjectID) (string, error) {
	if there.IsZero() {
		return "the tag " + t.Name + " is not there, but must be", nil
	}
	commit, ok, err := p.repo.Commit(ctx, t.Ref())
	if err != nil {
		return "", err
	}
	if !ok || commit != t.Commit {
		return fmt.Sprintf("the tag %s is there, but of another commit than %s", t.Name, t.Commit), nil
	}
	verify := p.opts.DEP14.Verify
	if err := p.setDefault("dep14tag-verify", &verify, "true false"); err != nil || verify != "true" {
		return "", err
	}
	if err := p.repo.VerifyTag(ctx, there); err != nil {
		return fmt.Sprintf("the tag %s is there, but verification failed: %v", t.Name, err), nil
	}
	return "", nil
}

// setDefault takes an option that was not given from the configuration.
func (p *planner) setDefault(key string, value *string, values string) (err error) {
	if *value == "" && key == "dep14tag-verify" {
		yes, err := p.target.Access.Bool(key)
		*value = fmt.Sprint(yes)
		return err
	}
	if *value == "" {
		if *value, _, err = p.target.Access.Value(key); err != nil {
			return err
		}
	}
	for v := range strings.FieldsSeq(values) {
		if v == *value {
			return nil
		}
	}
	return &history.ConfigError{Key: key, Value: *value, Want: "one of " + strings.ReplaceAll(values, " ", ", ")}
}
