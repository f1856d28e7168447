package dsctest

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"
)

// Parse reads a description of a source package, in the format of the package
// documentation; name is that of its file. Errors start with name and line.
func Parse(name string, data []byte) (*Package, error) {
	a := txtar.Parse(data)
	p := &parser{file: name, seen: map[string]bool{}, compress: map[string]compression{}}
	if err := p.header(string(a.Comment)); err != nil {
		return nil, err
	}
	line := 1 + bytes.Count(a.Comment, []byte("\n"))
	for _, s := range a.Files {
		if err := p.section(line, s.Name, string(s.Data)); err != nil {
			return nil, err
		}
		line += 1 + bytes.Count(s.Data, []byte("\n"))
	}
	for _, file := range slices.Sorted(maps.Keys(p.compress)) {
		if c := p.compress[file]; !c.used {
			return nil, p.errorf(c.line, "compress: there is no file %q", file)
		}
	}
	return &p.pkg, nil
}

// A parser reads one description.
type parser struct {
	file     string
	pkg      Package
	seen     map[string]bool        // keys of the header
	compress map[string]compression // by name of file
}

// A compression is what the header says about one file.
type compression struct {
	Compression
	line int
	used bool // there is such a file
}

func (p *parser) errorf(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", p.file, line, fmt.Sprintf(format, args...))
}

func (p *parser) header(text string) error {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	title, ok := strings.CutPrefix(lines[0], "#")
	if p.pkg.Title = strings.TrimSpace(title); !ok || p.pkg.Title == "" {
		return p.errorf(1, "the first line must be a comment that says what the package shows")
	}
	for i := 1; i < len(lines); i++ {
		if lines[i] == "" || lines[i][0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(lines[i], ":")
		if !ok {
			return p.errorf(i+1, "no colon")
		}
		value = strings.TrimSpace(value)
		start := i
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], " ") {
			i++
			value += "\n" + lines[i]
		}
		if err := p.key(start+1, key, value); err != nil {
			return p.errorf(start+1, "%v", err)
		}
	}
	return p.check()
}

// check looks at the header as a whole.
func (p *parser) check() error {
	for _, key := range []string{"format", "source", "version"} {
		if !p.seen[key] {
			return p.errorf(1, "no %q in the header", key)
		}
	}
	w := p.pkg.Want
	if (w.Commit == "") != (w.Tree == "") {
		return p.errorf(1, "want-commit and want-tree go together")
	}
	if w.Commit != "" && w.Refused {
		return p.errorf(1, "a package that is refused has no want-commit")
	}
	return nil
}

var objectID = regexp.MustCompile(`^[0-9a-f]{40}$`)

func (p *parser) key(line int, key, value string) error {
	if p.seen[key] && key != "field" && key != "compress" {
		return fmt.Errorf("%q is there twice", key)
	}
	p.seen[key] = true
	if value == "" {
		return fmt.Errorf("%q has no value", key)
	}
	switch key {
	case "format":
		p.pkg.Format = value
	case "source":
		p.pkg.Source = value
	case "version":
		p.pkg.Version = value
	case "field":
		return p.field(value)
	case "compress":
		return p.compressKey(line, value)
	default:
		return p.want(key, value)
	}
	return nil
}

func (p *parser) want(key, value string) error {
	w := &p.pkg.Want
	switch key {
	case "want-commit", "want-tree":
		if !objectID.MatchString(value) {
			return fmt.Errorf("%s: %q is no object id", key, value)
		}
		if key == "want-commit" {
			w.Commit = value
		} else {
			w.Tree = value
		}
	case "want":
		if value != "refused" {
			return fmt.Errorf("want: %q is not %q", value, "refused")
		}
		w.Refused = true
	case "want-refusal":
		w.Refused, w.Refusal = true, value
	case "dgit-refuses":
		if value != "yes" {
			return fmt.Errorf("dgit-refuses: %q is not %q", value, "yes")
		}
		w.DgitRefuses = true
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	return nil
}

func (p *parser) field(value string) error {
	name, v, ok := strings.Cut(value, ":")
	if !ok || name == "" || strings.ContainsAny(name, " \n") {
		return fmt.Errorf("field: %q is not NAME: VALUE", value)
	}
	p.pkg.Fields = append(p.pkg.Fields, Field{name, strings.TrimPrefix(v, " ")})
	return nil
}

func (p *parser) compressKey(line int, value string) error {
	words := strings.Fields(value)
	if len(words) != 2 {
		return fmt.Errorf("compress: %q is not FILE METHOD", value)
	}
	c := Compression(words[1])
	switch c {
	case None, Gzip, XZ, LZMA, Bzip2:
	default:
		return fmt.Errorf("compress: unknown method %q", words[1])
	}
	if _, ok := p.compress[words[0]]; ok {
		return fmt.Errorf("compress: %q is there twice", words[0])
	}
	p.compress[words[0]] = compression{Compression: c, line: line}
	return nil
}
