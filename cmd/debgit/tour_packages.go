package main

import (
	"fmt"

	"debgit/dsc/dsctest"
)

// The source packages of the tour, as dsctest describes them. They can be built
// with dpkg-dev alone.
const (
	doorbellOld = `# One patch.
format: 3.0 (quilt)
source: doorbell
version: 1.1-1
field: Maintainer: Dora Porter <dora@example.org>

-- doorbell_1.1.orig.tar.gz/doorbell-1.1/ --
-- doorbell_1.1.orig.tar.gz/doorbell-1.1/README --
doorbell rings at the door.

Usage: doorbel
-- doorbell_1.1.orig.tar.gz/doorbell-1.1/doorbell mode=0755 --
#!/bin/sh
echo ding
-- doorbell_1.1-1.debian.tar.xz/debian/ --
-- doorbell_1.1-1.debian.tar.xz/debian/changelog --
doorbell (1.1-1) unstable; urgency=medium

  * First upload.

 -- Dora Porter <dora@example.org>  Mon, 05 May 2025 10:00:00 +0200
` + doorbellDebian11 + `-- doorbell_1.1-1.debian.tar.xz/debian/patches/ --
-- doorbell_1.1-1.debian.tar.xz/debian/patches/series --
usage.patch
-- doorbell_1.1-1.debian.tar.xz/debian/patches/usage.patch --
` + usagePatch + `--- a/README
+++ b/README
@@ -1,3 +1,3 @@
 doorbell rings at the door.
 
-Usage: doorbel
+Usage: doorbell
`

	doorbellNew = `# Two patches.
format: 3.0 (quilt)
source: doorbell
version: 1.2-2
field: Maintainer: Dora Porter <dora@example.org>

-- doorbell_1.2.orig.tar.gz/doorbell-1.2/ --
-- doorbell_1.2.orig.tar.gz/doorbell-1.2/README --
doorbell rings at the door.

Usage: doorbel [NAME]
-- doorbell_1.2.orig.tar.gz/doorbell-1.2/doorbell mode=0755 --
#!/bin/sh
# Tell who is at the door.
echo ding
echo "here is ${1-somebody}"
-- doorbell_1.2-2.debian.tar.xz/debian/ --
-- doorbell_1.2-2.debian.tar.xz/debian/changelog --
doorbell (1.2-2) unstable; urgency=medium

  * Ring twice. (Closes: #314159)

 -- Dora Porter <dora@example.org>  Thu, 02 Oct 2025 18:30:00 +0200

doorbell (1.2-1) unstable; urgency=medium

  * New upstream version.

 -- Dora Porter <dora@example.org>  Mon, 01 Sep 2025 09:15:00 +0200

doorbell (1.1-1) unstable; urgency=medium

  * First upload.

 -- Dora Porter <dora@example.org>  Mon, 05 May 2025 10:00:00 +0200
` + doorbellDebian12 + `-- doorbell_1.2-2.debian.tar.xz/debian/patches/ --
-- doorbell_1.2-2.debian.tar.xz/debian/patches/series --
usage.patch
ring-twice.patch
-- doorbell_1.2-2.debian.tar.xz/debian/patches/usage.patch --
` + usagePatch + `--- a/README
+++ b/README
@@ -1,3 +1,3 @@
 doorbell rings at the door.
 
-Usage: doorbel [NAME]
+Usage: doorbell [NAME]
-- doorbell_1.2-2.debian.tar.xz/debian/patches/ring-twice.patch --
From: Otto Hausmann <otto@example.org>
Date: Wed, 1 Oct 2025 21:05:00 +0200
Subject: Ring twice

Once is not heard from the garden.

--- a/doorbell
+++ b/doorbell
@@ -1,4 +1,4 @@
 #!/bin/sh
 # Tell who is at the door.
-echo ding
+echo ding dong
 echo "here is ${1-somebody}"
`

	usagePatch = `From: Dora Porter <dora@example.org>
Date: Mon, 5 May 2025 09:40:00 +0200
Subject: Spell the name of the program correctly

`

	doormat = `# A native package.
format: 3.0 (native)
source: doormat
version: 3
field: Maintainer: Otto Hausmann <otto@example.org>

-- doormat_3.tar.xz/doormat-3/ --
-- doormat_3.tar.xz/doormat-3/welcome --
Welcome.
-- doormat_3.tar.xz/doormat-3/debian/ --
-- doormat_3.tar.xz/doormat-3/debian/changelog --
doormat (3) unstable; urgency=medium

  * Say welcome.

 -- Otto Hausmann <otto@example.org>  Fri, 12 Sep 2025 12:00:00 +0200
-- doormat_3.tar.xz/doormat-3/debian/control --
Source: doormat
Section: misc
Priority: optional
Maintainer: Otto Hausmann <otto@example.org>
Standards-Version: 4.7.2

Package: doormat
Architecture: all
Description: text to put before a door
 It says welcome.
-- doormat_3.tar.xz/doormat-3/debian/rules mode=0755 --
#!/usr/bin/make -f
build build-arch build-indep binary-arch:
clean:
	rm -rf debian/doormat debian/files
binary binary-indep:
	install -D -m 644 welcome debian/doormat/usr/share/doormat/welcome
	mkdir debian/doormat/DEBIAN
	dpkg-gencontrol -Pdebian/doormat
	dpkg-deb --root-owner-group --build debian/doormat ..
-- doormat_3.tar.xz/doormat-3/debian/source/ --
-- doormat_3.tar.xz/doormat-3/debian/source/format --
3.0 (native)
`

	doorway = `# Two upstream tarballs, no patch.
format: 3.0 (quilt)
source: doorway
version: 2.0-1
field: Maintainer: Dora Porter <dora@example.org>
field: Binary: doorway-frames

-- doorway_2.0.orig.tar.gz/doorway-2.0/ --
-- doorway_2.0.orig.tar.gz/doorway-2.0/README --
doorway is where a door can be.
-- doorway_2.0.orig-frames.tar.gz/frames-7/ --
-- doorway_2.0.orig-frames.tar.gz/frames-7/oak --
oak
-- doorway_2.0.orig-frames.tar.gz/frames-7/pine --
pine
-- doorway_2.0-1.debian.tar.xz/debian/ --
-- doorway_2.0-1.debian.tar.xz/debian/changelog --
doorway (2.0-1) unstable; urgency=medium

  * New upstream version, with frames.

 -- Dora Porter <dora@example.org>  Sun, 28 Sep 2025 16:45:00 +0200
-- doorway_2.0-1.debian.tar.xz/debian/control --
Source: doorway
Section: misc
Priority: optional
Maintainer: Dora Porter <dora@example.org>
Standards-Version: 4.7.2

Package: doorway-frames
Architecture: all
Description: frames for a doorway
 They are of oak and pine.
-- doorway_2.0-1.debian.tar.xz/debian/rules mode=0755 --
#!/usr/bin/make -f
build build-arch build-indep binary-arch:
clean:
	rm -rf debian/doorway-frames debian/files
binary binary-indep:
	install -D -m 644 -t debian/doorway-frames/usr/share/doorway README frames/oak frames/pine
	mkdir debian/doorway-frames/DEBIAN
	dpkg-gencontrol -Pdebian/doorway-frames
	dpkg-deb --root-owner-group --build debian/doorway-frames ..
-- doorway_2.0-1.debian.tar.xz/debian/source/ --
-- doorway_2.0-1.debian.tar.xz/debian/source/format --
3.0 (quilt)
`
)

// What debian/ has beside the changelog and the patches, for each version.
const (
	doorbellDebian11 = `-- doorbell_1.1-1.debian.tar.xz/debian/control --
` + doorbellControl + `-- doorbell_1.1-1.debian.tar.xz/debian/rules mode=0755 --
` + doorbellRules + `-- doorbell_1.1-1.debian.tar.xz/debian/source/ --
-- doorbell_1.1-1.debian.tar.xz/debian/source/format --
3.0 (quilt)
`
	doorbellDebian12 = `-- doorbell_1.2-2.debian.tar.xz/debian/control --
` + doorbellControl + `-- doorbell_1.2-2.debian.tar.xz/debian/rules mode=0755 --
` + doorbellRules + `-- doorbell_1.2-2.debian.tar.xz/debian/source/ --
-- doorbell_1.2-2.debian.tar.xz/debian/source/format --
3.0 (quilt)
`
	doorbellControl = `Source: doorbell
Section: misc
Priority: optional
Maintainer: Dora Porter <dora@example.org>
Standards-Version: 4.7.2

Package: doorbell
Architecture: all
Description: bell to ring at a door
 It rings twice, so that it is heard from the garden.
`
	doorbellRules = `#!/usr/bin/make -f
build build-arch build-indep binary-arch:
clean:
	rm -rf debian/doorbell debian/files
binary binary-indep:
	install -D -m 755 doorbell debian/doorbell/usr/bin/doorbell
	mkdir debian/doorbell/DEBIAN
	dpkg-gencontrol -Pdebian/doorbell
	dpkg-deb --root-owner-group --build debian/doorbell ..
`
)

// tourPackages are the packages of each suite of the tour's archive.
func tourPackages() (map[string][]*dsctest.Package, error) {
	suites := map[string][]*dsctest.Package{}
	for suite, texts := range map[string][]string{
		"sid":    {doorbellNew, doormat, doorway},
		"trixie": {doorbellOld, doormat},
	} {
		for i, text := range texts {
			p, err := dsctest.Parse(fmt.Sprintf("package %d of %s", i+1, suite), []byte(text))
			if err != nil {
				return nil, err
			}
			suites[suite] = append(suites[suite], p)
		}
	}
	return suites, nil
}
