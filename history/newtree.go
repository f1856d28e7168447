package history

import (
	"context"
	"slices"

	"debgit/gitmap"
)

// A Setup is a part of what prepares a repository for work on Debian packages.
type Setup string

// The parts of a setup.
const (
	SetupAttributes      Setup = "gitattributes"   // git changes no files on their way to the work tree
	SetupMergeChangelogs Setup = "mergechangelogs" // debian/changelog is merged by dpkg-mergechangelogs(1)
	SetupUser            Setup = "useremail"       // who the user is as a Debian person
)

var setups = []Setup{SetupMergeChangelogs, SetupUser, SetupAttributes}

// SetupOptions are the options of [SetUp].
type SetupOptions struct {
	Distro string              // whose configuration counts; default: the default distro
	Parts  []Setup             // default: those that the configuration does not switch off
	Getenv func(string) string // default: os.Getenv
}

// SetUp prepares a repository for work on Debian packages. What is set up already stays
// as it is.
func SetUp(ctx context.Context, repo *gitmap.Repo, opts SetupOptions) error {
	s, err := openSession(ctx, repo, FetchOptions{ArchiveOptions: ArchiveOptions{Getenv: opts.Getenv}})
	if err != nil {
		return err
	}
	access, err := s.settings.Access(AccessOptions{Distro: opts.Distro})
	if err != nil {
		return err
	}
	if opts.Parts == nil {
		return setUpNewTree(ctx, repo, access, s.opts.Getenv)
	}
	return setUp(ctx, repo, access, s.opts.Getenv, opts.Parts)
}

// setUpNewTree does all that the configuration does not switch off.
func setUpNewTree(ctx context.Context, repo *gitmap.Repo, access *Access, getenv func(string) string) error {
	var parts []Setup
	for _, part := range setups {
		wanted, err := access.Bool("setup-" + string(part))
		if err != nil {
			return err
		}
		if wanted {
			parts = append(parts, part)
		}
	}
	return setUp(ctx, repo, access, getenv, parts)
}

func setUp(ctx context.Context, repo *gitmap.Repo, access *Access, getenv func(string) string, parts []Setup) error {
	var pairs []pair
	if slices.Contains(parts, SetupMergeChangelogs) {
		pairs = append(pairs,
			pair{"merge.dpkg-mergechangelogs.name", "debian/changelog merge driver"},
			pair{"merge.dpkg-mergechangelogs.driver", "dpkg-mergechangelogs -m %O %A %B %A"})
	}
	if slices.Contains(parts, SetupUser) {
		user, err := userPairs(access, getenv)
		if err != nil {
			return err
		}
		pairs = append(pairs, user...)
	}
	for _, p := range pairs {
		if _, err := repo.Git(ctx, "config", p.key, p.value); err != nil {
			return err
		}
	}
	attributes, err := readAttributes(repo)
	if err != nil {
		return err
	}
	text := attributes
	if slices.Contains(parts, SetupMergeChangelogs) {
		text = mergeChangelogs(text)
	}
	if slices.Contains(parts, SetupAttributes) {
		text = defuseAttributes(text)
	}
	if text == attributes {
		return nil
	}
	return writeAttributes(repo, text)
}

// A pair is a key of the git configuration and a value for it.
type pair struct{ key, value string }

// userPairs say who the user is, by dgit's configuration or else the environment.
func userPairs(access *Access, getenv func(string) string) ([]pair, error) {
	var pairs []pair
	for _, who := range []struct{ git, access, variable string }{
		{"user.email", "user-email", "DEBEMAIL"},
		{"user.name", "user-name", "DEBFULLNAME"},
	} {
		value, ok, err := access.Value(who.access)
		if err != nil {
			return nil, err
		}
		if !ok {
			value = getenv(who.variable)
		}
		if value != "" {
			pairs = append(pairs, pair{who.git, value})
		}
	}
	return pairs, nil
}

// skipDefaultUpdate keeps "git remote update" and "git fetch --all" from the remote dgit,
// which has no URL: it is a name for refs.
func skipDefaultUpdate(ctx context.Context, repo *gitmap.Repo) error {
	const key = "remote.dgit.skipdefaultupdate"
	config, err := repo.Config(ctx)
	if err != nil || config.Value(key) != "" {
		return err
	}
	_, err = repo.Git(ctx, "config", key, "true")
	return err
}
