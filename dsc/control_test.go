package dsc

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const goodControl = "Source: foo\nMaintainer: A <a@b>\n\nPackage: foo\nArchitecture: any\n"

func TestCheckControl(t *testing.T) {
	with := func(old, new string) string { return strings.Replace(goodControl, old, new, 1) }
	relations := func(name, value string) string {
		return with("Maintainer", name+": "+value+"\nMaintainer")
	}
	tests := []struct{ name, control, want string }{
		{"good", goodControl, ""},
		{"comments and blank lines", "\n# c\n" + with("\n\n", "\n#\n \n\n") + "# d\n\n", ""},
		{"no space", with("Source: foo", "Source:foo"), ""},
		{"space before the colon", with("Source: foo", "Source : foo"), ""},
		{"carriage returns", strings.ReplaceAll(goodControl, "\n", "\r\n"), ""},
		{"word alone", with("Maintainer", "nonsense\nMaintainer"), ""},
		{"one letter", with("Source: foo", "Source: f"), ""},
		{"no architecture named", with("any", ""), ""},
		{"wildcards", with("any", "linux-any any-i386"), ""},
		{"architectures in two lines", with("any", "amd64\n i386"), ""},

		{"empty", "", "c: has no fields"},
		{"no source", with("Source: foo\n", ""), "c: line 1: the first stanza has no field Source"},
		{"no name", with("Source: foo", "Source:"), `c: "" is no name of a source package`},
		{"upper case", with("Source: foo", "Source: Foo"), `c: "Foo" is no name of a source package`},
		{"no binary package", "Source: foo\n", "c: has no binary package"},
		{"no architecture", goodControl + "\nPackage: bar\n", "c: line 7: a stanza without a field Architecture"},
		{"no package", goodControl + "\nArchitecture: any\n", "c: line 7: a stanza without a field Package"},
		{"field twice", goodControl + "architecture: any\n", "c: line 6: the field architecture is there already"},
		{"hyphen", "-x: y\n" + goodControl, "c: line 1: a field cannot start with a hyphen"},
		{"two words", with("Maintainer", "non sense\nMaintainer"), "c: line 2: neither a field nor the continuation of one"},
		{"no field name", with("Maintainer", ": x\nMaintainer"), "c: line 2: neither a field nor the continuation of one"},
		{"continues nothing", " x\n" + goodControl, "c: line 1: continues no field"},
		{"signed", "-----BEGIN PGP SIGNED MESSAGE-----\n" + goodControl, "c: line 1: neither a field nor the continuation of one"},
		{"architecture name", with("any", "a_b"), `c: line 5: "a_b" is no architecture`},
		{"any beside others", with("any", "any amd64"), `c: line 5: the architecture "any" beside others`},

		{"relations", relations("Build-Depends", "a (>= 1), b | c:any [amd64 !i386] <!x> <y z>, d:native,\n e(<<2)"), ""},
		{"relations with gaps", relations("Build-Depends", ", a,, b |,"), ""},
		{"no first alternative", relations("Build-Depends", "a, | b"), `c: Build-Depends: "" is no relation to a package`},
		{"empty relations", relations("Build-Conflicts-Arch", ""), ""},
		{"comma at the end", relations("Build-Depends-Indep", "a,\n# c\n b,"), ""},
		{"variable", relations("Build-Depends", "a, ${x}"), `c: Build-Depends: "${x}" is no relation to a package`},
		{"open version", relations("Build-Depends-Arch", "a (>= 1"), `c: Build-Depends-Arch: "a (>= 1" is no relation to a package`},
		{"architecture of a relation", relations("Build-Depends", "a [x_y]"), `c: Build-Depends: "x_y" is no architecture`},
		{"alternative conflicts", relations("Build-Conflicts", "a | b"), `c: Build-Conflicts: "a | b" has alternatives`},
	}
	for _, tt := range tests {
		source, err := CheckControl("c", []byte(tt.control))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.want || err == nil && source == "" {
			t.Errorf("%s: CheckControl(%q) = %q, error %q, want %q", tt.name, tt.control, source, got, tt.want)
		}
	}
}

func TestCheckTests(t *testing.T) {
	tests := []struct{ control, want string }{
		{"", ""},
		{"Tests: a\nDepends: b c\n\nTest-Command: d\n", ""},
		{"Tests: a\n\nDepends: b\n", "t: line 3: a stanza with neither Tests nor Test-Command"},
		{"x y\n", "t: line 1: neither a field nor the continuation of one"},
	}
	for _, tt := range tests {
		got := ""
		if err := CheckTests("t", []byte(tt.control)); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("CheckTests(%q) = %q, want %q", tt.control, got, tt.want)
		}
	}
}

// As many lines as an import reads of a control file must not take minutes.
func TestControlOfManyLines(t *testing.T) {
	const lines = 2 << 20
	stanzas, err := readControlStanzas("c", []byte("A: a\nB: b\n"+strings.Repeat(" xy\n", lines)+"\nC: c\n"))
	if err != nil || len(stanzas) != 2 || len(stanzas[0].values) != 2 || stanzas[0].line != 2+lines {
		t.Fatalf("readControlStanzas = %d stanzas, %v, want 2, the first of two fields in %d lines", len(stanzas), err, 2+lines)
	}
	if got, want := stanzas[0].values["b"], "b"+strings.Repeat("\nxy", lines); got != want {
		t.Errorf("readControlStanzas gives a field of %d bytes, want %d", len(got), len(want))
	}
}

// controlLines is what random control files are made of.
var controlLines = []string{"Source: foo", "Source: f", "source : foo", "Source:", "Maintainer: A <a@b>", "Package: foo", "Package: bar", "package:x", "Architecture: any",
	"Architecture: all", "Architecture: amd64 i386", "Architecture: any all", "Architecture:", "Architecture: !amd64", "Architecture: x_y", "", "", "", " ", "\t", "# c", " # d", " x",
	"word", "two words", "-x: y", ":", ": x", "X: é\xe9", "Build-Depends: a, b | c (>= 1) [amd64] <!x>", "Build-Depends: a |", "Build-Depends: | a", "Build-Depends: ,a", "Build-Depends: a b", "Build-Depends: a,,",
	"Build-Depends-Arch: a (", "Build-Depends-Indep: ${x}", "Build-Conflicts: a | b", "Build-Conflicts: a, b", "Build-Conflicts: a |", " , c", " | d", ".", " .", " ..", "X:\r", "Y: z\v", "\fZ: z"}

// dpkgControl prints for each file of the argument whether dpkg-source takes it.
const dpkgControl = `
use strict; use warnings;
use Dpkg::Control::Info;
use Dpkg::Control::Fields;
use Dpkg::Arch qw(debarch_eq debarch_is_illegal);
use Dpkg::Deps;
use Dpkg::Package;
use Dpkg::ErrorHandling;
report_options(quiet_warnings => 1);
local $SIG{__WARN__} = sub {};
for my $file (@ARGV) {
	my $ok = eval {
		my $c = Dpkg::Control::Info->new($file);
		my $src = $c->get_source() // die;
		for (keys %$src) {
			next unless m/^Build-(?:Depends|Conflicts)(?:-Arch|-Indep)?$/i;
			deps_parse($src->{$_}, build_dep => 1, union => field_get_dep_type($_) eq "union") // die;
		}
		die if pkg_name_is_illegal($src->{Source});
		my $n = 0;
		for my $pkg ($c->get_packages()) {
			$n++;
			my $v = $pkg->{Architecture};
			next if debarch_eq($v, "any") || debarch_eq($v, "all");
			for my $a (split(/\s+/, $v)) {
				die if debarch_is_illegal($a) || $a eq "any" || $a eq "all";
			}
		}
		die unless $n;
		1;
	};
	print $ok ? "yes\n" : "no\n";
}
`

// TestCheckControlLikeDpkg compares with dpkg-source's own reader.
func TestCheckControlLikeDpkg(t *testing.T) {
	needPrograms(t, "perl", "dpkg-source")
	dir := t.TempDir()
	var files, data []string
	for seed := range uint64(caseCount(t, 500)) {
		r := rand.New(rand.NewPCG(seed, 9))
		lines := strings.Split(goodControl, "\n")
		for range r.IntN(5) {
			at := r.IntN(len(lines))
			line := controlLines[r.IntN(len(controlLines))]
			if r.IntN(3) == 0 {
				lines[at] = line
			} else {
				lines = append(lines[:at], append([]string{line}, lines[at:]...)...)
			}
		}
		text := strings.Join(lines, "\n")
		file := filepath.Join(dir, fmt.Sprint(seed))
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		files, data = append(files, file), append(data, text)
	}
	var stderr bytes.Buffer
	cmd := exec.Command("perl", append([]string{"-e", dpkgControl}, files...)...)
	cmd.Env, cmd.Stderr = referenceEnv(), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run perl: %v\n%s", err, stderr.String())
	}
	want := strings.Split(strings.TrimSpace(string(out)), "\n")
	taken := 0
	for i, text := range data {
		_, err := CheckControl("control", []byte(text))
		if (err == nil) != (want[i] == "yes") {
			t.Errorf("CheckControl(%q): error %v, but does dpkg-source take it? %s", text, err, want[i])
		}
		if err == nil {
			taken++
		}
	}
	if taken < len(data)/10 || taken > len(data)*9/10 {
		t.Errorf("%d of %d are taken: the generator is of no use", taken, len(data))
	}
}
