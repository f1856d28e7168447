package dsc

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCloses(t *testing.T) {
	tests := []struct {
		changes string
		want    []int
	}{
		{"  * Fix it (Closes: #42).", []int{42}},
		{"  * Closes: 42, bug#43, #44, bug 45", []int{42, 43, 44, 45}}, // the example of deb-changelog(5)
		{"  * CLOSES:BUG#7", []int{7}},
		{"  * Closes: #9, #8, #9", []int{8, 9}},
		{"  * A (closes: #1).\n  * B (Closes: #2)", []int{1, 2}},
		{"  * Over lines (Closes:\n    #10,\n    #11)", []int{10, 11}},
		{"  * Closes: # 12", []int{12}},
		{"  * Closes: #0013", []int{13}},
		{"  * Closes: #14 #15", []int{14}}, // no comma
		{"  * Closes: #16 and #17", []int{16}},
		{"  * Closes: bug  #18", nil}, // one blank at most
		{"  * Closes #19", nil},       // no colon
		{"  * Fixes: #20", nil},
		{"  * Encloses: #21", []int{21}},     // as dpkg has it
		{"  * Closes: #99999999999999", nil}, // no such bug
		{"  * LP: #22", nil},
		{"", nil},
	}
	for _, tt := range tests {
		e := &ChangelogEntry{Changes: strings.Split(tt.changes, "\n")}
		if diff := cmp.Diff(tt.want, e.Closes()); diff != "" {
			t.Errorf("Closes(%q) (-want +got)\n%s", tt.changes, diff)
		}
	}
}

func TestLaunchpad(t *testing.T) {
	tests := []struct {
		changes string
		want    []int
	}{
		{"  * Fix (LP: #1234567)", []int{1234567}},
		{"  * Fix (lp:  #5, #4,\n    #5)", []int{4, 5}},
		{"  * Fix (LP:#6)", nil}, // a blank is wanted
		{"  * Fix (LP: 7)", nil},
		{"  * Closes: #8", nil},
	}
	for _, tt := range tests {
		e := &ChangelogEntry{Changes: strings.Split(tt.changes, "\n")}
		if diff := cmp.Diff(tt.want, e.Launchpad()); diff != "" {
			t.Errorf("Launchpad(%q) (-want +got)\n%s", tt.changes, diff)
		}
	}
}

func TestCVEs(t *testing.T) {
	e := &ChangelogEntry{Changes: []string{
		"  * CVE-2024-10000, cve-2024-3094: fix, see also CVE-2023-123 (no number),",
		"    XCVE-2020-1111, CVE-2024-3094 and CVE-1999-0001.",
	}}
	if diff := cmp.Diff([]string{"CVE-1999-0001", "CVE-2024-3094", "CVE-2024-10000"}, e.CVEs()); diff != "" {
		t.Errorf("CVEs (-want +got)\n%s", diff)
	}
}

// randomCloses is text in which much looks like a list of bugs.
func randomCloses(r *rand.Rand) string {
	words := []string{"closes:", "Closes:", "LP:", "lp: ", "#", "# ", "bug", "Bug#", "1", "23", "456", ",", ", ", " ", "\n    ", "\t", "x"}
	var b strings.Builder
	b.WriteString("* ")
	for range 4 + r.IntN(30) {
		b.WriteString(words[r.IntN(len(words))])
	}
	return b.String()
}

// closesProgram prints what dpkg finds in each file, the field Launchpad-Bugs-Fixed of
// Ubuntu's vendor hooks included.
const closesProgram = `
	use Dpkg::Changelog::Entry::Debian qw(find_closes);
	use Dpkg::Vendor::Ubuntu;
	for my $path (@ARGV) {
		open(my $fh, '<', $path) or die;
		my $text = join('', <$fh>);
		my $lp = Dpkg::Vendor::Ubuntu::find_launchpad_closes($text);
		print join(' ', find_closes($text)), "|", join(' ', @$lp), "\n";
	}`

func TestClosesAsDpkg(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var texts []string
	for range 2000 {
		texts = append(texts, randomCloses(r))
	}
	results := strings.Split(perl(t, closesProgram, texts), "\n")
	closing, launchpad := 0, 0
	for i, text := range texts {
		e := &ChangelogEntry{Changes: strings.Split(text, "\n")}
		if got := bugList(e.Closes()) + "|" + bugList(e.Launchpad()); got != results[i] {
			t.Errorf("%q: %q, but dpkg finds %q", text, got, results[i])
		}
		closing += min(len(e.Closes()), 1)
		launchpad += min(len(e.Launchpad()), 1)
	}
	if closing < 200 || launchpad < 20 {
		t.Errorf("only %d texts close a bug, %d one of Launchpad", closing, launchpad)
	}
}

// The Perl module is the one that the program runs.
func TestClosesAsProgram(t *testing.T) {
	program := dpkgProgram(t, "dpkg-parsechangelog")
	cmd := exec.Command(program, "--show-field", "Closes", "-l", "-")
	cmd.Env = []string{"LC_ALL=C.UTF-8"}
	text := clogHead + "  * Fix (Closes: #30,\n    #4).\n" + clogTrail
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := bugList(entries(text)[0].Closes()), strings.TrimSpace(string(out)); got != want || want == "" {
		t.Errorf("%q, but dpkg-parsechangelog says %q", got, want)
	}
}

func bugList(list []int) string { return strings.Trim(fmt.Sprint(list), "[]") }
