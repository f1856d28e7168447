package dsc

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What a changelog says it closes. The blanks are those of Perl's \s: the form of the
// first is in deb-changelog(5), the second is what Ubuntu's dpkg-genchanges(1) takes.
var (
	clogCloses    = regexp.MustCompile(`(?i)closes:[\s\v]*(?:bug)?#?[\s\v]?\d+(?:,[\s\v]*(?:bug)?#?[\s\v]?\d+)*`)
	clogLaunchpad = regexp.MustCompile(`(?i)lp:[\s\v]+#\d+(?:,[\s\v]*#\d+)*`)
	clogNumber    = regexp.MustCompile(`\d+`)
	clogCVE       = regexp.MustCompile(`(?i)\bCVE-\d{4}-\d{4,19}\b`)
)

// Closes returns the bugs of Debian's tracker that the stanza closes, as
// dpkg-parsechangelog(1) finds them: sorted, each once. A number that is larger than
// any bug can have is left out.
func (e *ChangelogEntry) Closes() []int { return e.bugs(clogCloses) }

// Launchpad returns the bugs of Launchpad that the stanza closes, "LP: #NUMBER",
// sorted, each once.
func (e *ChangelogEntry) Launchpad() []int { return e.bugs(clogLaunchpad) }

func (e *ChangelogEntry) bugs(list *regexp.Regexp) []int {
	var numbers []int
	for _, l := range list.FindAllString(strings.Join(e.Changes, "\n"), -1) {
		for _, digits := range clogNumber.FindAllString(l, -1) {
			if n, err := strconv.ParseInt(digits, 10, 32); err == nil {
				numbers = append(numbers, int(n))
			}
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// CVEs returns the names, such as "CVE-2024-3094", of the vulnerabilities that the
// stanza mentions, by year and number, each once. That it mentions one is all that is known: no
// form is defined that says whether it is fixed.
func (e *ChangelogEntry) CVEs() []string {
	names := clogCVE.FindAllString(strings.Join(e.Changes, "\n"), -1)
	for i, name := range names {
		names[i] = strings.ToUpper(name)
	}
	slices.SortFunc(names, func(a, b string) int { // within a year, more digits are a larger number
		return cmp.Or(cmp.Compare(a[:8], b[:8]), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return slices.Compact(names)
}
