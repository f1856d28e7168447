package dsctest

import (
	"archive/tar"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// section reads a section: the words between its dashes, and its lines.
func (p *parser) section(line int, marker, lines string) error {
	s, err := parseMarker(marker)
	if err != nil {
		return p.errorf(line, "%v", err)
	}
	content, err := s.decode(lines)
	if err != nil {
		return p.errorf(line, "%v", err)
	}
	name, entry, isEntry := strings.Cut(s.path, "/")
	if name == "" {
		return p.errorf(line, "%q has no name of a file", s.path)
	}
	f, added := p.fileNamed(name)
	switch {
	case !isEntry && s.isEntry:
		return p.errorf(line, "%q is not an entry of a tarball, so has no type and no mode", s.path)
	case !isEntry && !added:
		return p.errorf(line, "%q is there twice", name)
	case !isEntry:
		f.Content = content
		return nil
	case !isTarball(name):
		return p.errorf(line, "%q is not the name of a tarball", name)
	case f.Content != "":
		return p.errorf(line, "%q has a section for its whole content", name)
	}
	s.entry.Name, s.entry.Content = entry, content
	if content != "" && s.entry.typeflag() != tar.TypeReg {
		return p.errorf(line, "%q is not a regular file, but has content", s.path)
	}
	f.Entries = append(f.Entries, s.entry)
	return nil
}

// fileNamed returns the file of that name, and whether it was added now.
func (p *parser) fileNamed(name string) (f *File, added bool) {
	for i := range p.pkg.Files {
		if p.pkg.Files[i].Name == name {
			return &p.pkg.Files[i], false
		}
	}
	c := p.compress[name]
	if c.Compression != ByName {
		c.used = true
		p.compress[name] = c
	}
	p.pkg.Files = append(p.pkg.Files, File{Name: name, Compression: c.Compression})
	return &p.pkg.Files[len(p.pkg.Files)-1], true
}

// A sectionHead is what the marker line of a section says.
type sectionHead struct {
	path     string
	entry    Entry  // without name and content
	isEntry  bool   // has attributes that only an entry has
	encoding string // of the content, or ""
}

func parseMarker(marker string) (sectionHead, error) {
	var s sectionHead
	words, err := splitWords(marker)
	if err != nil {
		return s, err
	}
	s.path = words[0].value
	for _, w := range words[1:] {
		if err := s.attribute(w); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s *sectionHead) attribute(w word) error {
	switch w.key {
	case "":
		switch w.value {
		case "quoted", "base64", "no-newline":
			if s.encoding != "" {
				return fmt.Errorf("%s and %s exclude each other", s.encoding, w.value)
			}
			s.encoding = w.value
			return nil
		case "fifo":
			return s.setType(tar.TypeFifo, "")
		case "chardev":
			return s.setType(tar.TypeChar, "")
		case "blockdev":
			return s.setType(tar.TypeBlock, "")
		}
		return fmt.Errorf("unknown attribute %q", w.value)
	case "symlink":
		return s.setType(tar.TypeSymlink, w.value)
	case "hardlink":
		return s.setType(tar.TypeLink, w.value)
	case "mode":
		mode, err := strconv.ParseInt(w.value, 8, 64)
		if err != nil || mode < 0 || mode > 0o7777 {
			return fmt.Errorf("mode %q is not an octal number up to 7777", w.value)
		}
		if s.entry.Mode = mode; mode == 0 {
			s.entry.Mode = NoPermissions
		}
		s.isEntry = true
		return nil
	}
	return fmt.Errorf("unknown attribute %q", w.key)
}

func (s *sectionHead) setType(t byte, link string) error {
	if s.entry.Type != 0 {
		return fmt.Errorf("an entry has one type")
	}
	s.entry.Type, s.entry.Link, s.isEntry = t, link, true
	return nil
}

// decode returns the content that the lines of the section stand for.
func (s *sectionHead) decode(lines string) (string, error) {
	switch s.encoding {
	case "quoted":
		var b strings.Builder
		for l := range strings.Lines(lines) {
			if !strings.HasPrefix(l, `"`) {
				b.WriteString(l)
				continue
			}
			v, err := strconv.Unquote(strings.TrimSuffix(l, "\n"))
			if err != nil {
				return "", fmt.Errorf("%q is not a Go string literal", l)
			}
			b.WriteString(v)
		}
		return b.String(), nil
	case "base64":
		data, err := base64.StdEncoding.DecodeString(lines)
		if err != nil {
			return "", fmt.Errorf("base64: %v", err)
		}
		return string(data), nil
	case "no-newline":
		if lines == "" {
			return "", fmt.Errorf("no-newline: there is no line")
		}
		return strings.TrimSuffix(lines, "\n"), nil
	}
	return lines, nil
}

// A word is a value or key=value of a marker line.
type word struct{ key, value string }

// splitWords splits a marker line at blanks outside of string literals. There is
// at least one word, and the first one has no key.
func splitWords(marker string) ([]word, error) {
	var words []word
	for rest := marker; rest != ""; rest = strings.TrimLeft(rest, " ") {
		var w word
		if n := strings.IndexAny(rest, "= \""); len(words) > 0 && n > 0 && rest[n] == '=' {
			w.key, rest = rest[:n], rest[n+1:]
		}
		n := strings.IndexByte(rest+" ", ' ')
		w.value = rest[:n]
		if strings.HasPrefix(rest, `"`) {
			literal, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return nil, fmt.Errorf("string literal in %q: %v", marker, err)
			}
			if n = len(literal); !strings.HasPrefix(rest[n:]+" ", " ") {
				return nil, fmt.Errorf("no blank after %s", literal)
			}
			if w.value, err = strconv.Unquote(literal); err != nil {
				return nil, fmt.Errorf("string literal %s: %v", literal, err)
			}
		}
		words = append(words, w)
		rest = rest[n:]
	}
	return words, nil
}
