package gitmap

import (
	"fmt"
	"slices"
	"strings"
)

// A Generation says which dgit makes the commits of an import just so. Trees,
// messages and order are the same in all.
type Generation string

const (
	// GenerationNow is the one that [Import] is of.
	GenerationNow Generation = "dgit 14 or later"

	// Generation11 has the person of the changelog for a committer, with the date
	// that the importer has now, and for an author where that now is the importer.
	Generation11 Generation = "dgit 11.4 to 13"

	// Generation10 is Generation11 with the dates of the changelog in the time zone
	// of the machine that made the import.
	Generation10 Generation = "dgit 11.3 or earlier"
)

// IsImporter says whether an author or committer, with or without a date, is the
// importer, which is the committer since dgit 14.
func IsImporter(line string) bool {
	return strings.HasPrefix(line, importerName+" <"+importerEmail+">")
}

// madeBy says whether the commits of all pairs differ only as commits do that dgit
// of generation g made; main is the main commit as it is now.
func madeBy(g Generation, pairs []pair, main *Commit) bool {
	return !slices.ContainsFunc(pairs, func(p pair) bool {
		author, committer := olderIdentities(p.want, main)
		return p.got.Tree != p.want.Tree || p.got.Message != p.want.Message || p.got.Extra != p.want.Extra ||
			!sameIdentity(g, p.got.Author, author) || !sameIdentity(g, p.got.Committer, committer)
	})
}

// olderIdentities returns author and committer that a commit of today would have had
// from dgit before 14.
func olderIdentities(c, main *Commit) (author, committer string) {
	if _, isPatch := c.Patch(); !isPatch {
		return c.Author, c.Author
	}
	name, _, _ := SplitIdentity(main.Author)
	_, seconds, zone := SplitIdentity(c.Committer)
	committer, err := identLine(splitPerson(name), fmt.Sprintf("@%d %s", seconds, zone))
	if err != nil { // git would have made no commit
		committer = c.Committer
	}
	if IsImporter(c.Author) {
		return committer, committer
	}
	return c.Author, committer
}

func sameIdentity(g Generation, got, want string) bool {
	if g != Generation10 {
		return got == want
	}
	gotName, gotTime, _ := SplitIdentity(got)
	wantName, wantTime, _ := SplitIdentity(want)
	return gotName == wantName && gotTime == wantTime
}
