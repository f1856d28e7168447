package uploadtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"debgit/archive/archivetest"
	"debgit/dsc"
	"debgit/dsc/dsctest"
)

// seed is the source package that the suite of a new archive holds.
func seed() *dsctest.Package {
	return &dsctest.Package{Format: "3.0 (native)", Source: "seed", Version: "1", Files: []dsctest.File{
		{Name: "seed_1.tar.gz", Entries: []dsctest.Entry{
			{Name: "seed/debian/changelog", Content: "seed (1) sid; urgency=low\n\n  * Sow.\n\n -- S <s@example.org>  Mon, 01 Jan 2024 00:00:00 +0000\n"},
			{Name: "seed/debian/control", Content: "Source: seed\nSection: misc\nPriority: optional\nMaintainer: S <s@example.org>\n\nPackage: seed\nArchitecture: all\nDescription: seed\n"},
			{Name: "seed/debian/source/format", Content: "3.0 (native)\n"},
		}},
	}}
}

// A plainArchive is an archive of archivetest that takes uploads of one key.
type plainArchive struct {
	*archivetest.Archive
	queue    string
	accepted string // all files of all uploads: a .dsc may be about one of an earlier upload
	uploader *dsctest.Key
}

// newPlainArchive makes one in dir, unless there is one to take.
func newPlainArchive(dir, queue string, uploader *dsctest.Key, there *archivetest.Archive) (*plainArchive, error) {
	a := &plainArchive{Archive: there, queue: queue, accepted: dir + "-accepted", uploader: uploader}
	if there != nil {
		return a, os.MkdirAll(a.accepted, 0o777)
	}
	path, err := seed().Write(a.accepted)
	if err != nil {
		return nil, err
	}
	suite := archivetest.Suite{Codename: Codename, Name: Suite, Uploads: []archivetest.Upload{{Dsc: path}}}
	a.Archive, err = archivetest.Build(dir, archivetest.Options{Suites: []archivetest.Suite{suite}})
	return a, err
}

func (a *plainArchive) mirror() string  { return a.Dir }
func (a *plainArchive) keyring() string { return a.Keyring }

func (a *plainArchive) publish(dsc string) error {
	return a.Upload(Codename, archivetest.Upload{Dsc: dsc})
}

func (a *plainArchive) take() error {
	uploads, err := filepath.Glob(filepath.Join(a.queue, "*.changes"))
	if err != nil {
		return err
	}
	for _, path := range uploads {
		if err := a.takeOne(path); err != nil {
			return fmt.Errorf("take %s: %w", path, err)
		}
	}
	return nil
}

func (a *plainArchive) takeOne(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	keyring, err := dsc.OpenKeyring()
	if err != nil {
		return err
	}
	if err := keyring.Add("uploader", a.uploader.Public()); err != nil {
		return err
	}
	signed, err := keyring.Open(filepath.Base(path), data)
	if err != nil {
		return err
	}
	changes, err := dsc.ParseChanges(filepath.Base(path), signed.Text())
	if err != nil {
		return err
	}
	for _, f := range changes.Files {
		if err := a.takeFile(f); err != nil {
			return err
		}
	}
	if err := a.completeFromPool(changes.Dsc()); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return a.Upload(Codename, archivetest.Upload{Dsc: filepath.Join(a.accepted, changes.Dsc())})
}

// completeFromPool puts beside an accepted .dsc those of its files that were in the archive before.
func (a *plainArchive) completeFromPool(name string) error {
	data, err := os.ReadFile(filepath.Join(a.accepted, name))
	if err != nil {
		return err
	}
	text, _, err := dsc.ClearsignedText(name, data)
	if err != nil {
		return err
	}
	source, err := dsc.Parse(name, text)
	if err != nil {
		return err
	}
	for _, f := range source.Files {
		to := filepath.Join(a.accepted, f.Name)
		inPool, err := filepath.Glob(filepath.Join(a.Dir, "pool/*/*/*", f.Name))
		if _, statErr := os.Stat(to); statErr == nil || err != nil || len(inPool) == 0 {
			continue // what is missing, the archive says
		}
		content, err := os.ReadFile(inPool[0])
		if err == nil {
			err = os.WriteFile(to, content, 0o666)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *plainArchive) takeFile(f dsc.File) error {
	from := filepath.Join(a.queue, f.Name)
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := f.Verify(bytes.NewReader(data)); err != nil {
		return err
	}
	to := filepath.Join(a.accepted, f.Name)
	if old, err := os.ReadFile(to); err == nil && !bytes.Equal(old, data) {
		return fmt.Errorf("%s is in the archive, with other content", f.Name)
	}
	return os.Rename(from, to)
}

// A reprepro is an archive that reprepro(1) keeps.
type reprepro struct {
	dir string
	gpg *GPG
}

func newReprepro(dir, queue string, gpg *GPG, uploader *dsctest.Key) (*reprepro, error) {
	key, err := dsctest.NewKey("Example Archive", "archive@example.org", dsctest.KeyOptions{})
	if err != nil {
		return nil, err
	}
	if err := gpg.Import(key.Secret()); err != nil {
		return nil, err
	}
	r := &reprepro{dir, gpg}
	for _, sub := range []string{"conf", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o777); err != nil {
			return nil, err
		}
	}
	for name, text := range map[string]string{
		"keyring.pgp": string(key.Public()),
		"conf/distributions": fmt.Sprintf("Codename: %s\nSuite: %s\nOrigin: %s\nArchitectures: source amd64\nComponents: main\nUploaders: uploaders\nSignWith: %s\n",
			Codename, Suite, Distro, key.Fingerprint()),
		"conf/uploaders": "allow * by key " + uploader.Fingerprint() + "\n",
		"conf/incoming":  fmt.Sprintf("Name: queue\nIncomingDir: %s\nTempDir: %s\nAllow: %s>%s\n", queue, filepath.Join(dir, "tmp"), Suite, Codename),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			return nil, err
		}
	}
	path, err := seed().Write(filepath.Join(dir, "tmp", "seed"))
	if err != nil {
		return nil, err
	}
	if err := r.run("createsymlinks"); err != nil {
		return nil, err
	}
	return r, r.publish(path)
}

func (r *reprepro) mirror() string  { return r.dir }
func (r *reprepro) keyring() string { return filepath.Join(r.dir, "keyring.pgp") }

func (r *reprepro) publish(dsc string) error {
	return r.run("-S", "misc", "-P", "optional", "includedsc", Codename, dsc)
}

func (r *reprepro) take() error { return r.run("processincoming", "queue") }

func (r *reprepro) run(args ...string) error {
	cmd := exec.Command("reprepro", append([]string{"--silent", "--basedir", r.dir}, args...)...)
	cmd.Env = append(os.Environ(), "GNUPGHOME="+r.gpg.Home)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("reprepro %q: %w: %s", args, err, out)
	}
	return nil
}
