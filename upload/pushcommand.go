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
	return pushKind(history.NewSettings(config, getenv), "dgit.default.push-subcmd")
}

// RemotePushCommand returns what the user's configuration has the command rpush do: the key
// dgit.default.rpush-subcmd or, without it, the one for push.
func RemotePushCommand(ctx context.Context, getenv func(string) string) (PushKind, error) {
	config, err := gitmap.UserConfig(ctx)
	if err != nil {
		return PushKind{}, err
	}
	return pushKind(history.NewSettings(config, getenv), "dgit.default.rpush-subcmd", "dgit.default.push-subcmd")
}

// pushKind reads the first of some keys that has a value; the last one always has.
func pushKind(settings *history.Settings, keys ...string) (PushKind, error) {
	for _, key := range keys {
		value, ok, err := settings.Value(key)
		if err != nil {
			return PushKind{}, err
		}
		if !ok && key != keys[len(keys)-1] {
			continue
		}
		kind, warn := strings.CutPrefix(value, "warn,")
		if kind != "source" && kind != "built" {
			return PushKind{}, &history.ConfigError{Key: key, Value: value, Want: `"source", "built", "warn,source" or "warn,built"`}
		}
		return PushKind{kind, warn}, nil
	}
	return PushKind{}, nil
}
