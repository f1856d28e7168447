package archive

import (
	"errors"
	"io/fs"
	"net/url"
	"strings"
)

// An aptLogin is one entry of an auth.conf file.
type aptLogin struct {
	scheme, host, port, path string // "" for any
	user, password           string
}

// login returns what auth.conf has for u.
func (a *aptHTTP) login(u *url.URL) (*url.Userinfo, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.loaded {
		a.loaded = true
		a.logins, a.loginErr = a.readLogins()
	}
	for _, l := range a.logins {
		if l.matches(u) {
			return url.UserPassword(l.user, l.password), nil
		}
	}
	return nil, a.loginErr
}

func (a *aptHTTP) readLogins() ([]aptLogin, error) {
	var all []aptLogin
	var failed error
	parts, err := listParts(a.config.path(a.root, "Dir::Etc::netrcparts"), ".conf")
	if err != nil {
		failed = err
	}
	for _, file := range append([]string{a.config.path(a.root, "Dir::Etc::netrc")}, parts...) {
		if file == "" {
			continue
		}
		text, err := readLimited(file, maxSourceList)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			failed = err // most often, only root may read it
			continue
		}
		all = append(all, parseLogins(text)...)
	}
	return all, failed
}

// parseLogins reads the format of apt_auth.conf(5): words, of which those that
// are not known are passed over.
func parseLogins(text []byte) []aptLogin {
	var all []aptLogin
	var words []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			words = append(words, strings.Fields(line)...)
		}
	}
	for i := 0; i+1 < len(words); i++ {
		switch words[i] {
		case "machine":
			all = append(all, parseMachine(words[i+1]))
		case "login":
			if len(all) > 0 {
				all[len(all)-1].user = words[i+1]
			}
		case "password":
			if len(all) > 0 {
				all[len(all)-1].password = words[i+1]
			}
		default:
			continue
		}
		i++
	}
	return all
}

// parseMachine reads [protocol://]hostname[:port][/path]. Without a protocol,
// the login is for https only.
func parseMachine(s string) aptLogin {
	l := aptLogin{scheme: "https"}
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		l.scheme, s = scheme, rest
	}
	if i := strings.IndexByte(s, '/'); i >= 0 {
		s, l.path = s[:i], s[i:]
	}
	u := url.URL{Host: s}
	l.host, l.port = u.Hostname(), u.Port()
	return l
}

func (l *aptLogin) matches(u *url.URL) bool {
	if l.scheme != u.Scheme || !strings.EqualFold(l.host, u.Hostname()) {
		return false
	}
	return (l.port == "" || l.port == u.Port()) && strings.HasPrefix(u.Path, l.path)
}
