package history_test

import (
	"errors"
	"testing"

	"debgit/archive"
	"debgit/history"
)

func TestResolveName(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // nothing is installed, nor is dpkg
	for _, tt := range []struct {
		name, pkg, dsc string
		want           any // an error, or nil
	}{
		{"hello", "hello", "", nil},
		{"g++", "g++", "", nil},
		{"hello_2.10-3.dsc", "", "hello_2.10-3.dsc", nil},
		{"https://example.org/hello_2.10-3.dsc", "", "https://example.org/hello_2.10-3.dsc", nil},
		{"/bin/nothing", "", "", new(*archive.NotInstalledError)},
		{"./hello", "", "", new(*archive.NotInstalledError)},
		{"Hello", "", "", new(*history.NameError)},
		{"--", "", "", new(*history.NameError)},
		{"", "", "", new(*history.NameError)},
	} {
		n, err := history.ResolveName(t.Context(), tt.name)
		switch {
		case tt.want != nil:
			if !errors.As(err, tt.want) || !errors.As(err, new(*history.NameError)) {
				t.Errorf("ResolveName(%q): %v, want a NameError and %T", tt.name, err, tt.want)
			}
		case err != nil || n.Package != tt.pkg || n.Dsc != tt.dsc:
			t.Errorf("ResolveName(%q) = %+v, %v, want package %q, .dsc %q", tt.name, n, err, tt.pkg, tt.dsc)
		default:
			if err := n.UseInstalled(t.Context()); err != nil || n.Suite != "" || n.Package != tt.pkg {
				t.Errorf("%q: UseInstalled: %v, suite %q, package %q, want no suite", tt.name, err, n.Suite, n.Package)
			}
		}
	}
}
