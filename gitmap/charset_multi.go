package gitmap

import (
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
	encoding encoding.Encoding // which agrees with the C library, nil for that of ASCII; except
	except   []codes           // for these
	table    string            // and those of this one of [codeTables], if it has a name
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
	}, ""},
	{"CSSHIFTJIS MS_KANJI SHIFT-JIS SHIFT_JIS SJIS", japanese.ShiftJIS, []codes{
		{'\\', '\\', '¥'}, {'~', '~', '‾'}, {0x80, 0x80, none},
		{0x8160, 0x8160, '〜'}, {0x8161, 0x8161, '‖'}, {0x817c, 0x817c, '−'}, {0x8191, 0x8192, '¢'}, {0x81ca, 0x81ca, '¬'},
		{0x8740, 0x87fc, none}, {0xed40, 0xfcfc, none},
	}, ""},
	{"CP932 CSWINDOWS31J MS932 SJIS-OPEN SJIS-WIN WINDOWS-31J", japanese.ShiftJIS, nil, "CP932"},
	{"CSEUCKR EUC-KR EUCKR OSF0004000A", korean.EUCKR, []codes{
		{0x80, 0x9f, 0x80}, {0xa041, 0xa0fe, none}, {0xa141, 0xfea0, none}, {0xa2e8, 0xa2e8, '㉾'},
	}, ""},
	{"CP949 MSCP949 OSF100203B5 UHC", korean.EUCKR, nil, ""},
	{"CN-GB CSGB2312 EUC-CN EUCCN GB2312", simplifiedchinese.GBK, []codes{
		{0x80, 0x80, none}, {0x8140, 0xa0fe, none}, {0xa140, 0xfea0, none},
		{0xa1a4, 0xa1a4, '・'}, {0xa1aa, 0xa1aa, '―'},
		{0xa2a1, 0xa2aa, none}, {0xa2e3, 0xa2e3, none}, {0xa6e0, 0xa6f5, none}, {0xa8bb, 0xa8c0, none},
	}, ""},
	{"CP936 GB13000 GBK MS936 WINDOWS-936", simplifiedchinese.GBK, []codes{
		{0xa2e3, 0xa2e3, none}, {0xa3a0, 0xa3a0, none}, {0xa8bf, 0xa8bf, none}, {0xa989, 0xa995, none}, {0xfe50, 0xfe9f, none},
	}, ""},
	{"GB18030", simplifiedchinese.GB18030, nil, "GB18030"},
	{"BIG-5 BIG-FIVE BIG5 BIGFIVE CN-BIG5 CP950", traditionalchinese.Big5, []codes{
		{0x80, 0x80, 0x80}, {0x8140, 0xa0fe, none}, {0xa3c0, 0xa3e0, none}, {0xfa40, 0xfefe, none}, {0xf9fe, 0xf9fe, '▓'},
		{0xc6a1, 0xc6fe, 0xf6b1}, {0xc740, 0xc77e, 0xf70f}, {0xc7a1, 0xc7fe, 0xf74e}, {0xc840, 0xc87e, 0xf7ac}, {0xc8a1, 0xc8fe, 0xf7eb},
	}, ""},
	{"BIG5-HKSCS BIG5HKSCS", traditionalchinese.Big5, nil, "BIG5-HKSCS"},
	{"CSIBM932 IBM-932 IBM932", japanese.ShiftJIS, nil, "IBM932"},
	{"CSIBM943 IBM-943 IBM943", japanese.ShiftJIS, nil, "IBM943"},
	{"EUC-JP-MS EUCJP-MS EUCJP-OPEN EUCJP-WIN", japanese.EUCJP, nil, "EUC-JP-MS"},
	{"EUC-JISX0213", japanese.EUCJP, nil, "EUC-JISX0213"},
	{"SHIFTJISX0213 SHIFT_JISX0213", nil, nil, "SHIFT_JISX0213"},
	{"iso-ir-165", simplifiedchinese.GBK, nil, "ISO-IR-165"}, // a part of ISO-2022-CN-EXT; no name that is looked for has lower case
	{"EUC-TW EUCTW OSF0005000A", nil, nil, "EUC-TW"},
	{"CP1361 JOHAB MSCP1361", nil, nil, "JOHAB"},
	{"tscii", nil, nil, "TSCII"}, // each byte alone
	{"CSISO103T618BIT ISO-IR-103 T.61 T.61-8BIT T.618BIT", nil, nil, "T.61"},
	{"ISO-IR-156 ISO6937 ISO_6937 ISO_6937:1992", nil, nil, "ISO6937"},
	{"CSISO90 ISO-IR-90 ISO_6937-2 ISO_6937-2:1983 ISO_69372", nil, nil, "ISO_6937-2"},
	{"ANSI_X3.110 ANSI_X3.110-1983 CSA_T500 CSA_T500-1983 CSISO99NAPLPS ISO-IR-99 NAPLPS", nil, nil, "ANSI_X3.110"},
}

// codeNumber is code as a number.
func codeNumber(code []byte) uint32 {
	number := uint32(0)
	for _, b := range code {
		number = number<<8 | uint32(b)
	}
	return number
}

func addMultiByteCharsets(all charsetMap) {
	for i := range multiByteCharsets {
		all.add(multiByteCharsets[i].names, &multiByteCharsets[i])
	}
}

func (c *multiByteCharset) decode(text []byte) ([]byte, bool) {
	out := newConverted(text)
	codes := c.codes()
	for len(text) > 0 {
		chars, size := codes.first(text)
		if chars == nil {
			return nil, false
		}
		text = text[size:]
		out.add(chars, len(text))
	}
	return out.out, true
}

// A codeReader reads codes of a charset.
type codeReader struct {
	*multiByteCharset
	decoder transform.Transformer
	own     *codeTable
}

func (c *multiByteCharset) codes() codeReader {
	r := codeReader{c, nil, nil}
	if c.encoding != nil {
		r.decoder = c.encoding.NewDecoder()
	}
	if c.table != "" {
		r.own = codeTables()[c.table]
	}
	return r
}

// first returns the characters of the first code of text, and its length. There are none if
// text does not begin with a code.
func (r codeReader) first(text []byte) ([]rune, int) {
	for size := 1; size <= min(len(text), 4); size++ {
		if chars, known := r.lookUp(text[:size]); known {
			return chars, size
		}
	}
	return nil, 0
}

// whole returns the characters of code, nil if it is none or more than one.
func (r codeReader) whole(code []byte) []rune {
	if chars, size := r.first(code); size == len(code) {
		return chars
	}
	return nil
}

// lookUp returns the characters of code, nil if it has none, and whether that is known: code may
// be the beginning of another one.
func (r codeReader) lookUp(code []byte) ([]rune, bool) {
	number := codeNumber(code)
	if chars, known := r.own.lookUp(number); known {
		return chars, true
	}
	for _, e := range r.except {
		switch {
		case !e.contains(number):
		case e.char == none:
			return nil, true
		default:
			return []rune{e.char + rune(number-e.first)}, true
		}
	}
	if r.decoder == nil {
		if len(code) == 1 && code[0] < utf8.RuneSelf {
			return []rune{rune(code[0])}, true
		}
		return nil, false
	}
	var out [2 * utf8.UTFMax]byte
	n, _, err := r.decoder.Transform(out[:], code, false)
	if err == transform.ErrShortSrc {
		return nil, false
	}
	char, size := utf8.DecodeRune(out[:n])
	if err != nil || char == none || size != n { // the rest was no part of the code
		return nil, true
	}
	return []rune{char}, true
}
