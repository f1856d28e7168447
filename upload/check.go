package upload

import (
	"fmt"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/history"
)

// A Check is one reason for which a push may be refused.
type Check struct {
	Code   string      `json:"code"` // names the rule, and never changes
	Result CheckResult `json:"result"`
	Text   string      `json:"text,omitempty"`   // what is wrong; "" if it has passed
	Option string      `json:"option,omitempty"` // with which it is pushed all the same; or ""
	Remedy string      `json:"remedy,omitempty"` // what to do, with a command if there is one; or ""
	Said   string      `json:"said,omitempty"`   // the reason in words of the git server, if it is one of its own; or ""
	Split  bool        `json:"-"`                // the branch has a maintainer view, which does not build on the last one
}

// A CheckResult says how a check came out.
type CheckResult string

// The results of checks.
const (
	Passed  CheckResult = "passed"
	Forced  CheckResult = "forced"  // it would have refused the push, but for Option
	Refused CheckResult = "refused" // it refuses the push
	Unknown CheckResult = "unknown" // there is nobody who could tell
)

// A RefusedError says that checks refuse a push. Nothing has been done.
type RefusedError struct {
	ID     dsc.ID
	Checks []Check // those that refuse it; at least one
}

func (e *RefusedError) Error() string {
	texts := make([]string, len(e.Checks))
	for i, c := range e.Checks {
		texts[i] = c.Text
	}
	return fmt.Sprintf("push %s: %s", e.ID, strings.Join(texts, "\n"))
}

// checklist collects checks.
type checklist struct {
	given  map[string]bool // the options that lift checks, as on the command line
	checks []Check
}

// pass notes that there is nothing wrong.
func (l *checklist) pass(code string) { l.checks = append(l.checks, Check{Code: code, Result: Passed}) }

// find notes what is wrong, which is forced if its option is given.
func (l *checklist) find(c Check) {
	if c.Result == "" {
		c.Result = Refused
		if c.Option != "" && l.given[c.Option] {
			c.Result = Forced
		}
	}
	l.checks = append(l.checks, c)
}

// has says whether there is a check of that code.
func (l *checklist) has(code string) bool {
	return slices.ContainsFunc(l.checks, func(c Check) bool { return c.Code == code })
}

// complaint notes what history complains about.
func (l *checklist) complaint(c history.Complaint) {
	l.find(Check{Code: c.Code, Text: c.Text, Option: c.Option, Remedy: c.Remedy})
}

// err is a [*RefusedError] if any check refuses the push.
func (l *checklist) err(id dsc.ID) error {
	var refused []Check
	for _, c := range l.checks {
		if c.Result == Refused {
			refused = append(refused, c)
		}
	}
	if len(refused) == 0 {
		return nil
	}
	return &RefusedError{id, refused}
}
