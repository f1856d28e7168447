package archivetest

import (
	"fmt"
	"net/http"
	"strings"
)

// Madison returns what answers as the servers that rmadison(1) asks do, for source
// packages.
func (a *Archive) Madison() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("text") != "on" || r.FormValue("a") != "source" {
			http.Error(w, "this test knows text=on and a=source only", http.StatusBadRequest)
			return
		}
		lines, err := a.MadisonLines(r.FormValue("package"), r.FormValue("s"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
		fmt.Fprint(w, lines)
	})
}

// MadisonLines returns what rmadison prints about a source package in a suite.
func (a *Archive) MadisonLines(source, suite string) (string, error) {
	var b strings.Builder
	all, err := a.published()
	for _, p := range all {
		if p.id.Package != source || !p.suite.isCalled(suite) {
			continue
		}
		where := p.suite.name()
		if p.component != "main" {
			where += "/" + p.component
		}
		fmt.Fprintf(&b, "%s | %-10s | %-12s | source\n", p.id.Package, p.id.Version, where)
	}
	return b.String(), err
}
