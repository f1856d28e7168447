package dsc_test

import (
	"testing"
	"time"

	"debgit/dsc"
	"debgit/dsc/dsctest"
)

func TestSignatureDate(t *testing.T) {
	key, err := dsctest.NewKey("A B", "a@example.org", dsctest.KeyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	date := time.Now().UTC().Truncate(time.Second)
	signed, err := dsctest.Clearsign([]byte("Format: 1.0\n"), dsctest.Signing{Key: key, Time: date})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		data []byte
		want time.Time
		ok   bool
	}{
		"signed":     {signed, date, true},
		"not signed": {[]byte("Format: 1.0\n"), time.Time{}, true},
		"cut":        {signed[:len(signed)-60], time.Time{}, false},
	} {
		got, err := dsc.SignatureDate("hello_1.0.dsc", tt.data)
		if !got.Equal(tt.want) || (err == nil) != tt.ok {
			t.Errorf("%s: SignatureDate = %v, %v, want %v, no error: %v", name, got, err, tt.want, tt.ok)
		}
	}
}
