package gitmap

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// An ObjectID is the SHA-1 name of a git object.
type ObjectID [20]byte

func (id ObjectID) String() string { return hex.EncodeToString(id[:]) }

// IsZero says whether id names no object.
func (id ObjectID) IsZero() bool { return id == ObjectID{} }

// A CommitID is the name of a commit.
type CommitID ObjectID

func (id CommitID) String() string { return ObjectID(id).String() }

// IsZero says whether id names no commit.
func (id CommitID) IsZero() bool { return ObjectID(id).IsZero() }

// MarshalText writes the 40 digits, for JSON.
func (id ObjectID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// MarshalText writes the 40 digits, for JSON.
func (id CommitID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText is ParseCommitID.
func (id *CommitID) UnmarshalText(text []byte) (err error) {
	*id, err = ParseCommitID(string(text))
	return err
}

// UnmarshalText is ParseCommitID for objects of any kind.
func (id *ObjectID) UnmarshalText(text []byte) error { return (*CommitID)(id).UnmarshalText(text) }

// ParseCommitID reads the 40 hexadecimal digits of a commit's name.
func ParseCommitID(s string) (CommitID, error) {
	var id CommitID
	if len(s) != 2*len(id) {
		return id, fmt.Errorf("%q is no commit id", s)
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return id, fmt.Errorf("%q is no commit id", s)
	}
	return id, nil
}

// A Repo is a git repository. Objects are read by a git library and written by
// us, whole packs at a time. All else (refs, configuration, work tree, fetch,
// push) goes through the git program, because only that knows every extension, hook
// and credential helper; Repo alone runs it.
//
// A Repo may be used by several goroutines, but for [Import], which writes.
type Repo struct {
	workTree string // "" in a bare repository
	gitDir   string
	common   string // what worktrees share: objects, refs
	objects  objectStore

	configOnce   sync.Once
	config       Config
	configScopes ConfigScopes
	configErr    error
}

// Init makes an empty repository in dir, which is made if need be, with a branch
// of the given name (without refs/heads/) as the current one.
func Init(ctx context.Context, dir, branch string) (*Repo, error) {
	if _, err := runGit(ctx, "", nil, "init", "-q", "--object-format=sha1", "-b", branch, "--", dir); err != nil {
		return nil, err
	}
	return Open(ctx, dir)
}

// InitBare makes an empty bare repository in dir, which is made if need be. It
// knows no objects but those that are written into it, whatever templates and
// alternates the user has configured.
func InitBare(ctx context.Context, dir string) (*Repo, error) {
	if _, err := runGit(ctx, "", nil, "init", "-q", "--object-format=sha1", "--bare", "--template=", "--", dir); err != nil {
		return nil, err
	}
	return Open(ctx, dir)
}

// CloneURL makes a clone of the repository at url in dir, as it is, with git.
func CloneURL(ctx context.Context, url, dir string) error {
	_, err := runGit(ctx, "", nil, "clone", "-q", "--", url, dir)
	return err
}

// Open opens the repository that dir is in. It is an error that matches
// [ErrNoRepository] if there is none, and a [*ObjectFormatError] if it is not usable.
func Open(ctx context.Context, dir string) (*Repo, error) {
	out, err := runGit(ctx, dir, nil, "rev-parse", "--path-format=absolute", "--show-object-format",
		"--git-dir", "--git-common-dir", "--is-bare-repository", "--show-toplevel")
	var ge *GitError
	if errors.As(err, &ge) && strings.Contains(ge.Stderr, "must be run in a work tree") {
		// git has told the rest before it found that there is no work tree to name.
		out, err = ge.stdout, nil
	}
	if err != nil {
		if errors.As(err, &ge) && strings.Contains(ge.Stderr, "not a git repository") {
			return nil, fmt.Errorf("%s: %w", dir, ErrNoRepository)
		}
		return nil, err
	}
	f := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(f) < 4 || len(f) > 5 {
		return nil, fmt.Errorf("git rev-parse: answered %q", out)
	}
	if f[0] != "sha1" {
		return nil, &ObjectFormatError{dir, f[0]}
	}
	r := &Repo{gitDir: f[1], common: f[2]}
	if len(f) == 5 {
		r.workTree = f[4]
	}
	r.objects.dir = r.common
	return r, nil
}

// An ObjectFormatError says that a repository names its objects by another hash than SHA-1, for
// which alone imports are defined.
type ObjectFormatError struct{ Dir, Format string }

func (e *ObjectFormatError) Error() string {
	return fmt.Sprintf("%s: the repository names objects by %s: imports are defined for SHA-1 only", e.Dir, e.Format)
}

// ErrNoRepository is matched by the error of [Open] when there is none.
var ErrNoRepository = errors.New("not a git repository")

// WorkTree returns the top of the work tree, or "" for a bare repository.
func (r *Repo) WorkTree() string { return r.workTree }

// GitDir returns the directory that holds HEAD and the index.
func (r *Repo) GitDir() string { return r.gitDir }

// CommonDir returns the directory that holds objects and refs.
func (r *Repo) CommonDir() string { return r.common }

func (r *Repo) packDir() string { return filepath.Join(r.common, "objects", "pack") }

// A GitError says that the git program failed.
type GitError struct {
	Args   []string
	Stderr string
	Err    error

	stdout string // what it had printed until then
}

func (e *GitError) Error() string {
	text := strings.TrimSpace(e.Stderr)
	for _, prefix := range []string{"fatal: ", "error: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	if text == "" {
		text = e.Err.Error()
	}
	return "git " + e.command() + ": " + text
}

// NoGit says whether git could not be started because there is none.
func (e *GitError) NoGit() bool { return errors.Is(e.Err, exec.ErrNotFound) }

// command is the first argument that is no option, nor the value of "-c".
func (e *GitError) command() string {
	for i := 0; i < len(e.Args); i++ {
		if e.Args[i] == "-c" {
			i++
		} else if !strings.HasPrefix(e.Args[i], "-") {
			return e.Args[i]
		}
	}
	return ""
}

// Unwrap returns the error of running the program.
func (e *GitError) Unwrap() error { return e.Err }

// exitStatus returns the status with which git ended, or -1 if err is not about that.
func exitStatus(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}

// Git runs git with args at the top of the work tree, or in the git directory of
// a bare repository, and returns its output.
func (r *Repo) Git(ctx context.Context, args ...string) (string, error) {
	return r.gitInput(ctx, nil, args...)
}

func (r *Repo) gitInput(ctx context.Context, stdin []byte, args ...string) (string, error) {
	dir := r.workTree
	if dir == "" {
		dir = r.gitDir
	}
	return runGit(ctx, dir, stdin, args...)
}

// gitEndTime is how long git may take to end when it is told to.
const gitEndTime = 5 * time.Second

// gitCommand is a run of git in dir. It asks no questions on a terminal, speaks English, and
// does not see the variables by which a hook or an alias tells git of another repository.
// When ctx is done git is asked to end, since only then it removes its lock files.
func gitCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	traceGit(ctx, dir, args)
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = append(gitEnvironment(), "LC_ALL=C.UTF-8", "GIT_TERMINAL_PROMPT=0")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = gitEndTime // which counts for the programs that git runs, too
	return cmd
}

// signalTime is how long after git a signal to the whole process group may reach us.
const signalTime = time.Second

// interrupted says whether git ended because ctx is done, or because the signal that
// will end ctx, such as a terminal's, has reached git first.
func interrupted(ctx context.Context, err error) bool {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		status, ok := exit.Sys().(syscall.WaitStatus)
		if ok && status.Signaled() && (status.Signal() == syscall.SIGINT || status.Signal() == syscall.SIGTERM) {
			select {
			case <-ctx.Done():
			case <-time.After(signalTime):
			}
		}
	}
	return ctx.Err() != nil
}

// runGit runs git in dir and returns its output.
func runGit(ctx context.Context, dir string, stdin []byte, args ...string) (string, error) {
	cmd := gitCommand(ctx, dir, args...)
	if stdin != nil {
		cmd.Stdin = bytes.NewReader(stdin)
	}
	return outputOf(ctx, cmd)
}

// outputOf runs a command that gitCommand made and returns its output.
func outputOf(ctx context.Context, cmd *exec.Cmd) (string, error) {
	stdout, _, err := outputsOf(ctx, cmd)
	return stdout, err
}

// outputsOf is outputOf with what git says for people, too.
func outputsOf(ctx context.Context, cmd *exec.Cmd) (stdout, stderr string, err error) {
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err = cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) && ctx.Err() == nil {
		err = nil // git did end well, but left a daemon behind that keeps our pipes
	}
	if err != nil {
		if interrupted(ctx, err) {
			return "", "", ctx.Err()
		}
		return "", "", &GitError{Args: cmd.Args[1:], Stderr: said.String(), Err: err, stdout: out.String()}
	}
	return out.String(), said.String(), nil
}

// gitEnvironment is our environment without what says which repository is meant and
// how it is read: all of "git rev-parse --local-env-vars" but for the configuration
// of "git -c", GIT_NAMESPACE, and how paths are understood.
func gitEnvironment() []string {
	var env []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		switch name {
		case "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_INTERNAL_SUPER_PREFIX",
			"GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE",
			"GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_NAMESPACE", "GIT_CONFIG",
			"GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS":
			continue
		}
		env = append(env, kv)
	}
	return env
}
