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
