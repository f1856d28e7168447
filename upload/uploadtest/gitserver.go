package uploadtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"debgit/dsc/dsctest"
)

// A gitServer is a git server that a program in the place of ssh reaches.
type gitServer struct {
	repos  string // the directory of the repositories
	path   string // of them, as the server names it
	ssh    string // the program
	create string // the value of the key git-create
}

// newGitServer makes a git server in dir that lets uploader push, see [Options].
func newGitServer(dir, dispatch string, uploader *dsctest.Key) (gitServer, error) {
	distro := filepath.Join(dir, "distro="+Distro)
	s := gitServer{repos: filepath.Join(distro, "repos"), path: "/dgit/" + Distro + "/repos", ssh: filepath.Join(dir, "ssh"), create: "true"}
	files := map[string]string{
		filepath.Join(distro, "suites"):                    Codename + "\n",
		filepath.Join(distro, "keyrings", "uploaders.pgp"): string(uploader.Public()),
	}
	programs := map[string]string{filepath.Join(distro, "policy-hook"): policyHook}
	if dispatch == "" {
		s.create = "ssh-cmd"
		programs[s.ssh] = fmt.Sprintf(sshStandIn, fmt.Sprintf("exec sh -c \"$(printf %%s \"$*\" | sed 's#%s#%s#g')\"", s.path, s.repos))
	} else {
		programs[s.ssh] = fmt.Sprintf(sshStandIn, fmt.Sprintf("export SSH_ORIGINAL_COMMAND=\"$*\"\nexec '%s' '%s' '@/keyrings/uploaders.pgp,a'", dispatch, dir))
	}
	for _, sub := range []string{"repos", "keyrings", "dgit-live"} {
		if err := os.MkdirAll(filepath.Join(distro, sub), 0o777); err != nil {
			return s, err
		}
	}
	for path, text := range files {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			return s, err
		}
	}
	for path, text := range programs {
		if err := os.WriteFile(path, []byte(text), 0o777); err != nil {
			return s, err
		}
	}
	out, err := exec.Command("git", "init", "-q", "--bare", filepath.Join(s.repos, "_template")).CombinedOutput()
	if err != nil {
		return s, fmt.Errorf("git init: %w: %s", err, out)
	}
	return s, nil
}

// sshStandIn runs on this machine what ssh would run on another one.
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
%s
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
