package upload

import (
	"context"
	"strings"

	"debgit/gitmap"
	"debgit/history"
)

// A PushKind is what the command push does: the key dgit.default.push-subcmd.
type PushKind struct {
	Kind string // "source" or "built"
	Warn bool   // the user is to be told
}

// PushCommand returns what the configuration has the command push do.
func PushCommand(ctx context.Context, repo *gitmap.Repo, getenv func(string) string) (PushKind, error) {
	config, err := repo.ConfigScopes(ctx)
	if err != nil {
		return PushKind{}, err
	}
	const key = "dgit.default.push-subcmd"
	value, _, err := history.NewSettings(config, getenv).Value(key)
	if err != nil {
		return PushKind{}, err
	}
	kind, warn := strings.CutPrefix(value, "warn,")
	if kind != "source" && kind != "built" {
		return PushKind{}, &history.ConfigError{Key: key, Value: value, Want: `"source", "built", "warn,source" or "warn,built"`}
	}
	return PushKind{kind, warn}, nil
}
