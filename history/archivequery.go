package history

import (
	"context"
	"io"
	"slices"
	"strings"

	"debgit/archive"
)

// An archiveQuery says in which way an archive is asked what it holds: the key
// archive-query.
type archiveQuery struct {
	Method string // ftpmasterapi, dummycatapi, aptget, madison or dummycat
	Data   string // what follows the colon: a distro of rmadison(1), a directory, a host
}

var archiveQueryMethods = []string{"ftpmasterapi", "dummycatapi", "aptget", "madison", "dummycat"}

// archiveQuery returns how the archive is asked. Keys that once said how to trust an API's
// server are refused: what they asked for cannot be given.
func (a *Access) archiveQuery() (archiveQuery, error) {
	key, value, _, err := a.find("archive-query")
	if err != nil {
		return archiveQuery{}, err
	}
	method, data, ok := strings.Cut(value, ":")
	if !ok || !slices.Contains(archiveQueryMethods, method) {
		return archiveQuery{}, &ConfigError{key, value, "METHOD:DATA, METHOD one of " + strings.Join(archiveQueryMethods, ", ")}
	}
	for _, obsolete := range []string{"archive-query-tls-key", "archive-query-tls-curl-ca-args"} {
		if key, value, ok, err := a.find(obsolete); err != nil {
			return archiveQuery{}, err
		} else if ok && strings.HasSuffix(method, "api") {
			return archiveQuery{}, &ConfigError{key, value, "that it is removed: the key is obsolete"}
		}
	}
	return archiveQuery{method, data}, nil
}

// openAPI returns the API of the distro's archive, by the key archive-query-url.
func (a *Access) openAPI() (archive.Mirror, error) {
	api, err := a.openMirror("archive-query-url", archive.HTTPOptions{})
	if err == nil && api == nil {
		_, err = a.need("archive-query-url")
	}
	return api, err
}

// AskAPI copies to w what the API of the distro's archive answers, as it is. The question
// is as for [archive.Ask].
//
// Errors that callers may test for: [*MissingKeyError] if there is no API, [*ConfigError], and
// those of [archive.Mirror].
func (a *Access) AskAPI(ctx context.Context, question string, w io.Writer) error {
	api, err := a.openAPI()
	if err != nil {
		return err
	}
	answer, err := archive.Ask(ctx, api, question)
	if err != nil {
		return err
	}
	defer answer.Close()
	_, err = io.Copy(w, answer)
	return err
}
