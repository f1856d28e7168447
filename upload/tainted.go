package upload

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"debgit/gitmap"
)

// A taintedObject is one that a git server does not want to have published, such as of an upload
// that was rejected: an element of its answer to the question "tainted-objects".
type taintedObject struct {
	ID        gitmap.ObjectID `json:"gitobjid"`
	Comment   string          `json:"comment"`
	Hint      string          `json:"hint"`
	Overrides []string        `json:"overrides"` // options, with "--"
}

// checkServer asks the policy of the git server whether the history that is pushed is tainted.
func (p *planner) checkServer(ctx context.Context) error {
	answer, err := p.target.Server.Policy(ctx, "tainted-objects", p.target.Codename)
	if err != nil {
		return err
	}
	if answer == nil {
		p.list.find(Check{Code: "tainted", Result: Unknown})
		return nil
	}
	var tainted []taintedObject
	if err := json.Unmarshal(answer, &tainted); err != nil {
		return fmt.Errorf("git server %s: its answer about tainted objects: %w", p.target.Server.URL, err)
	}
	tainted = slices.DeleteFunc(tainted, func(o taintedObject) bool {
		return slices.ContainsFunc(o.Overrides, func(option string) bool {
			what, ok := strings.CutPrefix(option, "--deliberately-")
			return ok && p.opts.isDeliberate(what)
		})
	})
	ids := make([]gitmap.ObjectID, len(tainted))
	for i, o := range tainted {
		ids[i] = o.ID
	}
	reached, err := p.repo.Reachable(ctx, p.plan.Commit, ids...)
	if err != nil {
		return err
	}
	ok := true
	for _, o := range tainted {
		if reached[o.ID] {
			ok = false
			p.list.find(o.check())
		}
	}
	if ok {
		p.list.pass("tainted")
	}
	return nil
}

// check is the refusal of a push of what has the object in its history.
func (o *taintedObject) check() Check {
	c := Check{
		Code: "tainted", Option: "--force-push-tainted", Remedy: strings.TrimSpace(o.Hint),
		Text: fmt.Sprintf("the git server does not want object %s, which is in the history: %s", o.ID, strings.TrimSpace(o.Comment)),
		Said: strings.TrimSpace(o.Comment),
	}
	if c.Remedy == "" && len(o.Overrides) > 0 {
		c.Remedy = "if that is meant: " + strings.Join(o.Overrides, " or ")
	}
	return c
}
