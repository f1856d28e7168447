package gitmap

import (
	"context"
	"strings"
)

// Config is the git configuration that applies in some place: for each key all
// its values, in git's order of precedence, the last one first to count. Keys are
// as "git config --list" writes them: section and name in lower case.
type Config map[string][]string

// Value returns the value of key that counts, or "".
func (c Config) Value(key string) string {
	values := c.Values(key)
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// Values returns all values of key.
func (c Config) Values(key string) []string { return c[canonicalKey(key)] }

// canonicalKey lowers the case of section and name, but not of what is between.
func canonicalKey(key string) string {
	first, last := strings.IndexByte(key, '.'), strings.LastIndexByte(key, '.')
	if first < 0 {
		return strings.ToLower(key)
	}
	return strings.ToLower(key[:first]) + key[first:last] + strings.ToLower(key[last:])
}

// ConfigScopes is the git configuration by where git has it from: options such as
// "git -c KEY=VALUE", the files of the work tree (of several that share a repository),
// of the repository, of the user and of the system.
type ConfigScopes struct{ Command, Worktree, Local, Global, System Config }

// all puts the scopes together, in git's order of precedence.
func (s ConfigScopes) all() Config {
	c := Config{}
	for _, scope := range []Config{s.System, s.Global, s.Local, s.Worktree, s.Command} {
		for key, values := range scope {
			c[key] = append(c[key], values...)
		}
	}
	return c
}

// Config returns the configuration of r, including the user's and the system's.
func (r *Repo) Config(ctx context.Context) (Config, error) {
	_, err := r.ConfigScopes(ctx)
	return r.config, err
}

// ConfigScopes returns the configuration that applies in r, by its origin.
func (r *Repo) ConfigScopes(ctx context.Context) (ConfigScopes, error) {
	r.configOnce.Do(func() {
		r.configScopes, r.configErr = readConfig(r.gitInput(ctx, nil, listConfig...))
		r.config = r.configScopes.all()
	})
	return r.configScopes, r.configErr
}

// UserConfig returns the configuration of the user and of the system, as it
// applies outside of any repository, by its origin.
func UserConfig(ctx context.Context) (ConfigScopes, error) {
	return readConfig(runGit(ctx, "/", nil, listConfig...))
}

// listConfig has git write scope, key and value of all that is configured.
var listConfig = []string{"config", "--list", "-z", "--show-scope", "--includes"}

func readConfig(out string, err error) (ConfigScopes, error) {
	s := ConfigScopes{Config{}, Config{}, Config{}, Config{}, Config{}}
	if err != nil {
		return s, err
	}
	scopes := map[string]Config{"command": s.Command, "worktree": s.Worktree, "local": s.Local, "global": s.Global, "system": s.System}
	items := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	for i := 0; i+1 < len(items); i += 2 {
		c, known := scopes[items[i]]
		key, value, ok := strings.Cut(items[i+1], "\n")
		if !ok {
			value = "true" // "[section] name" without "=" is a true boolean
		}
		if known {
			c[key] = append(c[key], value)
		}
	}
	return s, nil
}
