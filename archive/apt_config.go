package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
)

// An aptConfig is APT's configuration, apt.conf(5): values by the lower-case
// name of the option, such as "acquire::retries".
type aptConfig map[string][]string

// aptDefaults are where APT looks when there is no apt-config to say so.
const aptDefaults = `Dir "/";
Dir::State "var/lib/apt";
Dir::State::lists "lists/";
Dir::Etc "etc/apt";
Dir::Etc::sourcelist "sources.list";
Dir::Etc::sourceparts "sources.list.d";
Dir::Etc::netrc "auth.conf";
Dir::Etc::netrcparts "auth.conf.d";
Dir::Etc::trusted "trusted.gpg";
Dir::Etc::trustedparts "trusted.gpg.d";
`

// loadAPTConfig asks apt-config(8), which knows all files, the environment and
// APT's own defaults. Where there is none, the configuration is the defaults.
func loadAPTConfig(ctx context.Context) (aptConfig, error) {
	cmd := exec.CommandContext(ctx, "apt-config", "dump")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return parseAPTConfig([]byte(aptDefaults)), nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("read APT's configuration: apt-config dump: %w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	return parseAPTConfig(out), nil
}

// parseAPTConfig reads the output of "apt-config dump". Names are quoted there as in
// URLs, values are not: what is no `NAME "VALUE";` is part of a value with a newline, which
// no option that is of interest here has.
func parseAPTConfig(dump []byte) aptConfig {
	c := aptConfig{}
	for line := range strings.Lines(string(dump)) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ` "`)
		value, ok2 := strings.CutSuffix(value, `";`)
		if !ok || !ok2 || strings.ContainsAny(name, " \t") {
			continue
		}
		if unquoted, err := url.PathUnescape(name); err == nil {
			name = unquoted
		}
		name = strings.ToLower(strings.TrimSuffix(name, "::"))
		c[name] = append(c[name], value)
	}
	return c
}

// value returns the value of the option called name, or "".
func (c aptConfig) value(name string) string {
	if v := c[strings.ToLower(name)]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// bool returns whether the option called name is on, by APT's words for it.
func (c aptConfig) bool(name string, ifUnset bool) bool {
	return aptBool(c.value(name), ifUnset)
}

func aptBool(value string, ifUnset bool) bool {
	switch strings.ToLower(value) {
	case "1", "yes", "true", "with", "on", "enable":
		return true
	case "0", "no", "false", "without", "off", "disable":
		return false
	}
	return ifUnset
}

// path returns the path that the option called name says: relative to what the
// options above it in the tree say, and all of that below root. It is "" if the
// option is empty or /dev/null, which is how APT is told to look nowhere.
func (c aptConfig) path(root, name string) string {
	path := c.value(name)
	if path == "" {
		return ""
	}
	for !filepath.IsAbs(path) && !strings.HasPrefix(path, "./") {
		i := strings.LastIndex(name, "::")
		if i < 0 {
			break
		}
		name = name[:i]
		path = filepath.Join(c.value(name), path)
	}
	if path == "/dev/null" || strings.HasPrefix(path, "/dev/null/") {
		return ""
	}
	return filepath.Join(root, c.value("RootDir"), path)
}
