package dsc

import (
	"fmt"
	"strings"

	"pault.ag/go/debian/version"
)

// A Version is the whole version of a source package, epoch included, as in
// "1:2.10-3": [epoch:]upstream[-revision], deb-version(7).
//
// A Version made by [ParseVersion] is well-formed. One that was converted from
// a string may not be; its methods then still return something harmless.
type Version string

// ParseVersion returns s as a Version if it is one by the rules of
// deb-version(7): no blanks, a decimal epoch, an upstream version that starts
// with a digit, and only the characters that dpkg accepts.
func ParseVersion(s string) (Version, error) {
	if s != strings.TrimSpace(s) {
		return "", fmt.Errorf("version %q: blank around it", s)
	}
	v, err := version.Parse(s)
	if err != nil {
		return "", fmt.Errorf("version %q: %v", s, err)
	}
	if epoch, _, ok := strings.Cut(s, ":"); ok && strings.Trim(epoch, "0123456789") != "" {
		return "", fmt.Errorf("version %q: epoch %q is no decimal number", s, epoch)
	}
	if v.Version == "" || strings.HasSuffix(s, "-") {
		return "", fmt.Errorf("version %q: empty upstream version or revision", s)
	}
	return Version(s), nil
}

// Compare returns a negative number if v is older than w by the rules of
// deb-version(7), zero if they are equivalent, and a positive number if v is
// newer. The error is that of parsing whichever of them is malformed.
func (v Version) Compare(w Version) (int, error) {
	for _, x := range []Version{v, w} {
		if _, err := ParseVersion(string(x)); err != nil {
			return 0, err
		}
	}
	a, _ := version.Parse(string(v))
	b, _ := version.Parse(string(w))
	return version.Compare(a, b), nil
}

// Upstream returns v without its revision, epoch kept: "1:2.10" for "1:2.10-3".
func (v Version) Upstream() Version {
	if i := strings.LastIndexByte(string(v), '-'); i >= 0 && i < len(v)-1 {
		return v[:i]
	}
	return v
}

// IsNative says whether v has no revision, as the versions of packages that are Debian's own.
func (v Version) IsNative() bool { return v.Upstream() == v }

// WithoutEpoch returns v as file names have it: "2.10-3" for "1:2.10-3".
func (v Version) WithoutEpoch() string {
	if _, rest, ok := strings.Cut(string(v), ":"); ok {
		return rest
	}
	return string(v)
}
