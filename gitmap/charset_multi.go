package gitmap

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/transform"
)

// A multiByteCharset is what the GNU C library takes the bytes of a text for, one or more
// of them a character.
type multiByteCharset struct {
	names    string            // that the C library knows, in upper case
	encoding encoding.Encoding // which agrees with the C library, except
	except   []codes           // for these
}

// codes are all codes of the same length with each byte between that of first and that
// of last. A code is the bytes of one character as a number, the first byte the highest.
type codes struct {
	first, last uint32
	char        rune // of first; it grows with the last byte. U+FFFD: they have none
}

func (c codes) contains(code uint32) bool {
	for shift := 24; shift >= 0; shift -= 8 {
		if b := byte(code >> shift); b < byte(c.first>>shift) || byte(c.last>>shift) < b {
			return false
		}
	}
	return true
}

// multiByteCharsets are the names and codes of the GNU C library.
var multiByteCharsets = []multiByteCharset{
	{"CSEUCPKDFMTJAPANESE EUC-JP EUCJP OSF00030010 UJIS", japanese.EUCJP, []codes{
		{0x80, 0x8d, 0x80}, {0x90, 0x9f, 0x90},
		{0xa1c1, 0xa1c1, '〜'}, {0xa1c2, 0xa1c2, '‖'}, {0xa1dd, 0xa1dd, '−'}, {0xa1f1, 0xa1f2, '¢'}, {0xa2cc, 0xa2cc, '¬'},
		{0xada1, 0xadfe, none}, {0xf9a1, 0xfcfe, none},
	}},
	{"CSSHIFTJIS MS_KANJI SHIFT-JIS SHIFT_JIS SJIS", japanese.ShiftJIS, []codes{
		{'\\', '\\', '¥'}, {'~', '~', '‾'}, {0x80, 0x80, none},
		{0x8160, 0x8160, '〜'}, {0x8161, 0x8161, '‖'}, {0x817c, 0x817c, '−'}, {0x8191, 0x8192, '¢'}, {0x81ca, 0x81ca, '¬'},
		{0x8740, 0x87fc, none}, {0xed40, 0xfcfc, none},
	}},
	{"CP932 CSWINDOWS31J MS932 SJIS-OPEN SJIS-WIN WINDOWS-31J", japanese.ShiftJIS, []codes{{0x80, 0x80, none}}},
	{"CSEUCKR EUC-KR EUCKR OSF0004000A", korean.EUCKR, []codes{
		{0x80, 0x9f, 0x80}, {0xa041, 0xa0fe, none}, {0xa141, 0xfea0, none}, {0xa2e8, 0xa2e8, '㉾'},
	}},
	{"CP949 MSCP949 OSF100203B5 UHC", korean.EUCKR, nil},
	{"CN-GB CSGB2312 EUC-CN EUCCN GB2312", simplifiedchinese.GBK, []codes{
		{0x80, 0x80, none}, {0x8140, 0xa0fe, none}, {0xa140, 0xfea0, none},
		{0xa1a4, 0xa1a4, '・'}, {0xa1aa, 0xa1aa, '―'},
		{0xa2a1, 0xa2aa, none}, {0xa2e3, 0xa2e3, none}, {0xa6e0, 0xa6f5, none}, {0xa8bb, 0xa8c0, none},
	}},
	{"CP936 GB13000 GBK MS936 WINDOWS-936", simplifiedchinese.GBK, []codes{
		{0xa2e3, 0xa2e3, none}, {0xa3a0, 0xa3a0, none}, {0xa8bf, 0xa8bf, none}, {0xa989, 0xa995, none}, {0xfe50, 0xfe9f, none},
	}},
	{"GB18030", simplifiedchinese.GB18030, []codes{
		{0x80, 0x80, none}, {0xa3a0, 0xa3a0, 0xe5e5}, {0x8135f437, 0x8135f437, 0xe7c7},
		{0x82359037, 0x82359039, none}, {0x82359130, 0x82359134, none}, {0x84318236, 0x84318239, none}, {0x84318330, 0x84318335, none},
	}},
	{"BIG-5 BIG-FIVE BIG5 BIGFIVE CN-BIG5 CP950", traditionalchinese.Big5, []codes{
		{0x80, 0x80, 0x80}, {0x8140, 0xa0fe, none}, {0xa3c0, 0xa3e0, none}, {0xfa40, 0xfefe, none}, {0xf9fe, 0xf9fe, '▓'},
		{0xc6a1, 0xc6fe, 0xf6b1}, {0xc740, 0xc77e, 0xf70f}, {0xc7a1, 0xc7fe, 0xf74e}, {0xc840, 0xc87e, 0xf7ac}, {0xc8a1, 0xc8fe, 0xf7eb},
	}},
}

// findMultiByteCharset returns the charset with the name, nil if there is none.
func findMultiByteCharset(name string) *multiByteCharset {
	for i := range multiByteCharsets {
		if slices.Contains(strings.Fields(multiByteCharsets[i].names), name) {
			return &multiByteCharsets[i]
		}
	}
	return nil
}

func (c *multiByteCharset) decode(text []byte) ([]byte, bool) {
	out := make([]byte, 0, 2*len(text))
	decoder := c.encoding.NewDecoder()
	for len(text) > 0 {
		char, size := c.decodeRune(decoder, text)
		if char == none {
			return nil, false
		}
		out = utf8.AppendRune(out, char)
		text = text[size:]
	}
	return out, true
}

// decodeRune returns the first character of text and the length of its code. The
// character is U+FFFD if text does not begin with a code.
func (c *multiByteCharset) decodeRune(decoder transform.Transformer, text []byte) (rune, int) {
	var code uint32
	for size := 1; size <= min(len(text), 4); size++ {
		code = code<<8 | uint32(text[size-1])
		for _, e := range c.except {
			switch {
			case !e.contains(code):
			case e.char == none:
				return none, size
			default:
				return e.char + rune(code-e.first), size
			}
		}
		var out [2 * utf8.UTFMax]byte
		n, _, err := decoder.Transform(out[:], text[:size], false)
		if err == transform.ErrShortSrc {
			continue
		}
		char, length := utf8.DecodeRune(out[:n])
		if err != nil || length != n { // the rest was no part of the code
			char = none
		}
		return char, size
	}
	return none, 0
}
