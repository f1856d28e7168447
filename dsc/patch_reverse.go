package dsc

import (
	"bytes"
	"fmt"
	"slices"
)

// Reversed returns the patch that undoes p: it applies to a tree that has the change
// of p, and takes it away. What stands before and between the sections of p is not
// in it.
//
// The error is a [*PatchError]: unified diffs can be reversed, also with the lines of git
// about new, deleted and executable files, but not renames, copies and binary files.
func (p *Patch) Reversed() (*Patch, error) {
	if len(p.data) == 0 { // changes nothing, either way
		return p, nil
	}
	r := &reverser{patch: p, cur: cursor{data: p.data}}
	for line := r.cur.next(); line != nil; {
		var err error
		if line, err = r.line(line); err != nil {
			return nil, err
		}
	}
	if r.hunks == 0 && !r.withoutHunk {
		return nil, p.fail(PatchUnsupported, 0, "", "has nothing that could be reversed")
	}
	// GNU patch makes and deletes no file without a hunk, whatever the lines of git say.
	r.sections = slices.DeleteFunc(r.sections, func(section []byte) bool {
		return !bytes.Contains(section, []byte("\n@@ -")) && !bytes.Contains(section, []byte("\nold mode "))
	})
	slices.Reverse(r.sections) // a file may be patched twice
	return &Patch{name: p.name, data: bytes.Join(r.sections, nil), limits: p.limits}, nil
}

// A reverser reads a patch and writes what undoes it.
type reverser struct {
	patch    *Patch
	cur      cursor
	sections [][]byte
	open     bool // what is written next belongs to the last section
	hunks    int

	withoutHunk bool // something changes that needs no hunk, such as a mode
}

func (r *reverser) unsupported(what string) error {
	return r.patch.fail(PatchUnsupported, r.cur.line, "", "%s cannot be reversed", what)
}

// write adds to the section that is open, or opens one.
func (r *reverser) write(parts ...[]byte) {
	if !r.open {
		r.sections, r.open = append(r.sections, nil), true
	}
	last := &r.sections[len(r.sections)-1]
	for _, p := range parts {
		*last = append(*last, p...)
	}
}

// line takes a line outside of hunks, and returns the next one that it did not take.
func (r *reverser) line(line []byte) (next []byte, err error) {
	rest := func(prefix string) []byte { return line[len(prefix):] }
	switch {
	case hasPrefix(line, "diff --git "):
		r.open = false
		r.write(line)
	case hasPrefix(line, "new file mode "):
		r.withoutHunk = true
		r.write([]byte("deleted file mode "), rest("new file mode "))
	case hasPrefix(line, "deleted file mode "):
		r.withoutHunk = true
		r.write([]byte("new file mode "), rest("deleted file mode "))
	case hasPrefix(line, "old mode "):
		r.withoutHunk = true
		old := rest("old mode ")
		line = r.cur.next()
		if !hasPrefix(line, "new mode ") {
			return nil, r.unsupported("an old mode without a new one")
		}
		r.write([]byte("old mode "), rest("new mode "), []byte("new mode "), old)
	case hasPrefix(line, "--- "):
		old := rest("--- ")
		line = r.cur.next()
		if !hasPrefix(line, "+++ ") {
			return line, nil // text
		}
		if r.open && bytes.Contains(r.sections[len(r.sections)-1], []byte("\n--- ")) {
			r.open = false
		}
		r.write([]byte("--- "), rest("+++ "), []byte("+++ "), old)
	case hasPrefix(line, "@@ -"):
		return r.hunk(line)
	case hasPrefix(line, "rename from "), hasPrefix(line, "copy from "):
		return nil, r.unsupported("a renamed or copied file")
	case hasPrefix(line, "GIT binary patch"), hasPrefix(line, "Binary files "):
		return nil, r.unsupported("the change of a binary file")
	case hasPrefix(line, "*** "):
		return nil, r.unsupported("a context diff")
	}
	return r.cur.next(), nil
}

// hunk takes a hunk, and returns the line after it.
func (r *reverser) hunk(header []byte) (next []byte, err error) {
	if r.hunks++; r.hunks > r.patch.limits.Hunks {
		return nil, r.patch.tooMuch("hunks", int64(r.patch.limits.Hunks))
	}
	if len(r.sections) == 0 {
		return nil, r.unsupported("a hunk without the name of a file")
	}
	oldSpan, newSpan, olds, news, ok := hunkSpans(header)
	if !ok {
		return nil, r.unsupported("a hunk with such a header")
	}
	r.open = true
	r.write(fmt.Appendf(nil, "@@ -%s +%s @@\n", newSpan, oldSpan))
	var removed, added [][]byte // of the run of changes that is being read, reversed
	flush := func() {
		r.write(removed...)
		r.write(added...)
		removed, added = nil, nil
	}
	var last *[][]byte // where the last line went, if not to the section
	line := r.cur.next()
	for ; line != nil && (olds > 0 || news > 0 || line[0] == '\\'); line = r.cur.next() {
		switch line[0] {
		case '+':
			news--
			removed, last = append(removed, []byte("-"), line[1:]), &removed
		case '-':
			olds--
			added, last = append(added, []byte("+"), line[1:]), &added
		case '\\':
			if last == nil {
				r.write(line)
			} else {
				*last = append(*last, line)
			}
		case ' ', '=', '\t', '\r', '\n': // context; its space may have got lost
			flush()
			olds, news, last = olds-1, news-1, nil
			r.write(line)
		default:
			return nil, r.unsupported("such a line in a hunk")
		}
		if olds < 0 || news < 0 {
			return nil, r.unsupported("a hunk with other lines than its header says")
		}
	}
	flush()
	if olds > 0 || news > 0 {
		return nil, r.unsupported("a hunk with fewer lines than its header says")
	}
	r.open = false
	return line, nil
}

// hunkSpans reads the header of a hunk, "@@ -OLD +NEW @@": both as they are written, and how
// many lines each has.
func hunkSpans(header []byte) (oldSpan, newSpan []byte, olds, news int, ok bool) {
	words := bytes.Fields(header)
	if len(words) < 4 || !hasPrefix(words[3], "@@") || !hasPrefix(words[2], "+") {
		return nil, nil, 0, 0, false
	}
	oldSpan, newSpan = words[1][1:], words[2][1:]
	count := func(span []byte) (n int, ok bool) {
		_, rest, ok := leadingNumber(span)
		if n = 1; ok && hasPrefix(rest, ",") {
			n, rest, ok = leadingNumber(rest[1:])
		}
		return n, ok && len(rest) == 0 && n < hugeNumber
	}
	olds, ok1 := count(oldSpan)
	news, ok2 := count(newSpan)
	return oldSpan, newSpan, olds, news, ok1 && ok2
}
