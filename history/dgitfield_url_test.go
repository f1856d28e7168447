package history

import (
	"errors"
	"testing"
)

// The address in a .dsc is followed only if it is an URL of a protocol that is allowed.
func TestFieldURL(t *testing.T) {
	s := &commitSeeker{settings: configured()}
	access, err := s.settings.Access(AccessOptions{Distro: "ubuntu"}) // has no git server
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		url, proto string // "" if it is followed
	}{
		{"https://git.example.org/foo", ""},
		{"git://git.example.org/foo", ""},
		{"ssh://git.example.org/foo", "ssh"},
		{"file:///srv/foo", "file"},
		{"/srv/foo", "file"},
		{"git:foo", "bad-syntax"}, // which git takes for a path on the host git
		{"https:foo", "bad-syntax"},
		{"https::foo", "bad-syntax"},
		{"ext::sh -c id", "bad-syntax"},
		{"user@host:foo", "bad-syntax"},
	} {
		got, err := s.url(access, dgitField{distro: "ubuntu", url: tt.url}, "foo")
		var unsafe *UnsafeURLError
		switch {
		case tt.proto == "" && (err != nil || got != tt.url):
			t.Errorf("%q: %q, %v, want it to be followed", tt.url, got, err)
		case tt.proto != "" && (!errors.As(err, &unsafe) || unsafe.Proto != tt.proto):
			t.Errorf("%q: %q, %v, want an UnsafeURLError about %q", tt.url, got, err, tt.proto)
		}
	}
}
