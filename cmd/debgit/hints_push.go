package main

import (
	"errors"
	"strings"

	"debgit/archive"
	"debgit/upload"
)

// pushRules are those about pushes.
func pushRules() []rule {
	return []rule{
		on(statusRefused, hintRefused),
		on(statusRefused, func(e *upload.UnfinishedError) string {
			return "finish it: debgit push --continue; or give it up: debgit push --abort"
		}),
		on(statusRefused, func(e *upload.AbortingError) string { return "end that first: debgit push --abort" }),
		on(statusRefused, hintStopped),
		on(statusGitServer, func(e *upload.UnsureError) string {
			return "try it again; or, if the git server cannot be reached any more: debgit push --abort --offline"
		}),
		on(statusUsage, func(e *upload.PushRejectedError) string {
			return "say which one you mean: debgit " + e.Command + "-source, or debgit " + e.Command + "-built"
		}),
		on(statusOther, func(e *upload.NoChangesError) string {
			if len(e.Found) > 0 {
				return "name the one to push: -C FILE"
			}
			return "build it first, such as with: debgit sbuild; or name it: -C FILE"
		}),
		on(statusExists, func(e *upload.PushBusyError) string { return "wait until that has ended" }),
		is(statusUsage, "start one: debgit push-source", upload.ErrNoJournal),
	}
}

// hintRefused says what can be done about each check that refuses a push.
func hintRefused(e *upload.RefusedError) string {
	var hints []string
	for _, c := range e.Checks {
		hint := c.Remedy
		if c.Option != "" && hint != "" {
			hint += "; or, if it is meant so: " + c.Option
		} else if c.Option != "" {
			hint = "if it is meant so: " + c.Option
		}
		if hint != "" {
			hints = append(hints, hint)
		}
	}
	return strings.Join(hints, "\n")
}

// refusals are the checks that refuse a push, if that is what an error says.
func refusals(err error) []upload.Check {
	if e, ok := errors.AsType[*upload.RefusedError](err); ok {
		return e.Checks
	}
	return nil
}

// hintStopped says how a push goes on that has stopped on its way.
func hintStopped(e *upload.StoppedError) string {
	hint := "when the cause is gone, go on: debgit push --continue; or give it up: debgit push --abort"
	if queue, ok := errors.AsType[*archive.QueueError](e); ok && hintQueue(queue) != "" {
		hint = hintQueue(queue) + "\n" + hint
	}
	return hint
}
