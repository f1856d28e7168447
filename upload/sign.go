package upload

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"debgit/history"
)

// SignOptions say who signs.
type SignOptions struct {
	Key        string   // the option -k; default: what the key keyid says, else Maintainer
	Maintainer string   // of the newest entry of the changelog: NAME <EMAIL>
	Program    string   // the option --gpg; default: what the key cmd-gpg says, else gpg
	NoSign     bool     // the option --no-sign: leave all as it is
	Remote     bool     // the other side of a remote push signs: see [ServeRemotePush]
	Stdin      *os.File // for gpg to learn from on what terminal it may ask; default: none
}

// A Signer makes signatures with the user's gpg and its agent, which ask for the passphrase.
type Signer struct {
	opts      SignOptions
	program   string
	wanted    string // the key, as gpg --local-user takes it
	from      string // who wants it
	configKey string
	chosen    string // what Check found; "" before

	fingerprint string // of the primary key of chosen
}

// NewSigner returns the Signer for pushes to the distro of access.
func NewSigner(access *history.Access, opts SignOptions) (*Signer, error) {
	s := &Signer{opts: opts, program: opts.Program, configKey: "dgit-distro." + access.Base + ".keyid"}
	if s.program == "" {
		program, _, err := access.Program("gpg")
		if err != nil {
			return nil, err
		}
		s.program = program
	}
	keyID, configured, err := access.Value("keyid")
	if err != nil {
		return nil, err
	}
	switch {
	case opts.Key != "":
		s.wanted, s.from = opts.Key, "the option -k"
	case configured && keyID != "":
		s.wanted, s.from = keyID, "the configuration"
	default:
		s.wanted, s.from = opts.Maintainer, "the changelog"
	}
	return s, nil
}

// A SignError says that gpg made no signature.
type SignError struct {
	Subject   string // what was to be signed
	Key       string
	Cancelled bool // by the user, who was asked for the passphrase
	Cause     string
}

func (e *SignError) Error() string {
	if e.Cancelled {
		return "sign " + e.Subject + ": the passphrase was not given"
	}
	return fmt.Sprintf("sign %s with key %s: %s", e.Subject, e.Key, e.Cause)
}

// A GPGError says that gpg could not be run, or did not do what it was asked for. It matches
// fs.ErrNotExist if there is no such program.
type GPGError struct {
	Program string
	Err     error
}

func (e *GPGError) Error() string { return e.Program + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *GPGError) Unwrap() error { return e.Err }

// Tag returns a tag object with its signature: text and, after it, a detached signature in
// ASCII armour, git-hash-object(1) and git-tag(1). Errors: [*KeyError], [*SignError].
func (s *Signer) Tag(ctx context.Context, text []byte) ([]byte, error) {
	if s.opts.NoSign {
		return text, nil
	}
	name := "a tag"
	for line := range strings.Lines(string(text)) {
		if tag, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "tag "); ok {
			name = "tag " + tag
			break
		}
	}
	signature, err := s.sign(ctx, name, text, "--detach-sign", "--armor")
	if err != nil {
		return nil, err
	}
	return append(bytes.Clone(text), signature...), nil
}

// Clearsign signs a .dsc, .buildinfo or .changes where it is. A signature that is already
// there is replaced. Of a .changes, the .dsc and .buildinfo files that it lists are signed
// first, and the lists of the .buildinfo and the .changes say the sizes and digests of what was signed.
//
// Every signature is made before the first file is replaced, the .changes last: on an error
// of gpg, [*KeyError] or [*SignError], all files are as they were. As after debsign(1), an empty line
// stands before the signature.
func (s *Signer) Clearsign(ctx context.Context, path string) error {
	if s.opts.NoSign {
		return nil
	}
	b := batch{signer: s, dir: filepath.Dir(path)}
	changes, err := b.read(filepath.Base(path))
	if err != nil {
		return err
	}
	if strings.HasSuffix(path, ".changes") {
		if err := b.signListed(ctx, changes); err != nil {
			return err
		}
	}
	if err := b.sign(ctx, changes); err != nil {
		return err
	}
	return b.replace()
}

// sign runs gpg on a file with this content, and returns what it makes.
func (s *Signer) sign(ctx context.Context, subject string, content []byte, how ...string) ([]byte, error) {
	key, err := s.key(ctx)
	if err != nil {
		return nil, err
	}
	// A file, not a pipe: gpg takes the terminal that it asks at from its standard input.
	dir, err := os.MkdirTemp("", "debgit-sign-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	in, out := filepath.Join(dir, "text"), filepath.Join(dir, "signed")
	if err := os.WriteFile(in, content, 0o600); err != nil {
		return nil, err
	}
	cmd := s.command(ctx, append([]string{"--status-fd=2", "--local-user", key, "--output", out}, append(how, in)...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) || ctx.Err() != nil {
			return nil, s.failed(ctx, err, stderr.String())
		}
		cause, cancelled := gpgFailure(stderr.String())
		return nil, &SignError{subject, key, cancelled, cause}
	}
	signed, err := os.ReadFile(out)
	if err != nil { // of some program that is not gpg
		return nil, &GPGError{s.program, fmt.Errorf("it made no signature of %s", subject)}
	}
	return signed, nil
}

// command is gpg with these arguments, which must not go on for long once ctx is done.
func (s *Signer) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // gpg has locks to remove
	cmd.WaitDelay = 5 * time.Second
	if s.opts.Stdin != nil {
		cmd.Stdin = s.opts.Stdin
	}
	return cmd
}

// failed is the error of a gpg that could not be run or did not end by itself.
func (s *Signer) failed(ctx context.Context, err error, stderr string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, exec.ErrNotFound) {
		err = fs.ErrNotExist
	} else if cause, _ := gpgFailure(stderr); cause != "" {
		err = fmt.Errorf("%w: %s", err, cause)
	}
	return &GPGError{s.program, err}
}

// The codes of libgpg-error for what a user does who does not want to sign.
const (
	gpgCanceled      = 99
	gpgFullyCanceled = 198
)

// gpgFailure finds in what gpg says on standard error, status lines among it, why it
// failed. The lines are those of doc/DETAILS of GnuPG.
func gpgFailure(stderr string) (cause string, cancelled bool) {
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		status, ok := strings.CutPrefix(line, "[GNUPG:] ")
		if !ok {
			cause = cmp.Or(strings.TrimPrefix(line, "gpg: "), cause)
			continue
		}
		if words := strings.Fields(status); len(words) == 3 && words[0] == "FAILURE" {
			code, _ := strconv.ParseUint(words[2], 10, 32)
			code &= 0xffff // without the source of the error
			cancelled = cancelled || code == gpgCanceled || code == gpgFullyCanceled
		}
	}
	return cause, cancelled
}
