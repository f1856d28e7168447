package dsc

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	tests := []struct {
		version string
		wantErr string // "" if it is a version
	}{
		{"1", ""},
		{"0:0-0", ""},
		{"1:2.10-3", ""},
		{"1.0~rc1+dfsg-1-0.1~bpo12+1", ""},
		{"1:2:3-4", ""},
		{"9999999999:1", ""}, // dpkg refuses to install it; its Perl modules take it
		{"", `version "": version string is empty`},
		{" 1", `version " 1": blank around it`},
		{"1\n", `version "1\n": blank around it`},
		{"1 0", `version "1 0": version string has embedded spaces`},
		{"a1", `version "a1": version number does not start with digit`},
		{":1", `version ":1": epoch: strconv.ParseInt: parsing "": invalid syntax`},
		{"a:1", `version "a:1": epoch: strconv.ParseInt: parsing "a": invalid syntax`},
		{"-1:1", `version "-1:1": epoch in version is negative`},
		{"+1:1", `version "+1:1": epoch "+1" is no decimal number`},
		{"-0:1", `version "-0:1": epoch "-0" is no decimal number`},
		{"1:", `version "1:": nothing after colon in version number`},
		{"1-", `version "1-": empty upstream version or revision`},
		{"-1", `version "-1": empty upstream version or revision`},
		{"1_0", `version "1_0": invalid character in version number`},
		{"1-0:1", `version "1-0:1": epoch: strconv.ParseInt: parsing "1-0": invalid syntax`},
		{"0:1-0:1", `version "0:1-0:1": invalid character in revision number`},
		{"../../x", `version "../../x": version number does not start with digit`},
		{"1/../../x", `version "1/../../x": invalid character in version number`},
		{"1\xe9", `version "1\xe9": invalid character in version number`},
	}
	for _, tt := range tests {
		got, err := ParseVersion(tt.version)
		if gotErr := errorText(err); gotErr != tt.wantErr {
			t.Errorf("ParseVersion(%q): error %q, want %q", tt.version, gotErr, tt.wantErr)
		}
		if err == nil && got != Version(tt.version) || err != nil && got != "" {
			t.Errorf("ParseVersion(%q) = %q", tt.version, got)
		}
	}
}

// errorText is the text of err, "" for nil.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestVersionParts(t *testing.T) {
	tests := []struct {
		version      Version
		upstream     Version
		withoutEpoch string
	}{
		{"1:2.10-3", "1:2.10", "2.10-3"},
		{"2.10", "2.10", "2.10"},
		{"1-2-3", "1-2", "1-2-3"},
		{"0:1:2-3", "0:1:2", "1:2-3"},
		{"1.0-", "1.0-", "1.0-"}, // malformed
		{"", "", ""},
	}
	for _, tt := range tests {
		if got := tt.version.Upstream(); got != tt.upstream {
			t.Errorf("%q.Upstream() = %q, want %q", tt.version, got, tt.upstream)
		}
		if got := tt.version.WithoutEpoch(); got != tt.withoutEpoch {
			t.Errorf("%q.WithoutEpoch() = %q, want %q", tt.version, got, tt.withoutEpoch)
		}
	}
}

func TestVersionCompare(t *testing.T) {
	tests := []struct {
		a, b    Version
		want    int // its sign
		wantErr string
	}{
		{"1.0", "1.0", 0, ""},
		{"1.0", "1.0-0", 0, ""},
		{"1.0", "0:1.00-0", 0, ""},
		{"1.0-0~x1", "1.0", -1, ""},
		{"1.0~", "1.0", -1, ""},
		{"1:0", "9", 1, ""},
		{"1.9", "1.10", -1, ""},
		{"1.0a", "1.0+", -1, ""},
		{"1_0", "1", 0, `version "1_0": invalid character in version number`},
		{"1", "", 0, `version "": version string is empty`},
	}
	for _, tt := range tests {
		got, err := tt.a.Compare(tt.b)
		if sign(got) != tt.want || errorText(err) != tt.wantErr {
			t.Errorf("%q.Compare(%q) = %d, %v, want %d, %s", tt.a, tt.b, got, err, tt.want, tt.wantErr)
		}
	}
}

func sign(n int) int { return max(-1, min(n, 1)) }

// dpkgProgram looks for a program of dpkg; without it the test is skipped.
func dpkgProgram(t *testing.T, name string) string {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return program
}

// randomVersion is near enough to a version to be one rather often.
func randomVersion(r *rand.Rand) string {
	var b strings.Builder
	if r.IntN(5) == 0 {
		fmt.Fprintf(&b, "%d:", r.IntN(3))
	}
	parts := []string{"0", "00", "1", "9", "10", "a", "Z", "~", "~~", "+", ".", "-", "-1", ":", "_", "\xe9", "rc"}
	n := 1 + r.IntN(5)
	for i := range n {
		k := len(parts)
		if i == 0 {
			k = 5
		} else if r.IntN(10) > 0 {
			k = 13
		}
		b.WriteString(parts[r.IntN(k)])
	}
	return b.String()
}

// What dpkg calls a version, we do, and we put them into the same order.
func TestVersionsAsDpkg(t *testing.T) {
	dpkg := dpkgProgram(t, "dpkg")
	r := rand.New(rand.NewPCG(1, 2))
	var valid []Version
	for range 120 {
		s := randomVersion(r)
		_, err := ParseVersion(s)
		dpkgErr := exec.Command(dpkg, "--validate-version", "--", s).Run()
		if (err == nil) != (dpkgErr == nil) {
			t.Errorf("ParseVersion(%q): %v, but dpkg --validate-version: %v", s, err, dpkgErr)
		}
		if err == nil {
			valid = append(valid, Version(s))
		}
	}
	if len(valid) < 40 {
		t.Fatalf("only %d generated versions are valid", len(valid))
	}
	for range 120 {
		a, b := valid[r.IntN(len(valid))], valid[r.IntN(len(valid))]
		order, err := a.Compare(b)
		if err != nil {
			t.Fatal(err)
		}
		relation := map[int]string{-1: "lt", 0: "eq", 1: "gt"}[sign(order)]
		if err := exec.Command(dpkg, "--compare-versions", string(a), relation, string(b)).Run(); err != nil {
			t.Errorf("%q.Compare(%q) = %d, but dpkg --compare-versions %s: %v", a, b, order, relation, err)
		}
	}
}

// perl runs a program with the modules of dpkg over files of the given contents,
// whose paths are its arguments, and returns its output. Without them the test
// is skipped.
func perl(t *testing.T, program string, contents []string) string {
	t.Helper()
	if err := exec.Command("perl", "-MDpkg::Version", "-MDpkg::Changelog::Debian", "-e", "1").Run(); err != nil {
		t.Skip("the Perl modules of dpkg are not installed")
	}
	dir := t.TempDir()
	cmd := exec.Command("perl", "-e", program)
	for i, c := range contents {
		path := filepath.Join(dir, fmt.Sprintf("%04d", i))
		if err := os.WriteFile(path, []byte(c), 0o666); err != nil {
			t.Fatal(err)
		}
		cmd.Args = append(cmd.Args, path)
	}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		t.Fatalf("perl: %v\n%s", err, exit.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// Dpkg::Version, which dpkg-source uses, is not the code of dpkg(1). It also takes
// colons in revisions and at the end, but what we take it takes, in the same order.
func TestVersionsAsPerl(t *testing.T) {
	const program = `
		use Dpkg::Version;
		my @versions = map { open(my $fh, '<', $_) or die; local $/; <$fh> } @ARGV;
		for my $v (@versions) {
			print join(' ', (version_check($v))[0], map { version_compare($v, $_) } @versions), "\n";
		}`
	r := rand.New(rand.NewPCG(3, 4))
	versions := []string{"9999999999:1", "9999999998:1"}
	for len(versions) < 100 {
		if v, err := ParseVersion(randomVersion(r)); err == nil {
			versions = append(versions, string(v))
		}
	}
	got := strings.Split(perl(t, program, versions), "\n")
	for i, v := range versions {
		want := "1"
		for _, w := range versions {
			order, err := Version(v).Compare(Version(w))
			if err != nil {
				t.Fatal(err)
			}
			want += fmt.Sprintf(" %d", sign(order))
		}
		if got[i] != want {
			t.Errorf("%q: valid, and its order, are %s, to Perl %s", v, want, got[i])
		}
	}
}
