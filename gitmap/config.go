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
	values := c[canonicalKey(key)]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// Set makes value the one that counts for key, as "git -c KEY=VALUE" does.
func (c Config) Set(key, value string) {
	key = canonicalKey(key)
	c[key] = append(c[key], value)
}

// canonicalKey lowers the case of section and name, but not of what is between.
func canonicalKey(key string) string {
	first, last := strings.IndexByte(key, '.'), strings.LastIndexByte(key, '.')
	if first < 0 {
		return strings.ToLower(key)
	}
	return strings.ToLower(key[:first]) + key[first:last] + strings.ToLower(key[last:])
}

// Config returns the configuration of r, including the user's and the system's.
func (r *Repo) Config(ctx context.Context) (Config, error) {
	r.configOnce.Do(func() {
		r.config, r.configErr = readConfig(r.gitInput(ctx, nil, "config", "--list", "-z", "--includes"))
	})
	return r.config, r.configErr
}

// UserConfig returns the configuration of the user and of the system, as it
// applies outside of any repository.
func UserConfig(ctx context.Context) (Config, error) {
	return readConfig(runGit(ctx, "/", nil, "config", "--list", "-z", "--includes"))
}

func readConfig(out string, err error) (Config, error) {
	if err != nil {
		return nil, err
	}
	c := Config{}
	for item := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		key, value, ok := strings.Cut(item, "\n")
		if !ok {
			value = "true" // "[section] name" without "=" is a true boolean
		}
		if key != "" {
			c[key] = append(c[key], value)
		}
	}
	return c, nil
}
