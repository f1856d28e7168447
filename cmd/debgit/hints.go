package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
	"debgit/upload"

	"github.com/spf13/cobra"
)

// rules are tried in this order. What a mirror's error is put around counts for
// more than that it came from a mirror, but for what the mirror did not permit.
func rules(cmd *cobra.Command) []rule {
	command := ""
	if cmd != nil && cmd.HasParent() {
		_, command, _ = strings.Cut(cmd.CommandPath(), " ")
		command = " " + command
	}
	return slices.Concat(viewRules(), buildRules(), []rule{
		on(statusUsage, func(e *usageError) string {
			if e.hint != "" {
				return e.hint
			}
			return "read how it is used: debgit help" + command
		}),
	}, origRules(), pushRules(), historyRules(cmd), placeRules(command), archiveRules(cmd, command), contentRules(cmd))
}

// origRules are those about orig tarballs.
func origRules() []rule {
	return []rule{
		on(statusOrigMissing, func(e *history.MissingOrigsError) string {
			return "the mirror is being updated, or broken; try again later, or use another one"
		}),
		on(statusNoPackage, func(e *history.NoOrigsError) string {
			return "if the version is not uploaded yet, get the tarball from upstream: uscan --download-current-version"
		}),
		on(statusAmbiguous, func(e *history.AmbiguousOrigsError) string {
			return "download the one that is meant yourself"
		}),
		on(statusDisk, func(e *history.NoProductsDirError) string {
			if errors.Is(e, fs.ErrNotExist) {
				return "make it first: mkdir -p " + quote(e.Dir)
			}
			return "name another: --build-products-dir DIR"
		}),
	}
}

// historyRules are those about imports, uploads and branches in the repository.
func historyRules(cmd *cobra.Command) []rule {
	return []rule{
		on(statusNoPackage, hintNotInstalled),
		on(statusUsage, hintName),
		on[*history.DifferentError](statusDiffers, nil),
		on(statusUsage, func(e *history.UnknownCommitError) string { return "see what branches there are: git branch --all" }),
		on(statusUsage, func(e *history.UnknownUploadError) string { return "see which are known: debgit log --oneline" }),
		on(statusUsage, func(e *history.NotHereError) string {
			return "get the uploads that the archive still has: debgit fetch --uploads=since:" + string(e.ID.Version)
		}),
		on(statusOther, func(e *history.NoUploadError) string { return "name a commit to compare with: debgit diff COMMIT" }),
		on(statusOther, func(e *history.NoChangelogError) string {
			return "go to a branch that has a debian directory: git branch --all"
		}),
		on(statusUsage, func(e *history.OtherUploadError) string {
			return "name a commit of that import, or the .dsc of this one: --dsc FILE"
		}),
		on(statusOther, func(e *history.NoImportError) string {
			return "imports are made by debgit clone and debgit import-dsc"
		}),
		on(statusOther, func(e *history.RecordError) string {
			return "imports can do without it; to delete it: git update-ref -d " + e.Ref
		}),
		on(statusOther, func(e *history.MissingFilesError) string {
			return "without --offline they are fetched again; or say where they are: --source-dir DIR"
		}),
		on(statusNoPackage, func(e *history.NoneSelectedError) string { return "--uploads=all gets those that there are" }),
		on(statusExists, func(e *history.OtherHistoryError) string {
			return "get it into a repository of its own: debgit clone " + e.Package
		}),
		on(statusExists, func(e *history.BusyError) string { return "wait until that has ended" }),
		on(statusNoPackage, func(e *history.NotInArchiveError) string {
			return "say where the files are: --source-dir DIR; or who has them: --archive URL --keyring FILE"
		}),
		on(statusContent, func(e *history.OtherDscError) string {
			return "say where the files of the .dsc that is here are: --source-dir DIR"
		}),
		on(statusGitServer, hintMissingCommit),
		on(statusGitServer, func(e *history.GitServerError) string {
			if cmd != nil && cmd.Flags().Changed("require-git-server") {
				return "without --require-git-server, the archive alone is read"
			}
			return "this cannot be done without the git server: see whether you reach it, and try again"
		}),
		on(statusUsage, func(e *history.SuitesError) string {
			if !strings.Contains(e.Suites, ",") {
				return ""
			}
			return "several suites are written A,B,... and -x for A-x: debgit fetch trixie,-security"
		}),
		on(statusOther, func(e *history.NotPackageError) string {
			if len(e.Inside) > 0 {
				return fmt.Sprintf("make a branch that has it at the top: git subtree split --prefix=%s -b BRANCH", quote(e.Inside[0]))
			}
			return "run it at work on a source package, such as in what debgit clone makes"
		}),
		on(statusOther, func(e *history.NoVcsGitError) string {
			return "name the repository yourself: git remote add vcs-git URL"
		}),
		on(statusOther, func(e *history.SplitViewError) string {
			return "look at what is new, and take over what you want: debgit fetch; git diff HEAD dgit/dgit/SUITE"
		}),
		on(statusOther, func(e *gitmap.MergeConflictError) string {
			return "resolve them, then: git commit; or give up: git merge --abort"
		}),
	}
}

// placeRules are those about where something is to be made, by a command.
func placeRules(command string) []rule {
	return []rule{
		on(statusDisk, func(e *reportError) string {
			return "the import itself is made, and keeps its report: debgit explain --json " + quote(e.branch)
		}),
		is(statusDisk, "make room, then run the same command again", syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG),
		{statusDisk, gitCouldNotWrite},
		on(statusDisk, func(e *gitmap.ObjectError) string { return "see what of the repository is damaged: git fsck --full" }),
		on(statusExists, func(e *history.DirExistsError) string {
			if command == " tour" {
				return "remove it, or choose another place: debgit tour DIR"
			}
			return "remove it, or choose another place: debgit clone PACKAGE SUITE ./DIR"
		}),
		on(statusDisk, func(e *history.NoParentError) string { return "make it first: mkdir -p " + quote(e.Dir) }),
		on(statusExists, hintBranch),
		on(statusUsage, func(e *history.BranchNameError) string {
			if strings.HasPrefix(strings.TrimLeft(e.Name, "+."), "refs/debgit/") {
				return "choose another: refs/debgit/ is where debgit keeps track"
			}
			return "choose another; what git allows is told by: git help check-ref-format"
		}),
		on(statusOther, func(e *gitmap.ObjectFormatError) string {
			return "make another repository: git init --object-format=sha1 DIR"
		}),
		{statusExists, nameInTheWay},
		{statusOther, movedMeanwhile},
		{statusOther, noGit},
		on(statusExists, func(e *history.NotForwardError) string { return "write +BRANCH to replace the branch" }),
		on(statusUsage, func(e *history.InsideTreeError) string {
			return "move it out of there; if it is meant to be there, give its absolute path"
		}),
		on(statusExists, func(e *archive.ConflictError) string {
			return "move that file away if it is not needed, then run the same command again"
		}),
	}
}

// contentRules are those about what files, the configuration and servers say.
func contentRules(cmd *cobra.Command) []rule {
	return []rule{
		on(statusContent, hintMismatch),
		on(statusOther, func(e *dsc.MissingFileError) string {
			if cmd == nil || cmd.Flags().Lookup("source-dir") == nil {
				return "put it there first"
			}
			return "put it there, or say where the files of " + e.ListedIn + " are: --source-dir DIR"
		}),
		on[*dsc.SyntaxError](statusMalformed, nil),
		limitRule(cmd),
		on[*dsc.PatchError](statusMalformed, nil),
		on[*history.ConfigError](statusConfig, nil),
		on(statusConfig, func(e *history.RepeatedKeyError) string {
			return "see where: git config --show-origin --get-all " + e.Key
		}),
		on[*history.MissingKeyError](statusConfig, nil),
		on[*history.ReadOnlyError](statusConfig, nil),
		on(statusConfig, func(e *history.NoGitServerError) string {
			return "to name it: git config dgit-distro." + e.Distro + ".git-url URL"
		}),
		on(statusConfig, func(e *history.NoSnapshotError) string { return "name the service: -c " + e.Key + "=URL" }),
		on(statusConfig, hintKeyring),
		on(statusNetwork, hintMirror),
		on(statusNetwork, hintQueue),
		on[*upload.RemoteUploadError](statusSignature, nil),
		on(statusMalformed, func(e *upload.WireError) string {
			return "see that debgit or dgit is there, and prints nothing before it is asked"
		}),
		on(statusOther, func(e *upload.RemoteError) string { return e.Advice }),
		is(statusDisk, "", fs.ErrPermission, syscall.EROFS),
		is(statusOther, hintNoRepository(cmd), gitmap.ErrNoRepository),
	}
}

// gitCouldNotWrite matches the errors of git programs that could not write a file,
// of which git tells only in words.
func gitCouldNotWrite(err error) (hint string, ok bool) {
	var e *gitmap.GitError
	if !errors.As(err, &e) {
		return "", false
	}
	for _, text := range []string{"No space left on device", "Disk quota exceeded", "File too large", "unable to write", "couldn't write"} {
		if strings.Contains(e.Stderr, text) {
			return "make room, then run the same command again", true
		}
	}
	return "", strings.Contains(e.Stderr, "Read-only file system")
}

// nameInTheWay matches what git says of a ref that would have to be a directory of another, or
// the other way round.
func nameInTheWay(err error) (hint string, ok bool) {
	var e *gitmap.GitError
	if !errors.As(err, &e) || !strings.Contains(e.Stderr, "exists; cannot create") {
		return "", false
	}
	return "choose another name: of two branches, none can be called as the other with a slash and more behind it", true
}

// movedMeanwhile matches what git says of a ref that somebody else has moved while we worked.
func movedMeanwhile(err error) (hint string, ok bool) {
	var e *gitmap.GitError
	if !errors.As(err, &e) || !strings.Contains(e.Stderr, " but expected ") {
		return "", false
	}
	return "something else has moved it meanwhile: run the same command again", true
}

// noGit matches the errors of git programs that could not be started as there is no git.
func noGit(err error) (hint string, ok bool) {
	var e *gitmap.GitError
	if !errors.As(err, &e) || !e.NoGit() {
		return "", false
	}
	return "install it: sudo apt-get install git", true
}

// hintNoRepository depends on whether the command wants a source package to be there.
func hintNoRepository(cmd *cobra.Command) string {
	if cmd != nil && (cmd.Name() == "import-dsc" || strings.HasPrefix(cmd.Name(), "setup-")) {
		return "make a repository first: git init"
	}
	return "go to one, such as what this makes: debgit clone PACKAGE"
}

func hintMissingCommit(e *history.MissingCommitError) string {
	var unsafe *history.UnsafeURLError
	if errors.As(e, &unsafe) {
		return fmt.Sprintf("if you trust that URL: -c dgit.dsc-url-proto-ok.%s=true", unsafe.Proto)
	}
	return "run the same command again when the git server can be reached"
}

func hintBranch(e *history.BranchExistsError) string {
	if e.CheckedOut != "" {
		return "choose another branch; it can be merged afterwards with git"
	}
	return "write +BRANCH to replace the branch, or ..BRANCH to add the import on top of it"
}

func hintSignature(e *dsc.SignatureError) string {
	switch e.Reason {
	case dsc.UnknownKey:
		option := "--archive URL --keyring FILE"
		if strings.HasSuffix(e.File, ".dsc") {
			option = "--dsc-keyring FILE"
		}
		return "if you trust that key to sign it, name a keyring that has the key: " + option
	case dsc.FutureSignature:
		return "is the clock of this machine right?"
	case dsc.BadSignature:
		return "it was changed after it was signed; get it from another mirror"
	}
	return ""
}

func hintMismatch(e *dsc.MismatchError) string {
	switch {
	case strings.HasSuffix(e.ListedIn, ".dsc") && (e.Property == "MD5" || e.Property == "SHA1"): // a better digest, if there is one, is right
		return fmt.Sprintf("remove %s and %s and download both again; if that does not help, %s contradicts itself", e.File, e.ListedIn, e.ListedIn)
	case strings.HasSuffix(e.ListedIn, ".dsc"):
		return fmt.Sprintf("remove %s and download it again", e.File)
	}
	return "the mirror is broken, or being updated; try again later, or use another one"
}

// hintKeyring names the package of a keyring that is where packages install them.
func hintKeyring(e *dsc.KeyringError) string {
	name := strings.TrimSuffix(filepath.Base(e.File), filepath.Ext(e.File))
	if errors.Is(e, fs.ErrNotExist) && filepath.Dir(e.File) == "/usr/share/keyrings" && strings.HasSuffix(name, "-keyring") {
		return "install the package that has it: sudo apt-get install " + name
	}
	return ""
}

func hintMirror(e *archive.MirrorError) string {
	var op *net.OpError
	switch {
	case errors.Is(e, fs.ErrNotExist):
		return "the mirror lacks a file that its index lists; try again later, or use another mirror"
	case errors.As(e, &op) && op.Op == "proxyconnect":
		return "check the proxy: Acquire::http::Proxy in APT's configuration, or http_proxy in the environment"
	}
	return "run the same command again when the archive can be reached; what was downloaded is kept"
}

// oneOf lists alternatives in a sentence.
func oneOf(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
