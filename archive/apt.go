package archive

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// A Place is where a suite may be found, and what proves that it is genuine.
type Place struct {
	Mirror     Mirror
	Fallback   Mirror   // where files of uploads are read that Mirror does not have; nil: nowhere
	URI        string   // of the root of the archive, without credentials
	Distro     string   // whose archive it is, such as "debian"; "" if that is not known
	Suite      string   // the directory under dists/, as configured or as asked for
	Components []string // nil: all that the Release file names

	// One of these keys must have signed the suite. KeyData are keyrings that have
	// no file of their own. If Signers is not empty, only the keys with these
	// fingerprints count (hexadecimal, upper case; a final "!" excludes subkeys).
	Keyrings []string // files
	KeyData  [][]byte
	Signers  []string

	CheckValidUntil bool // whether the suite's Valid-Until must not have passed
	CheckDate       bool // whether the suite's Date must not be in the future
	Configured      bool // false: APT uses the mirror, but this suite is not enabled

	validity   aptValidity
	sharedKeys bool // Keyrings are those of APT for all archives: one that cannot be read gives a warning
}

// APTOptions say whose configuration is read.
type APTOptions struct {
	Root   string // the root of the system; default "/"
	Config []byte // the output of "apt-config dump"; default: it is run, if Root is "/"
}

// A NoMirrorError says that APT is not configured for any archive where a suite
// could be.
type NoMirrorError struct {
	Suite   string
	Distro  string   // whose suite it is, or ""
	Skipped []string // entries that cannot be used, with the reason
}

func (e *NoMirrorError) Error() string {
	which := "no archive"
	if e.Distro != "" {
		which = "no mirror of " + e.Distro
	}
	text := fmt.Sprintf("find suite %s: APT is configured for %s that can be used", e.Suite, which)
	if len(e.Skipped) > 0 {
		text += " (" + strings.Join(e.Skipped, "; ") + ")"
	}
	return text
}

// An APT is the configuration of APT on a machine. It may be used by several goroutines
// at once.
type APT struct {
	root       string
	http       *aptHTTP
	distros    []distro
	trusted    []string // keyrings that APT accepts without Signed-By
	candidates []candidate
	skipped    []string // entries that cannot be used, with the reason

	mu      sync.Mutex
	mirrors map[string]Mirror // by URI
}

// ReadAPT reads the configuration of APT: apt.conf(5) and sources.list(5).
func ReadAPT(ctx context.Context, opts APTOptions) (*APT, error) {
	if opts.Root == "/" {
		opts.Root = ""
	}
	a, err := newAPT(ctx, opts)
	if err != nil {
		return nil, err
	}
	entries, err := readAPTSources(opts.Root, a.http.config)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if err := a.add(e); err != nil {
			a.skipped = append(a.skipped, withoutLogin(e.uri)+": "+err.Error())
		}
	}
	return a, nil
}

// Places returns where suite may be found, best first. distro is whose suite is meant; if
// it is "", that is what the name of the suite tells. There is at least one, else the error is a [*NoMirrorError].
//
// The archives are those of sources.list(5), types deb and deb-src alike. First
// come the entries that enable suite; then each mirror of the suite's distro,
// because a mirror has more suites than those that are enabled. Suites of
// security updates are looked for on mirrors with such entries first, others on
// mirrors with other entries.
//
// Whose archive an entry names is told, best evidence first, by its Signed-By,
// if that is a keyring of the distro; by the Origin in the Release file that APT
// has stored; by the end of its path. Only mirrors with the best evidence there
// is are asked for suites that are not enabled. All others are third parties:
// one is asked only for a suite that it is configured for, and not if the name
// is that of a distro's suite and there is a mirror of that distro.
//
// Evidence only decides whom to ask. What is accepted is decided by keys: for an
// enabled suite those that APT accepts (Signed-By, else trusted.gpg and
// trusted.gpg.d), for another suite of the mirror the keys of the distro, if they are
// installed. "trusted=yes" is not obeyed: what is not signed is not read.
//
// Of the schemes, http, https, file, copy and mirror+file are supported; entries
// with others, such as cdrom and tor+http, are passed over, as are exact paths
// (suites that end in "/") and entries with "trusted=no".
func (a *APT) Places(suite, distro string) ([]Place, error) {
	if err := checkSuiteName(suite); err != nil {
		return nil, err
	}
	owner := distro
	if owner == "" {
		owner = suiteDistro(a.root, suite)
	}
	places := a.places(suite, owner)
	if len(places) == 0 {
		return nil, &NoMirrorError{Suite: suite, Distro: owner, Skipped: a.skipped}
	}
	return places, nil
}

// Suites returns every suite that APT is configured for, in the order of its
// configuration; none if it is configured for no archive that can be used. Which
// archives those are, and whose keys count, is as for [APT.Places].
func (a *APT) Suites() []Place {
	var places []Place
	for i := range a.candidates {
		places = addPlace(places, a.candidates[i].Place)
	}
	return places
}

func newAPT(ctx context.Context, opts APTOptions) (*APT, error) {
	var config aptConfig
	var err error
	switch {
	case opts.Config != nil:
		config = parseAPTConfig(opts.Config)
	case opts.Root == "":
		config, err = loadAPTConfig(ctx)
	default:
		config = parseAPTConfig([]byte(aptDefaults))
	}
	if err != nil {
		return nil, err
	}
	a := &APT{
		root:    opts.Root,
		http:    &aptHTTP{config: config, root: opts.Root},
		distros: distroTable(opts.Root),
		mirrors: map[string]Mirror{},
	}
	a.trusted, err = trustedKeyrings(opts.Root, config)
	return a, err
}

// withoutLogin returns uri without user name and password.
func withoutLogin(uri string) string {
	if !strings.Contains(uri, "@") {
		return uri
	}
	u, err := url.Parse(uri)
	if err != nil {
		scheme, _, _ := strings.Cut(uri, ":")
		return scheme + ":..."
	}
	u.User = nil
	return u.String()
}

// mirror returns the mirror at uri, the same for equal ones.
func (a *APT) mirror(uri string) (Mirror, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if m, ok := a.mirrors[uri]; ok {
		return m, nil
	}
	var opts HTTPOptions
	u, err := url.Parse(uri)
	if err != nil {
		return nil, errors.New("the URI cannot be parsed")
	}
	switch u.Scheme {
	case "http", "https":
		if opts, err = a.http.options(u); err != nil {
			return nil, err
		}
	case "file", "copy":
		uri = u.Scheme + ":" + a.root + "/" + strings.TrimLeft(u.EscapedPath()+u.Opaque, "/")
	default:
		return nil, fmt.Errorf("scheme %q is not supported", u.Scheme)
	}
	m, err := OpenMirror(uri, opts)
	if err == nil {
		a.mirrors[uri] = m
	}
	return m, err
}

// signedBy reads the words of Signed-By into p.
func (p *Place) signedBy(root string, words []string) error {
	for _, word := range words {
		if strings.HasPrefix(word, "/") {
			p.Keyrings = append(p.Keyrings, root+word)
			continue
		}
		if !fingerprint.MatchString(word) {
			return fmt.Errorf("Signed-By %q is neither an absolute path nor a fingerprint", word)
		}
		p.Signers = append(p.Signers, strings.ToUpper(word))
	}
	return nil
}

// sameKeys says whether p and q accept the same signatures by the same rules.
func (p *Place) sameKeys(q *Place) bool {
	return slices.Equal(p.Keyrings, q.Keyrings) && slices.Equal(p.Signers, q.Signers) &&
		slices.EqualFunc(p.KeyData, q.KeyData, slices.Equal[[]byte]) &&
		p.CheckDate == q.CheckDate && p.CheckValidUntil == q.CheckValidUntil &&
		p.validity == q.validity && p.sharedKeys == q.sharedKeys
}
