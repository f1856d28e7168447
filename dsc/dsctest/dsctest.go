// Package dsctest builds small source packages, from text or from Go values, for
// tests and for the tour. It builds what it is told to build, sound or not: what
// is wrong with a package is often what a test is about.
//
// The same description gives the same bytes everywhere: each time in a tarball is
// that of [ModTime], each owner is root.
//
// # Format
//
// A description is a txtar archive: a header, then sections. This is a whole one:
//
//	# A file that only its group may execute is executable in git.
//	format: 3.0 (native)
//	source: foo
//	version: 1.0
//
//	-- foo_1.0.tar.xz/foo-1.0/ --
//	-- foo_1.0.tar.xz/foo-1.0/run mode=0010 --
//	#!/bin/sh
//	-- foo_1.0.tar.xz/foo-1.0/link symlink=run --
//
// # Header
//
// A line that starts with "#" is a comment. The first line must be one: it says in
// words what the package shows, and becomes [Package.Title]. Empty lines do not
// count. Every other line is "KEY: VALUE"; a line that starts with a blank continues
// the value before it. Any key that is not one of these is refused:
//
//	format        Format of the .dsc, such as "3.0 (quilt)"; required
//	source        Source; required
//	version       Version, with epoch; required
//	field         "NAME: VALUE", a field of the .dsc. It replaces the field of that
//	              name, if there is one; with an empty value the field is left out.
//	              May be repeated.
//	compress      "FILE METHOD", if the name of FILE does not tell how it is
//	              compressed. METHOD is gzip, xz, lzma, bzip2 or none. May be repeated.
//	want-commit   the id of the commit that the import gives
//	want-tree     the id of that commit's tree; both ids or none
//	want          "refused": the import must fail
//	want-refusal  the whole text of the error that the import fails with; no need
//	              to say "want: refused" too
//	dgit-refuses  "yes": dgit 17.0 does not import the package, so that debgit is
//	              free in what it wants
//
// # Sections
//
// A section is a line "-- PATH ATTRIBUTE... --" and the lines up to the next section.
// There is no empty line around them: it would belong to the content.
//
// PATH without "/" is the name of a file of the source package. The lines are its
// content, compressed as its name says: ".gz", ".xz", ".lzma" or ".bz2", else not at all.
// A tarball without entries is an empty section.
//
// PATH with "/" is the name of a tarball, "/", and the name of an entry: all that
// follows the first "/", byte for byte as it will be in the tarball ("./foo/",
// "/etc/passwd"). An entry is a directory if its name ends in "/". There are no
// entries but those written down, and they keep their order. The files of the .dsc
// are in the order in which they first appear.
//
// A PATH with blanks or bytes that cannot be printed is a Go string literal:
// "foo_1.0.tar.xz/caf\xe9". The same holds for the value of an attribute. The attributes
// of entries are:
//
//	mode=0755         permission bits; otherwise they are 0755 for a directory, 0777
//	                  for a symbolic link, 0644 for anything else
//	symlink=TARGET    a symbolic link
//	hardlink=NAME     a hard link to the entry of that name
//	fifo              a named pipe
//	chardev blockdev  a device, with the numbers 1 and 3
//
// Attributes for the content, of which a section has at most one:
//
//	no-newline        the last line of the content has no newline
//	quoted            a line that starts with a double quote is a Go string literal
//	                  and stands for its value; no newline is added to it. For what
//	                  cannot be seen: blanks at the end of a line, carriage returns,
//	                  bytes that are not UTF-8, lines that look like a section's first.
//	base64            the lines are the content in standard base64
package dsctest

import "time"

// ModTime is the time of every entry of a tarball.
var ModTime = time.Unix(1600000000, 0).UTC()

// A Package describes a source package. Format, Source and Version must be set.
type Package struct {
	Title   string // what the package shows, in words
	Format  string // such as "3.0 (quilt)"
	Source  string
	Version string  // with epoch
	Fields  []Field // replace the default fields of the .dsc, or are added to them
	Files   []File  // in the order of the .dsc
	Want    Want
}

// A Field is a field of a .dsc. One with an empty Value is left out. The lines of
// Value after the first start with a blank.
type Field struct{ Name, Value string }

// A File is a file that the .dsc lists. It has either Entries or Content. With
// neither it is an empty tarball, if its name has ".tar" at the end or before the
// compression, else an empty file.
type File struct {
	Name        string
	Compression Compression // default: as Name ends
	Entries     []Entry     // of a tarball, in this order
	Content     string      // before compression
}

// An Entry is an entry of a tarball.
type Entry struct {
	Name    string // byte for byte as in the tarball
	Type    byte   // one of archive/tar; default: tar.TypeDir if Name ends in "/", else tar.TypeReg
	Mode    int64  // permission bits; default: 0755 (directory), 0777 (symbolic link) or 0644
	Link    string // target of a symbolic or hard link
	Content string // of a regular file
}

// NoPermissions is the Mode of an entry that has no permission bit set.
const NoPermissions = -1

// A Compression is a way to compress a file.
type Compression string

// The ways to compress a file. ByName is the default: as the name of the file ends.
const (
	ByName Compression = ""
	None   Compression = "none"
	Gzip   Compression = "gzip"
	XZ     Compression = "xz"
	LZMA   Compression = "lzma"
	Bzip2  Compression = "bzip2"
)

// Want says what the import of a package is expected to give. Its zero value
// expects nothing in particular.
type Want struct {
	Commit, Tree string // object ids; both or none
	Refused      bool   // the import fails
	Refusal      string // the text of the error that it fails with, if that is known
	DgitRefuses  bool   // dgit 17.0 does not import the package
}
