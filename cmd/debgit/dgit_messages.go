package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"debgit/archive"
	"debgit/dsc"
	"debgit/history"
	"debgit/upload"
)

// dgitStatus is the exit status of dgit for what ends debgit with status.
func dgitStatus(status int) int {
	if status < statusExists || status == statusInterrupted {
		return status
	}
	return statusOther
}

// dgitPhrases are what scripts look for in dgit's messages about errors. The first that is
// for an error stands before our own text, or in its place if that says no more.
var dgitPhrases = []func(err error) (text string, whole bool){
	inPlace(func(e *archive.UnknownPackageError) string {
		return fmt.Sprintf("source package %s does not exist in suite %s", e.Package, e.Suite)
	}),
	before(func(e *history.BranchExistsError) string {
		if e.CheckedOut != "" {
			return fmt.Sprintf("Branch %s is checked out - will not update it", e.Ref)
		}
		return fmt.Sprintf("Branch %s already exists", e.Ref)
	}),
	before(func(e *history.NotForwardError) string { return "Not fast forward" }),
	before(func(e *history.UnsafeURLError) string {
		return fmt.Sprintf("hinted url with protocol %s which is unsafe", e.Proto)
	}),
	before(func(e *history.NoServerHintError) string { return "no configured url and .dsc provides no hint" }),
	before(func(e *history.MissingCommitError) string {
		return ".dsc Dgit metadata requires a commit. Your git tree does not have that object"
	}),
	before(func(e *dsc.SignatureError) string { return "signature check failed" }),
	before(func(e *history.NoUploaderKeyringError) string { return "signature check failed" }),
	before(func(e *history.ConfigError) string { return "invalid configuration" }),
	before(func(e *history.RepeatedKeyError) string { return "invalid configuration: multiple values for " + e.Key }),
	inPlace(func(e *history.MissingKeyError) string {
		return "invalid configuration: need value for one of: " + strings.Join(e.Keys, " ")
	}),
	before(dgitRefusal),
	before(func(e *upload.FieldExistsError) string {
		kind := "changes"
		if strings.HasSuffix(e.File, ".dsc") {
			kind = "dsc"
		}
		return kind + " already contains field " + e.Field
	}),
	before(dgitStopped),
	before(func(e *upload.PushRejectedError) string {
		if e.Command == "rpush" {
			return "dgit rpush, but dgit.default.[r]push-subcmd set to reject"
		}
		return "dgit push, but dgit.default.push-subcmd set to reject"
	}),
	before(func(e *upload.NoChangesError) string {
		if len(e.Found) == 0 {
			return "looked for .dsc"
		}
		return ""
	}),
	before(func(e *upload.CommaError) string {
		return "dgit does not support multiple (comma-separated) suites in a changelog"
	}),
	before(dgitQuilt),
	before(func(e *upload.IgnorePatchesError) string {
		return "--quilt=" + string(e.Mode) + " is for a tool without patches of .gitignores: but, such patches exist"
	}),
	dgitLinear,
	before(dgitUnrepresentable),
	before(func(e *upload.UpstreamTagError) string { return "Could not determine appropriate upstream commitish" }),
	dgitOtherTree,
	before(func(e *dsc.DuplicateOrigError) string { return "Duplicate/inconsistent orig tarballs" }),
	before(func(e *dsc.MismatchError) string { return "dpkg-source: error: checksum or size is wrong" }),
	before(func(e *history.ReadOnlyError) string {
		return "invalid configuration: pushing but distro is configured readonly"
	}),
	before(func(e *dirtyError) string { return "working tree is dirty (does not match HEAD)" }),
	before(func(e *upload.UntrackedError) string {
		if e.Mode.IsCheck() {
			return "tree contains uncommitted files and --clean=check specified"
		}
		return "tree contains uncommitted files"
	}),
	before(func(e *upload.ToolError) string {
		words := []string{quote(e.Program)}
		for _, arg := range e.Args {
			words = append(words, quote(arg))
		}
		return "failed command: " + strings.Join(words, " ")
	}),
	inPlace(func(e *history.UnsupportedError) string { return "operation unsupported: " + e.Text }),
}

// before is a phrase for errors of one type, which our own text follows.
func before[E error](text func(e E) string) func(err error) (string, bool) {
	return func(err error) (string, bool) {
		if e, ok := errors.AsType[E](err); ok {
			return text(e), false
		}
		return "", false
	}
}

// inPlace is a phrase for errors of one type that says all.
func inPlace[E error](text func(e E) string) func(err error) (string, bool) {
	return func(err error) (string, bool) {
		phrase, _ := before(text)(err)
		return phrase, true
	}
}

// dgitText is the text for an error, with the phrase of dgit's that is for it.
func dgitText(err error, text string) string {
	if errors.Is(err, fs.ErrNotExist) { // as strerror(3) has it
		text = strings.Replace(text, "no such file or directory", "No such file or directory", 1)
	}
	for _, phraseFor := range dgitPhrases {
		switch phrase, whole := phraseFor(err); {
		case phrase == "":
		case whole:
			return phrase
		default:
			return phrase + ": " + text
		}
	}
	return text
}

// dgitSkew says of archive skew what dgit says.
func dgitSkew(err error) string {
	e, ok := errors.AsType[*history.SkewError](err)
	if !ok {
		return err.Error()
	}
	return fmt.Sprintf("Warning: archive skew detected.  Using the available version:\n"+
		"Archive allegedly contains    %s\nWe were able to obtain only   %s\n%v", e.Listed, e.Version, e.Err)
}

// dgitOK is what dgit prints when a command went well.
func dgitOK(result string) string { return "dgit ok: " + harmlessLine(result) + "\n" }

// dgitBuilt is dgitOK of a build.
func dgitBuilt(job upload.Job, built *upload.Built) string {
	name := filepath.Base(built.Changes)
	switch {
	case job.Binaries == nil:
		return dgitOK("source built, results in " + filepath.Base(built.Dsc) + " and " + name)
	case built.Changes == "":
		return dgitOK("build successful")
	}
	return dgitOK("build successful, results in " + name)
}

// dgitHint is the hint for an error: how dgit is used, where it is about that.
func dgitHint(err error, hint string) string {
	if e, ok := errors.AsType[*usageError](err); ok && e.hint == "" {
		return "see what there is with: dgit help"
	}
	return dgitRetry(err, hint)
}
