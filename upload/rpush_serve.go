package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"debgit/gitmap"
)

// RemoteConnection is how the host that asked for a remote push is reached.
type RemoteConnection struct {
	In       io.Reader
	Out      io.Writer
	Versions string // of the protocol that it speaks, with commas between them
	Built    bool   // it wants to have pushed what was built
}

// remoteMode is the quilt mode of remote pushes without another one: the tags name it, and the side that signs them
// has no branch to look at.
const remoteMode = Linear

// ServeRemotePush is the side of a remote push that does all but sign: it plans the push as [PlanPush] does
// and carries it out with signatures of the other side, see [RemotePush].
func ServeRemotePush(ctx context.Context, repo *gitmap.Repo, conn RemoteConnection, opts PushOptions, perform PerformOptions) (err error) {
	remote := &remoteSigner{wire: newWire(conn.In, conn.Out)}
	offered := strings.Split(conn.Versions, ",")
	i := slices.IndexFunc(remoteVersions, func(v string) bool { return slices.Contains(offered, v) })
	if i < 0 {
		return wireErrorf("it speaks versions %q of the protocol, and this program %s", conn.Versions, strings.Join(remoteVersions, ", "))
	}
	remote.version = remoteVersions[i]
	ready := "dgit-remote-push-source-ready"
	if conn.Built {
		ready = "dgit-remote-push-ready"
	}
	if err := remote.wire.sendLine(ready, remote.version); err != nil {
		return err
	}
	defer func() {
		if err != nil { // what is told there then; errors are on standard error
			remote.wire.sendText("supplementary-message", remoteAdvice(err))
		}
	}()
	opts.Sign, opts.DefaultMode = SignOptions{Remote: true}, remoteMode
	push, err := PlanPush(ctx, repo, opts)
	if err != nil {
		return err
	}
	defer push.Close()
	if remote.pkg, err = OpenPackage(ctx, repo, "HEAD"); err != nil {
		return err
	}
	remote.journal = push.journal
	perform.remote = remote
	perform.Begin = func(s PlannedStep) { remote.wire.sendText("progress", s.What) }
	if err := push.Perform(ctx, perform); err != nil {
		return err
	}
	if err := remote.wire.sendText("supplementary-message", ""); err != nil {
		return err
	}
	return remote.wire.sendLine("complete")
}

// remoteAdvice is what can be done about a remote push that has failed.
func remoteAdvice(err error) string {
	var stopped *StoppedError
	if errors.As(err, &stopped) {
		return fmt.Sprintf("On the build host, the push of %s can go on, with the signatures that were made: debgit push --continue", stopped.ID)
	}
	return "Nothing is public. The push can be tried again."
}
