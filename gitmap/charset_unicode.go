package gitmap

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// utf8Form is UTF-8, which is checked only.
type utf8Form struct{}

func (utf8Form) decode(text []byte) ([]byte, bool) { return text, utf8.Valid(text) }

// A unicodeForm is characters as numbers of two or four bytes.
type unicodeForm struct {
	names string // that the C library knows, in upper case
	size  int    // of a number, in bytes
	order binary.ByteOrder
	mark  bool // a byte order mark at the start is none of the text, and says the order
	pairs bool // a character may be two surrogates
}

// unicodeForms have the little endian order of nearly all machines where the name says none
// and the C library takes the machine's. git adds UTF-16LE-BOM. Refused are the numbers that
// are no characters, which UCS-4 may have for the C library.
var unicodeForms = []unicodeForm{
	{"UTF-16 UTF16 UTF-16LE-BOM", 2, binary.LittleEndian, true, true},
	{"UTF-16LE UTF16LE", 2, binary.LittleEndian, false, true},
	{"UTF-16BE UTF16BE", 2, binary.BigEndian, false, true},
	{"UNICODE CSUNICODE", 2, binary.LittleEndian, true, false},
	{"UCS-2 UCS2 ISO-10646/UCS2 OSF00010100 OSF00010101 OSF00010102 UCS-2LE UNICODELITTLE", 2, binary.LittleEndian, false, false},
	{"UCS-2BE UNICODEBIG", 2, binary.BigEndian, false, false},
	{"UTF-32 UTF32", 4, binary.LittleEndian, true, false},
	{"UTF-32LE UTF32LE UCS-4LE WCHAR_T", 4, binary.LittleEndian, false, false},
	{"UTF-32BE UTF32BE UCS-4 UCS4 UCS-4BE CSUCS4 ISO-10646 ISO-10646/UCS4 10646-1:1993 10646-1:1993/UCS4 OSF00010104 OSF00010105 OSF00010106", 4, binary.BigEndian, false, false},
}

func addUnicodeForms(all charsetMap) {
	for i := range unicodeForms {
		all.add(unicodeForms[i].names, &unicodeForms[i])
	}
}

func (f *unicodeForm) decode(text []byte) ([]byte, bool) {
	const mark, swapped2, swapped4 = 0xfeff, 0xfffe, 0xfffe0000
	if len(text)%f.size != 0 {
		return nil, false
	}
	order := f.order
	var out []byte
	first := uint32(0) // of two surrogates
	for i := 0; i < len(text); i += f.size {
		n := f.number(order, text[i:])
		if i == 0 && f.mark {
			switch {
			case n == mark:
				continue
			case f.size == 2 && n == swapped2 || f.size == 4 && n == swapped4:
				order = binary.BigEndian
				continue
			}
		}
		char := rune(n)
		switch {
		case first != 0:
			char = utf16.DecodeRune(rune(first), rune(n))
			if char == none {
				return nil, false
			}
			first = 0
		case f.pairs && 0xd800 <= n && n < 0xdc00:
			first = n
			continue
		case n > utf8.MaxRune || !utf8.ValidRune(char):
			return nil, false
		}
		out = utf8.AppendRune(out, char)
	}
	return out, first == 0
}

func (f *unicodeForm) number(order binary.ByteOrder, text []byte) uint32 {
	if f.size == 2 {
		return uint32(order.Uint16(text))
	}
	return order.Uint32(text)
}

// A utf7Form is ASCII in which the characters that are not direct are UTF-16 in base64.
type utf7Form struct {
	names  string // that the C library knows, in upper case
	direct string // what stands for itself besides letters and digits
	shift  byte   // before base64, and before "-" for itself
	last   byte   // for 63 in base64
	open   bool   // base64 ends before anything that it does not have; else a "-" must end it
}

var utf7Forms = []utf7Form{
	{"UTF-7 UTF7", "'(),-./:? \t\n\r!\"#$%&*;<=>@[]^_`{|}", '+', '/', true}, // RFC 2152, with the optional direct characters
	{"UTF-7-IMAP", "'(),-./:? !\"#$%+*;<=>@[]^_`{|}~\\", '&', ',', false},   // RFC 3501
}

func addUTF7Forms(all charsetMap) {
	for i := range utf7Forms {
		all.add(utf7Forms[i].names, &utf7Forms[i])
	}
}

func (f *utf7Form) decode(text []byte) ([]byte, bool) {
	alphabet := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+" + string(rune(f.last))
	var out []byte
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != f.shift {
			if !isAlpha(c) && !isDigit(c) && strings.IndexByte(f.direct, c) < 0 {
				return nil, false
			}
			out = append(out, c)
			continue
		}
		if i+1 == len(text) {
			return nil, false
		}
		if text[i+1] == '-' {
			out = append(out, f.shift)
			i++
			continue
		}
		var units []byte // of UTF-16BE
		bits, have := uint32(0), 0
		for i+1 < len(text) && strings.IndexByte(alphabet, text[i+1]) >= 0 {
			i++
			bits, have = bits<<6|uint32(strings.IndexByte(alphabet, text[i])), have+6
			if have >= 8 {
				have -= 8
				units = append(units, byte(bits>>have))
				bits &= 1<<have - 1
			}
		}
		ended := i+1 < len(text)
		if ended && (have >= 6 || bits != 0 || !f.open && text[i+1] != '-') {
			return nil, false
		}
		if !ended { // what is no whole character is not missed
			n := len(units) / 2 * 2
			if n > 0 && units[n-2]>>2 == 0xd8>>2 { // the first of two surrogates
				n -= 2
				second := append(units[n+2:], byte(bits<<(8-have)))
				if 8*len(second)-8+have >= 6 && second[0]>>2 != 0xdc>>2 {
					return nil, false
				}
			}
			units = units[:n]
		}
		chars, ok := charsets()["UTF-16BE"].decode(units)
		if !ok {
			return nil, false
		}
		out = append(out, chars...)
		if ended && text[i+1] == '-' {
			i++
		}
	}
	return out, true
}
