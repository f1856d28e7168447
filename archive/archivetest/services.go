package archivetest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"debgit/dsc"
)

// A published is an upload as a service tells of it.
type published struct {
	id        dsc.ID
	suite     Suite
	component string
	directory string
	files     []file // the .dsc first
}

// dsc returns the .dsc of p.
func (p published) dsc() file { return p.files[0] }

// published returns what the suites hold, in the order of their codenames.
func (a *Archive) published() ([]published, error) {
	var all []published
	for _, s := range a.suites {
		for _, u := range s.Uploads {
			src, files, err := u.read()
			if err != nil {
				return nil, err
			}
			all = append(all, published{src.ID, s, u.component(), u.directory(src.Package), files})
		}
	}
	slices.SortStableFunc(all, func(a, b published) int { return cmp.Compare(a.suite.Codename, b.suite.Codename) })
	return all, nil
}

// name returns the name of a suite that moves.
func (s Suite) name() string { return cmp.Or(s.Name, s.Codename) }

// isCalled says whether name is one of the suite.
func (s Suite) isCalled(name string) bool { return name == s.Codename || name == s.name() }

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// answerJSON answers a request with value, or with the error that kept it from being made.
func answerJSON(w http.ResponseWriter, value any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	json.NewEncoder(w).Encode(value) // a client that went away is no matter
}

// writeJSON writes value to the file at path.
func writeJSON(path string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return write(path, append(data, '\n'))
}

// like says whether text matches a pattern of SQL's LIKE, in which "%" stands for any
// text, "_" for any character, and a backslash takes this meaning away.
func like(pattern, text string) bool {
	if pattern == "" {
		return text == ""
	}
	switch c := pattern[0]; {
	case c == '%':
		for i := range len(text) + 1 {
			if like(pattern[1:], text[i:]) {
				return true
			}
		}
		return false
	case c == '\\' && len(pattern) > 1:
		pattern = pattern[1:]
	case c == '_' && text != "":
		return like(pattern[1:], text[1:])
	}
	return text != "" && pattern[0] == text[0] && like(pattern[1:], text[1:])
}

// WriteDummycat writes the lists of dgit's access method dummycat into dir.
func (a *Archive) WriteDummycat(dir string) error {
	all, err := a.published()
	if err != nil {
		return err
	}
	lists := map[string]string{}
	for _, s := range a.suites {
		lists["suite."+s.Codename] = s.Codename + "\n"
		lists["suite."+s.name()] = s.Codename + "\n"
	}
	for _, p := range all {
		name := "package." + p.suite.Codename + "." + p.id.Package
		lists[name] += string(p.id.Version) + " " + p.directory + "/" + p.dsc().name + "\n"
	}
	for name, text := range lists {
		if err := write(filepath.Join(dir, strings.ReplaceAll(name, "/", "_")), []byte(text)); err != nil {
			return err
		}
	}
	return os.MkdirAll(dir, 0o777)
}
