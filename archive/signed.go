package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"debgit/dsc"
)

const (
	// maxReleaseSize is how large a Release file may be, in bytes. That of sid has
	// a quarter of a megabyte.
	maxReleaseSize = 16 << 20

	// maxClockSkew is how far in the future a Release file may have been made.
	maxClockSkew = time.Hour
)

// A ReleaseReason says why a Release file cannot be used.
type ReleaseReason int

// The reasons of a [ReleaseError].
const (
	ReleaseExpired    ReleaseReason = iota + 1 // its Valid-Until has passed
	ReleaseFromFuture                          // its Date is in the future
	ReleaseReplayed                            // an older one than the mirror gave before
	ReleaseOtherSuite                          // it is about another suite
	ReleaseWeak                                // it has no SHA-256 digests
	ReleaseKeyExpired                          // only keys that have expired since signed it
	ReleaseNoKeyring                           // no keyring is known that could vouch for it
)

// A ReleaseError says why the Release file of a suite cannot be used although
// nothing is wrong with its signature.
type ReleaseError struct {
	Suite  string // the directory under dists/
	Mirror string
	Reason ReleaseReason
	Detail string
}

func (e *ReleaseError) Error() string {
	return fmt.Sprintf("use the Release file of %s from %s: %s", e.Suite, e.Mirror, e.Detail)
}

// errNoRelease says that a mirror has no such suite.
var errNoRelease = errors.New("no Release file")

// A SignedSuite is the [Suite] that a Release file and the Sources that it lists
// describe. A key of its [Place] signed the Release file.
type SignedSuite struct {
	client  *Client
	place   Place
	dir     string // under dists/
	cache   string
	release *release
	signed  *dsc.Signed

	mu      sync.Mutex
	indexes map[string]*index // by component
}

// Codename implements [Suite].
func (s *SignedSuite) Codename() string { return s.release.canonical(s.dir) }

// Names implements [Suite]: the names are the Codename, the Suite and the directory
// under dists/ that the suite was found in.
func (s *SignedSuite) Names() []string {
	names := []string{s.Codename()}
	for _, n := range []string{s.release.suite, s.dir} {
		if n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

// Origin implements [Suite].
func (s *SignedSuite) Origin() string { return s.release.origin }

// Where implements [Suite].
func (s *SignedSuite) Where() string { return s.place.Mirror.String() }

// Assurance implements [Suite].
func (s *SignedSuite) Assurance() Assurance { return SignedIndex }

// Signers implements [Suite].
func (s *SignedSuite) Signers() []dsc.Signer { return s.signed.Signers() }

// Signed returns the text of the Release file and who signed it.
func (s *SignedSuite) Signed() *dsc.Signed { return s.signed }

// Date returns when the Release file was made.
func (s *SignedSuite) Date() time.Time { return s.release.date }

// Components returns the components of the suite, such as "main".
func (s *SignedSuite) Components() []string { return slices.Clone(s.release.components) }

// Place returns where the suite was found.
func (s *SignedSuite) Place() Place { return s.place }

// suiteDirs returns the directories under dists/ that may have a suite.
func suiteDirs(suite string) []string {
	if release, ok := strings.CutSuffix(suite, "-security"); ok && release != "" {
		return []string{suite, release + "/updates"}
	}
	return []string{suite}
}

func (c *Client) openSuite(ctx context.Context, place Place, dir string) (*SignedSuite, error) {
	signed, err := c.readRelease(ctx, place, dir)
	if err != nil {
		return nil, err
	}
	s := &SignedSuite{client: c, place: place, dir: dir, signed: signed, indexes: map[string]*index{}}
	if s.release, err = parseRelease("InRelease", signed.Text()); err != nil {
		return nil, fmt.Errorf("read suite %s from %s: %w", dir, place.Mirror, err)
	}
	if err := s.check(c.opts.Now()); err != nil {
		return nil, err
	}
	if s.cache, err = c.cacheDir(place.Mirror, s.Codename()); err != nil {
		return nil, err
	}
	if err := s.checkReplay(); err != nil {
		return nil, err
	}
	return s, nil
}

// readRelease returns the signed text of InRelease, or of Release if there is no
// InRelease. The error is errNoRelease if there is neither.
func (c *Client) readRelease(ctx context.Context, place Place, dir string) (*dsc.Signed, error) {
	read := func(name string) ([]byte, error) {
		return c.readSmall(ctx, place.Mirror, "dists/"+dir+"/"+name, "fetch "+name, maxReleaseSize)
	}
	data, err := read("InRelease")
	var signature []byte
	detached := isMissing(err)
	if detached {
		if data, err = read("Release"); isMissing(err) {
			return nil, errNoRelease
		}
		if err == nil {
			signature, err = read("Release.gpg")
		}
		if isMissing(err) {
			err = &dsc.SignatureError{File: "Release", Reason: dsc.NoSignature}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read suite %s: %w", dir, err)
	}
	keyring, err := c.keyring(place, dir)
	if err != nil {
		return nil, err
	}
	open := func(now time.Time) (*dsc.Signed, error) {
		if detached {
			return keyring.At(now).OpenDetached("Release", data, signature)
		}
		return keyring.At(now).Open("InRelease", data)
	}
	signed, err := open(c.opts.Now())
	if e, ok := errors.AsType[*dsc.SignatureError](err); ok && e.Reason == dsc.FutureSignature && !place.CheckDate {
		signed, err = open(time.Time{}) // this machine's clock is behind, which APT has been told of
	}
	if err != nil {
		return nil, fmt.Errorf("read suite %s from %s: %w", dir, place.Mirror, err)
	}
	return signed, nil
}

// keyring returns the keys that may sign the suites of place.
func (c *Client) keyring(place Place, dir string) (*dsc.Keyring, error) {
	files := place.Keyrings
	if place.sharedKeys {
		files = c.readable(files)
	}
	keyring, err := dsc.OpenKeyring(files...)
	if err != nil {
		return nil, err
	}
	for _, data := range place.KeyData {
		if err := keyring.Add("key of "+place.Mirror.String(), data); err != nil {
			return nil, err
		}
	}
	if keyring.Len() == 0 {
		return nil, &ReleaseError{dir, place.Mirror.String(), ReleaseNoKeyring, "no key is known that could have signed it"}
	}
	return keyring.Only(place.Signers...), nil
}

// readable returns the keyrings that can be read. APT passes over the others, too.
func (c *Client) readable(files []string) []string {
	var sound []string
	for _, file := range files {
		if _, err := dsc.OpenKeyring(file); err != nil {
			c.warn(err)
			continue
		}
		sound = append(sound, file)
	}
	return sound
}

// check refuses a Release file that is signed but should not be used.
func (s *SignedSuite) check(now time.Time) error {
	r := s.release
	if !r.isAbout(s.dir) {
		return s.fail(ReleaseOtherSuite, "it is about suite %q, codename %q", r.suite, r.codename)
	}
	if !r.strong {
		return s.fail(ReleaseWeak, "it has no SHA256 digests")
	}
	if !slices.ContainsFunc(s.signed.Signers(), func(k dsc.Signer) bool { return !k.ExpiredSince }) {
		return s.fail(ReleaseKeyExpired, "key 0x%s, which signed it, has expired", s.signed.Signers()[0].KeyID)
	}
	if !s.place.CheckDate {
		return nil
	}
	ahead, err := s.place.validity.ahead(r)
	if err != nil {
		return fmt.Errorf("read APT's configuration: %w", err)
	}
	if r.date.After(now.Add(ahead)) {
		return s.fail(ReleaseFromFuture, "its date is %s, but now is %s", formatTime(r.date), formatTime(now))
	}
	if !s.place.CheckValidUntil {
		return nil
	}
	until, err := s.place.validity.validUntil(r)
	if err != nil {
		return fmt.Errorf("read APT's configuration: %w", err)
	}
	if !until.IsZero() && now.After(until) {
		return s.fail(ReleaseExpired, "it was valid until %s, but now is %s", formatTime(until), formatTime(now))
	}
	return nil
}

// checkReplay refuses a Release file that is older than one seen before, of this
// codename or of the directory that it was read from.
func (s *SignedSuite) checkReplay() error {
	if err := s.checkNewest(s.cache); err != nil || s.dir == s.Codename() {
		return err
	}
	named, err := s.client.cacheDir(s.place.Mirror, s.dir)
	if err != nil {
		return err
	}
	return s.checkNewest(named)
}

// checkNewest refuses a Date that is older than the one that the directory cache
// remembers, and remembers one that is newer.
func (s *SignedSuite) checkNewest(cache string) error {
	path := filepath.Join(cache, "newest")
	newest := readNewest(path)
	if s.release.date.After(newest) {
		text := s.release.date.UTC().Format(time.RFC3339) + "\n"
		err := writeFile(path, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
		if err != nil {
			return fmt.Errorf("remember the date of suite %s: %w", s.dir, err)
		}
	}
	if s.place.CheckValidUntil && s.release.date.Before(newest) {
		return s.fail(ReleaseReplayed, "its date is %s, but one of %s was seen already", formatTime(s.release.date), formatTime(newest))
	}
	return nil
}

func (s *SignedSuite) fail(reason ReleaseReason, format string, args ...any) error {
	return &ReleaseError{s.dir, s.place.Mirror.String(), reason, fmt.Sprintf(format, args...)}
}

func formatTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// readNewest returns the newest Date seen, as the file at path has it, or the zero time.
func readNewest(path string) time.Time {
	data, err := os.ReadFile(path)
	if err != nil {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, strings.TrimSpace(string(data)))
	if err != nil {
		return time.Time{}
	}
	return t
}
