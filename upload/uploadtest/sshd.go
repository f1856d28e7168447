package uploadtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// An sshServer is OpenSSH's sshd on a port of the loopback interface. It lets in who has the user's key, as the
// user who runs it, and runs one program for all. Keys, configuration and log are in dir.
type sshServer struct {
	dir      string
	sshd     string
	user     string // the name to log in with
	listener net.Listener
	log      *os.File
	cancel   context.CancelFunc
	sessions sync.WaitGroup
}

// startSSHServer starts one, whose host key is known as that of host. Close stops it.
func startSSHServer(dir, sshd, host, program string) (_ *sshServer, err error) {
	me, err := user.Current()
	if err != nil {
		return nil, err
	}
	s := &sshServer{dir: dir, sshd: sshd, user: me.Username}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if s.log, err = os.OpenFile(s.path("log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666); err != nil {
		return nil, err
	}
	if s.listener, err = net.Listen("tcp4", "127.0.0.1:0"); err != nil {
		s.log.Close()
		return nil, err
	}
	if err := s.configure(host, program); err != nil {
		s.listener.Close()
		s.log.Close()
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.sessions.Go(func() { s.serve(ctx) })
	return s, nil
}

func (s *sshServer) path(name string) string { return filepath.Join(s.dir, name) }

// command is the program ssh with a configuration that reaches this server, as lines of a script.
func (s *sshServer) command() string {
	return fmt.Sprintf("#!/bin/sh\nexec ssh -F '%s' \"$@\"\n", s.path("ssh_config"))
}

// configure makes keys, and the configuration of both sides.
func (s *sshServer) configure(host, program string) error {
	for _, name := range []string{"host_key", "user_key"} {
		out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", s.path(name)).CombinedOutput()
		if err != nil {
			return fmt.Errorf("ssh-keygen: %w: %s", err, out)
		}
	}
	hostKey, err := os.ReadFile(s.path("host_key.pub"))
	if err != nil {
		return err
	}
	userKey, err := os.ReadFile(s.path("user_key.pub"))
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		"sshd_config":     fmt.Sprintf(sshdConfig, s.path("host_key"), s.path("authorized_keys")),
		"ssh_config":      fmt.Sprintf(sshConfig, s.listener.Addr().(*net.TCPAddr).Port, host, s.path("known_hosts"), s.path("user_key")),
		"known_hosts":     host + " " + string(hostKey),
		"authorized_keys": fmt.Sprintf("restrict,command=\"exec '%s'\" %s", program, userKey),
	} {
		if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	if out, err := exec.Command(s.sshd, "-t", "-f", s.path("sshd_config")).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", s.sshd, err, out)
	}
	return nil
}

// sshdConfig lets in nobody but by the key. StrictModes would mind that all may write to /tmp.
const sshdConfig = `HostKey %s
AuthorizedKeysFile %s
AuthenticationMethods publickey
KbdInteractiveAuthentication no
PasswordAuthentication no
PermitRootLogin forced-commands-only
PidFile none
StrictModes no
UsePAM no
LoginGraceTime 60
`

// sshConfig takes nothing from the user's own configuration, agent and keys.
const sshConfig = `HostName 127.0.0.1
Port %d
HostKeyAlias %s
UserKnownHostsFile %s
GlobalKnownHostsFile none
StrictHostKeyChecking yes
IdentityFile %s
IdentitiesOnly yes
IdentityAgent none
PreferredAuthentications publickey
BatchMode yes
ConnectTimeout 60
`

// serve gives each connection to an sshd of its own, as inetd does: so the port is known before, and
// nothing has to be waited for.
func (s *sshServer) serve(ctx context.Context) {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return // it is closed
		}
		s.sessions.Go(func() {
			if err := s.serveOne(ctx, conn.(*net.TCPConn)); err != nil {
				fmt.Fprintf(s.log, "%s: %v\n", s.sshd, err)
			}
		})
	}
}

func (s *sshServer) serveOne(ctx context.Context, conn *net.TCPConn) error {
	socket, err := conn.File()
	conn.Close() // socket is another descriptor of it
	if err != nil {
		return err
	}
	defer socket.Close()
	cmd := exec.CommandContext(ctx, s.sshd, "-i", "-e", "-f", s.path("sshd_config"))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = socket, socket, s.log
	cmd.Cancel = func() error { // those of its processes that are in sessions of their own lose the connection
		return errors.Join(syscall.Shutdown(int(socket.Fd()), syscall.SHUT_RDWR), cmd.Process.Kill())
	}
	return cmd.Run()
}

// stopTime is how long sessions may take to end by themselves when a server is stopped.
const stopTime = 10 * time.Second

// Close stops the server, and what it runs.
func (s *sshServer) Close() error {
	err := s.listener.Close()
	kill := time.AfterFunc(stopTime, s.cancel)
	s.sessions.Wait()
	kill.Stop()
	s.cancel()
	return errors.Join(err, s.log.Close())
}
