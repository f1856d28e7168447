package archive_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"debgit/archive"
	"debgit/archive/archivetest"
	"debgit/dsc"
	"debgit/dsc/dsctest"
)

// aptRoot is the root of a system whose APT is configured for the suite sid of an
// archive that is there, too.
func aptRoot(t *testing.T, suite archivetest.Suite, entryOptions string) (root string, a *archivetest.Archive) {
	t.Helper()
	root = t.TempDir()
	suite.Codename = "sid"
	a, err := archivetest.Build(filepath.Join(root, "srv/archive"), archivetest.Options{Suites: []archivetest.Suite{suite}})
	if err != nil {
		t.Fatal(err)
	}
	putFile(t, filepath.Join(root, "etc/apt/sources.list"), "deb ["+entryOptions+"] file:/srv/archive sid main\n")
	putFile(t, filepath.Join(root, "etc/apt/trusted.gpg.d/archive.gpg"), string(a.Key().Public()))
	return root, a
}

func putFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

const aptDirs = `Dir "/";
Dir::Etc "etc/apt/";
Dir::Etc::sourcelist "sources.list";
Dir::Etc::trustedparts "trusted.gpg.d/";
`

// openConfigured opens sid as the APT of a system is configured.
func openConfigured(t *testing.T, c *archive.Client, root, options string) error {
	t.Helper()
	apt, err := archive.ReadAPT(t.Context(), archive.APTOptions{Root: root, Config: []byte(aptDirs + options)})
	if err != nil {
		return err
	}
	places, err := apt.Places("sid", "")
	if err != nil {
		return err
	}
	_, err = c.OpenSuite(t.Context(), "sid", places)
	return err
}

// What APT's configuration says of the age of a Release file counts as in apt-get 2.6.1.
func TestAPTValidity(t *testing.T) {
	hours := func(n int) time.Time { return now.Add(time.Duration(n) * time.Hour) }
	expired := &archive.ReleaseError{Reason: archive.ReleaseExpired}
	future := &archive.ReleaseError{Reason: archive.ReleaseFromFuture}
	unbounded := archivetest.Suite{Date: hours(-10)}
	past := archivetest.Suite{Date: hours(-10), ValidUntil: hours(-2)}
	ahead := archivetest.Suite{Date: hours(3)}
	tests := []struct {
		name    string
		suite   archivetest.Suite
		entry   string
		options string
		want    error
	}{
		{"no end", unbounded, "", "", nil},
		{"maximum over", unbounded, "", `Acquire::Max-ValidTime "3600";`, expired},
		{"maximum not over", unbounded, "", `Acquire::Max-ValidTime "39600";`, nil},
		{"minimum without an end", unbounded, "", `Acquire::Min-ValidTime "3600";`, nil},
		{"maximum of the label", unbounded, "", `Acquire::Max-ValidTime::%45xample "3600";`, expired},
		{"maximum of another label", unbounded, "", `Acquire::Max-ValidTime::Other "3600";`, nil},
		{"the label counts more", unbounded, "", "Acquire::Max-ValidTime \"3600\";\nAcquire::Max-ValidTime::%45xample \"0\";", nil},
		{"maximum of the entry", unbounded, "valid-until-max=3600", "", expired},
		{"the entry counts more", unbounded, "valid-until-max=39600", `Acquire::Max-ValidTime "3600";`, nil},
		{"0 in the entry is nothing", unbounded, "valid-until-max=0", `Acquire::Max-ValidTime "3600";`, expired},

		{"end", past, "", "", expired},
		{"minimum over", past, "", `Acquire::Min-ValidTime "3600";`, expired},
		{"minimum not over", past, "", `Acquire::Min-ValidTime "39600";`, nil},
		{"minimum of the entry", past, "valid-until-min=39600", "", nil},
		{"the maximum counts more", past, "", "Acquire::Min-ValidTime \"39600\";\nAcquire::Max-ValidTime \"3600\";", expired},
		{"no check", past, "check-valid-until=no", `Acquire::Max-ValidTime "3600";`, nil},
		{"no check of dates", past, "", `Acquire::Check-Date "false";`, nil},

		{"future", ahead, "", "", future},
		{"near future", ahead, "", `Acquire::Max-FutureTime "14400";`, nil},
		{"near future by the entry", ahead, "date-max-future=14400", "", nil},
		{"less than the default", archivetest.Suite{Date: now.Add(30 * time.Minute)}, "", `Acquire::Max-FutureTime "10";`, future},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root, _ := aptRoot(t, tt.suite, tt.entry)
			checkError(t, openConfigured(t, newClient(t), root, tt.options), tt.want)
		})
	}
	root, _ := aptRoot(t, unbounded, "")
	err := openConfigured(t, newClient(t), root, `Acquire::Max-ValidTime "1 day";`)
	if want := `read APT's configuration: Acquire::Max-ValidTime: "1 day" is no number of seconds`; err == nil || err.Error() != want {
		t.Errorf("with a maximum that is no number: %v, want %s", err, want)
	}
}

// A file among APT's keyrings that is none gives a warning, once; in Signed-By it is an error.
func TestAPTJunkKeyring(t *testing.T) {
	root, a := aptRoot(t, archivetest.Suite{}, "")
	junk := filepath.Join(root, "etc/apt/trusted.gpg.d/junk.asc")
	putFile(t, junk, "no key\n")
	var warnings []error
	c := archive.NewClient(archive.ClientOptions{CacheDir: t.TempDir(), Warn: func(err error) { warnings = append(warnings, err) }})
	for range 2 {
		if err := openConfigured(t, c, root, ""); err != nil {
			t.Error(err)
		}
	}
	if len(warnings) != 1 {
		t.Errorf("%d warnings, want 1: %v", len(warnings), warnings)
	} else if e, ok := errors.AsType[*dsc.KeyringError](warnings[0]); !ok || e.File != junk {
		t.Errorf("warning %v, want a KeyringError about %s", warnings[0], junk)
	}
	for _, tt := range []struct {
		options string
		want    error
	}{
		{"signed-by=/etc/apt/trusted.gpg.d/archive.gpg", nil},
		{"signed-by=/etc/apt/trusted.gpg.d/archive.gpg,/etc/apt/trusted.gpg.d/junk.asc", &dsc.KeyringError{File: junk}},
	} {
		putFile(t, filepath.Join(root, "etc/apt/sources.list"), "deb ["+tt.options+"] file:/srv/archive sid main\n")
		checkError(t, openConfigured(t, newClient(t), root, ""), tt.want)
	}
	// Without the key of the archive nothing else makes up for it.
	putFile(t, filepath.Join(root, "etc/apt/sources.list"), "deb file:/srv/archive sid main\n")
	putFile(t, filepath.Join(root, "etc/apt/trusted.gpg.d/archive.gpg"), string(a.Uploader().Public()))
	checkError(t, openConfigured(t, newClient(t), root, ""), &dsc.SignatureError{Reason: dsc.UnknownKey})
	if err := os.Remove(filepath.Join(root, "etc/apt/trusted.gpg.d/archive.gpg")); err != nil {
		t.Fatal(err)
	}
	checkError(t, openConfigured(t, newClient(t), root, ""), &archive.ReleaseError{Reason: archive.ReleaseNoKeyring})
}

// A key that has expired since it signed does not count, as in apt-get with gpgv, whatever is
// said of dates. Where dates are not to be checked, a clock that is behind stops nothing.
func TestOpenSuiteKeyExpired(t *testing.T) {
	a := build(t, archivetest.Suite{Codename: "sid", Date: yesterday})
	signed := time.Date(2015, 7, 1, 0, 0, 0, 0, time.UTC)
	key, err := dsctest.NewKey("Old", "old@example.org", dsctest.KeyOptions{Lifetime: 365 * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(a.Dir, "dists/sid/Release"))
	if err != nil {
		t.Fatal(err)
	}
	other := dsctest.Signing{Key: a.Key()}
	old := dsctest.Signing{Key: key, Time: signed}
	expired := &archive.ReleaseError{Reason: archive.ReleaseKeyExpired}
	for _, tt := range []struct {
		name     string
		signings []dsctest.Signing
		now      time.Time
		change   func(p *archive.Place)
		want     error
	}{
		{"expired", []dsctest.Signing{old}, now, nil, expired},
		{"not yet", []dsctest.Signing{old}, signed.Add(time.Hour), unchecked, nil},
		{"beside a good one", []dsctest.Signing{old, other}, now, nil, nil},
		{"Valid-Until unchecked", []dsctest.Signing{old}, now, func(p *archive.Place) { p.CheckValidUntil = false }, expired},
		{"dates unchecked", []dsctest.Signing{old}, now, unchecked, expired},
		{"clock behind", []dsctest.Signing{other}, signed, nil, &dsc.SignatureError{Reason: dsc.FutureSignature}},
		{"clock behind, unchecked", []dsctest.Signing{other}, signed, unchecked, nil},
		{"clock behind, tampered", []dsctest.Signing{{Key: a.Uploader()}}, signed, unchecked, &dsc.SignatureError{Reason: dsc.UnknownKey}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data, err := dsctest.Clearsign(text, tt.signings...)
			if err != nil {
				t.Fatal(err)
			}
			putFile(t, filepath.Join(a.Dir, "dists/sid/InRelease"), string(data))
			p := place(t, a, "sid")
			p.KeyData = [][]byte{key.Public()}
			if tt.change != nil {
				tt.change(&p)
			}
			c := archive.NewClient(archive.ClientOptions{CacheDir: t.TempDir(), Now: func() time.Time { return tt.now }})
			_, err = c.OpenSuite(t.Context(), "sid", []archive.Place{p})
			checkError(t, err, tt.want)
		})
	}
}

// Where APT is told to follow no redirect, there is none.
func TestAPTAllowRedirect(t *testing.T) {
	for _, tt := range []struct {
		options string
		fails   bool
	}{{"", false}, {`Acquire::http::AllowRedirect "true";`, false}, {`Acquire::http::AllowRedirect "false";`, true}} {
		root, a := aptRoot(t, archivetest.Suite{}, "")
		server, err := archivetest.Serve(a.Dir)
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		server.Fail("dists/sid/InRelease", 1, archivetest.Status(302, "Location", "/dists/sid/InRelease"))
		putFile(t, filepath.Join(root, "etc/apt/sources.list"), "deb "+server.URL+" sid main\n")
		err = openConfigured(t, newClient(t), root, tt.options)
		if (err != nil) != tt.fails || err != nil && !strings.Contains(err.Error(), "redirect") {
			t.Errorf("with %q: error %v, want one about a redirect: %v", tt.options, err, tt.fails)
		}
	}
}
