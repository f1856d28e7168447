package dsc

import (
	"fmt"
	"strings"
)

// A rawHeader is the header of a tarball's entry, with each field as it is stored.
// A field that is "" has its usual content.
type rawHeader struct {
	name, mode, uid, gid, size, mtime, sum, typ, link, magic, uname, gname, major, minor string

	rest string // the last 167 bytes: a prefix, or what GNU tar has there
}

const gnuMagic = "ustar  \x00"

// block returns the header as it stands in a tarball.
func (h rawHeader) block() string {
	field := func(value, usual string, size int) string {
		if value == "" {
			value = usual
		}
		if len(value) > size {
			panic(fmt.Sprintf("%q is longer than %d bytes", value, size))
		}
		return value + zeros(size-len(value))
	}
	head := field(h.name, "", 100) + field(h.mode, "0000644", 8) + field(h.uid, "0001750", 8) + field(h.gid, "0001750", 8) +
		field(h.size, "00000000000", 12) + field(h.mtime, "13727410000", 12)
	tail := field(h.typ, "0", 1) + field(h.link, "", 100) + field(h.magic, "ustar\x0000", 8) + field(h.uname, "", 32) +
		field(h.gname, "", 32) + field(h.major, "", 8) + field(h.minor, "", 8) + field(h.rest, "", 167)
	sum := 8 * int(' ')
	for _, c := range []byte(head + tail) {
		sum += int(c)
	}
	return head + field(h.sum, fmt.Sprintf("%06o\x00 ", sum), 8) + tail
}

// with returns the entry of header h and the given content, filled up to whole blocks.
func (h rawHeader) with(content string) string {
	if h.size == "" {
		h.size = octal(len(content))
	}
	return h.block() + pad(content)
}

// withSignedSum returns the entry with the checksum that old programs made, which
// took bytes for signed numbers.
func (h rawHeader) withSignedSum(content string) string {
	h.size = octal(len(content))
	sum := 0
	for i, c := range []byte(h.block()) {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int(int8(c))
	}
	h.sum = fmt.Sprintf("%06o\x00 ", sum)
	return h.with(content)
}

// pad fills content up to whole blocks.
func pad(content string) string { return content + zeros((512-len(content)%512)%512) }

func octal(n int) string { return fmt.Sprintf("%011o", n) }

// base256 is n as a binary number of the given size.
func base256(n, size int) string {
	b := make([]byte, size)
	for i := size - 1; i >= 0; i-- {
		b[i] = byte(n)
		n >>= 8
	}
	b[0] |= 0x80
	return string(b)
}

// The parts of most tarballs of the tests.
var (
	tarEnd = zeros(1024)
	tarA   = rawHeader{name: "a"}.with("A\n")
	tarB   = rawHeader{name: "b", mode: "0000755"}.with("B\n")
)

// pax is an extended header, of type x or g, with records "key=value".
func pax(typ string, records ...string) string {
	var b strings.Builder
	for _, r := range records {
		n := len(r) + 3
		for len(fmt.Sprint(n))+len(r)+2 != n {
			n = len(fmt.Sprint(n)) + len(r) + 2
		}
		fmt.Fprintf(&b, "%d %s\n", n, r)
	}
	return rawPax(typ, b.String())
}

// rawPax is an extended header with the given content.
func rawPax(typ, content string) string { return rawHeader{name: "pax", typ: typ}.with(content) }

// gnuLong is an entry that has the name (type L) or link (K) of the next one.
func gnuLong(typ, text string) string {
	return rawHeader{name: "././@LongLink", typ: typ, magic: gnuMagic}.with(text + "\x00")
}

// oldSparse is a sparse file in the format of GNU tar. The map has offsets and sizes
// in turn; from the fifth part on it is in a block of its own.
func oldSparse(size int, numbers []int, content string) string {
	var table []string
	for _, n := range numbers {
		table = append(table, octal(n)+"\x00")
	}
	first, more, second := table, "\x00", ""
	if len(table) > 8 {
		first, more, second = table[:8], "\x01", pad(strings.Join(table[8:], ""))
	}
	rest := zeros(41) + strings.Join(first, "") + zeros(96-12*len(first)) + more + octal(size) + "\x00"
	h := rawHeader{name: "sparse", typ: "S", magic: gnuMagic, size: octal(len(content)), rest: rest}
	return h.block() + second + pad(content)
}

// paxSparseFile is a sparse file in format 1.0.
func paxSparseFile(size int, sparseMap, content string) string {
	return pax("x", "GNU.sparse.major=1", "GNU.sparse.minor=0", fmt.Sprint("GNU.sparse.realsize=", size), "GNU.sparse.name=sparse") +
		rawHeader{name: "s"}.with(pad(sparseMap)+content)
}

// longMap is a map, as of format 1.0, of so many parts of one block each.
func longMap(parts int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n", parts)
	for i := range parts {
		fmt.Fprintf(&b, "%d\n512\n", 1000+i*1024)
	}
	return b.String()
}
