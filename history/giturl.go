package history

import "strings"

// NoGitServerError says that a distro has no git server for dgit.
type NoGitServerError struct{ Distro string }

func (e *NoGitServerError) Error() string {
	return "distro " + e.Distro + " has no git server for dgit"
}

// GitURL returns the URL of the repository of a package on the git server of the
// distro, or "" if it has none: git-url/PACKAGE and git-url-suffix, else
// git-proto, a user, git-host and git-path, /PACKAGE.git.
func (a *Access) GitURL(pkg string) (string, error) {
	key, base, _, err := a.find("git-url")
	if err != nil {
		return "", err
	}
	if base == "" {
		return a.gitHostURL(pkg)
	}
	suffix, _, err := a.Value("git-url-suffix")
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(base, "-") { // git would take it for an option
		return "", &ConfigError{key, base, "an URL"}
	}
	return base + "/" + pkg + suffix, nil
}

func (a *Access) gitHostURL(pkg string) (string, error) {
	proto, ok, err := a.Value("git-proto")
	if err != nil || !ok {
		return "", err
	}
	host, err := a.gitHost()
	if err != nil {
		return "", err
	}
	path, err := a.need("git-path")
	if err != nil {
		return "", err
	}
	url := proto + host + path + "/" + pkg + ".git"
	if strings.HasPrefix(url, "-") {
		return "", &ConfigError{"git-proto", proto, "the start of an URL"}
	}
	return url, nil
}

// gitHost returns the host of the git server, behind the name of the user there, if that is configured.
func (a *Access) gitHost() (string, error) {
	host, err := a.need("git-host")
	if err != nil {
		return "", err
	}
	user, _, err := a.Value("git-user-force", "git-user", "username")
	if user != "" {
		host = user + "@" + host
	}
	return host, err
}

// gitCheckURL returns the URL that is there if the git server has the package.
func (a *Access) gitCheckURL(pkg string) (string, error) {
	base, err := a.need("git-check-url", "git-url")
	if err != nil {
		return "", err
	}
	suffix, _, err := a.Value("git-check-suffix")
	return base + "/" + pkg + suffix, err
}
