package archivetest

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
)

// The answers of the API of Debian's ftpmasters, in their shape.

type apiSuite struct {
	Archive       string   `json:"archive"`
	Architectures []string `json:"architectures"`
	Codename      string   `json:"codename"`
	Components    []string `json:"components"`
	Dakname       string   `json:"dakname"`
	Name          string   `json:"name"`
}

type apiDsc struct {
	Component string `json:"component"`
	Filename  string `json:"filename"`
	Filesize  int    `json:"filesize,omitempty"`
	SHA256    string `json:"sha256sum"`
	Version   string `json:"version,omitempty"`
}

// API returns what answers as the API of Debian's ftpmasters does. It tells of what is
// published at the time of a request.
func (a *Archive) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /suites", func(w http.ResponseWriter, r *http.Request) {
		answerJSON(w, a.apiSuites(), nil)
	})
	mux.HandleFunc("GET /dsc_in_suite/{suite}/{source}", func(w http.ResponseWriter, r *http.Request) {
		found, err := a.apiDscs(r.PathValue("suite"), r.PathValue("source"))
		answerJSON(w, found, err)
	})
	mux.HandleFunc("GET /file_in_archive/{pattern...}", func(w http.ResponseWriter, r *http.Request) {
		found, err := a.apiFiles(r.PathValue("pattern"))
		answerJSON(w, found, err)
	})
	mux.HandleFunc("GET /madison", func(w http.ResponseWriter, r *http.Request) {
		found, err := a.apiMadison(r.FormValue("package"))
		if r.FormValue("f") != "json" {
			http.Error(w, "this test knows f=json only", http.StatusBadRequest)
			return
		}
		answerJSON(w, found, err)
	})
	return mux
}

func (a *Archive) apiSuites() []apiSuite {
	all := []apiSuite{}
	for _, s := range a.suites {
		all = append(all, apiSuite{
			Archive: "ftp-master", Architectures: []string{"all", "source"},
			Codename: s.Codename, Name: s.name(), Dakname: s.name(), Components: append([]string{"main"}, s.Components...),
		})
	}
	slices.SortFunc(all, func(a, b apiSuite) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (a *Archive) apiDscs(suite, source string) ([]apiDsc, error) {
	found := []apiDsc{}
	all, err := a.published()
	for _, p := range all {
		if p.suite.isCalled(suite) && p.id.Package == source {
			found = append(found, p.apiDsc(p.dsc()))
		}
	}
	return found, err
}

// apiDsc describes a file as dsc_in_suite does.
func (p published) apiDsc(f file) apiDsc {
	return apiDsc{
		Component: p.component,
		Filename:  strings.TrimPrefix(p.directory, "pool/"+p.component+"/") + "/" + f.name,
		Filesize:  len(f.data), SHA256: sha256Hex(f.data), Version: string(p.id.Version),
	}
}

func (a *Archive) apiFiles(pattern string) ([]apiDsc, error) {
	found := []apiDsc{}
	all, err := a.published()
	for _, p := range all {
		for _, f := range p.files {
			d := p.apiDsc(f)
			d.Version, d.Filesize = "", 0
			if like(pattern, d.Filename) && !slices.Contains(found, d) {
				found = append(found, d)
			}
		}
	}
	return found, err
}

// apiMadison answers with version and what not, by package and suite.
func (a *Archive) apiMadison(source string) ([]map[string]map[string]map[string]any, error) {
	suites := map[string]map[string]any{}
	all, err := a.published()
	for _, p := range all {
		if p.id.Package != source {
			continue
		}
		if suites[p.suite.name()] == nil {
			suites[p.suite.name()] = map[string]any{}
		}
		suites[p.suite.name()][string(p.id.Version)] = map[string]any{"component": p.component, "architectures": []string{"source"}}
	}
	if len(suites) == 0 {
		return []map[string]map[string]map[string]any{}, err
	}
	return []map[string]map[string]map[string]any{{source: suites}}, err
}

// WriteAPI writes the answers about suites and their uploads as files below dir, as the
// tests of dgit have them for its access method dummycatapi.
func (a *Archive) WriteAPI(dir string) error {
	if err := writeJSON(filepath.Join(dir, "suites"), a.apiSuites()); err != nil {
		return err
	}
	all, err := a.published()
	if err != nil {
		return err
	}
	for _, p := range all {
		for _, suite := range []string{p.suite.Codename, p.suite.name()} {
			found, err := a.apiDscs(suite, p.id.Package)
			if err != nil {
				return err
			}
			if err := writeJSON(filepath.Join(dir, "dsc_in_suite", suite, p.id.Package), found); err != nil {
				return err
			}
		}
	}
	return nil
}
