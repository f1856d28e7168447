package history

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"debgit/archive"
	"debgit/dsc"
)

// An UploadSelection says which of the uploads of a source package are wanted. Its zero value
// wants none.
type UploadSelection struct {
	text   string
	newest int         // that many; 0: all that are not older than since
	since  dsc.Version // "": all
}

// ParseUploadSelection reads "all", a number of newest uploads, or "since:VERSION", which is that
// upload and all newer ones.
func ParseUploadSelection(text string) (UploadSelection, error) {
	s := UploadSelection{text: text}
	refuse := func(format string, args ...any) (UploadSelection, error) {
		return UploadSelection{}, fmt.Errorf("uploads %q: %s", text, fmt.Sprintf(format, args...))
	}
	if since, ok := strings.CutPrefix(text, "since:"); ok {
		var err error
		if s.since, err = dsc.ParseVersion(since); err != nil {
			return refuse("%v", err)
		}
		return s, nil
	}
	if text == AllUploads {
		return s, nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return refuse("neither \"all\" nor a number nor \"since:VERSION\"")
	case n < 1:
		return refuse("%d is no number of uploads", n)
	}
	s.newest = n
	return s, nil
}

// IsZero says whether no uploads are wanted.
func (s UploadSelection) IsZero() bool { return s.text == "" }

func (s UploadSelection) String() string { return s.text }

// has says whether an upload is not too old to be wanted.
func (s UploadSelection) has(v dsc.Version) bool {
	order, err := v.Compare(s.since)
	return s.since == "" || err == nil && order >= 0
}

// choose returns those of uploads that are wanted, the highest version first.
func (s UploadSelection) choose(uploads []*foundUpload) []*foundUpload {
	chosen := slices.DeleteFunc(slices.Clone(uploads), func(u *foundUpload) bool { return !s.has(u.id.Version) })
	slices.SortFunc(chosen, func(a, b *foundUpload) int {
		if order, err := b.id.Version.Compare(a.id.Version); err == nil && order != 0 {
			return order
		}
		return strings.Compare(a.key(), b.key())
	})
	versions := 0
	for i, u := range chosen {
		if i == 0 || u.id.Version != chosen[i-1].id.Version {
			if versions++; s.newest > 0 && versions > s.newest {
				return chosen[:i]
			}
		}
	}
	return chosen
}

// A foundUpload is an upload that some suites hold, or a snapshot service has.
type foundUpload struct {
	id     dsc.ID
	upload *archive.Upload // nil: the snapshot service is to be asked for it
	suites []string
}

// digest returns the SHA-256 digest of the .dsc; or "" if nobody told it.
func (u *foundUpload) digest() string {
	if u.upload == nil || u.upload.Dsc().Digest.Algorithm != dsc.SHA256 {
		return ""
	}
	return u.upload.Dsc().Digest.Hex
}

// key tells uploads apart: two that have the same one are the same, as far as is known.
func (u *foundUpload) key() string { return string(u.id.Version) + " " + u.digest() }
