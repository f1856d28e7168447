package dsc

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSourceOptions(t *testing.T) {
	const data = `# comment
single-debian-patch
   --no-preparation
compression = "xz"
extend-diff-ignore='^x = y$'
tar-ignore a b
-i.svn
--
-
=x

key= "v"
key ="v"
quote="
last`
	want := []string{
		"--single-debian-patch",
		"--no-preparation",
		"--compression=xz",
		"--extend-diff-ignore=^x=y$", // blanks go even here
		"--tar-ignore=a b",
		"--",
		"-",
		`--key= "v"`,
		`--key =v`,
		`--quote="`,
		"--last",
	}
	got := SourceOptions([]byte(data))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("SourceOptions: (-want +got)\n%s", diff)
	}
	t.Run("like dpkg", func(t *testing.T) {
		needPrograms(t, "perl", "dpkg-source")
		file := filepath.Join(t.TempDir(), "options")
		if err := os.WriteFile(file, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("perl", "-MDpkg::Conf", "-e", `my $c = Dpkg::Conf->new(); $c->load($ARGV[0]); print "$_\n" for @$c`, file)
		cmd.Env = referenceEnv()
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(strings.TrimSpace(string(out)), "\n"), got); diff != "" {
			t.Errorf("SourceOptions: (-dpkg +got)\n%s", diff)
		}
	})
}

func TestParseFormat(t *testing.T) {
	tests := []struct {
		line, want string
		err        string
	}{
		{line: "3.0 (quilt)", want: "3.0 (quilt)"},
		{line: "3 \t(native)", want: "3.0 (native)"},
		{line: "1.5", want: "1.0"},
		{line: "2.0", want: "2.0"},
		{line: "3.0 (git)", want: "3.0 (git)"},
		{line: "", err: `"" is no source format`},
		{line: "3.0 (quilt) ", err: `"3.0 (quilt) " is no source format`},
		{line: " 1.0", err: `" 1.0" is no source format`},
		{line: "3.0 (Quilt)", err: `"3.0 (Quilt)" is no source format`},
		{line: "3.0", err: `dpkg-source knows no source format "3.0"`},
		{line: "03.0 (quilt)", err: `dpkg-source knows no source format "03.0 (quilt)"`},
		{line: "4.0", err: `dpkg-source knows no source format "4.0"`},
		{line: "1.0 (quilt)", err: `dpkg-source knows no source format "1.0 (quilt)"`},
	}
	for _, tt := range tests {
		got, err := ParseFormat(tt.line)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got != tt.want || text != tt.err {
			t.Errorf("ParseFormat(%q) = %q, %q, want %q, %q", tt.line, got, text, tt.want, tt.err)
		}
	}
}
