// Package archive reads an archive of Debian packages, from the bytes that a mirror
// gives to uploads of which every file is verified.
//
// # The chain of trust
//
// Nothing that comes from a [Mirror] is believed. Each link says what the next one
// must be, and the first is signed:
//
//	keyring      the keys of a [Place], from files of this machine
//	InRelease    signed by one of them; not expired, not from the future, not older
//	             than the one seen before, and about the suite that was asked for
//	Sources      of the size and SHA-256 that InRelease lists
//	.dsc, files  of the sizes and digests that Sources lists; the .dsc itself must
//	             list the same files, of the same sizes and digests
//
// A [SignedSuite] stands for the first two, its [Upload] for the third, a [dsc.Package]
// for all of it: each can only be had by verifying. An error in a link ends the search;
// no other place is tried in its stead, because an attacker would like that.
// Only a suite that is not there at all is looked for in the next place.
//
// Other access methods have a shorter chain, and are only used if they are configured.
// [Suite.Assurance] says what is left of it.
//
// The rules for signatures are those of [dsc.Keyring.Open], but a key that has expired
// since it signed does not vouch for a Release file. MD5 and SHA-1 do not count in
// one. The dates of a Release file are checked unless APT is configured not to, see
// [Place]; then Valid-Until, and Date against the newest Date seen before, are not
// looked at. APT's limits on its age count as Valid-Until does.
//
// # Names of suites
//
// A Release file must name, as its Suite or its Codename, the directory under
// dists/ that it was read from, so that a mirror cannot pass one suite off as
// another. Two ways to write a directory are known to differ from both names:
// "stretch/updates", of which the security archive says "stretch" and, as its Label,
// "Debian-Security", and aliases such as "proposed-updates", of which the archive says
// "stable-proposed-updates".
// Where there is no "stretch-security", "stretch/updates" is read for it, and the
// other way round the codename of "stretch/updates" is "stretch-security", because
// "stretch" is that of another suite.
//
// # The cache
//
// Below [ClientOptions.CacheDir] there is a directory for each suite of a mirror:
//
//	suites/CODENAME-HASH/newest             the newest Date seen
//	suites/CODENAME-HASH/COMPONENT_SHA256   a Sources index and where to find what in it
//
// where HASH is of the mirror's name, of a directory its whole path, and SHA256 is the digest that InRelease lists.
// A suite that was found under another name than its codename, such as "stable", has
// a second directory by that name, with only "newest": else the mirror could take the
// name back to the suite that had it before. Files are replaced as a whole. They have checksums against damage, and a
// damaged one is made anew; they are not protected against somebody who can
// write there, who might as well replace debgit. Everything may be deleted at any
// time, but for "newest" a replay then goes unnoticed until Valid-Until.
package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// ClientOptions are the options of [NewClient].
type ClientOptions struct {
	CacheDir string           // default: debgit in the user's cache directory, else one of the user's own among temporary files
	Now      func() time.Time // default: time.Now
	Parallel int              // files that are downloaded at a time; default: as of [Download]
	DscSize  int64            // how many bytes a .dsc may have; default: as of [dsc.LocalOptions]

	// Progress, if not nil, is told how far a phase has come, in bytes; total is
	// -1 if it is not known. It is called by one goroutine at a time.
	Progress func(phase string, done, total int64)

	// Warn, if not nil, is told what the user should know although it stops nothing.
	// It is called by one goroutine at a time, and not twice with the same error.
	Warn func(error)
}

// A Client reads archives and verifies what it reads. It may be used by several
// goroutines at once.
type Client struct {
	opts ClientOptions

	progress sync.Mutex // held while opts.Progress is called

	mu     sync.Mutex
	warned map[string]bool
}

// NewClient returns a client. It touches neither disk nor network.
func NewClient(opts ClientOptions) *Client {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Warn == nil {
		opts.Warn = func(error) {}
	}
	c := &Client{opts: opts, warned: map[string]bool{}}
	c.opts.Progress = func(phase string, done, total int64) {
		if opts.Progress != nil {
			c.progress.Lock()
			defer c.progress.Unlock()
			opts.Progress(phase, done, total)
		}
	}
	return c
}

// warn tells the user of err, once.
func (c *Client) warn(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.warned[err.Error()] {
		c.warned[err.Error()] = true
		c.opts.Warn(err)
	}
}

// An UnknownSuiteError says that no place has a suite.
type UnknownSuiteError struct {
	Suite string
	Tried []string // where it was looked for
	Near  []string // suites with a similar name that may be there, the most similar first, at most three
}

func (e *UnknownSuiteError) Error() string {
	if len(e.Tried) == 0 {
		return fmt.Sprintf("find suite %q: no archive is configured", e.Suite)
	}
	return fmt.Sprintf("find suite %q: not in %s", e.Suite, strings.Join(e.Tried, ", "))
}

// OpenSuite reads and verifies the Release file of suite in the first of places
// that has the suite.
//
// If none has it, the error is an [*UnknownSuiteError]. What is wrong with a
// Release file is a [*ReleaseError], [*dsc.SignatureError] or [*dsc.SyntaxError], and
// a mirror that does not answer a [*MirrorError]: none of these makes it try the
// next place.
func (c *Client) OpenSuite(ctx context.Context, suite string, places []Place) (*SignedSuite, error) {
	unknown := &UnknownSuiteError{Suite: suite}
	for _, place := range places {
		for _, dir := range suiteDirs(place.Suite) {
			s, err := c.openSuite(ctx, place, dir)
			if err == nil {
				return s, nil
			}
			if !errors.Is(err, errNoRelease) {
				return nil, err
			}
		}
		unknown.Tried = append(unknown.Tried, place.Mirror.String())
	}
	unknown.Near = nearSuites(suite, places)
	return nil, unknown
}

// cacheDir returns the directory for what belongs to a suite of m, and makes it.
func (c *Client) cacheDir(m Mirror, codename string) (string, error) {
	base := c.opts.CacheDir
	if base == "" {
		var err error
		if base, err = defaultCacheDir(); err != nil {
			return "", fmt.Errorf("make the cache directory: %w", err)
		}
	}
	name := m.String()
	if d, ok := m.(*Directory); ok {
		var err error
		if name, err = filepath.Abs(d.dir); err != nil {
			return "", err
		}
	}
	hash := sha256.Sum256([]byte(name + "\n" + codename))
	path := filepath.Join(base, "suites", strings.ReplaceAll(codename, "/", "_")+"-"+hex.EncodeToString(hash[:8]))
	if err := os.MkdirAll(path, 0o777); err != nil {
		return "", fmt.Errorf("make the cache directory: %w", err)
	}
	return path, nil
}

// writeFile gives a file the content that write writes, as a whole or not at all.
func writeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), tempPrefix+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// tempPrefix starts the names of unfinished files in the cache.
const tempPrefix = "tmp-"

// removeOld removes from dir the files whose name starts with prefix, but for
// keep, and what has been unfinished for a day. Another process may have been
// faster.
func removeOld(dir, prefix, keep string, now time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		old := strings.HasPrefix(e.Name(), prefix) && e.Name() != keep
		if strings.HasPrefix(e.Name(), tempPrefix) {
			info, err := e.Info()
			old = err == nil && now.Sub(info.ModTime()) > 24*time.Hour
		}
		if old {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// readSmall returns the file at path of m, which must not be larger than limit bytes.
func (c *Client) readSmall(ctx context.Context, m Mirror, path, phase string, limit int64) ([]byte, error) {
	s, err := m.Open(ctx, path, 0)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	r := &progressReader{r: s, report: func(n int64) { c.opts.Progress(phase, n, s.Size) }}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &MirrorError{Mirror: m.String(), Path: path, Err: fmt.Errorf("larger than the limit of %d bytes", limit)}
	}
	return data, nil
}

// A progressReader reports how much was read.
type progressReader struct {
	r      io.Reader
	n      int64
	report func(n int64)
}

func (p *progressReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.n += int64(n)
	p.report(p.n)
	return n, err
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
