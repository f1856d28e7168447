package uploadtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"debgit/dsc/dsctest"
)

// A gitServer is a git server that is reached by ssh, or by a program in its place.
type gitServer struct {
	repos  string // the directory of the repositories
	path   string // of them, as the server names it
	user   string // who logs in
	ssh    string // the program
	create string // the value of the key git-create

	sshServer *sshServer // nil: the program is in the place of ssh
}

// gitHost is the name of the git server.
const gitHost = "git.example.org"

// newGitServer makes a git server in dir that lets uploader push, see [Options].
func newGitServer(dir string, opts Options, uploader *dsctest.Key) (gitServer, error) {
	distro := filepath.Join(dir, "distro="+Distro)
	s := gitServer{repos: filepath.Join(distro, "repos"), path: "/dgit/" + Distro + "/repos", user: "dgit", ssh: filepath.Join(dir, "ssh"), create: "true"}
	files := map[string]string{
		filepath.Join(distro, "suites"):                    Codename + "\n",
		filepath.Join(distro, "keyrings", "uploaders.pgp"): string(uploader.Public()),
	}
	login := filepath.Join(dir, "login")
	programs := map[string]string{
		filepath.Join(distro, "policy-hook"): policyHook,
		login:                                fmt.Sprintf(loginDispatch, opts.Dispatch, dir),
		s.ssh:                                sshStandIn,
	}
	if opts.Dispatch == "" {
		s.create = "ssh-cmd"
		programs[login] = fmt.Sprintf(loginPlain, s.path, "distro="+Distro+"/repos")
	}
	if opts.SSHD != "" {
		var err error
		if s.sshServer, err = startSSHServer(filepath.Join(dir, "sshd"), opts.SSHD, gitHost, login); err != nil {
			return s, err
		}
		s.user, programs[s.ssh] = s.sshServer.user, s.sshServer.command()
	}
	return s, s.write(distro, files, programs)
}

// write writes the files and programs of the server, and makes its other directories.
func (s gitServer) write(distro string, files, programs map[string]string) error {
	for _, sub := range []string{"repos", "keyrings", "dgit-live"} {
		if err := os.MkdirAll(filepath.Join(distro, sub), 0o777); err != nil {
			return err
		}
	}
	for path, text := range files {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			return err
		}
	}
	for path, text := range programs {
		if err := os.WriteFile(path, []byte(text), 0o777); err != nil {
			return err
		}
	}
	out, err := exec.Command("git", "init", "-q", "--bare", filepath.Join(s.repos, "_template")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("git init: %w: %s", err, out)
	}
	return nil
}

// Close stops the server, if something runs.
func (s gitServer) Close() error {
	if s.sshServer == nil {
		return nil
	}
	return s.sshServer.Close()
}

// sshStandIn has this machine do what ssh would have the git server do.
const sshStandIn = `#!/bin/sh
# usage: ssh [OPTION...] HOST COMMAND...
while :; do
	case $1 in
	-o | -p) shift 2 ;;
	-*) shift ;;
	*) break ;;
	esac
done
shift
export SSH_ORIGINAL_COMMAND="$*"
exec "$(dirname "$0")/login"
`

// loginDispatch is what the git server runs for whoever logs in. git takes nothing from the user's configuration.
const loginDispatch = `#!/bin/sh
export GIT_CONFIG_GLOBAL=/dev/null
exec '%s' '%s' '@/keyrings/uploaders.pgp,a'
`

// loginPlain is loginDispatch of plain repositories: it does what it is told.
const loginPlain = `#!/bin/sh
cd "$(dirname "$0")" && exec sh -c "$(printf %%s "$SSH_ORIGINAL_COMMAND" | sed 's#%s#%s#g')"
`

// policyHook lets everybody who may push rewind a branch or start afresh, if the tag says that it
// is meant. The exit status is a sum: 2 for a branch that does not go forward, 4 for a fresh repository.
const policyHook = `#!/bin/sh
[ "$5" = push ] || exit 0
case ",${10}," in
*,--deliberately-fresh-repo,*) exit 6 ;;
*,--deliberately-not-fast-forward,*) exit 2 ;;
esac
`
