package history

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"debgit/archive"
)

// OpenOptions say which archive suites are read from, other than what the configuration
// says of it.
type OpenOptions struct {
	Distro           string   // whose suites are meant; default: what their names tell
	Archive          string   // URL or directory of the archive; default: as the configuration says
	Keyrings         []string // files with the keys that may sign Archive
	NoMirrorFallback bool     // do not read what the mirror does not have from the configured second one

	RequireSignedIndex bool // refuse to ask an archive in a way that knows no signed index

	Push bool // the settings for pushing count, see [AccessOptions]
	New  bool // the source package may be new to the suite, likewise
}

// access are the options for the access to the distro of a suite.
func (o OpenOptions) access(suite string) AccessOptions {
	return AccessOptions{Distro: o.Distro, Suite: suite, Push: o.Push, New: o.New}
}

// known returns questions for all suites that are known: those of opts.Archive, if it is
// a directory of this machine; else the usual ones of the distro and, unless that was named,
// those that APT is configured for.
func (o *suiteOpener) known(ctx context.Context, pkg string) ([]suiteQuestion, error) {
	if o.opts.Archive != "" {
		names, err := archive.SuitesAt(o.opts.Archive)
		return o.questions(pkg, names...), err
	}
	distro, err := o.settings.distroOr(o.opts.Distro)
	if err != nil {
		return nil, err
	}
	all := o.questions(pkg, archive.UsualSuites(distro)...)
	if o.opts.Distro != "" {
		return all, nil
	}
	configured, err := o.configured(ctx)
	return append(all, configured...), err
}

// configured returns questions for the suites that APT is configured for.
func (o *suiteOpener) configured(ctx context.Context) (all []suiteQuestion, err error) {
	apt, err := o.readAPT(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range apt.Suites() {
		all = append(all, suiteQuestion{p.Suite, func(ctx context.Context) (archive.Suite, error) {
			s, _, err := o.openPlaces(ctx, p.Suite, []archive.Place{p})
			return s, err
		}})
	}
	return all, nil
}

// questions returns questions for suites that are called so, about a source package.
func (o *suiteOpener) questions(pkg string, names ...string) (all []suiteQuestion) {
	for _, name := range names {
		all = append(all, suiteQuestion{name, func(ctx context.Context) (archive.Suite, error) {
			s, _, err := o.open(ctx, name, pkg)
			return s, err
		}})
	}
	return all
}

// A suiteOpener opens suites as the configuration says: the keys archive-query,
// archive-query-url, archive-query-default-component, archive-keyring, mirror,
// mirror-fallback, madison-distro and aptget-*.
//
// The built-in method is aptget. Where no mirror is configured, that is what APT on this
// machine is configured for, with the keys that it trusts. It may be used by several
// goroutines at once.
type suiteOpener struct {
	client   *archive.Client
	settings *Settings
	opts     OpenOptions

	mu  sync.Mutex
	apt *archive.APT // read when it is needed
}

func newSuiteOpener(client *archive.Client, settings *Settings, opts OpenOptions) *suiteOpener {
	return &suiteOpener{client: client, settings: settings, opts: opts}
}

// readAPT returns the configuration of APT on this machine.
func (o *suiteOpener) readAPT(ctx context.Context) (*archive.APT, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.apt == nil {
		apt, err := archive.ReadAPT(ctx, archive.APTOptions{})
		if err != nil {
			return nil, err
		}
		o.apt = apt
	}
	return o.apt, nil
}

// open opens a suite, and returns the access to the distro that it is one of. pkg is a
// source package that it has: one method cannot tell what a suite is called without any.
//
// Errors that callers may test for: [*ConfigError], [*MissingKeyError], [*UnsignedIndexError], and
// those of [archive.Client].
func (o *suiteOpener) open(ctx context.Context, suite, pkg string) (archive.Suite, *Access, error) {
	if o.opts.Archive != "" {
		places, err := archive.PlacesAt(o.opts.Archive, suite, o.opts.Keyrings)
		if err != nil {
			return nil, nil, err
		}
		return o.openPlaces(ctx, suite, places)
	}
	access, err := o.settings.Access(o.opts.access(suite))
	if err != nil {
		return nil, nil, err
	}
	query, err := access.archiveQuery()
	if err != nil {
		return nil, nil, err
	}
	if query.Method == "aptget" {
		return o.openAptget(ctx, access, suite)
	}
	s, err := o.openUnsigned(ctx, access, query, suite, pkg)
	if err == nil && o.opts.RequireSignedIndex {
		err = &UnsignedIndexError{suite, s.Where(), s.Assurance()}
	}
	if err != nil {
		return nil, nil, err
	}
	return s, access, nil
}

// openPlaces opens a suite in one of places, which need not be of the distro that its name tells.
func (o *suiteOpener) openPlaces(ctx context.Context, suite string, places []archive.Place) (archive.Suite, *Access, error) {
	s, err := o.client.OpenSuite(ctx, suite, places)
	if err != nil {
		return nil, nil, err
	}
	access, err := o.accessOf(suite, s.Origin())
	return s, access, err
}

// accessOf returns the access to the distro that publishes a suite, of which the Release
// file says origin: what the user says of it counts, else origin, for whatever a suite is
// called, a private archive is not Debian's.
func (o *suiteOpener) accessOf(suite, origin string) (*Access, error) {
	if o.opts.Distro != "" || o.settings.saysDistroOf(suite) {
		return o.settings.Access(o.opts.access(suite))
	}
	return o.settings.accessTo(o.opts.access(suite), origin)
}

// openAptget opens a suite by its signed index (dgit's access method aptget).
func (o *suiteOpener) openAptget(ctx context.Context, access *Access, suite string) (archive.Suite, *Access, error) {
	dir, err := access.aptgetSuite(suite)
	if err != nil {
		return nil, nil, err
	}
	places, configured, err := o.aptgetPlaces(ctx, access, dir)
	if err != nil {
		return nil, nil, err
	}
	signed, err := o.client.OpenSuite(ctx, suite, places)
	if err != nil {
		return nil, nil, err
	}
	codename, err := access.aptgetCodename(signed.Codename())
	if err == nil && !configured {
		access, err = o.accessOf(suite, signed.Origin())
	}
	if err != nil {
		return nil, nil, err
	}
	if codename == signed.Codename() {
		return signed, access, nil
	}
	return &renamedSuite{signed, codename}, access, nil
}

// aptgetPlaces returns where the suite in the directory dir below dists/ is: on the mirror
// that is configured for the distro, or else where APT finds it.
func (o *suiteOpener) aptgetPlaces(ctx context.Context, access *Access, dir string) (places []archive.Place, configured bool, err error) {
	apt, err := o.readAPT(ctx)
	if err != nil {
		return nil, false, err
	}
	fallback, err := o.fallback(access)
	if err != nil {
		return nil, false, err
	}
	key, mirror, configured, err := access.find("mirror")
	if err != nil {
		return nil, false, err
	}
	if !configured {
		places, err := apt.Places(dir, o.opts.Distro)
		for i := range places {
			places[i].Fallback = fallback
		}
		return places, false, err
	}
	components, _, err := access.Value("aptget-components")
	if err != nil {
		return nil, false, err
	}
	places, err = apt.MirrorPlaces(mirror, dir, archive.MirrorOptions{
		Distro: access.Nominal, Keyrings: access.all("archive-keyring"), Components: strings.Fields(components), Fallback: fallback,
	})
	if errors.As(err, new(*archive.PlaceError)) {
		err = &ConfigError{key, mirror, "the URL of an archive"}
	}
	return places, true, err
}

// A renamedSuite is a suite whose codename the configuration maps to another.
type renamedSuite struct {
	archive.Suite
	codename string
}

// Codename implements [archive.Suite].
func (s *renamedSuite) Codename() string { return s.codename }

// Names implements [archive.Suite].
func (s *renamedSuite) Names() []string {
	names := []string{s.codename}
	for _, n := range s.Suite.Names() {
		if n != s.codename {
			names = append(names, n)
		}
	}
	return names
}

// openUnsigned opens a suite by another method than aptget.
func (o *suiteOpener) openUnsigned(ctx context.Context, access *Access, query archiveQuery, suite, pkg string) (archive.Suite, error) {
	mirror, err := o.mirror(ctx, access, suite)
	if err != nil {
		return nil, err
	}
	fallback, err := o.fallback(access)
	if err != nil {
		return nil, err
	}
	mirror = archive.WithFallback(mirror, fallback)
	switch query.Method {
	case "ftpmasterapi", "dummycatapi":
		api, err := access.openAPI()
		if err != nil {
			return nil, err
		}
		return o.client.OpenAPI(ctx, suite, api, mirror)
	case "dummycat":
		return archive.OpenDummycat(suite, query.Data, mirror)
	case "madison":
		opts, err := madisonOptions(access, query)
		if err != nil {
			return nil, err
		}
		return o.client.OpenMadison(ctx, suite, pkg, mirror, opts)
	}
	return nil, fmt.Errorf("archive query %s has no such method", query.Method)
}

// madisonOptions says whom to ask: the distro or URL in the query, else the key
// madison-distro, else the distro itself.
func madisonOptions(access *Access, query archiveQuery) (opts archive.MadisonOptions, err error) {
	if opts.Component, _, err = access.Value("archive-query-default-component"); err != nil {
		return opts, err
	}
	key, distro, ok, err := access.find("madison-distro")
	if err != nil {
		return opts, err
	}
	switch {
	case query.Data != "":
		key, distro = access.baseKey("archive-query"), query.Data
	case !ok:
		distro = access.Base
	}
	opts.Distro = distro
	if strings.Contains(distro, "://") {
		if opts.Service, err = archive.NewHTTP(distro, archive.HTTPOptions{}); err != nil {
			return opts, &ConfigError{key, distro, "a name that rmadison knows, or a URL"}
		}
	}
	return opts, nil
}

// mirror returns where the files of a distro are: the key mirror, else the mirror that APT
// would read the suite from.
func (o *suiteOpener) mirror(ctx context.Context, access *Access, suite string) (archive.Mirror, error) {
	m, err := access.openMirror("mirror", archive.HTTPOptions{})
	if m != nil || err != nil {
		return m, err
	}
	apt, err := o.readAPT(ctx)
	if err != nil {
		return nil, err
	}
	places, err := apt.Places(suite, access.Nominal)
	if err != nil {
		return nil, err
	}
	return places[0].Mirror, nil
}

// fallbackTime is how long the second mirror may be silent. It has little, and
// hardly ever what is looked for, and is no reason to wait.
const fallbackTime = 10 * time.Second

// fallback returns where files are that the mirror of a distro does not have, or nil.
func (o *suiteOpener) fallback(access *Access) (archive.Mirror, error) {
	if o.opts.NoMirrorFallback {
		return nil, nil
	}
	return access.openMirror("mirror-fallback", archive.HTTPOptions{Timeout: fallbackTime, Retries: -1})
}

// openMirror returns the mirror that an access key names, or nil if it names none.
func (a *Access) openMirror(key string, opts archive.HTTPOptions) (archive.Mirror, error) {
	whole, value, ok, err := a.find(key)
	if err != nil || !ok || value == "" {
		return nil, err
	}
	m, err := archive.OpenMirror(value, opts)
	if err != nil {
		return nil, &ConfigError{whole, value, "the URL of an archive"}
	}
	return m, nil
}
