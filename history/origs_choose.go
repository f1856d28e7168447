package history

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// An origCandidate is an orig, or the signature of one, that an archive has.
type origCandidate struct {
	where string // the component of the archive, or the suite, for messages
	Orig
}

// An AmbiguousOrigsError says that an archive has several files where a source package can have
// only one.
type AmbiguousOrigsError struct {
	Package string
	Of      string   // such as "upstream tarball" or "signature of foo_1.0.orig.tar.gz"
	Files   []string // each with where it is
}

func (e *AmbiguousOrigsError) Error() string {
	return fmt.Sprintf("%s: the archive has more than one %s: %s", e.Package, e.Of, strings.Join(e.Files, ", "))
}

// chooseOrigs returns the origs of an upstream version among the files that an archive has of it:
// one tarball of each component, that without a name first, then by name, each followed by its
// signature if there is one. Signatures of other tarballs are passed over. A file that is in several
// places with the same content is one file. If anything is there more than once the error is an
// [*AmbiguousOrigsError].
func chooseOrigs(candidates []origCandidate) ([]Orig, error) {
	tarballs := map[string][]origCandidate{}   // by component
	signatures := map[string][]origCandidate{} // by tarball
	add := func(to map[string][]origCandidate, key string, c origCandidate) {
		same := func(other origCandidate) bool { return other.Name == c.Name && other.Digest == c.Digest }
		if !slices.ContainsFunc(to[key], same) {
			to[key] = append(to[key], c)
		}
	}
	for _, c := range candidates {
		if signed, ok := signedName(c.Name); ok {
			add(signatures, signed, c)
		} else {
			add(tarballs, origComponent(c.Name), c)
		}
	}
	var origs []Orig
	for _, component := range slices.Sorted(maps.Keys(tarballs)) {
		all := tarballs[component]
		what := "upstream tarball"
		if component != "" {
			what = "tarball of component " + component
		}
		if len(all) > 1 {
			return nil, ambiguous(what, all)
		}
		origs = append(origs, all[0].Orig)
		all = signatures[all[0].Name]
		if len(all) > 1 {
			return nil, ambiguous("signature of "+origs[len(origs)-1].Name, all)
		}
		if len(all) == 1 {
			origs = append(origs, all[0].Orig)
		}
	}
	return origs, nil
}

func ambiguous(what string, all []origCandidate) error {
	e := &AmbiguousOrigsError{Of: what}
	for _, c := range all {
		e.Files = append(e.Files, fmt.Sprintf("%s in %s", c.Name, c.where))
	}
	slices.Sort(e.Files)
	return e
}

// signedName returns the name of the tarball that a file is the signature of, if it is one.
func signedName(name string) (string, bool) {
	switch ext := path.Ext(name); ext {
	case ".asc", ".gpg", ".pgp", ".sig":
		return strings.TrimSuffix(name, ext), true
	}
	return "", false
}

// origComponent returns the component of upstream, see dpkg-source(1), that a tarball with a name
// of origName is of; "" for the main one.
func origComponent(name string) string {
	return strings.TrimPrefix(origName.FindStringSubmatch(name)[1], "-")
}
