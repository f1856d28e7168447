package history

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// A dgitField is the parsed field Dgit of a .dsc: the commit that the upload was
// made from, and who has it.
type dgitField struct {
	commit gitmap.CommitID
	distro string // "" in the oldest form, in which the commit stands alone
	tag    string // without refs/tags/
	url    string
}

// dgitFieldForm is "COMMIT DISTRO TAG URL ...": whatever follows is for later versions
// of dgit.
var dgitFieldForm = regexp.MustCompile(`(?s)^(\w+)(?:\s+([0-9a-zA-Z][-+.0-9a-zA-Z]*)\s+([-+.%_0-9a-zA-Z/]+)\s+(\S+)(?:\s.*)?)?$`)

func parseDgitField(file, value string) (dgitField, error) {
	m := dgitFieldForm.FindStringSubmatch(strings.TrimSpace(value))
	if m != nil {
		if id, err := gitmap.ParseCommitID(m[1]); err == nil {
			return dgitField{id, m[2], m[3], m[4]}, nil
		}
	}
	return dgitField{}, &dsc.SyntaxError{File: file, Cause: fmt.Sprintf("field Dgit is %q, but COMMIT DISTRO TAG URL is wanted", value)}
}

// A MissingCommitError says that the commit which a .dsc names cannot be had.
type MissingCommitError struct {
	Dsc    string // its file name
	Commit gitmap.CommitID
	Err    error // why
}

func (e *MissingCommitError) Error() string {
	return fmt.Sprintf("%s was made from commit %s, which cannot be had: %v", e.Dsc, e.Commit, e.Err)
}

// Unwrap returns the cause.
func (e *MissingCommitError) Unwrap() error { return e.Err }

// A commitSeeker finds the commits that .dsc files name, also where another distro has
// them than the one that published the .dsc.
type commitSeeker struct {
	have     *inventory
	settings *Settings
	access   *Access // to the distro that published the .dsc
	noChase  bool    // ask nobody who was not asked already
	offline  bool    // ask nobody
	required bool    // who may be asked must answer

	// What the git server of that distro said when it was asked already. If asked is
	// false, it is asked like that of any other distro.
	asked  bool
	refs   map[string]gitmap.ObjectID
	silent error // why it said nothing; or nil

	warnf func(format string, args ...any)
}

// seek returns the commit that the field Dgit of a .dsc stands for: what it says, or what
// the rewrite map of the distro that it names has in its place. If that cannot be had the error
// is a [*MissingCommitError], and if the field is malformed a [*dsc.SyntaxError].
func (s *commitSeeker) seek(ctx context.Context, file string, src *dsc.Source) (gitmap.CommitID, error) {
	field, err := parseDgitField(file, src.DgitRef)
	if err != nil {
		return gitmap.CommitID{}, err
	}
	tags := []string{tagPrefix + field.tag}
	if field.distro == "" {
		if field.distro, _, err = s.settings.Value("dgit.default.old-dsc-distro"); err != nil {
			return field.commit, err
		}
		tags = []string{tagPrefix + ArchiveTag(field.distro, src.Version), tagPrefix + MaintainerTag(field.distro, src.Version)}
	}
	server := s.serverOf(field, src.Package)
	commit, err := server.rewritten(ctx, field.commit)
	if err != nil {
		return commit, err
	}
	if here, err := s.have.has(ctx, gitmap.ObjectID(commit)); here || err != nil {
		if here && server.err != nil && server.err != errNotChased && server.err != errOffline {
			unknown := fmt.Errorf("whether distro %s has replaced commit %s is not known: %w", field.distro, commit, server.err)
			if s.required {
				return commit, unknown
			}
			s.warnf("%v", unknown)
		}
		return commit, err
	}
	server.fetch(ctx, tags)
	here, err := s.have.has(ctx, gitmap.ObjectID(commit))
	if here || err != nil {
		return commit, err
	}
	if ctx.Err() != nil {
		return commit, ctx.Err()
	}
	if server.err == nil {
		server.err = fmt.Errorf("the git server of distro %s does not have it", field.distro)
	}
	return commit, &MissingCommitError{file, commit, server.err}
}

// A commitServer is the git server of the distro that a field Dgit names.
type commitServer struct {
	have       *inventory
	url        string                     // "" if it was asked already
	refs       map[string]gitmap.ObjectID // what it said, or as much as was asked for
	rewriteMap bool                       // its rewrite map counts
	err        error                      // why it cannot be asked; or nil
}

// These say that the user does not want somebody to be asked.
var (
	errNotChased = errors.New("the distro that is named is not asked for it")
	errOffline   = errors.New("no git server is asked for it")
)

// serverOf returns whom to ask for the commit of a field. What keeps us from asking is
// in the result.
func (s *commitSeeker) serverOf(field dgitField, pkg string) *commitServer {
	server := &commitServer{have: s.have}
	access := s.access
	own := field.distro == access.Base || field.distro == access.Nominal
	switch {
	case s.offline:
		server.err = errOffline
	case own && s.asked:
		server.refs, server.err = s.refs, s.silent
	case s.noChase:
		server.err = errNotChased
	default:
		if access, server.err = s.settings.Access(AccessOptions{Distro: field.distro}); server.err == nil {
			server.url, server.err = s.url(access, field, pkg)
		}
	}
	if server.err == nil {
		server.rewriteMap, server.err = access.Bool("rewrite-map-enable")
	}
	return server
}

// url returns where a distro has the git repository of a package: as configured, else as
// the field says, if that uses a protocol that is safe to use whoever wrote the field.
func (s *commitSeeker) url(access *Access, field dgitField, pkg string) (string, error) {
	url, err := access.GitURL(pkg)
	if err != nil || url != "" {
		return url, err
	}
	if field.url == "" {
		return "", &NoServerHintError{field.distro}
	}
	proto, rest, ok := strings.Cut(field.url, ":")
	switch {
	case ok && urlScheme.MatchString(proto) && strings.HasPrefix(rest, "//"):
	case strings.HasPrefix(field.url, "/"):
		proto = "file"
	default:
		proto = "bad-syntax"
	}
	key := "dgit.dsc-url-proto-ok." + proto
	value, ok, err := s.settings.Value(key)
	if err == nil && !ok {
		key = "dgit.default.dsc-url-proto-ok"
		value, _, err = s.settings.Value(key)
	}
	if err != nil {
		return "", err
	}
	if safe, err := isTrue(key, value); !safe || err != nil {
		return "", errors.Join(&UnsafeURLError{field.distro, field.url, proto}, err)
	}
	return field.url, nil
}

// urlScheme is what stands before "://" in an URL. Without the slashes it would be the host of
// scp-like syntax, and with a second colon the name of a remote helper.
var urlScheme = regexp.MustCompile(`^[a-zA-Z][-+.0-9a-zA-Z]*$`)

// A NoServerHintError says that neither the configuration nor a .dsc tells where a distro
// has its git server.
type NoServerHintError struct{ Distro string }

func (e *NoServerHintError) Error() string {
	return fmt.Sprintf("no git server of distro %s is configured", e.Distro)
}

// An UnsafeURLError says that a .dsc names the repository with its commit in a way that is
// not followed unless the configuration allows it.
type UnsafeURLError struct {
	Distro string // of which no git server is configured
	URL    string
	Proto  string // as in the key dgit.dsc-url-proto-ok.PROTO
}

func (e *UnsafeURLError) Error() string {
	return fmt.Sprintf("no git server of distro %s is configured, and protocol %q of %s, which the .dsc names, is unsafe", e.Distro, e.Proto, e.URL)
}

// rewritten returns what the rewrite map of the server has in the place of a commit, or
// else the commit itself.
func (c *commitServer) rewritten(ctx context.Context, commit gitmap.CommitID) (gitmap.CommitID, error) {
	if c.err != nil || !c.rewriteMap {
		return commit, nil
	}
	if c.url != "" {
		c.refs, c.err = c.have.fetch(ctx, c.url, rewriteMapRef)
	}
	id, ok := c.refs[rewriteMapRef]
	if !ok {
		return commit, nil
	}
	data, err := c.have.reader.File(gitmap.CommitID(id), "map")
	if err != nil {
		return commit, fmt.Errorf("read the rewrite map: %w", err)
	}
	for line := range strings.Lines(string(data)) {
		if words := strings.Fields(line); len(words) == 2 && words[0] == commit.String() {
			return gitmap.ParseCommitID(words[1])
		}
	}
	return commit, nil
}

// fetch gets tags with all that they lead to, if the server can be asked and has them.
func (c *commitServer) fetch(ctx context.Context, tags []string) {
	if c.err == nil && c.url != "" {
		_, c.err = c.have.fetch(ctx, c.url, tags...)
	}
}
