package gitmap

import "strings"

// maxMailName is the longest name, in bytes, that git takes from a From header.
const maxMailName = 60

// fromPerson reads the value of a From header, in which every run of blanks is one
// space, in any of the forms
//
//	NAME <EMAIL>    EMAIL (NAME)    EMAIL
//
// and more that nobody intends. A person without a good name is called as the
// address. Without any address the result is empty.
func fromPerson(from string) person {
	text := unquoteMail(from)
	at := strings.IndexByte(text, '@')
	if at < 0 {
		return localPerson(from)
	}
	start := strings.LastIndexAny(text[:at], " \t\r\n<") + 1
	email := text[start:]
	if end := strings.IndexAny(email, " \n\t\r\v\f>"); end >= 0 {
		email = email[:end]
	}
	after := text[start+len(email):]
	if after != "" {
		after = after[1:] // the end of the address: a blank or ">"
	}
	before := text[:start]
	if strings.HasSuffix(before, "<") {
		before = before[:len(before)-1] + " "
	}
	name := strings.Trim(squeezeBlanks(before+after), gitBlanks)
	if strings.HasPrefix(name, "(") && strings.HasSuffix(name, ")") {
		name = name[1 : len(name)-1]
	}
	return person{mailName(name, email), email}
}

// localPerson reads "NAME <ACCOUNT>", without any "@".
func localPerson(from string) person {
	before, after, ok := strings.Cut(from, "<")
	email, _, closed := strings.Cut(after, ">")
	if !ok || !closed {
		return person{}
	}
	return person{mailName(strings.Trim(before, gitBlanks), email), email}
}

// mailName returns name, or email if git finds no sane name in name.
func mailName(name, email string) string {
	if name == "" || len(name) > maxMailName || strings.ContainsAny(name, "@<>") {
		return email
	}
	return name
}

// unquoteMail removes the quotes of quoted strings, and the backslashes in them
// and in comments. What is not closed reaches to the end.
func unquoteMail(s string) string {
	var b strings.Builder
	quoted, depth := false, 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && (quoted || depth > 0):
			if i++; i == len(s) {
				return b.String()
			}
			c = s[i]
		case c == '"' && depth == 0:
			quoted = !quoted
			continue
		case c == '(' && !quoted:
			depth++
		case c == ')' && depth > 0:
			depth--
		}
		b.WriteByte(c)
	}
	return b.String()
}
