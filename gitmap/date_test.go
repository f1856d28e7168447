package gitmap

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestParseGitDate(t *testing.T) {
	const no = ""
	tests := []struct{ date, want string }{
		{"Wed, 3 May 2023 10:11:12 +0200", "1683101472 +0200"},
		{"1 Nov 2016 10:00:00 +0100", "1477990800 +0100"},
		{"Tue Nov 1 10:00:00 2016 -0300", "1478005200 -0300"},
		{"2022-02-02 02:02:02", "1643767322 +0000"}, // no zone: UTC
		{"20161101T103000.5Z", "1477996200 +0000"},
		{"@1500000000 +0200", "1500000000 +0200"},
		{"1500000000 -0200", "1500000000 -0200"},
		{"1704144845 -0000", "1704144845 +0000"},
		{"@1500000000 ++200", "1500000000 +0200"},
		{"@1500000000 +9999", "1500000000 +10039"},
		{"1970-01-01 00:00 +0100", "18446744073709548016 +0100"},
		{"2016-11-01 10:00 -0001", "1477994400 +0000"}, // git's mark for no zone
		{"2016-11-01 10:00 +02:-5", "1477987500 +0155"},
		{"2016-11-01 10:00 +24:00", "1477994400 +0000"}, // no such zone
		{"2016-11-01 10:00 EST", "1478012400 -0500"},
		{"1 Nov 2016 10:00 PM", "1478037600 +0000"},
		{"31 Feb 2016 10:00", "1456912800 +0000"},
		{"Nov 2016 10:00", "1477821600 +0000"}, // no day
		{"11/01/2016 10:00", "1477994400 +0000"},
		{"01.11.2016 10:00", "1477994400 +0000"},
		{"5/6/2099 10:00", "4081744800 +0000"}, // no day is in the future
		{"4102444799", "4102444799 +0000"},
		{"4102444800", no}, // 2100
		{"2016-11-01", no}, // no time of day
		{"not a date", no},
		{"@", no},
		{"", no},
	}
	for _, tt := range tests {
		got, err := parseGitDate(tt.date)
		if tt.want == no {
			var bad *dateError
			if !errors.As(err, &bad) || bad.date != tt.date {
				t.Errorf("parseGitDate(%q) = %v, %v, want a dateError", tt.date, got, err)
			}
			continue
		}
		if err != nil || got.String() != tt.want {
			t.Errorf("parseGitDate(%q) = %v, %v, want %s", tt.date, got, err, tt.want)
		}
	}
}

// dateWords are what random dates are made of: good dates, and what is peculiar in
// git's way of reading them. Day and month orders that git's clock decides are
// left out, as are numbers that no calendar of C has.
var dateWords = []string{"2016-11-01", "20161101", "2016/13/11", "99-3-4", "1.2.2016", "13/1/16", "4294969312-11-01",
	"2016-99999999999999999999-1", "10:11:12", "10:00", "24:59:60", "25:00", "101112", "101112.25", "1011", "10:1:2.5", "1:2:3:4",
	"Nov", "november", "Novembers", "Tue", "tue,", "MAY", "may7", "EST", "cest", "GMT", "Z", "T", "NT", "IDLE", "ides", "PM", "am", "x",
	"+0100", "-0330", "+01:30", "-02:-5", "+02: 5", "+2", "+24", "-0001", "-00", "+1", "1", "07", "31", "32", "71", "99", "1999", "1400",
	"2100", "1899", "1500000000", "99999999", "100000000", "4102444800", "18446744073709551615", "@", "@1500000000", "-", "+", ".", ",", "(", "\n", "é", "\t"}

func TestParseGitDateAgainstGit(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	n := 400
	if testing.Short() {
		n = 50
	}
	dates := append([]string{}, dateWords...)
	for _, z := range zoneNames {
		dates = append(dates, "1 Nov 2016 10:00 "+z.name, "1 Nov 2016 10:00 "+z.name[:min(3, len(z.name))]+"x")
	}
	for range n {
		var b strings.Builder
		if rnd.IntN(2) == 0 {
			b.WriteString("3 Nov 2016 10:11 ")
		}
		for range 1 + rnd.IntN(6) {
			word := dateWords[rnd.IntN(len(dateWords))]
			if rnd.IntN(4) > 0 || strings.ContainsRune("+-./0123456789", rune(word[0])) {
				b.WriteByte(' ') // numbers that touch might make a day of this year
			}
			b.WriteString(word)
		}
		dates = append(dates, b.String())
	}
	for _, date := range dates {
		compareDate(t, date)
	}
}

func compareDate(t *testing.T, date string) {
	t.Helper()
	if date == "" {
		return // git would take the clock
	}
	want, ok := referenceGit(t, []string{"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=b", "GIT_AUTHOR_DATE=" + date}, nil, "var", "GIT_AUTHOR_IDENT")
	want = strings.TrimSuffix(strings.TrimPrefix(want, "a <b> "), "\n")
	got, err := parseGitDate(date)
	if (err == nil) != ok || ok && got.String() != want {
		t.Errorf("parseGitDate(%q) = %v, %v, git says %q", date, got, err, want)
	}
}

func FuzzGitDate(f *testing.F) {
	for _, word := range dateWords {
		f.Add(word + " 3 Nov 2016 10:11:12")
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseGitDate(s)
		if err != nil {
			return
		}
		if d.zone <= -6040 || d.zone >= 6040 {
			return // more than the four digits of git's own notation
		}
		if again, err := parseGitDate("@" + d.String()); err != nil || again != d {
			t.Errorf("parseGitDate(%q) = %v, written and read again: %v, %v", s, d, again, err)
		}
	})
}
