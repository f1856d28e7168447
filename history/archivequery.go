package history

import (
	"slices"
	"strings"
)

// An ArchiveQuery says in which way an archive is asked what it holds: the key
// archive-query.
type ArchiveQuery struct {
	Method string // ftpmasterapi, dummycatapi, aptget, madison or dummycat
	Data   string // what follows the colon: a distro of rmadison(1), a directory, a host
}

var archiveQueryMethods = []string{"ftpmasterapi", "dummycatapi", "aptget", "madison", "dummycat"}

// ArchiveQuery returns how the archive is asked. Keys that once said how to trust an API's
// server are refused: what they asked for cannot be given.
func (a *Access) ArchiveQuery() (ArchiveQuery, error) {
	key, value, _, err := a.find("archive-query")
	if err != nil {
		return ArchiveQuery{}, err
	}
	method, data, ok := strings.Cut(value, ":")
	if !ok || !slices.Contains(archiveQueryMethods, method) {
		return ArchiveQuery{}, &ConfigError{key, value, "METHOD:DATA, METHOD one of " + strings.Join(archiveQueryMethods, ", ")}
	}
	for _, obsolete := range []string{"archive-query-tls-key", "archive-query-tls-curl-ca-args"} {
		if key, value, ok, err := a.find(obsolete); err != nil {
			return ArchiveQuery{}, err
		} else if ok && strings.HasSuffix(method, "api") {
			return ArchiveQuery{}, &ConfigError{key, value, "that it is removed: the key is obsolete"}
		}
	}
	return ArchiveQuery{method, data}, nil
}
