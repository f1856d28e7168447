package main

import (
	"fmt"
	"strings"

	"debgit/upload"
)

// pushJSON is a plan that is, or was, carried out.
type pushJSON struct {
	*upload.Plan
}

func newPushJSON(p *upload.Plan) pushJSON { return pushJSON{p} }

// abortedJSON is what became of a push that was given up.
type abortedJSON struct {
	Package string   `json:"package"`
	Version string   `json:"version"`
	Commit  string   `json:"commit"`
	Public  bool     `json:"public"`
	Unsure  bool     `json:"unsure"` // whether it is public
	Sent    bool     `json:"sent"`
	Left    []string `json:"left"`
}

func newAbortedJSON(a *upload.Aborted) abortedJSON {
	return abortedJSON{a.Plan.Package, string(a.Plan.Version), a.Plan.Commit.String(), a.Public, a.Unsure, a.Sent, append([]string{}, a.Left...)}
}

// printPlan prints what a push would do.
func printPlan(env *environment, p *upload.Plan) error {
	if env.options.json {
		return env.resultJSON("push-plan", newPushJSON(p))
	}
	env.result(planText(env, p))
	return nil
}

// planText is a plan for people.
func planText(env *environment, p *upload.Plan) string {
	var b strings.Builder
	line := func(format string, args ...any) { b.WriteString(harmlessLine(fmt.Sprintf(format, args...)) + "\n") }
	fmt.Fprintf(&b, "%s to %s (%s), commit %s\n", env.strong(harmlessLine(p.ID().String())), harmlessLine(p.Suite), harmlessLine(p.Codename), p.Commit)
	if l := p.Layout; l != nil {
		line("  layout of the branch: %s", layoutText(&upload.DetectedLayout{Layout: l.Layout, Mode: p.Mode, Why: l.Why}))
	}
	passed := 0
	for _, c := range p.Checks {
		switch c.Result {
		case upload.Passed:
			passed++
		case upload.Forced:
			line("  check %s: %s; passed over by %s", c.Code, c.Text, c.Option)
		case upload.Unknown:
			line("  check %s: nobody could tell", c.Code)
		}
	}
	line("  %s passed", count(passed, "check", "checks"))
	for _, c := range p.Commits {
		line("  commit %s: %s", c.Commit, c.What)
	}
	for i, s := range p.Steps {
		line("%3d. %s", i+1, s.What)
	}
	return b.String()
}
