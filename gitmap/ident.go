package gitmap

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// person is somebody's name and address, as bytes that need not be UTF-8.
type person struct{ name, email string }

// splitPerson splits "NAME <EMAIL>".
func splitPerson(s string) person {
	name, email, _ := strings.Cut(s, " <")
	return person{name, strings.TrimSuffix(email, ">")}
}

// identError is the refusal of a person by git: nothing is left of the name.
type identError struct{ person person }

func (e *identError) Error() string {
	return fmt.Sprintf("the name in %q is empty or has punctuation only", e.person.name+" <"+e.person.email+">")
}

// identLine is what git puts after "author" or "committer" if it finds p and date
// in its environment (GIT_AUTHOR_NAME and so on): cleaner than what it was given.
// Text that is not UTF-8 is taken for Latin-1.
//
// An error is an *identError or a *dateError.
func identLine(p person, date string) (string, error) {
	name := cleanIdent(p.name)
	if name == "" {
		return "", &identError{p}
	}
	d, err := parseGitDate(date)
	if err != nil {
		return "", err
	}
	return commitText(fmt.Sprintf("%s <%s> %s", name, cleanIdent(p.email), d)), nil
}

// identCrud is what git removes around names and addresses, apart from control
// characters and spaces.
const identCrud = `.,:;<>"\'`

// identBreakers would end a name or address early; git removes them everywhere.
var identBreakers = strings.NewReplacer("<", "", ">", "", "\n", "")

// cleanIdent removes crud at both ends and what would break the line anywhere.
func cleanIdent(s string) string {
	isCrud := func(c byte) bool { return c <= ' ' || strings.IndexByte(identCrud, c) >= 0 }
	for s != "" && isCrud(s[0]) {
		s = s[1:]
	}
	for s != "" && isCrud(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return identBreakers.Replace(s)
}

// commitText makes s valid UTF-8 as git commit-tree does with the whole of a
// commit: every byte that belongs to no character is taken for one of Latin-1.
// U+FDD0 to U+FDEF and the last two code points of each plane are no characters.
func commitText(s string) string {
	var b strings.Builder
	done := 0 // what b has of s
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef {
			b.WriteString(s[done:i])
			b.WriteRune(rune(s[i]))
			i++
			done = i
			continue
		}
		i += size
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}
