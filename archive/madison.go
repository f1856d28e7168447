package archive

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"debgit/dsc"
)

// MadisonOptions say who knows the versions of an archive.
type MadisonOptions struct {
	Distro    string // for rmadison -u: a name that it knows; if URL is nil
	Service   *HTTP  // asked instead of running rmadison; nil: rmadison is run
	Program   string // default: rmadison
	Component string // of a line that names none; default: main
}

// A madisonSuite is the [Suite] that lines of rmadison(1) describe (dgit's access method
// madison):
//
//	PACKAGE | VERSION | SUITE[/COMPONENT] | source, ARCHITECTURE, ...
//
// Nothing is signed, there are no digests, and where the files are is what
// the layout of Debian's pool makes of the name and the version.
type madisonSuite struct {
	unsignedSuite
	service *service // nil: rmadison is run
	opts    MadisonOptions
	mirror  Mirror
}

// OpenMadison opens a suite. What its codename is only shows in what is said of a package
// that it has: pkg. If it has none of that name, the error is an
// [*UnknownPackageError].
//
// The codename is the name by which the lines call the suite, which is "unstable" for
// Debian's. The files of the archive are at mirror.
func (c *Client) OpenMadison(ctx context.Context, suite, pkg string, mirror Mirror, opts MadisonOptions) (Suite, error) {
	if err := checkSuiteName(suite); err != nil {
		return nil, err
	}
	if opts.Program == "" {
		opts.Program = "rmadison"
	}
	if opts.Component == "" {
		opts.Component = "main"
	}
	s := &madisonSuite{unsignedSuite: unsignedSuite{asked: suite}, opts: opts, mirror: mirror}
	if opts.Service != nil {
		s.service = &service{c, opts.Service}
	}
	lines, err := s.lines(ctx, pkg)
	if err != nil {
		return nil, err
	}
	s.codename = lines[0].suite
	for _, l := range lines {
		if l.suite != s.codename {
			return nil, s.fail(pkg, fmt.Errorf("asked for one suite, it answered about %s and %s", s.codename, l.suite))
		}
	}
	return s, nil
}

// Where implements [Suite].
func (s *madisonSuite) Where() string {
	if s.service != nil {
		return s.service.String()
	}
	return s.opts.Program + " -u" + s.opts.Distro
}

// Assurance implements [Suite].
func (s *madisonSuite) Assurance() Assurance { return NoIndex }

// A madisonLine is one of rmadison's lines.
type madisonLine struct {
	pkg       string
	version   dsc.Version
	suite     string
	component string // "" for main, and where it is not known
}

// lines returns what is said of pkg in the suite. There is at least one.
func (s *madisonSuite) lines(ctx context.Context, pkg string) ([]madisonLine, error) {
	if dsc.CheckPackageName(pkg) != nil {
		return nil, s.unknown(pkg)
	}
	var text []byte
	var err error
	if s.service != nil {
		query := url.Values{"package": {pkg}, "text": {"on"}, "a": {"source"}, "s": {s.asked}}.Encode()
		text, err = s.service.read(ctx, query)
	} else {
		text, err = s.run(ctx, "-asource", "-s"+s.asked, "-u"+s.opts.Distro, pkg)
	}
	if err != nil {
		return nil, err
	}
	var all []madisonLine
	for line := range strings.Lines(string(text)) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		l, err := parseMadisonLine(line)
		if err != nil {
			return nil, s.fail(pkg, err)
		}
		if l.pkg == pkg {
			all = append(all, l)
		}
	}
	if len(all) == 0 {
		return nil, s.unknown(pkg)
	}
	return all, nil
}

func (s *madisonSuite) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, s.opts.Program, args...)
	cmd.WaitDelay = time.Second // which counts for the programs that it runs, too
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		if said := strings.TrimSpace(stderr.String()); said != "" {
			err = fmt.Errorf("%w: %s", err, said)
		}
		return nil, s.fail(args[len(args)-1], err)
	}
	return out, nil
}

func (s *madisonSuite) fail(pkg string, err error) error {
	return &MirrorError{Mirror: s.Where(), Path: pkg, Err: err}
}

func parseMadisonLine(line string) (madisonLine, error) {
	columns := strings.Split(line, "|")
	if len(columns) != 4 {
		return madisonLine{}, fmt.Errorf("%q is not PACKAGE | VERSION | SUITE | ARCHITECTURES", strings.TrimSpace(line))
	}
	for i := range columns {
		columns[i] = strings.TrimSpace(columns[i])
	}
	version, err := dsc.ParseVersion(columns[1])
	if err != nil {
		return madisonLine{}, err
	}
	l := madisonLine{pkg: columns[0], version: version}
	l.suite, l.component, _ = strings.Cut(columns[2], "/")
	if err := checkSuiteName(l.suite); err != nil {
		return madisonLine{}, err
	}
	if l.component != "" && !validComponent.MatchString(l.component) {
		return madisonLine{}, fmt.Errorf("%q is no name of a component", l.component)
	}
	return l, nil
}

// Find implements [Suite].
func (s *madisonSuite) Find(ctx context.Context, pkg string) (*Upload, error) {
	return newest(s.FindAll(ctx, pkg))
}

// FindAll implements [Suite].
func (s *madisonSuite) FindAll(ctx context.Context, pkg string) ([]*Upload, error) {
	lines, err := s.lines(ctx, pkg)
	if err != nil {
		return nil, err
	}
	var all []*Upload
	for _, l := range lines {
		component := l.component
		if component == "" {
			component = s.opts.Component
		}
		u, err := newUnlistedUpload(dsc.ID{Package: pkg, Version: l.version}, poolPath(component, pkg)+"/"+pkg+"_"+l.version.WithoutEpoch()+".dsc")
		if err != nil {
			return nil, s.fail(pkg, err)
		}
		u.mirror, u.component, u.dsc.ListedIn = s.mirror, component, s.mirror.String()
		all = append(all, u)
	}
	return all, newestFirst(all, (*Upload).version)
}

// poolPrefix matches the part of the name of a source package that its directory in the
// pool is sorted under.
var poolPrefix = regexp.MustCompile(`^(lib.|.)`)

// poolPath returns the directory of a source package in a pool such as Debian's.
func poolPath(component, pkg string) string {
	return "pool/" + component + "/" + poolPrefix.FindString(pkg) + "/" + pkg
}

// FindFiles implements [Suite]. The lines do not tell of files.
func (s *madisonSuite) FindFiles(_ context.Context, pattern string) ([]PoolFile, bool, error) {
	return nil, false, checkFilePattern(pattern)
}

// HasPackage implements [Suite]. The suite is all that is asked about.
func (s *madisonSuite) HasPackage(ctx context.Context, pkg string) (has, sure bool, err error) {
	_, err = s.lines(ctx, pkg)
	if isUnknownPackage(err) {
		return false, false, nil
	}
	return err == nil, err == nil, err
}
