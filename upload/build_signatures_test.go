package upload

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"debgit/dsc/dsctest"
)

// TestBuildSignatures builds with signatures of upstream's tarball, which dpkg-source does not see.
func TestBuildSignatures(t *testing.T) {
	newKey := func() *dsctest.Key {
		key, err := dsctest.NewKey("Up Stream", "up@example.org", dsctest.KeyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	key := newKey()
	for _, tt := range []struct {
		name    string
		key     string // debian/upstream/signing-key.asc
		signer  *dsctest.Key
		warning string
	}{
		{"good", string(key.Armoured()), key, ""},
		{"another key", string(key.Armoured()), newKey(), "the signature of upstream's tarball does not hold: doorbell_1.2.orig.tar.gz: "},
		{"no key", "", key, "there are signatures of upstream's tarballs, but no debian/upstream/signing-key.asc"},
		{"a key that is none", "x\n", key, "the signatures of upstream's tarballs cannot be checked: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"debian/upstream/signing-key.asc": tt.key}
			maps.Copy(files, quiltFiles)
			l := newLab(t, FormatQuilt, upstreamFiles, files)
			tarball := filepath.Join(l.dir, "doorbell_1.2.orig.tar.gz")
			data, err := os.ReadFile(tarball)
			if err != nil {
				t.Fatal(err)
			}
			sig, err := dsctest.DetachSign(data, dsctest.Signing{Key: tt.signer, Binary: true})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(tarball+".asc", sig, 0o666); err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			opts := l.options()
			opts.Terminal.Messages = &said
			built, err := BuildSource(context.Background(), l.Package, l.Head, opts)
			if err != nil {
				t.Fatal(err)
			}
			defer built.Close()
			if !built.Proven {
				t.Error("it was built in the long way")
			}
			got := strings.Join(built.Warnings, "\n")
			if (got == "") != (tt.warning == "") || !strings.HasPrefix(got, tt.warning) {
				t.Errorf("warnings %q, want %q", got, tt.warning)
			}
			if strings.Contains(said.String(), noSignature) || !strings.Contains(said.String(), "building doorbell in") {
				t.Errorf("dpkg-source says %q", &said)
			}
			listed, err := os.ReadFile(built.Dsc)
			if err != nil || strings.Count(string(listed), " doorbell_1.2.orig.tar.gz.asc\n") != 3 {
				t.Errorf("the .dsc (%v) is\n%s", err, listed)
			}
		})
	}
}
