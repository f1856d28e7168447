package archive

import (
	"context"

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
	return "no index"
}
