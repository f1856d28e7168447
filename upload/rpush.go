package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
)

// RemotePushOptions say what is pushed from where. This side only signs: the other one, the build
// host, does all else that a push does.
type RemotePushOptions struct {
	Host, Dir string   // where the work tree is
	Built     bool     // push what was built there, else source alone
	SSH       []string // the program that runs a command on a host, before that and the host; default: as configured
	Program   string   // the program there; default: as configured, else dgit
	Options   []string // of that program, before the name of its command
	Args      []string // of its command: a suite, or nothing
	Batch     bool     // ssh must not ask anything

	SSHOptions []string // further ones, after those of SSH

	Distro     string // default: that of the suite
	Mode       string // the quilt mode; default: as configured, else linear
	Deliberate []string
	DEP14      string // "want", "no" or "always", see [DEP14Options]
	Sign       SignOptions

	Package       string      // refuse to sign for another one; default: sign for any
	ExpectSuite   string      // likewise
	ExpectVersion dsc.Version // likewise

	Getenv func(string) string // default: os.Getenv
	Note   func(text string)   // is called with what the other side tells; default: nobody is told
	Stderr io.Writer           // for what ssh and the other side write there; default: nobody sees it
}

// A RemoteError says that the other side of a remote push gave it up.
type RemoteError struct {
	Host   string
	Advice string // of the other side
	Err    error
}

func (e *RemoteError) Error() string { return fmt.Sprintf("push from %s: %v", e.Host, e.Err) }

// Unwrap returns the cause.
func (e *RemoteError) Unwrap() error { return e.Err }

// remoteVersions are the versions of the protocol between the two sides of a remote push. They
// differ in what the other side may send, not in what it means.
var remoteVersions = []string{"7", "6", "5", "4"}

// batchSSH are the options of ssh for a connection on which nobody is asked anything.
var batchSSH = []string{"-oBatchMode=yes", "-oConnectTimeout=30", "-oServerAliveInterval=120", "-oServerAliveCountMax=8"}

// A remotePush is the side of a remote push that signs.
type remotePush struct {
	opts     RemotePushOptions
	settings *history.Settings
	wire     *wire
	advice   string // what to tell if the other side fails

	received remoteUpload
	signed   []string // what the other side has wanted; each but once
}

// RemotePush pushes from a work tree on another host, with signatures made here. It returns what was
// pushed.
//
// Nothing is signed but an upload that is consistent in itself, and is of the package, suite and version that the
// options want. Errors that callers may test for: [*RemoteError], around it or alone [*WireError],
// [*RemoteUploadError], and those of a [Signer].
func RemotePush(ctx context.Context, opts RemotePushOptions) (dsc.ID, error) {
	if opts.Getenv == nil {
		opts.Getenv = os.Getenv
	}
	config, err := gitmap.UserConfig(ctx)
	if err != nil {
		return dsc.ID{}, err
	}
	r := &remotePush{opts: opts, settings: history.NewSettings(config, opts.Getenv)}
	cmd, err := r.command(ctx)
	if err != nil {
		return dsc.ID{}, err
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return dsc.ID{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return dsc.ID{}, err
	}
	if err := cmd.Start(); err != nil {
		return dsc.ID{}, &RemoteError{Host: opts.Host, Err: err}
	}
	r.wire = newWire(out, in)
	err = r.converse(ctx)
	in.Close()
	if err != nil {
		out.Close() // the other side has nobody to talk to
	}
	waitErr := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return dsc.ID{}, ctx.Err()
	case waitErr != nil && (err == nil || errors.Is(err, io.ErrUnexpectedEOF)):
		err = fmt.Errorf("the other side ended with %w", waitErr)
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = wireErrorf("it ended before the push did")
	}
	if err != nil {
		return r.received.id, &RemoteError{opts.Host, r.advice, err}
	}
	return r.received.id, nil
}

// command is ssh, with what it has to run.
func (r *remotePush) command(ctx context.Context) (*exec.Cmd, error) {
	if r.opts.Host == "" || strings.HasPrefix(r.opts.Host, "-") { // ssh would take it for an option
		return nil, fmt.Errorf("%q is no host", r.opts.Host)
	}
	access, err := r.settings.Access(history.AccessOptions{Distro: r.opts.Distro, Push: true})
	if err != nil {
		return nil, err
	}
	ssh := r.opts.SSH
	if len(ssh) == 0 {
		if ssh, err = access.SSH(); err != nil {
			return nil, err
		}
	}
	program := r.opts.Program
	if program == "" {
		if program, _, err = access.Program("dgit"); err != nil {
			return nil, err
		}
	}
	words := append([]string{program}, r.opts.Options...)
	words = append(words, r.commandName("remote-", "-build-host"), "2", r.opts.Dir, strings.Join(remoteVersions, ","))
	words = append(words, r.opts.Args...)
	for i := 1; i < len(words); i++ { // the program may have words of its own
		words[i] = history.ShellQuote(words[i])
	}
	args := slices.Concat(ssh[1:], r.opts.SSHOptions)
	if r.opts.Batch {
		args = append(args, batchSSH...)
	}
	cmd := exec.CommandContext(ctx, ssh[0], append(args, r.opts.Host, strings.Join(words, " "))...)
	cmd.Stderr = r.opts.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd, nil
}

// commandName is a name of the protocol, in which the push of what was built is just "push".
func (r *remotePush) commandName(before, after string) string {
	if r.opts.Built {
		return before + "push" + after
	}
	return before + "push-source" + after
}

// converse does what the other side asks for, to the end.
func (r *remotePush) converse(ctx context.Context) error {
	word, rest, err := r.wire.line()
	if err != nil {
		return err
	}
	if want := r.commandName("dgit-remote-", "-ready"); word != want {
		return wireErrorf("it begins with %q, not with %q", word, want)
	}
	known := false
	for _, v := range remoteVersions {
		known = known || rest == v || strings.HasPrefix(rest, v+" ")
	}
	if !known {
		return wireErrorf("it speaks version %q of the protocol", rest)
	}
	for {
		word, rest, err := r.wire.line()
		if err != nil {
			return err
		}
		if word == "complete" {
			return nil
		}
		if err := r.answer(ctx, word, rest); err != nil {
			return err
		}
	}
}

// answer does what one line asks for.
func (r *remotePush) answer(ctx context.Context, word, rest string) error {
	switch word {
	case "progress", "supplementary-message":
		text, err := r.wire.counted(rest, wireText)
		if err != nil {
			return err
		}
		if word == "supplementary-message" {
			r.advice = strings.TrimSpace(string(text))
		} else if r.opts.Note != nil {
			r.opts.Note(string(text))
		}
		return nil
	case "file":
		content, err := r.wire.file()
		if err != nil {
			return err
		}
		return r.received.addFile(rest, content)
	case "param":
		name, value, _ := strings.Cut(rest, " ")
		return r.received.addParam(name, value)
	case "previously":
		return r.received.addPrevious(rest)
	case "want":
		return r.want(ctx, rest)
	}
	return wireErrorf("%q is nothing that it may say", word)
}

// want signs what the other side wants to have signed.
func (r *remotePush) want(ctx context.Context, what string) error {
	if slices.Contains(r.signed, what) {
		return wireErrorf("it wants %q twice", what)
	}
	r.signed, r.received.sealed = append(r.signed, what), true
	s, err := r.signing()
	if err != nil {
		return err
	}
	switch what {
	case "signed-tag":
		tags, err := s.signTags(ctx)
		if err != nil {
			return err
		}
		return r.wire.sendFiles(tags...)
	case "signed-dsc-changes":
		files, err := s.signFiles(ctx)
		if err != nil {
			return err
		}
		return r.wire.sendFiles(files...)
	}
	return wireErrorf("it wants %q", what)
}
