package archive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"debgit/dsc"
)

// TestAPTPlaces reads testdata/apt: the files of a system, "apt-config" for what
// apt-config prints, and "want/SUITE" or "want/distro=DISTRO/SUITE" for the places
// of a suite, as formatPlaces writes them.
func TestAPTPlaces(t *testing.T) {
	files, err := filepath.Glob("testdata/apt/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { testAPTPlaces(t, file) })
	}
}

func testAPTPlaces(t *testing.T, file string) {
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	opts := APTOptions{Root: t.TempDir()}
	wants := map[string]string{}
	for _, f := range ar.Files {
		top, rest, _ := strings.Cut(f.Name, "/")
		switch top {
		case "want":
			wants[rest] = string(f.Data)
		case "apt-config":
			opts.Config = f.Data
		case "etc", "usr", "var", "srv", "opt":
			name := filepath.Join(opts.Root, f.Name)
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Fatalf("%s: unknown file %q", file, f.Name)
		}
	}
	if len(wants) == 0 {
		t.Fatalf("%s wants nothing", file)
	}
	apt, readErr := ReadAPT(context.Background(), opts)
	for name, want := range wants {
		distro, suite := "", name
		if rest, ok := strings.CutPrefix(name, "distro="); ok {
			distro, suite, _ = strings.Cut(rest, "/")
		}
		var places []Place
		err := readErr
		if err == nil {
			places, err = apt.Places(suite, distro)
		}
		got := formatPlaces(places, opts.Root)
		if err != nil {
			got = "error: " + strings.ReplaceAll(err.Error(), opts.Root, "ROOT") + "\n"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("places of %s (-want +got):\n%s", name, diff)
		}
	}
}

// formatPlaces writes one line a place: URI, suite, components, distro or "-", then
// what it is enabled for and checked with.
func formatPlaces(places []Place, root string) string {
	var b strings.Builder
	for _, p := range places {
		distro := p.Distro
		if distro == "" {
			distro = "-"
		}
		fmt.Fprintf(&b, "%s %s %v %s", p.URI, p.Suite, p.Components, distro)
		if p.Configured {
			b.WriteString(" enabled")
		}
		b.WriteString(" keys=" + strings.ReplaceAll(strings.Join(p.Keyrings, ","), root, ""))
		for _, data := range p.KeyData {
			fmt.Fprintf(&b, " data=%d", len(data))
		}
		if p.Signers != nil {
			b.WriteString(" signers=" + strings.Join(p.Signers, ","))
		}
		var checks []string
		if p.CheckDate {
			checks = append(checks, "date")
		}
		if p.CheckValidUntil {
			checks = append(checks, "valid")
		}
		b.WriteString(" check=" + strings.Join(checks, ",") + "\n")
	}
	return b.String()
}

func TestNoMirrorError(t *testing.T) {
	apt, err := ReadAPT(context.Background(), APTOptions{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = apt.Places("sid", "")
	var none *NoMirrorError
	if !errors.As(err, &none) || none.Suite != "sid" || none.Distro != "debian" {
		t.Errorf("Places = %v, want a NoMirrorError about sid of debian", err)
	}
}

func TestParseSourcesErrors(t *testing.T) {
	tests := []struct {
		text string
		line int
	}{
		{"deb", 1},
		{"\ndeb http://mirror.example.org/debian", 2},
		{"deb [arch=amd64 http://mirror.example.org/debian sid main", 1},
		{"deb [arch] http://mirror.example.org/debian sid main", 1},
		{"deb http://mirror.example.org/debian sid", 1},
		{"deb http://mirror.example.org/debian ./ main", 1},
		{"rpm http://mirror.example.org/debian sid main", 1},
		{`deb "" sid main`, 1},
	}
	for _, tt := range tests {
		entries, err := parseOneLine("x.list", []byte(tt.text))
		var syntax *dsc.SyntaxError
		if !errors.As(err, &syntax) || syntax.Line != tt.line {
			t.Errorf("parseOneLine(%q) = %v, %v, want a SyntaxError about line %d", tt.text, entries, err, tt.line)
		}
	}
	tests = []struct {
		text string
		line int
	}{
		{"# comment\nTypes: deb\n# comment\nno colon here\n", 4},
		{"\n# comment\nTypes: rpm\nURIs: http://mirror.example.org/\nSuites: sid\nComponents: main\n", 3},
		{"Types: deb\nSuites: sid\nComponents: main\n", 1},
		{"Types: deb\nURIs: http://mirror.example.org/\nSuites: sid\n", 1},
		{"Types: deb\nTypes: deb\n", 2},
	}
	for _, tt := range tests {
		entries, err := parseDeb822("x.sources", []byte(tt.text))
		var syntax *dsc.SyntaxError
		if !errors.As(err, &syntax) || syntax.Line != tt.line {
			t.Errorf("parseDeb822(%q) = %v, %v, want a SyntaxError about line %d", tt.text, entries, err, tt.line)
		}
	}
}

// The names are those that apt-get 2.6.1 prints for --print-uris update.
func TestListName(t *testing.T) {
	tests := []struct{ uri, suite, want string }{
		{"http://user:pw@mirror.example.org:8080/pub_a/b~c+d%20e/", "lab/updates", "mirror.example.org:8080_pub%5fa_b%7ec+d%20e_dists_lab_updates_"},
		{"http://mirror.example.org", "lab", "mirror.example.org_dists_lab_"},
		{"file:/srv/x_y", "lab", "_srv_x%5fy_dists_lab_"},
		{"mirror+file:/etc/apt/mirrors/debian.list", "lab", "_etc_apt_mirrors_debian.list_dists_lab_"},
	}
	for _, tt := range tests {
		if got := listName(tt.uri, tt.suite); got != tt.want {
			t.Errorf("listName(%q, %q) = %q, want %q", tt.uri, tt.suite, got, tt.want)
		}
	}
}

func TestParseOneLine(t *testing.T) {
	entries, err := parseOneLine("x.list", []byte(`
deb [ arch=amd64   arch+=arm64 ] "http://quoted.example.org/a b" lab "main"#comment
deb cdrom:[Disc 1 # of 2]/ lab main contrib
deb-src http://mirror.example.org/flat ./`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%s|%s|%s|%q", e.file, e.uri, e.suite, e.components))
	}
	want := []string{
		`x.list:2|http://quoted.example.org/a b|lab|["main"]`,
		`x.list:3|cdrom:[Disc 1 # of 2]/|lab|["main" "contrib"]`,
		`x.list:4|http://mirror.example.org/flat|./|[]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parseOneLine (-want +got):\n%s", diff)
	}
}

func FuzzSources(f *testing.F) {
	f.Add("deb [ arch=amd64 signed-by=/a,/b ] http://mirror.example.org/debian sid main # x\n")
	f.Add("deb cdrom:[a b # c]/ sid main")
	f.Add("Types: deb deb-src\nURIs: http://mirror.example.org/\nSuites: sid ./\nComponents: main\nSigned-By:\n -----BEGIN\n .\n")
	f.Add("#\n#\nEnabled: no\nTypes: deb\n\n#\n\nTypes: deb\nURIs: a\nSuites: b/\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, parse := range []func(string, []byte) ([]aptEntry, error){parseOneLine, parseDeb822} {
			entries, err := parse("x", []byte(text))
			if err != nil {
				var syntax *dsc.SyntaxError
				if !errors.As(err, &syntax) || syntax.Line > strings.Count(text, "\n")+1 {
					t.Errorf("parse(%q) = %v, want a SyntaxError with a line that is there", text, err)
				}
				continue
			}
			finder := &APT{http: &aptHTTP{config: aptConfig{}}, mirrors: map[string]Mirror{}, distros: knownDistros()}
			for _, e := range entries {
				if e.uri == "" || e.suite == "" {
					t.Errorf("parse(%q) has an entry without URI or suite", text)
				}
				if strings.HasPrefix(e.uri, "http") {
					finder.add(e)
				}
			}
			finder.places("sid", "")
		}
	})
}
