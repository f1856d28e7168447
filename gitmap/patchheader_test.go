package gitmap

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"debgit/dsc"
)

var newestPerson = person{"New Est", "new@est"}

const newestDate = "1704144845 +0530"

var patchHeaderTests = []struct {
	name, file, patch string
	message           string // without "Gbp-Pq: Name"
	author            string // "" if git refuses it
}{
	{"no header", "01-nohdr.patch", "--- a/x\n+++ b/x\n", "nohdr\n\n", "New Est <new@est> 1704144845 +0530"},
	{"digits only", "0123.diff", "", "0123\n\n", "New Est <new@est> 1704144845 +0530"},
	{"other suffix", "x.dpatch", "", "x.dpatch\n\n", "New Est <new@est> 1704144845 +0530"},
	{"DEP-3", "x", "Description: Short\n one\n .\n two\nAuthor: A <a@b>\nBug: http://x\nLast-Update: 2023-01-01\n---\n a | 2\n--- a/x\n",
		"Short\n\nBug: http://x\nLast-Update: 2023-01-01\n\none\n\ntwo\nLast-Update: 2023-01-01", "A <a@b> 1704144845 +0530"},
	{"mail", "x", "From 0123 Mon Sep 17 00:00:00 2001\nFrom: A <a@b>\nDate: Wed, 3 May 2023 10:11:12 +0200\nSubject: [PATCH] long\n subject\n\ntext\n---\n a | 2\n",
		"[PATCH] long subject\n\ntext\n", "A <a@b> 1683101472 +0200"},
	{"mail with a further field", "x", "From: A <a@b>\nSubject: s\nBug: 1\n more\n\ntext\n", "s\n\nBug: 1\n more\n\ntext\n", "A <a@b> 1704144845 +0530"},
	{"subject repeats what the mail said", "x", "Bug: 1\nSubject: s\n\ntext\n", "s\n\ntext\n", "New Est <new@est> 1704144845 +0530"},
	{"description beside subject", "x", "Subject: s\nDescription: d\n more\nAuthor: A <a@b>\n\n", "s\n\n", "A <a@b> 1704144845 +0530"},
	{"text on continuation lines", "x", "Description:\n one\n two\n\n", "one\n\ntwo\n", "New Est <new@est> 1704144845 +0530"},
	{"text before the fields", "x", " lead\nAuthor: A <a@b>\n\n", "x\n\nlead\nlead\nAuthor: A <a@b>\n\n", "A <a@b> 1704144845 +0530"},
	{"free text", "x", "Just text: this.\nAnd more.\n\n--- a/x\n", "x\n\nJust text: this.\n\nJust text: this.\nAnd more.\n\n", "New Est <new@est> 1704144845 +0530"},
	{"end in mid-line", "x", "Author: A <a@b>\nSee: Index: x\nBug: 1\n\n", "x\n\n", "A <a@b> 1704144845 +0530"},
	{"empty subject", "x", "Subject:\nAuthor: A <a@b>\n\n", "\n\n", "A <a@b> 1704144845 +0530"},
	{"empty description", "x", "Description: \nAuthor: A <a@b>\n\n", "\n\n", "A <a@b> 1704144845 +0530"},
	{"line ends", "x", "Description: s\r\n long\r\nAuthor: A <a@b>\rBug: 1\r\n\r\n", "s\n\nBug: 1\n\nlong\n", "A <a@b> 1704144845 +0530"},
	{"Latin-1", "x", "Description: \xe9\xe2\x82\nAuthor: \xfc <a@b>\n\n\xe9\n", "\ufffd\ufffd\n\n\\xe9\n", "\ufffd <a@b> 1704144845 +0530"},
	{"no characters", "x", "Description: \ufdd0\nAuthor: \uffff <a@b>\n\n", "ï·\u0090\n\n", "ï¿¿ <a@b> 1704144845 +0530"},
	{"name without address", "x", "Author: A\nDate: 2016-11-01 10:00:00 +0100\n\n", "x\n\n", "A <new@est> 1477990800 +0100"},
	{"address without name", "x", "Author: <a@b>\n\n", "x\n\n", "New Est <a@b> 1704144845 +0530"},
	{"several authors", "x", "Author: A <a@b>, B <b@c>\nAuthor: C\n\n", "x\n\n", "A a@b, B <b@c> 1704144845 +0530"},
	{"From without address hides Author", "x", "From: A\nAuthor: B <b@c>\n\n", "x\n\n", "New Est <new@est> 1704144845 +0530"},
	{"unusable date", "x", "Author: A <a@b>\nDate: 2016-11-01\n\n", "x\n\n", ""},
	{"unusable name", "x", "Author: . <a@b>\n\n", "x\n\n", ""},
}

func TestReadPatchHeader(t *testing.T) {
	for _, tt := range patchHeaderTests {
		t.Run(tt.name, func(t *testing.T) {
			h, err := readPatchHeader(dsc.SeriesEntry{Name: tt.file}, []byte(tt.patch))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := h.message(), tt.message+"\nGbp-Pq: Name "+tt.file; got != want {
				t.Errorf("message() = %q, want %q", got, want)
			}
			author, err := h.authorLine(person{}, newestPerson, newestDate)
			var unusable *unusableAuthorError
			if author != tt.author || errors.As(err, &unusable) != (tt.author == "") {
				t.Errorf("authorLine() = %q, %v, want %q", author, err, tt.author)
			}
		})
	}
}

func TestReadPatchHeaderErrors(t *testing.T) {
	for _, patch := range []string{
		"Subject: \xe9\n\n",
		"From: \xe9 <a@b>\n\n",
		"Subject: a =? b\n\n",
		"Subject: =?klingon?q?x?=\n\n",
		"Subject: s\n\na\x00b\n",
		"Description: a\x00b\n\n",
	} {
		_, err := readPatchHeader(dsc.SeriesEntry{Name: "t/x", Topic: "t"}, []byte(patch))
		var refused *PatchHeaderError
		if !errors.As(err, &refused) || refused.Patch != "t/x" {
			t.Errorf("readPatchHeader(%q): error %v, want a PatchHeaderError of t/x", patch, err)
		}
	}
	h, err := readPatchHeader(dsc.SeriesEntry{Name: "x"}, []byte("Author: a\x00b <a@b>\n\n"))
	if err == nil {
		_, err = h.authorLine(person{}, newestPerson, newestDate)
	}
	var refused *PatchHeaderError
	if !errors.As(err, &refused) {
		t.Errorf("a NUL in the author: error %v, want a PatchHeaderError", err)
	}
}

func TestAuthorLine(t *testing.T) {
	control := person{"Con Trol", "con@trol"}
	tests := []struct {
		author  person
		date    string
		control person
		want    string
	}{
		{person{"A", "a@b"}, "", control, "A <a@b> 1704144845 +0530"},
		{person{"A", "a@b"}, "@1500000000 +0200", control, "A <a@b> 1500000000 +0200"},
		{person{"A", ""}, "@1500000000 +0200", control, "Con Trol <con@trol> 1704144845 +0530"},
		{person{"", "a@b"}, "not a date", control, "Con Trol <con@trol> 1704144845 +0530"},
		{person{"A", ""}, "@1500000000 +0200", person{}, "A <new@est> 1500000000 +0200"},
		{person{"", ""}, "", person{"Con Trol", ""}, "Con Trol <new@est> 1704144845 +0530"},
	}
	for _, tt := range tests {
		h := patchHeader{author: tt.author, date: tt.date}
		got, err := h.authorLine(tt.control, newestPerson, newestDate)
		if err != nil || got != tt.want {
			t.Errorf("authorLine of %v, %q with control %v = %q, %v, want %q", tt.author, tt.date, tt.control, got, err, tt.want)
		}
	}
}

func TestMessageNames(t *testing.T) {
	tests := []struct{ topic, name, want string }{
		{"", "x.patch", "s\n\n\nGbp-Pq: Name x.patch"},
		{"t1/t2", "t1/t2/x", "s\n\n\nGbp-Pq: Topic t1/t2\nGbp-Pq: Name x"},
		{"x -p1", "x", "s\n\n\nGbp-Pq: Topic x -p1\nGbp-Pq: Name x"},
		{"t", "t/", "s\n\n\nGbp-Pq: Topic t"},
	}
	for _, tt := range tests {
		e := dsc.SeriesEntry{Name: tt.name, Topic: tt.topic}
		if got := (patchHeader{entry: e, subject: "s"}).message(); got != tt.want {
			t.Errorf("message of %+v = %q, want %q", e, got, tt.want)
		}
	}
}

func TestRebasedMessage(t *testing.T) {
	tests := []struct{ subject, long, want string }{
		{"s", "long\n", "s\n\nlong\n\nGbp-Pq: Name x"},
		{"", "long\n", "long\n\nGbp-Pq: Name x"},
		{"", " \t\r\n  long\n", "  long\n\nGbp-Pq: Name x"},
		{"\v", "", "\v\n\n\nGbp-Pq: Name x"},
		{"", "", "Gbp-Pq: Name x"},
	}
	for _, tt := range tests {
		if got := (patchHeader{entry: dsc.SeriesEntry{Name: "x"}, subject: tt.subject, long: tt.long}).rebasedMessage(); got != tt.want {
			t.Errorf("rebasedMessage of %q and %q = %q, want %q", tt.subject, tt.long, got, tt.want)
		}
	}
}

func TestControlMaintainer(t *testing.T) {
	none := person{}
	tests := []struct {
		control string
		want    person
	}{
		{"Source: x\nMaintainer: A B <a@b>\n", person{"A B", "a@b"}},
		{"Maintainer:   A B   <a@b>\n", person{"A B", "a@b"}},
		{"Maintainer: A <a@b>,  B <b@c>\n", person{"A <a@b>,  B", "b@c"}},
		{"Maintainer: A\nX: y\r\nMaintainer: B <>\r\n", person{"B", ""}},
		{"Maintainer: A <a>b>\n", person{"A", "a>b"}},
		{"XMaintainer: A <a@b>\n", none},
		{"Maintainer:A <a@b>\n", none},
		{"Maintainer:\tA <a@b>\n", none},
		{"Maintainer: <a@b>\n", none},
		{"Maintainer: A\n <a@b>\n", none},
		{"maintainer: A <a@b>\n", none},
	}
	for _, tt := range tests {
		if got, err := controlMaintainer([]byte(tt.control)); got != tt.want || err != nil {
			t.Errorf("controlMaintainer(%q) = %v, %v, want %v", tt.control, got, err, tt.want)
		}
	}
}

func TestControlEncoding(t *testing.T) {
	maintainer := "Maintainer: A <a@b>\n"
	fill := func(size int) string { return strings.Repeat("x", size-1) + "\n" }
	tests := []struct {
		name, control string
		ok            bool
	}{
		{"in the name", "Maintainer: A\xe9 <a@b>\n", false},
		{"before", "\xe9\n" + maintainer, false},
		{"after, in the same chunk", maintainer + "\xe9\n", false},
		{"no maintainer", fill(9000) + "\xe9\n", false},
		{"at the start of the next chunk", maintainer + fill(8192-len(maintainer)) + "\xe9\n", true},
		{"one byte before", maintainer + fill(8191-len(maintainer)) + "\xff\n", false},
		{"maintainer in the second chunk", fill(8192) + maintainer + fill(8192-len(maintainer)) + "\xe9\n", true},
		{"maintainer across chunks", fill(8191) + maintainer + "\xe9\n", false},
		{"a character across chunks", maintainer + fill(8190-len(maintainer)) + "\u20ac\n", true},
		{"a third of a character", maintainer + fill(8191-len(maintainer)) + "\xe2\n", true},
		{"a third of a character at the end", maintainer + "\xe2", false},
	}
	for _, tt := range tests {
		if p, err := controlMaintainer([]byte(tt.control)); (err == nil) != tt.ok {
			t.Errorf("%s: controlMaintainer = %v, %v, want success: %t", tt.name, p, err, tt.ok)
		}
	}
}

// gbpHeader prints what gbp pq finds in each patch named on its command line.
const gbpHeader = `
import json, sys
from gbp.patch_series import Dep3Patch
for path in sys.argv[1:]:
    patch = Dep3Patch(path)
    try:
        subject = patch.subject
        print(json.dumps([subject, patch.long_desc] + [getattr(patch, f) or "" for f in ("author", "email", "date")]))
    except Exception as e:
        print(json.dumps([repr(e)]))
`

// headerLines is what random headers are made of, together with mailLines.
var headerLines = []string{"Description: short", "Description:", " more", " .", " . ", "  two", "Author: A B <a@b>", "Author: A B", "Author: <a@b>", "author : x",
	"AUTHOR: \xe9\xe2\x82 <a@b>", "Author: A <a@b>, B <b@c>", " <c@d>", "Author:", "Date: 2016-11-01", "Date:", "Last-Update: x", "Bug: 1", "Bug: 2\r", "long_desc: x", "Long_Desc:",
	"Forwarded: *** x", "Forwarded: ***", "Forwarded: *** ", "x: --- y", "a\rb: c", "\ufeffAuthor: x", "\x1cAuthor:\x1c\x85x", "Description: \u00a0\x1fs\u2003", "\u0130: x", "i\u0307: y", "\xed\xa0\x80: \xf0\x90\x80", "Subject: \ufffe", "X: y"}

func TestReadPatchHeaderAgainstGbp(t *testing.T) {
	python, err := exec.LookPath("/usr/bin/python3")
	if err != nil || exec.Command(python, "-c", "import gbp.patch_series").Run() != nil {
		t.Skip("git-buildpackage is not installed, nothing to compare with")
	}
	dir := t.TempDir()
	rnd := rand.New(rand.NewPCG(5, 6))
	n := 300
	if testing.Short() {
		n = 30
	}
	patches := make([]string, n)
	args := []string{"-c", gbpHeader}
	for i := range patches {
		var b strings.Builder
		lines := headerLines
		if i%3 == 0 {
			lines = append(append([]string{}, mailLines...), headerLines...)
		}
		for range 1 + rnd.IntN(12) {
			b.WriteString(lines[rnd.IntN(len(lines))])
			if rnd.IntN(20) > 0 {
				b.WriteByte('\n')
			}
			if rnd.IntN(8) == 0 {
				b.WriteByte('\n')
			}
		}
		patches[i] = b.String()
		file := filepath.Join(dir, fmt.Sprintf("%d-x.patch", i))
		if err := os.WriteFile(file, []byte(patches[i]), 0o666); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	cmd := exec.Command(python, args...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "LC_ALL=C.UTF-8")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for i, patch := range patches {
		var want []string
		if err := dec.Decode(&want); err != nil {
			t.Fatal(err)
		}
		h, err := readPatchHeader(dsc.SeriesEntry{Name: fmt.Sprintf("%d-x.patch", i)}, []byte(patch))
		if err != nil || len(want) == 1 {
			if (err == nil) == (len(want) == 1) && !strings.ContainsRune(strings.Join(want, ""), 0) {
				t.Errorf("readPatchHeader(%q): error %v, gbp has %q", patch, err, want)
			}
			continue
		}
		got := []string{h.subject, h.long, h.author.name, h.author.email, h.date}
		for j := range want {
			if got[j] != want[j] {
				t.Errorf("readPatchHeader(%q) = %q, gbp has %q", patch, got, want)
				break
			}
		}
	}
}

func FuzzPatchHeader(f *testing.F) {
	for _, tt := range patchHeaderTests {
		f.Add(tt.file, []byte(tt.patch))
	}
	f.Fuzz(func(t *testing.T, name string, patch []byte) {
		h, err := readPatchHeader(dsc.SeriesEntry{Name: name}, patch)
		if err != nil {
			return
		}
		if m := h.message(); !utf8.ValidString(m) || commitText(m) != m {
			t.Errorf("message of %q = %q, which git would change", patch, m)
		}
		author, err := h.authorLine(person{}, newestPerson, newestDate)
		if err == nil && (strings.ContainsAny(author, "\x00\n") || strings.Count(author, "<") != 1) {
			t.Errorf("authorLine of %q = %q, which breaks the commit", patch, author)
		}
	})
}
