package history

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"debgit/gitmap"
)

// newTreeAttributes keeps git from changing the content of files on their way
// between commits and work tree: a source package says byte for byte what is in
// it, whatever .gitattributes its upstream uses.
const newTreeAttributes = `*	dgit-defuse-attrs
[attr]dgit-defuse-attrs	-text -eol -crlf -ident -filter -working-tree-encoding -export-ignore -export-subst
# ^ see GITATTRIBUTES in dgit(7) and dgit setup-new-tree in dgit(1)
`

const changelogAttributes = "debian/changelog merge=dpkg-mergechangelogs\n"

// A pair is a key of the git configuration and a value for it.
type pair struct{ key, value string }

// setUpNewTree prepares a repository for work on a Debian package, as
// "dgit setup-new-tree" does: attributes, a merge driver for changelogs, and
// who the user is as a Debian person.
func setUpNewTree(ctx context.Context, repo *gitmap.Repo, access *Access, getenv func(string) string) error {
	pairs := []pair{{"remote.dgit.skipdefaultupdate", "true"}}
	mergeChangelogs, err := access.Bool("setup-mergechangelogs")
	if err != nil {
		return err
	}
	userEmail, err := access.Bool("setup-useremail")
	if err != nil {
		return err
	}
	attributes, err := access.Bool("setup-gitattributes")
	if err != nil {
		return err
	}
	text := ""
	if attributes {
		text += newTreeAttributes
	}
	if mergeChangelogs {
		text += changelogAttributes
		pairs = append(pairs,
			pair{"merge.dpkg-mergechangelogs.name", "debian/changelog merge driver"},
			pair{"merge.dpkg-mergechangelogs.driver", "dpkg-mergechangelogs -m %O %A %B %A"})
	}
	if userEmail {
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
	return writeAttributes(repo, text)
}

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

// writeAttributes makes text the attributes that only this repository has.
func writeAttributes(repo *gitmap.Repo, text string) error {
	if text == "" {
		return nil
	}
	info := filepath.Join(repo.CommonDir(), "info")
	if err := os.MkdirAll(info, 0o777); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(info, "attributes"), []byte(text), 0o666)
}

// vcsBranch and vcsPath are what may follow the URL in Vcs-Git, Debian Policy 5.6.26.
var (
	vcsBranch = regexp.MustCompile(`\s+-b\s+\S+`)
	vcsPath   = regexp.MustCompile(`\s+\[[^]]*\]`)
)

// addVcsGit makes the maintainers' repository, as the .dsc names it, the remote
// vcs-git. It is fetched from only when the user does.
func addVcsGit(ctx context.Context, repo *gitmap.Repo, field string) error {
	url := strings.TrimSpace(vcsPath.ReplaceAllString(vcsBranch.ReplaceAllString(field, ""), ""))
	if url == "" || strings.HasPrefix(url, "-") || strings.ContainsAny(url, " \t\n") {
		return nil
	}
	_, err := repo.Git(ctx, "remote", "add", "--", "vcs-git", url)
	return err
}
