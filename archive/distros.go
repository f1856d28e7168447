package archive

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A distro is what tells the mirrors of a distro from other archives, without
// knowing where they are.
type distro struct {
	name     string
	origins  []string // what its Release files say as Origin
	keyrings []string // where its packages install the keys of its archive; the first that is there counts
	keyNames []string // how the names of files with its keys start
	dirs     []string // last elements of the paths of its mirrors

	// directory returns the directory under dists/ for a suite, if that is not
	// the suite's name; else "".
	directory func(suite string) string
}

func knownDistros() []distro {
	return []distro{{
		name:    "debian",
		origins: []string{"Debian", "Debian Backports"},
		keyrings: []string{
			"/usr/share/keyrings/debian-archive-keyring.pgp",
			"/usr/share/keyrings/debian-archive-keyring.gpg",
		},
		keyNames:  []string{"debian-archive-"},
		dirs:      []string{"debian", "debian-security", "debian-archive"},
		directory: debianDirectory,
	}, {
		name:    "ubuntu",
		origins: []string{"Ubuntu"},
		keyrings: []string{
			"/usr/share/keyrings/ubuntu-archive-keyring.pgp",
			"/usr/share/keyrings/ubuntu-archive-keyring.gpg",
		},
		keyNames:  []string{"ubuntu-archive-", "ubuntu-keyring-"},
		dirs:      []string{"ubuntu", "ubuntu-ports"},
		directory: func(string) string { return "" },
	}, {
		name: "ubuntucloud",
		keyrings: []string{
			"/usr/share/keyrings/ubuntu-cloud-keyring.pgp",
			"/usr/share/keyrings/ubuntu-cloud-keyring.gpg",
		},
		keyNames:  []string{"ubuntu-cloud-"},
		directory: ubuntuCloudDirectory,
	}}
}

// debianDirectory knows the last release whose security suite has a name of the
// older form.
func debianDirectory(suite string) string {
	if suite == "buster-security" {
		return "buster/updates"
	}
	return ""
}

// ubuntuCloudDirectory maps REL:POCKET and REL-X:POCKET.
func ubuntuCloudDirectory(suite string) string {
	release, pocket, ok := strings.Cut(suite, ":")
	if !ok {
		return ""
	}
	if !strings.Contains(release, "-") {
		release += "-updates"
	}
	return release + "/" + pocket
}

// machineDistro returns what can be told about a distro that is not built in,
// from the name that os-release(5) has for it.
func machineDistro(id string) distro {
	return distro{
		name:    id,
		origins: []string{id},
		keyrings: []string{
			"/usr/share/keyrings/" + id + "-archive-keyring.pgp",
			"/usr/share/keyrings/" + id + "-archive-keyring.gpg",
		},
		keyNames:  []string{id + "-archive-"},
		dirs:      []string{id},
		directory: func(string) string { return "" },
	}
}

// distroTable returns the known distros and the one that the machine runs.
func distroTable(root string) []distro {
	table := knownDistros()
	id := osRelease(root, "ID")
	if id != "" && !slices.ContainsFunc(table, func(d distro) bool { return d.name == id }) {
		table = append(table, machineDistro(id))
	}
	return table
}

// osRelease returns a value of os-release(5), or "" if it is none that can be a name.
func osRelease(root, name string) string {
	for _, file := range []string{"etc/os-release", "usr/lib/os-release"} {
		text, err := readLimited(filepath.Join("/", root, file), 64<<10)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+"="); ok {
				id := strings.Trim(value, `"'`)
				if sourceFileName.MatchString(id) {
					return id
				}
			}
		}
	}
	return ""
}

func (d *distro) hasOrigin(origin string) bool {
	return slices.ContainsFunc(d.origins, func(o string) bool { return strings.EqualFold(o, origin) })
}

// hasKeyFile says whether file is one that holds only keys of d's archive.
func (d *distro) hasKeyFile(file string) bool {
	name := path.Base(file)
	return slices.ContainsFunc(d.keyNames, func(p string) bool { return strings.HasPrefix(name, p) })
}

// installedKeyring returns the keyring of d that is installed, or nothing.
func (d *distro) installedKeyring(root string) []string {
	for _, file := range d.keyrings {
		file = filepath.Join(root, file)
		if _, err := os.Stat(file); err == nil {
			return []string{file}
		}
	}
	return nil
}

// debianSuites are the names of Debian's suites that move, and its codenames.
// Later ones come from the package distro-info-data.
var debianSuites = strings.Fields(`
	oldoldstable oldstable stable testing unstable experimental rc-buggy sid
	buzz rex bo hamm slink potato woody sarge etch lenny squeeze wheezy jessie
	stretch buster bullseye bookworm trixie forky duke`)

// UsualSuites returns the names that suites of a distro have, as far as that is known: those
// that Debian's have at any time, which most others follow; those of Ubuntu's releases that
// are supported now. An archive need not have all, and may have others.
func UsualSuites(distro string) []string { return usualSuites("/", distro, time.Now()) }

func usualSuites(root, distro string, now time.Time) []string {
	switch distro {
	case "ubuntu":
		var names []string
		for _, release := range supported(root, distro, now) {
			for _, pocket := range []string{"", "-security", "-updates", "-proposed", "-backports"} {
				names = append(names, release+pocket)
			}
		}
		return names
	case "ubuntucloud":
		return nil
	}
	names := []string{"experimental", "sid"}
	for _, release := range []string{"testing", "stable", "oldstable", "oldoldstable"} {
		for _, pocket := range []string{"", "-security", "-updates", "-proposed-updates", "-backports", "-backports-sloppy"} {
			names = append(names, release+pocket)
		}
	}
	return names
}

// UsualCodename returns the codename of a suite that always has the same, such as
// "sid" for "unstable"; any other name as it is.
func UsualCodename(suite string) string {
	switch suite {
	case "unstable":
		return "sid"
	case "experimental":
		return "rc-buggy"
	}
	return suite
}

// pockets are what distros append to the name of a release.
var pockets = []string{"security", "updates", "backports", "backports-sloppy", "proposed", "proposed-updates", "lts"}

// suiteDistro returns the distro that suite is one of, or "" if its name does not tell.
func suiteDistro(root, suite string) string {
	if strings.Contains(suite, ":") {
		return "ubuntucloud"
	}
	if slices.Contains(debianSuites, suite) {
		return "debian"
	}
	release := suite
	if i := strings.IndexAny(suite, "-/"); i >= 0 {
		if release = suite[:i]; !slices.Contains(pockets, suite[i+1:]) {
			return ""
		}
	}
	if slices.Contains(debianSuites, release) {
		return "debian"
	}
	return seriesDistro(root, release)
}

// isSecurity says whether suite is one of security updates.
func isSecurity(suite string) bool {
	return strings.HasSuffix(suite, "-security") || strings.HasSuffix(suite, "/updates")
}
