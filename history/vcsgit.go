package history

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"debgit/gitmap"
)

// vcsGitRemote is the remote for the maintainers' repository. It is fetched from only
// when the user does.
const vcsGitRemote = "vcs-git"

// vcsBranch and vcsPath are what may follow the URL in Vcs-Git, Debian Policy 5.6.26.
var (
	vcsBranch = regexp.MustCompile(`\s+-b\s+\S+`)
	vcsPath   = regexp.MustCompile(`\s+\[[^]]*\]`)
)

// What Vcs-Git may name, of the forms of git-clone(1): a server, and nothing that is a path of this
// machine or has git run a program.
var (
	remoteSchemes = []string{"http", "https", "git", "ssh", "git+ssh", "ssh+git"}
	remotePlace   = regexp.MustCompile(`^([^/@\s]+@)?[A-Za-z0-9[][^/@\s]*(/\S*)?$`)                           // what follows the scheme
	remoteSSH     = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*:[^:\s]\S*$`) // without a scheme
)

func isRemoteURL(url string) bool {
	scheme, place, ok := strings.Cut(url, "://")
	if !ok {
		return remoteSSH.MatchString(url)
	}
	return slices.Contains(remoteSchemes, scheme) && remotePlace.MatchString(place)
}

// vcsGitURL returns the URL in a field Vcs-Git, or "" if there is none that may be used.
func vcsGitURL(field string) string {
	url := strings.TrimSpace(vcsPath.ReplaceAllString(vcsBranch.ReplaceAllString(field, ""), ""))
	if !isRemoteURL(url) {
		return ""
	}
	return url
}

// addVcsGit makes the maintainers' repository, as the .dsc names it, the remote vcs-git. If
// it cannot, it returns what there is to say of that.
func addVcsGit(ctx context.Context, repo *gitmap.Repo, field string) (warning string, err error) {
	url := vcsGitURL(field)
	switch {
	case field == "":
		return "", nil
	case url == "":
		return fmt.Sprintf("the .dsc says Vcs-Git: %q, which is not made a remote: %s", field, notRemote), nil
	}
	_, err = repo.Git(ctx, "remote", "add", "--", vcsGitRemote, url)
	return "", err
}

const notRemote = "it is no http, https, git or ssh URL"

// warnOfVcsGit warns if the maintainers' repository has moved, for suites whose .dsc files tell
// where it is.
func (f *fetcher) warnOfVcsGit(ctx context.Context) error {
	suites, _, err := f.settings.Value("dgit.vcs-git.suites")
	if err != nil || !slices.Contains(strings.Split(suites, ";"), f.suite.Codename()) {
		return err
	}
	config, err := f.repo.Config(ctx)
	if err != nil {
		return err
	}
	own, theirs := config.Value("remote."+vcsGitRemote+".url"), vcsGitURL(f.result.VcsGit)
	if own != "" && theirs != "" && own != theirs {
		f.warnf("the maintainers' repository is %s now, but the remote %s has the URL %s; to change that: debgit update-vcs-git", theirs, vcsGitRemote, own)
	}
	return nil
}

// UpdateVcsGitOptions say whose Vcs-Git is meant.
type UpdateVcsGitOptions struct {
	FetchOptions          // Suite "." stands for the work tree's own debian/control
	NoFetch      bool     // only set the URL
	FetchArgs    []string // further options for git fetch
}

// An UpdateVcsGitResult tells what UpdateVcsGit did.
type UpdateVcsGitResult struct {
	URL      string // of the remote, now
	Old      string // before; "" if there was no such remote
	Warnings []string
}

// A NoVcsGitError says that there is no field Vcs-Git, or none that may be used.
type NoVcsGitError struct{ Where, Field string }

func (e *NoVcsGitError) Error() string {
	if e.Field == "" {
		return "no Vcs-Git in " + e.Where
	}
	return fmt.Sprintf("Vcs-Git in %s is %q: %s", e.Where, e.Field, notRemote)
}

// UpdateVcsGit gives the remote vcs-git the URL of the maintainers' repository, as the
// newest upload to a suite has it, and fetches from it. Errors that callers may test for
// are [*NoVcsGitError] and those of [Fetch].
func UpdateVcsGit(ctx context.Context, repo *gitmap.Repo, opts UpdateVcsGitOptions) (*UpdateVcsGitResult, error) {
	found, err := findVcsGit(ctx, repo, opts.FetchOptions)
	if err != nil {
		return nil, err
	}
	result := &UpdateVcsGitResult{URL: vcsGitURL(found.field), Warnings: found.warnings}
	if result.URL == "" {
		return nil, &NoVcsGitError{found.where, found.field}
	}
	config, err := repo.Config(ctx)
	if err != nil {
		return nil, err
	}
	switch result.Old = config.Value("remote." + vcsGitRemote + ".url"); result.Old {
	case "":
		_, err = repo.Git(ctx, "remote", "add", "--", vcsGitRemote, result.URL)
	case result.URL:
	default:
		_, err = repo.Git(ctx, "remote", "set-url", "--", vcsGitRemote, result.URL)
	}
	if err == nil && !opts.NoFetch {
		_, err = repo.Git(ctx, append(append([]string{"fetch"}, opts.FetchArgs...), vcsGitRemote)...)
	}
	return result, err
}

// A vcsGitSource is a field Vcs-Git, where it is from, and what there is to say of asking for it.
type vcsGitSource struct {
	field, where string
	warnings     []string
}

// findVcsGit finds the field Vcs-Git that is meant.
func findVcsGit(ctx context.Context, repo *gitmap.Repo, opts FetchOptions) (v vcsGitSource, err error) {
	if opts.Suite == "." {
		w, err := openWork(repo)
		if err != nil {
			return v, err
		}
		defer w.close()
		control, err := w.control()
		return vcsGitSource{control.Value("Vcs-Git"), "debian/control", nil}, err
	}
	s, err := openSession(ctx, repo, opts)
	if err != nil {
		return v, err
	}
	if err := s.completeOptions(ctx, repo); err != nil {
		return v, err
	}
	f, files, err := s.newestDsc(ctx)
	if err != nil {
		return v, err
	}
	defer files.close()
	return vcsGitSource{files.source.VcsGit, fmt.Sprintf("%s of %s", files.dscName(), f.suite.Codename()), s.warnings}, nil
}
