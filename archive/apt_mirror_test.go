package archive

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMirrorPlaces(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"etc/apt/sources.list":                          "deb http://mirror.example.org/debian/ trixie main\ndeb [signed-by=/srv/corp.gpg check-date=no] http://corp.example.org/apt sid corp\n",
		"etc/apt/trusted.gpg.d/all.gpg":                 "",
		"usr/share/keyrings/debian-archive-keyring.gpg": "",
		"srv/corp.gpg":                                  "",
		"srv/archive/dists/sid/InRelease":               "",
		"usr/share/distro-info/kali.csv":                "version,codename,series\n2025,Kali Rolling,kali-rolling,2020-01-01\n",
		"usr/share/distro-info/devuan.csv":              "version,codename,series\n5,Daedalus,daedalus,2020-01-01\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	apt, err := ReadAPT(context.Background(), APTOptions{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, uri, suite string
		opts             MirrorOptions
		want             string
	}{
		{name: "enabled", uri: "http://mirror.example.org/debian", suite: "trixie",
			want: "http://mirror.example.org/debian trixie [main] debian enabled keys=/etc/apt/trusted.gpg.d/all.gpg check=date,valid"},
		{name: "of a mirror that APT knows", uri: "http://mirror.example.org/debian/", suite: "sid",
			want: "http://mirror.example.org/debian sid [] debian keys=/usr/share/keyrings/debian-archive-keyring.gpg check=date,valid"},
		{name: "of a mirror that APT does not know", uri: "https://other.example.org/debian/", suite: "buster-security",
			want: "https://other.example.org/debian buster/updates [] debian keys=/usr/share/keyrings/debian-archive-keyring.gpg check=date,valid"},
		{name: "enabled third party", uri: "http://corp.example.org/apt/", suite: "sid", opts: MirrorOptions{Distro: "corp"},
			want: "http://corp.example.org/apt sid [corp] - enabled keys=/srv/corp.gpg check="},
		{name: "distro without keyring", uri: "http://x.example.org", suite: "daedalus", opts: MirrorOptions{Components: []string{"main"}},
			want: "http://x.example.org daedalus [main] devuan keys=/etc/apt/trusted.gpg.d/all.gpg check=date,valid"},
		{name: "keyring named", uri: "http://me:secret@mirror.example.org/debian", suite: "sid", opts: MirrorOptions{Keyrings: []string{"/k.gpg"}},
			want: "http://mirror.example.org/debian sid [] debian keys=/k.gpg check=date,valid"},
		{name: "directory", uri: "/srv/archive/", suite: "sid",
			want: "file:/srv/archive sid [] debian keys=/usr/share/keyrings/debian-archive-keyring.gpg check=date,valid"},
		{name: "URL of a directory", uri: "file:///srv/archive", suite: "sid",
			want: "file:///srv/archive sid [] debian keys=/usr/share/keyrings/debian-archive-keyring.gpg check=date,valid"},
	} {
		places, err := apt.MirrorPlaces(tt.uri, tt.suite, tt.opts)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff(tt.want, strings.TrimSuffix(formatPlaces(places, root), "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	for _, uri := range []string{"ftp://mirror.example.org/", "mirror", "/srv/nothing", "file:///srv/nothing"} {
		if _, err := apt.MirrorPlaces(uri, "sid", MirrorOptions{}); !errors.As(err, new(*PlaceError)) {
			t.Errorf("%s: %v, want a PlaceError", uri, err)
		}
	}
}
