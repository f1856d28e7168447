package gitmap

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// An iso2022Charset switches by sequences between sets of characters, which have codes of seven
// bits. It begins with ASCII.
type iso2022Charset struct {
	names    string // that the C library knows, in upper case
	switches []isoSwitch
	initial  [places]isoSet
	controls bool // blanks and control characters are themselves in every set
	escape   int  // bytes that must follow an escape character, even if it begins nothing
	highest  byte // that is not refused
}

// An isoSwitch makes a set the one of a place.
type isoSwitch struct {
	sequence string
	place    int
	set      isoSet
}

// The places of sets.
const (
	placeG0  = iota // in use at once
	placeOut        // in use between shift out and shift in
	placeSS2        // for the code after ESC N
	placeSS3        // for the code after ESC O
	places
)

// An isoSet is a set of characters, as a part of another charset.
type isoSet struct {
	charset string // which is one of [multiByteCharsets], or of [singleByteCharsets]
	prefix  string // of the codes of the set there; their other bytes have the high bit, unless
	low     bool   // they have not
	eight   bool   // a code may as well have the high bit
	size    int    // of a code, in bytes, without the prefix. 0: there is no set
}

// The sets that the C library knows; that of JIS X 0208 is the same for all its editions.
var (
	asciiSet     = isoSet{charset: "US-ASCII", low: true, size: 1}
	romanSet     = isoSet{charset: "ISO646-JP", low: true, size: 1}
	kanaSet      = isoSet{charset: "SHIFT_JIS", size: 1}
	jisX0208Set  = isoSet{charset: "EUC-JP", size: 2}
	jisX0212Set  = isoSet{charset: "EUC-JP", prefix: "\x8f", size: 2}
	jisX0213Set1 = isoSet{charset: "EUC-JISX0213", size: 2}
	jisX0213Set2 = isoSet{charset: "EUC-JISX0213", prefix: "\x8f", size: 2}
	gb2312Set    = isoSet{charset: "GB2312", size: 2}
	isoIR165Set  = isoSet{charset: "iso-ir-165", size: 2}
	ksX1001Set   = isoSet{charset: "EUC-KR", size: 2}
	latin1Set    = isoSet{charset: "ISO-8859-1", eight: true, size: 1}
	greekSet     = isoSet{charset: "ISO-8859-7", size: 1}
)

// cnsSet is the set of a plane of CNS 11643.
func cnsSet(plane byte) isoSet {
	return isoSet{charset: "EUC-TW", prefix: string([]byte{0x8e, 0xa0 + plane}), size: 2}
}

// iso2022JP are the switches of all variants of ISO-2022-JP (RFC 1468).
var iso2022JP = []isoSwitch{
	{"\x1b(B", placeG0, asciiSet}, {"\x1b(J", placeG0, romanSet}, {"\x1b$@", placeG0, jisX0208Set}, {"\x1b$B", placeG0, jisX0208Set},
}

// iso2022CN are the switches of all variants of ISO-2022-CN (RFC 1922).
var iso2022CN = []isoSwitch{
	{"\x1b$)A", placeOut, gb2312Set}, {"\x1b$)G", placeOut, cnsSet(1)}, {"\x1b$*H", placeSS2, cnsSet(2)},
}

var iso2022Charsets = []iso2022Charset{
	{names: "CSISO2022JP ISO-2022-JP ISO2022JP", switches: iso2022JP, controls: true, escape: 2, highest: 0x7f},
	{names: "CSISO2022JP2 ISO-2022-JP-2 ISO2022JP2", switches: append([]isoSwitch{ // RFC 1554
		{"\x1b(I", placeG0, kanaSet}, {"\x1b$A", placeG0, gb2312Set}, {"\x1b$(C", placeG0, ksX1001Set}, {"\x1b$(D", placeG0, jisX0212Set},
		{"\x1b.A", placeSS2, latin1Set}, {"\x1b.F", placeSS2, greekSet},
	}, iso2022JP...), controls: true, escape: 2, highest: 0x7f},
	{names: "ISO-2022-JP-3", switches: append([]isoSwitch{ // JIS X 0213
		{"\x1b(I", placeG0, kanaSet}, {"\x1b$(O", placeG0, jisX0213Set1}, {"\x1b$(Q", placeG0, jisX0213Set1}, {"\x1b$(P", placeG0, jisX0213Set2},
	}, iso2022JP...), controls: true, escape: 2, highest: 0x7f},
	{names: "CSISO2022KR ISO-2022-KR ISO2022KR", switches: []isoSwitch{{"\x1b$)C", placeOut, ksX1001Set}}, // RFC 1557
		initial: [places]isoSet{placeOut: ksX1001Set}, highest: 0x7f},
	{names: "CSISO2022CN ISO-2022-CN ISO2022CN", switches: iso2022CN,
		initial: [places]isoSet{placeOut: gb2312Set, placeSS2: cnsSet(2)}, escape: 1, highest: 0x7e},
	{names: "ISO-2022-CN-EXT ISO2022CNEXT", switches: append([]isoSwitch{
		{"\x1b$)E", placeOut, isoIR165Set}, {"\x1b$+I", placeSS3, cnsSet(3)}, {"\x1b$+J", placeSS3, cnsSet(4)}, {"\x1b$+K", placeSS3, cnsSet(5)},
		{"\x1b$+L", placeSS3, cnsSet(6)}, {"\x1b$+M", placeSS3, cnsSet(7)},
	}, iso2022CN...), initial: [places]isoSet{placeSS2: cnsSet(2)}, escape: 1, highest: 0x7f},
}

func addISO2022Charsets(all charsetMap) {
	for i := range iso2022Charsets {
		all.add(iso2022Charsets[i].names, &iso2022Charsets[i])
	}
}

// has says whether c has sets for place.
func (c *iso2022Charset) has(place int) bool {
	return slices.ContainsFunc(c.switches, func(s isoSwitch) bool { return s.place == place })
}

func (c *iso2022Charset) decode(text []byte) ([]byte, bool) {
	const escape = 0x1b
	var sets [places]isoReader
	for place, set := range c.initial {
		sets[place] = set.open()
	}
	switched := make([]isoReader, len(c.switches)) // of their sets
	for i, s := range c.switches {
		switched[i] = s.set.open()
	}
	ascii := asciiSet.open()
	current := ascii
	out := newConverted(text)
	for len(text) > 0 {
		b, set, once := text[0], current, false
		if b == escape {
			i, whole := c.switchAt(text)
			switch {
			case !whole:
				return nil, false
			case i >= 0:
				s := c.switches[i]
				sets[s.place] = switched[i]
				if s.place == placeG0 {
					current = sets[placeG0]
				}
				text = text[len(s.sequence):]
				continue
			case len(text) > 1 && text[1] == 'N' && c.has(placeSS2):
				set, text, once = sets[placeSS2], text[2:], true
			case len(text) > 1 && text[1] == 'O' && c.has(placeSS3):
				set, text, once = sets[placeSS3], text[2:], true
			}
		}
		switch {
		case b > c.highest:
			return nil, false
		case b == shiftOut && c.has(placeOut):
			current = sets[placeOut]
			if current.size == 0 {
				return nil, false
			}
			text = text[1:]
			continue
		case b == shiftIn && c.has(placeOut):
			current, text = ascii, text[1:]
			continue
		case c.controls && !once && (b <= ' ' || b == 0x7f):
			set = ascii
		}
		chars := set.first(text)
		if chars == nil {
			return nil, false
		}
		text = text[set.size:]
		out.add(chars, len(text))
	}
	return out.out, true
}

// switchAt returns which of the switches text, from an escape character on, begins with, -1 if it begins
// with none; and whether it is long enough to tell.
func (c *iso2022Charset) switchAt(text []byte) (int, bool) {
	for i, s := range c.switches {
		switch {
		case bytes.HasPrefix(text, []byte(s.sequence)):
			return i, true
		case len(text) < len(s.sequence) && strings.HasPrefix(s.sequence, string(text)):
			return -1, false
		}
	}
	return -1, len(text) > c.escape
}

// An isoReader reads codes of a set.
type isoReader struct {
	isoSet
	single *singleByteCharset // nil if its charset is another one
	codes  codeReader
}

func (s isoSet) open() isoReader {
	r := isoReader{isoSet: s}
	switch c := charsets()[s.charset].(type) {
	case *singleByteCharset:
		r.single = c
	case *multiByteCharset:
		r.codes = c.codes()
	}
	return r
}

// first returns the characters of the code that text begins with, nil if it begins with none.
func (r isoReader) first(text []byte) []rune {
	if r.size == 0 || len(text) < r.size {
		return nil
	}
	code := []byte(r.prefix)
	for _, b := range text[:r.size] {
		switch {
		case r.size > 1 && (b <= ' ' || b == 0x7f), !r.eight && !r.low && b < ' ', !r.eight && b >= utf8.RuneSelf:
			return nil
		case r.low:
			code = append(code, b)
		default:
			code = append(code, b|0x80)
		}
	}
	if r.single == nil {
		return r.codes.whole(code)
	}
	if char := r.single[code[0]]; char != none {
		return []rune{char}
	}
	return nil
}
