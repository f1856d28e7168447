package upload

import (
	"context"
	"fmt"
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
	return pushKind(history.NewSettings(config, getenv), "push", "dgit.default.push-subcmd")
}

// RemotePushCommand returns what the user's configuration has the command rpush do: the key
// dgit.default.rpush-subcmd or, without it, the one for push.
func RemotePushCommand(ctx context.Context, getenv func(string) string) (PushKind, error) {
	config, err := gitmap.UserConfig(ctx)
	if err != nil {
		return PushKind{}, err
	}
	return pushKind(history.NewSettings(config, getenv), "rpush", "dgit.default.rpush-subcmd", "dgit.default.push-subcmd")
}

// A PushRejectedError says that the configuration does not want push, or rpush, to be said.
type PushRejectedError struct {
	Command string // "push" or "rpush"
	Key     string
}

func (e *PushRejectedError) Error() string {
	return fmt.Sprintf("%s does not say what is to be pushed: the configuration %s is \"reject\"", e.Command, e.Key)
}

// pushKind reads the first of some keys that has a value; the last one always has.
func pushKind(settings *history.Settings, command string, keys ...string) (PushKind, error) {
	for _, key := range keys {
		value, ok, err := settings.Value(key)
		if err != nil {
			return PushKind{}, err
		}
		if !ok && key != keys[len(keys)-1] {
			continue
		}
		if value == "reject" {
			return PushKind{}, &PushRejectedError{command, key}
		}
		kind, warn := strings.CutPrefix(value, "warn,")
		if kind != "source" && kind != "built" {
			return PushKind{}, &history.ConfigError{Key: key, Value: value, Want: `"source", "built", "warn,source", "warn,built" or "reject"`}
		}
		return PushKind{kind, warn}, nil
	}
	return PushKind{}, nil
}
