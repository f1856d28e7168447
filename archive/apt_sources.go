package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"debgit/dsc"
)

// An aptEntry is one archive and one suite of it, as sources.list(5) names them.
type aptEntry struct {
	file       string // and line, for messages
	uri        string
	suite      string
	components []string
	signedBy   []string // paths and fingerprints
	keyData    []byte   // an embedded key
	checkValid string   // as written, or ""
	checkDate  string
	validity   validityOptions
	untrusted  bool // trusted=no
}

// maxSourceList is the size of a file in bytes over which it is no list of sources.
const maxSourceList = 4 << 20

// sourceFileName is what APT asks of the name of a file in a directory of
// configuration, besides the extension.
var sourceFileName = regexp.MustCompile(`^[A-Za-z0-9_.:-]+$`)

// readAPTSources reads all enabled entries, in APT's order.
func readAPTSources(root string, c aptConfig) ([]aptEntry, error) {
	var all []aptEntry
	files := []string{c.path(root, "Dir::Etc::sourcelist")}
	parts, err := listParts(c.path(root, "Dir::Etc::sourceparts"), ".list", ".sources")
	if err != nil {
		return nil, fmt.Errorf("read APT's sources: %w", err)
	}
	for _, file := range append(files, parts...) {
		if file == "" {
			continue
		}
		text, err := readLimited(file, maxSourceList)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read APT's sources: %w", err)
		}
		parse := parseOneLine
		if filepath.Ext(file) == ".sources" {
			parse = parseDeb822
		}
		entries, err := parse(file, text)
		if err != nil {
			return nil, fmt.Errorf("read APT's sources: %w", err)
		}
		all = append(all, entries...)
	}
	return all, nil
}

// listParts returns the files of a directory of configuration that APT reads,
// sorted by name.
func listParts(dir string, extensions ...string) ([]string, error) {
	if dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() && sourceFileName.MatchString(name) && name[0] != '.' && slices.Contains(extensions, filepath.Ext(name)) {
			files = append(files, filepath.Join(dir, name))
		}
	}
	return files, nil
}

func readLimited(file string, limit int64) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", file)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s has %d bytes, over the limit of %d", file, info.Size(), limit)
	}
	return os.ReadFile(file)
}

// parseOneLine reads the one-line format of sources.list(5).
func parseOneLine(file string, text []byte) ([]aptEntry, error) {
	var entries []aptEntry
	for n, line := range strings.Split(string(text), "\n") {
		fail := func(format string, args ...any) ([]aptEntry, error) {
			return nil, &dsc.SyntaxError{File: file, Line: n + 1, Cause: fmt.Sprintf(format, args...)}
		}
		line = strings.TrimSpace(withoutComment(line))
		if line == "" {
			continue
		}
		kind, rest, _ := cutBlank(line)
		if kind != "deb" && kind != "deb-src" {
			return fail("type is %q, not deb or deb-src", kind)
		}
		e := aptEntry{file: fmt.Sprintf("%s:%d", file, n+1)}
		if strings.HasPrefix(rest, "[") {
			options, after, ok := strings.Cut(rest[1:], "]")
			if !ok {
				return fail("no ] after the options")
			}
			for _, option := range strings.Fields(options) {
				name, value, ok := strings.Cut(option, "=")
				if !ok {
					return fail("option %q has no value", option)
				}
				e.setOption(strings.TrimRight(name, "+-"), strings.Split(value, ","))
			}
			rest = strings.TrimSpace(after)
		}
		fields := quotedFields(rest)
		if len(fields) < 2 || fields[0] == "" || fields[1] == "" {
			return fail("no URI and suite")
		}
		e.uri, e.suite, e.components = fields[0], fields[1], fields[2:]
		if exact := strings.HasSuffix(e.suite, "/"); exact != (len(e.components) == 0) {
			return fail("suite %q with %d components; only one that ends in / has none", e.suite, len(e.components))
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// withoutComment cuts a comment off; a # within brackets starts none.
func withoutComment(line string) string {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '#':
			return line[:i]
		case '[':
			if end := strings.IndexByte(line[i:], ']'); end > 0 {
				i += end
			}
		}
	}
	return line
}

// quotedFields splits s at blanks that are not within quotes or brackets, and
// drops the quotes.
func quotedFields(s string) []string {
	var fields []string
	var word strings.Builder
	inWord, until := false, rune(0)
	for _, c := range s {
		switch {
		case until != 0:
			if c == until {
				until = 0
			}
		case c == '"':
			until = '"'
		case c == '[':
			until = ']'
		case c == ' ' || c == '\t':
			if inWord {
				fields = append(fields, word.String())
				word.Reset()
			}
			inWord = false
			continue
		}
		inWord = true
		if c != '"' {
			word.WriteRune(c)
		}
	}
	if inWord {
		fields = append(fields, word.String())
	}
	return fields
}

func cutBlank(s string) (before, after string, found bool) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, "", false
	}
	return s[:i], strings.TrimSpace(s[i:]), true
}

// setOption takes over an option, whose name is that of the one-line format.
func (e *aptEntry) setOption(name string, values []string) {
	first := values[0]
	switch strings.ToLower(name) {
	case "signed-by":
		e.signedBy = append(e.signedBy, values...)
	case "check-valid-until":
		e.checkValid = first
	case "check-date":
		e.checkDate = first
	case "valid-until-min":
		e.validity.min = first
	case "valid-until-max":
		e.validity.max = first
	case "date-max-future":
		e.validity.future = first
	case "trusted":
		e.untrusted = !aptBool(first, true)
	}
}

// parseDeb822 reads the deb822 format of sources.list(5).
func parseDeb822(file string, text []byte) ([]aptEntry, error) {
	paragraphs, err := parseCommented(file, text)
	if err != nil {
		return nil, err
	}
	var entries []aptEntry
	for _, p := range paragraphs {
		if !aptBool(p.Value("Enabled"), true) {
			continue
		}
		e := aptEntry{file: fmt.Sprintf("%s:%d", file, p[0].Line)}
		fail := func(cause string) ([]aptEntry, error) {
			return nil, &dsc.SyntaxError{File: file, Line: p[0].Line, Cause: cause}
		}
		types := strings.Fields(p.Value("Types"))
		if !slices.Contains(types, "deb") && !slices.Contains(types, "deb-src") {
			return fail("field Types has neither deb nor deb-src")
		}
		uris, suites := strings.Fields(p.Value("URIs")), strings.Fields(p.Value("Suites"))
		if len(uris) == 0 || len(suites) == 0 {
			return fail("no field URIs or Suites")
		}
		e.components = strings.Fields(p.Value("Components"))
		for _, name := range []string{"Check-Valid-Until", "Check-Date", "Valid-Until-Min", "Valid-Until-Max", "Date-Max-Future", "Trusted"} {
			if v := p.Value(name); v != "" {
				e.setOption(name, []string{v})
			}
		}
		if signedBy := p.Value("Signed-By"); strings.Contains(signedBy, "-----BEGIN") {
			e.keyData = embeddedKey(signedBy)
		} else {
			e.signedBy = strings.FieldsFunc(signedBy, func(r rune) bool { return strings.ContainsRune(", \t\n", r) })
		}
		for _, suite := range suites {
			if exact := strings.HasSuffix(suite, "/"); exact != (len(e.components) == 0) {
				return fail(fmt.Sprintf("suite %q with %d components; only one that ends in / has none", suite, len(e.components)))
			}
			for _, uri := range uris {
				e.uri, e.suite = uri, suite
				entries = append(entries, e)
			}
		}
	}
	return entries, nil
}

// parseCommented reads paragraphs with comments, which control data of packages
// may not have.
func parseCommented(file string, text []byte) ([]dsc.Paragraph, error) {
	var kept [][]byte
	var lines []int // where the kept ones were
	for n, line := range bytes.Split(text, []byte("\n")) {
		if !bytes.HasPrefix(line, []byte("#")) {
			kept, lines = append(kept, line), append(lines, n+1)
		}
	}
	paragraphs, err := dsc.ParseParagraphs(file, bytes.Join(kept, []byte("\n")))
	var syntax *dsc.SyntaxError
	if errors.As(err, &syntax) && syntax.Line > 0 {
		syntax.Line = lines[syntax.Line-1]
	}
	for _, p := range paragraphs {
		for i := range p {
			p[i].Line = lines[p[i].Line-1]
		}
	}
	return paragraphs, err
}

// embeddedKey returns the armoured key of a field, in which "." is an empty line.
func embeddedKey(value string) []byte {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(value), "\n") {
		if line = strings.TrimSpace(line); line == "." {
			line = ""
		}
		b.WriteString(line + "\n")
	}
	return []byte(b.String())
}
