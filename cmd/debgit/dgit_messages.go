package main

import (
	"errors"
	"fmt"

	"debgit/archive"
)

// dgitStatus is the exit status of dgit for what ends debgit with status.
func dgitStatus(status int) int {
	if status < statusExists || status == statusInterrupted {
		return status
	}
	return statusOther
}

// dgitText is the text for an error, with the phrases of dgit that scripts look for.
func dgitText(err error, text string) string {
	if e, ok := errors.AsType[*archive.UnknownPackageError](err); ok {
		return fmt.Sprintf("source package %s does not exist in suite %s", e.Package, e.Suite)
	}
	return text
}

// dgitOK is what dgit prints when a command went well.
func dgitOK(result string) string { return "dgit ok: " + harmlessLine(result) + "\n" }

// dgitHint is the hint for an error: how dgit is used, where it is about that.
func dgitHint(err error, hint string) string {
	if e, ok := errors.AsType[*usageError](err); ok && e.hint == "" {
		return "see what there is with: dgit help"
	}
	return hint
}
