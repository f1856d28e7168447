package archive

import (
	"context"
	"errors"

	"debgit/dsc"
)

// A Suite is a suite of an archive, as one access method knows it. It tells which
// uploads there are; [Client.Fetch] gets them.
//
// An implementation promises:
//
//   - Methods may be called from many goroutines at once.
//   - A suite that was opened is there, and Codename is its own name for good,
//     whatever name it was asked for by.
//   - Nothing that it returns is vouched for less than Assurance says.
//   - What is transient has been tried again before it is an error. A service that
//     does not answer is a [*MirrorError].
//   - A source package that the suite does not hold is an [*UnknownPackageError].
type Suite interface {
	// Codename returns the name of the suite that does not move, such as "sid".
	Codename() string

	// Names returns all names by which the suite is known, the codename first.
	Names() []string

	// Origin returns whose archive the suite says it is of, such as "Debian"; or "".
	Origin() string

	// Where names the mirror or service that was asked, without credentials.
	Where() string

	// Assurance says what vouches for the uploads.
	Assurance() Assurance

	// Signers returns who signed the index of the suite: nobody, unless Assurance
	// is [SignedIndex].
	Signers() []dsc.Signer

	// Find returns the upload of the source package pkg that the suite holds: the
	// one with the highest version.
	Find(ctx context.Context, pkg string) (*Upload, error)

	// FindAll returns all uploads of the source package pkg that the suite has, the
	// highest version first.
	FindAll(ctx context.Context, pkg string) ([]*Upload, error)

	// FindFiles returns the files of source packages, anywhere in the archive, whose
	// names match pattern, in which each "*" stands for any text. all says whether
	// there are no others: most methods know but one suite.
	FindFiles(ctx context.Context, pattern string) (files []PoolFile, all bool, err error)

	// HasPackage says whether any suite of the archive has the source package pkg. If
	// sure is false, one that the method does not know might.
	HasPackage(ctx context.Context, pkg string) (has, sure bool, err error)
}

// An Assurance says what vouches for the uploads of a suite, the weakest first. In
// each case the .dsc vouches for the files that it lists.
type Assurance int

const (
	// NoIndex: nothing but the signature of the .dsc itself, which is not checked
	// here, vouches for an upload, and nothing that it is the newest.
	NoIndex Assurance = iota

	// ServiceDigest: the service that was asked told the digest of the .dsc, and
	// TLS, or this machine's file system, told that it was that service.
	ServiceDigest

	// SignedIndex: a key that is trusted for the archive signed an index that leads
	// to the .dsc.
	SignedIndex
)

func (a Assurance) String() string {
	switch a {
	case SignedIndex:
		return "signed index"
	case ServiceDigest:
		return "digest from a service"
	}
	return "unsigned list"
}

// An unsignedSuite is what a [Suite] without a signed index is called.
type unsignedSuite struct {
	asked    string // the name that was asked for
	codename string
}

// Codename implements [Suite].
func (s *unsignedSuite) Codename() string { return s.codename }

// Names implements [Suite].
func (s *unsignedSuite) Names() []string {
	if s.asked == s.codename {
		return []string{s.codename}
	}
	return []string{s.codename, s.asked}
}

// Origin implements [Suite]: nobody tells it.
func (s *unsignedSuite) Origin() string { return "" }

// Signers implements [Suite].
func (s *unsignedSuite) Signers() []dsc.Signer { return nil }

// unknown returns the error that says that the suite has no source package pkg.
func (s *unsignedSuite) unknown(pkg string) error {
	return &UnknownPackageError{Package: pkg, Suite: s.asked}
}

// newest returns the upload to find among all that there are, of which there is at
// least one if err is nil.
func newest(all []*Upload, err error) (*Upload, error) {
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// isUnknownPackage says whether err is an [*UnknownPackageError].
func isUnknownPackage(err error) bool {
	_, ok := errors.AsType[*UnknownPackageError](err)
	return ok
}
