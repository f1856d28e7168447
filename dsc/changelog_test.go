package dsc

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func entries(text string) []*ChangelogEntry { return slices.Collect(Changelog([]byte(text))) }

func TestChangelog(t *testing.T) {
	const text = "foo (1:1.0-2) unstable  experimental; urgency=medium, binary-only=yes \t\n" +
		" \n" +
		"  * One.  \n" +
		"\n" +
		"\t * Caf\xe9.\r\n" +
		"   \n" +
		" -- Foo, Bar  <f@x>  Tue, 02 Jan 2024 03:04:05 +0530 \n" +
		"\n" +
		"foo (1.0) unstable; urgency=low\n" +
		"  * End.\n"
	want := []*ChangelogEntry{
		{
			Line:          1,
			Header:        "foo (1:1.0-2) unstable  experimental; urgency=medium, binary-only=yes",
			Package:       "foo",
			Version:       "1:1.0-2",
			Distributions: []string{"unstable", "experimental"},
			Changes:       []string{"  * One.", "", "\t * Caf\xe9."},
			Maintainer:    "Foo, Bar  <f@x>",
			Date:          "Tue, 02 Jan 2024 03:04:05 +0530",
		},
		{
			Line:          9,
			Header:        "foo (1.0) unstable; urgency=low",
			Package:       "foo",
			Version:       "1.0",
			Distributions: []string{"unstable"},
			Changes:       []string{"  * End."},
		},
	}
	if diff := cmp.Diff(want, entries(text)); diff != "" {
		t.Errorf("Changelog (-want +got)\n%s", diff)
	}
	for e := range Changelog([]byte(text)) {
		if e.Line != 1 {
			t.Errorf("line %d after the loop was left", e.Line)
		}
		break
	}
}

// clogHead, clogItem and clogTrail make a sound stanza.
const (
	clogHead  = "foo (1.0-1) unstable; urgency=medium\n"
	clogItem  = "\n  * Item.\n\n"
	clogTrail = " -- A B <a@b>  Tue, 02 Jan 2024 03:04:05 +0530\n"
	clogWhole = clogHead + clogItem + clogTrail + "\n"
)

// oddChangelogs are changelogs with something in them that must be told apart.
var oddChangelogs = map[string]string{
	"empty":                  "",
	"blank lines":            "\n \n\t\n",
	"only garbage":           "garbage here\nmore of it\n",
	"one":                    clogWhole,
	"no newline at the end":  strings.TrimRight(clogWhole, "\n"),
	"several":                clogWhole + clogWhole + clogWhole,
	"blank lines before":     "\n\n" + clogWhole,
	"garbage before":         "hello there you\n" + clogWhole,
	"CRLF":                   strings.ReplaceAll(clogWhole, "\n", "\r\n"),
	"vertical tabs":          strings.ReplaceAll(clogWhole, "\n", "\v\n"),
	"vertical tabs inside":   "foo (1.0)\vunstable; urgency=low\n\v\v* Item.\n -- A <a@b>  2\vJan\v2024 03:04:05\v+0530\n",
	"form feeds":             clogHead + "\f\n  * Item.\f\n\f\f* Item.\n" + clogTrail,
	"trailing blanks":        strings.ReplaceAll(clogWhole, "\n", " \t\n"),
	"Latin-1":                clogHead + "  * Caf\xe9.\n -- Caf\xe9 <a@b>  Tue, 02 Jan 2024 03:04:05 +0530\n",
	"Latin-1 blanks":         clogHead + "\xa0\xa0* Item\xa0\n\x85\n  * B\xa0\n -- \xa0A\x85 <a@b>  Tue, 02 Jan 2024 03:04:05 +0530\n",
	"UTF-8":                  clogHead + "  * Caf\u00e9 \u2028.\n -- \u00a0Caf\u00e9 <a@b>  Tue, 02 Jan 2024 03:04:05 +0530\n",
	"NUL":                    clogHead + "  * a\x00b\n" + clogTrail,
	"no header":              clogItem + clogTrail + "\n" + clogWhole,
	"only a trailer":         clogTrail + clogWhole,
	"only a header":          clogHead,
	"no trailer":             clogHead + clogItem + clogWhole,
	"no trailer at the end":  clogWhole + clogHead + clogItem,
	"no header between":      clogWhole + clogItem + clogTrail + clogItem + clogTrail + clogWhole,
	"two trailers":           clogHead + clogItem + clogTrail + " -- C D <c@d>  Wed, 03 Jan 2024 03:04:05 +0530\n" + clogWhole,
	"two headers":            clogHead + clogHead + clogItem + clogTrail,
	"no changes":             clogHead + "\n" + clogTrail + clogWhole,
	"no blank lines":         clogHead + "  * Item.\n" + clogTrail + clogHead + "  * Item.\n" + clogTrail,
	"many blank lines":       clogHead + "\n\n\n  * A.\n\n\n  * B.\n\n\n" + clogTrail,
	"one blank":              clogHead + " * One.\n  * Two.\n * Three.\n" + clogTrail,
	"one blank first":        " * One.\n" + clogWhole,
	"one blank after":        clogHead + clogItem + clogTrail + " more\n\n  * Item.\n" + clogTrail,
	"blank lines, one blank": "\n\n * One.\n\n * Two.\n" + clogWhole,
	"tabs":                   clogHead + "\t* Item.\n\t  more\n" + clogTrail,
	"blank and tab":          clogHead + " \t* Item.\n" + clogTrail,
	"dots":                   clogHead + "  .\n  ..\n" + clogTrail,
	"bad heading":            clogHead + clogItem + clogTrail + "foo 1.0 unstable\n" + clogItem + clogTrail,
	"bad heading inside":     clogHead + clogItem + "Not a heading, really.\n" + clogItem + clogTrail,
	"capitals":               "Foo (1.0-1) UNRELEASED; Urgency=LOW\n" + clogItem + clogTrail,
	"odd names":              "_f+o.o- (1.0) a b.c+d-e;\n" + clogItem + clogTrail,
	"no urgency":             "foo (1.0) unstable;\n" + clogItem + clogTrail,
	"text after semicolon":   "foo (1.0) unstable; urgency=low; closes (#1)\n" + clogItem + clogTrail,
	"options":                "foo (1.0) unstable; urgency=low, binary-only=yes, XB-Foo=bar\n" + clogItem + clogTrail,
	"two blanks in header":   "foo  (1.0) unstable; urgency=low\n" + clogItem + clogTrail,
	"no distribution":        "foo (1.0); urgency=low\n" + clogItem + clogTrail + clogWhole,
	"blank before semicolon": "foo (1.0) unstable ; urgency=low\n" + clogItem + clogTrail,
	"comma in distributions": "foo (1.0) unstable, stable; urgency=low\n" + clogItem + clogTrail,
	"Latin-1 in header":      "foo (1.0\xe9) unstable; urgency=low\n" + clogItem + clogTrail,
	"Latin-1 name":           "fo\xe9 (1.0) unstable; urgency=low\n" + clogItem + clogTrail,
	"long s":                 "foo (1.0) un\u017ftable; urgency=low\n" + clogItem + clogTrail,
	"bad version":            "foo (1_0!-1) unstable; urgency=low\n" + clogItem + clogTrail + clogWhole,
	"version a":              "foo (a1) unstable; urgency=low\n" + clogItem + clogTrail,
	"version no epoch":       "foo (:1.0) unstable; urgency=low\n" + clogItem + clogTrail,
	"version word epoch":     "foo (1a:1.0) unstable; urgency=low\n" + clogItem + clogTrail,
	"version large epoch":    "foo (99999999999999999999:1.0) unstable; urgency=low\n" + clogItem + clogTrail,
	"version no revision":    "foo (1.0-) unstable; urgency=low\n" + clogItem + clogTrail,
	"version no upstream":    "foo (1:-1) unstable; urgency=low\n" + clogItem + clogTrail,
	"version only epoch":     "foo (1:) unstable; urgency=low\n" + clogItem + clogTrail,
	"version colons":         "foo (1:2:3-4:5) unstable; urgency=low\n" + clogItem + clogTrail,
	"version slash":          "foo (../1.0) unstable; urgency=low\n" + clogItem + clogTrail,
	"Local variables":        clogWhole + "Local variables:\nmode: debian-changelog\nEnd:\n" + clogWhole,
	"local VARIABLES":        clogWhole + ";;  local VARIABLES: x\n" + clogWhole,
	"vim":                    clogHead + clogItem + "vim: set ts=8\n" + clogTrail,
	"VIM":                    clogWhole + "VIM:\n" + clogWhole,
	"indented vim":           clogHead + "  vim: x\n" + clogTrail,
	"RCS":                    clogHead + "$Id: changelog,v 1.1 $\n$Id$\n$Log: x$ y\n" + clogItem + clogTrail,
	"comments":               clogHead + "# comment\n#none\n/* comment */\n/* open\n" + clogItem + "# x\n" + clogTrail,
	"comment only":           "# comment\n",
	"ancient GNU":            clogWhole + "Tue Jan  2 03:04:05 MET 1996  A B  <a@b>\n" + clogWhole,
	"ancient GNU zone":       clogWhole + "Tue Jan  2 3:4:5 1996 A B (a@b)\n" + clogWhole,
	"old GNU":                clogWhole + "Tue Jan 2, 1996  A B  <a@b>\n" + clogWhole,
	"old GNU 2":              clogWhole + "Tue  Jan 21996 A <a@b> x\n" + clogWhole,
	"ancient header":         clogWhole + "foo (1.0)\n" + clogWhole,
	"ancient header rest":    clogWhole + "FOO (1.0); x\n" + clogWhole,
	"ancient Debian":         clogWhole + "foo 1.0 Debian 1\n" + clogWhole,
	"ancient debian":         clogWhole + "foo-1.0 debian 1 x\n" + clogWhole,
	"Changes from":           clogWhole + "changes from version 1 to 2: x\n" + clogWhole,
	"Changes for":            clogWhole + "Changes for foo-1.0: \n" + clogWhole,
	"Old Changelog":          clogWhole + "Old Changelog:\n" + clogWhole,
	"version line":           clogWhole + "1:1.0-1:\n" + clogWhole,
	"word line":              clogWhole + "word\n" + clogWhole,
	"word line first":        "word\n" + clogWhole,
	"word line Latin-1":      clogWhole + "w\xe9\n" + clogWhole,
	"ancient inside":         clogHead + clogItem + "Old Changelog:\n" + clogTrail,
	"ancient last":           clogHead + clogItem + clogTrail + "Old Changelog:",
}

func init() {
	for name, trailer := range map[string]string{
		"no blank after dashes": " --A B <a@b>  Tue, 02 Jan 2024 03:04:05 +0530",
		"no date":               " -- A B <a@b>",
		"only dashes":           " --",
		"one blank":             " -- A B <a@b> Tue, 02 Jan 2024 03:04:05 +0530",
		"three blanks":          " -- A B <a@b>   Tue, 02 Jan 2024 03:04:05 +0530",
		"tab":                   " -- A B <a@b>\tTue, 02 Jan 2024 03:04:05 +0530",
		"two blanks before":     "  -- A B <a@b>  Tue, 02 Jan 2024 03:04:05 +0530",
		"none before":           "-- A B <a@b>  Tue, 02 Jan 2024 03:04:05 +0530",
		"no name":               " --  <a@b>  Tue, 02 Jan 2024 03:04:05 +0530",
		"no name, no blank":     " -- <a@b>  Tue, 02 Jan 2024 03:04:05 +0530",
		"no address":            " -- A <>  Tue, 02 Jan 2024 03:04:05 +0530",
		"no brackets":           " -- A a@b  Tue, 02 Jan 2024 03:04:05 +0530",
		"brackets":              " -- A <x> <a@b> <y>  Tue, 02 Jan 2024 03:04:05 +0530",
		"blanks in name":        " --   A   B   <a@b>  Tue, 02 Jan 2024 03:04:05 +0530",
		"no weekday":            " -- A <a@b>  2 Jan 2024 3:04:05 +0530",
		"no blank after comma":  " -- A <a@b>  Tue,2 Jan 2024 03:04:05 +0530",
		"odd weekday":           " -- A <a@b>  Foo, 02 Jan 2024 03:04:05 +0530",
		"long month":            " -- A <a@b>  Tue, 02 January 2024 03:04:05 +0530",
		"odd month":             " -- A <a@b>  Tue, 02 Foo 2024 03:04:05 +0530",
		"GMT":                   " -- A <a@b>  Tue, 02 Jan 2024 03:04:05 GMT",
		"five digits":           " -- A <a@b>  Tue, 02 Jan 2024 03:04:05 +05300",
		"zone in words":         " -- A <a@b>  Tue, 02 Jan 2024 03:04:05 +0530 (IST)",
		"no seconds":            " -- A <a@b>  Tue, 02 Jan 2024 03:04 +0530",
		"one digit of minutes":  " -- A <a@b>  Tue, 02 Jan 2024 03:4:05 +0530",
		"day 99":                " -- A <a@b>  Tue, 99 Jan 2024 03:04:05 +0530",
		"blanks in date":        " -- A <a@b>  Tue,  2   Jan 2024  03:04:05   +0530",
	} {
		oddChangelogs["trailer: "+name] = clogHead + clogItem + trailer + "\n\n" + clogWhole
	}
}

// generatedChangelog strings together lines that matter.
func generatedChangelog(r *rand.Rand) string {
	lines := []string{
		clogHead, clogHead, "bar (2.0-1) stable; urgency=low\n", "  * Item.\n", "  * Item.\n", "\ttab\n", " one blank\n",
		"\n", "\n", " \n", clogTrail, clogTrail, " -- C D <c@d> Wed, 03 Jan 2024 03:04:05 +0530\n", " -- bad\n",
		"not a heading, really\n", "# comment\n", "$Id: x $\n", "\r\n", "  * CRLF\r\n",
	}
	last := []string{"vim: x\n", "Old Changelog:\n", "foo (1)\n", ""}
	var b strings.Builder
	for range 3 + r.IntN(12) {
		b.WriteString(lines[r.IntN(len(lines))])
	}
	if r.IntN(4) == 0 {
		b.WriteString(last[r.IntN(len(last))] + clogWhole)
	}
	return b.String()
}

// parsechangelogProgram prints what "dpkg-parsechangelog --all --format rfc822" would
// say of each file, with fields apart from each other whatever is in them.
const parsechangelogProgram = `
	use Dpkg::Changelog::Debian;
	for my $path (@ARGV) {
		my $c = Dpkg::Changelog::Debian->new(verbose => 0);
		open(my $fh, '<', $path) or die;
		$c->parse($fh, $path);
		for my $f ($c->format_range('rfc822', { all => 1 })) {
			print join("\x01", map { $f->{$_} // '' } qw(Source Version Distribution Maintainer Date Changes)), "\x02";
		}
		print "\x03";
	}`

// rfc822 is what parsechangelogProgram would print for the stanza e.
func rfc822(e *ChangelogEntry) []string {
	changes := "\n" + e.Header + "\n\n" + strings.Join(e.Changes, "\n")
	return []string{e.Package, string(e.Version), strings.Join(e.Distributions, " "), e.Maintainer, e.Date, changes}
}

// trimmed is what is left of a field when dpkg-parsechangelog has written it and a
// reader of control data read it: no blanks at the ends of lines.
func trimmed(fields []string) []string {
	for i, f := range fields {
		lines := strings.Split(f, "\n")
		for j := range lines {
			lines[j] = strings.TrimRight(lines[j], clogBlanks)
		}
		fields[i] = strings.Join(lines, "\n")
	}
	if len(fields) > 3 {
		fields[3] = strings.Trim(fields[3], clogBlanks)
	}
	return fields
}

func TestChangelogAsDpkg(t *testing.T) {
	changelogs := map[string]string{}
	for name, text := range oddChangelogs {
		changelogs[name] = text
	}
	r := rand.New(rand.NewPCG(5, 6))
	for i := range 1000 {
		changelogs[fmt.Sprintf("generated %d", i)] = generatedChangelog(r)
	}
	var names, texts []string
	for name, text := range changelogs {
		names, texts = append(names, name), append(texts, text)
	}
	results := strings.Split(perl(t, parsechangelogProgram, texts), "\x03")
	stanzas := 0
	for i, name := range names {
		var want, got [][]string
		for _, s := range strings.Split(strings.TrimSuffix(results[i], "\x02"), "\x02") {
			if s != "" {
				want = append(want, trimmed(strings.Split(s, "\x01")))
			}
		}
		for _, e := range entries(texts[i]) {
			got = append(got, trimmed(rfc822(e)))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %q\n(-dpkg +got)\n%s", name, texts[i], diff)
		}
		stanzas += len(want)
	}
	if stanzas < 2*len(names) {
		t.Errorf("only %d stanzas in %d changelogs", stanzas, len(names))
	}
}

// The Perl module is the one that the program runs.
func TestChangelogAsProgram(t *testing.T) {
	program := dpkgProgram(t, "dpkg-parsechangelog")
	cmd := exec.Command(program, "--all", "--format", "rfc822", "-l", "-")
	cmd.Env = []string{"LC_ALL=C.UTF-8"}
	text := clogHead + "  * A.\n\n  .\n" + clogTrail + "\n" + clogWhole + clogItem + clogTrail
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	paragraphs, err := ParseParagraphs("output", out)
	if err != nil {
		t.Fatal(err)
	}
	var want, got [][]string
	for _, p := range paragraphs {
		want = append(want, trimmed([]string{p.Value("Source"), p.Value("Version"), p.Value("Distribution"),
			p.Value("Maintainer"), p.Value("Date"), p.Value("Changes")}))
	}
	for _, e := range entries(text) {
		fields := rfc822(e)
		lines := strings.Split(fields[5], "\n")
		for i, l := range lines[1:] {
			if l == "" || strings.Trim(l, ".") == "" { // RFC 822 has no empty line in a field
				l = "." + l
			}
			lines[i+1] = " " + l
		}
		fields[5] = strings.Join(lines, "\n")
		got = append(got, fields)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-dpkg +got)\n%s", diff)
	}
}

func TestChangelogTime(t *testing.T) {
	tests := []struct {
		date        string
		wantSeconds int64
		wantZone    string
		wantErr     string
	}{
		{"Tue, 02 Jan 2024 03:04:05 +0530", 1704144845, "+0530", ""},
		{"2 Jan 2024 3:04:05 -0000", 1704164645, "-0000", ""},
		{"Mon, 02 Jan 2024 03:04:05 +0000", 1704164645, "+0000", ""}, // it was a Tuesday
		{"tuesday,2 JANUARY 2024 03:04:05 +0000", 1704164645, "+0000", ""},
		{"Thurs, 29 feb 2024 00:00:00 +0000", 1709164800, "+0000", ""},
		{"Tue, 01 Sept 2020 00:00:00 +0000", 1598918400, "+0000", ""},
		{"31 Dec 1969 23:59:59 +0000", -1, "+0000", ""},
		{"1 Jan 2020 00:00:00 +2400", 1577750400, "+2400", ""},
		{"1 Jan 2020 00:00:00 -1275", 1577884500, "-1275", ""},
		{"Foo, 02 Jan 2024 03:04:05 +0000", 0, "", `line 7: date "Foo, 02 Jan 2024 03:04:05 +0000": weekday "Foo"`},
		{"Tue, 02 Janu 2024 03:04:05 +0000", 0, "", `line 7: date "Tue, 02 Janu 2024 03:04:05 +0000": month "Janu"`},
		{"30 Feb 2024 00:00:00 +0000", 0, "", `line 7: date "30 Feb 2024 00:00:00 +0000": no such day`},
		{"0 Feb 2024 00:00:00 +0000", 0, "", `line 7: date "0 Feb 2024 00:00:00 +0000": no such day`},
		{"1 Jan 2020 24:00:00 +0000", 0, "", `line 7: date "1 Jan 2020 24:00:00 +0000": time "24:00:00"`},
		{"1 Jan 2020 23:60:00 +0000", 0, "", `line 7: date "1 Jan 2020 23:60:00 +0000": time "23:60:00"`},
		{"1 Jan 2020 23:59:60 +0000", 0, "", `line 7: date "1 Jan 2020 23:59:60 +0000": time "23:59:60"`},
		{"1 Jan 2020 00:00:00 +2401", 0, "", `line 7: date "1 Jan 2020 00:00:00 +2401": time zone "+2401"`},
		{"1 Jan 2020 00:00:00 GMT", 0, "", `line 7: date "1 Jan 2020 00:00:00 GMT": time zone "GMT"`},
		{"", 0, "", `line 7: date "": not of the form "day month year time zone"`},
	}
	for _, tt := range tests {
		e := &ChangelogEntry{Line: 7, Date: tt.date}
		seconds, zone, err := e.Time()
		if seconds != tt.wantSeconds || zone != tt.wantZone || errorText(err) != tt.wantErr {
			t.Errorf("Time of %q = %d, %q, %v, want %d, %q, %s",
				tt.date, seconds, zone, err, tt.wantSeconds, tt.wantZone, tt.wantErr)
		}
	}
}

// randomDate is a date that a trailer may have.
func randomDate(r *rand.Rand) string {
	weekdays := []string{"", "", "Mon, ", "Tue,", "WED,  ", "Thursday, ", "thurs, ", "Tues, ", "Wednes, ", "Thu, ", "Fr, ", "Xyz, "}
	months := []string{"Jan", "Feb", "mar", "APR", "May", "June", "July", "Aug", "Sep", "Sept", "October", "Nov", "Dec", "Decem", "Foo"}
	return fmt.Sprintf("%s%d %s %04d %02d:%02d:%02d %c%02d%02d",
		weekdays[r.IntN(len(weekdays))], r.IntN(33), months[r.IntN(len(months))], r.IntN(80)+1965,
		r.IntN(25), r.IntN(61), r.IntN(61), "+-"[r.IntN(2)], r.IntN(26), []int{0, 30, r.IntN(100)}[r.IntN(3)])
}

func TestChangelogTimeAsDate(t *testing.T) {
	if out, err := exec.Command("date", "--version").Output(); err != nil || !strings.Contains(string(out), "GNU coreutils") {
		// It is what tells how a time should be read, and no other program does.
		t.Skip("the date program of GNU is not installed")
	}
	r := rand.New(rand.NewPCG(7, 8))
	taken := 0
	for range 250 {
		date := randomDate(r)
		cmd := exec.Command("date", "-d", date, "+%s")
		cmd.Env = []string{"LC_ALL=C", "TZ=Asia/Tokyo"}
		out, dateErr := cmd.Output()
		seconds, _, err := (&ChangelogEntry{Date: date}).Time()
		if dateErr != nil {
			if err == nil {
				t.Errorf("Time of %q = %d, but date refuses it", date, seconds)
			}
			continue
		}
		taken++
		if got := strconv.FormatInt(seconds, 10) + "\n"; err != nil || got != string(out) {
			t.Errorf("Time of %q = %d, %v, but date says %s", date, seconds, err, out)
		}
	}
	if taken < 50 {
		t.Errorf("only %d dates were sound", taken)
	}
}

func FuzzChangelog(f *testing.F) {
	for _, text := range oddChangelogs {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := strings.Count(string(data), "\n") + 1
		last, size := 0, 0
		for e := range Changelog(data) {
			if e.Line <= last || e.Line > lines {
				t.Fatalf("stanza in line %d after one in line %d of %d", e.Line, last, lines)
			}
			last = e.Line
			size += len(strings.Join(e.Changes, "\n")) + len(e.Maintainer) + len(e.Date)
			e.Time()
		}
		if size > len(data) {
			t.Errorf("%d bytes in the stanzas of %d bytes", size, len(data))
		}
	})
}

func TestChangelogFormat(t *testing.T) {
	fill := strings.Repeat("x", 4096)
	tests := []struct{ data, want string }{
		{"", "debian"},
		{"foo (1.0) unstable; urgency=low\n", "debian"},
		{" changelog-format: foo\n", "foo"},
		{"# changelog-format:\t foo1 \nbar\n", "foo1"},
		{" changelog-format: foo\n changelog-format: debian\n", "debian"},
		{"changelog-format: foo\n", "debian"},
		{" changelog-format:foo\n", "debian"},
		{" changelog-format: Foo\n", "debian"},
		{" changelog-format: foo", "debian"},
		{" changelog-format: foo\n" + fill, "debian"},
		{fill + " changelog-format: foo\n", "foo"},
	}
	for _, tt := range tests {
		if got := ChangelogFormat([]byte(tt.data)); got != tt.want {
			t.Errorf("ChangelogFormat(%.40q) = %q, want %q", tt.data, got, tt.want)
		}
	}
}
