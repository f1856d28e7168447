package gitmap

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// none says that codes have no character.
const none = utf8.RuneError

// controls are the control characters that all of ISO 8859 has.
var controls = []codes{{0x80, 0x9f, 0x80}}

// charsets are the names and codes of the GNU C library. Not here are ISO-2022-JP,
// which is no charset.encoding, and charsets that nobody writes mail in.
var charsets = []charset{
	{"ANSI_X3.4-1968 ANSI_X3.4-1986 ANSI_X3.4 ASCII CP367 CSASCII IBM367 ISO-IR-6 ISO646-US ISO_646.IRV:1991 US-ASCII US", charmap.ISO8859_1, []codes{{0x80, 0xff, none}}},
	{"8859_1 CP819 CSISOLATIN1 IBM819 ISO-8859-1 ISO-IR-100 ISO8859-1 ISO88591 ISO_8859-1 ISO_8859-1:1987 L1 LATIN1", charmap.ISO8859_1, nil},
	{"8859_2 CP912 CSISOLATIN2 IBM912 ISO-8859-2 ISO-IR-101 ISO8859-2 ISO88592 ISO_8859-2 ISO_8859-2:1987 L2 LATIN2", charmap.ISO8859_2, controls},
	{"8859_3 CSISOLATIN3 ISO-8859-3 ISO-IR-109 ISO8859-3 ISO88593 ISO_8859-3 ISO_8859-3:1988 L3 LATIN3", charmap.ISO8859_3, controls},
	{"8859_4 CSISOLATIN4 ISO-8859-4 ISO-IR-110 ISO8859-4 ISO88594 ISO_8859-4 ISO_8859-4:1988 L4 LATIN4", charmap.ISO8859_4, controls},
	{"8859_5 CP915 CSISOLATINCYRILLIC IBM915 ISO-8859-5 ISO-IR-144 ISO8859-5 ISO88595 ISO_8859-5 ISO_8859-5:1988", charmap.ISO8859_5, controls},
	{"8859_6 CP1089 CSISOLATINARABIC IBM1089 ISO-8859-6 ISO-IR-127 ISO8859-6 ISO88596 ISO_8859-6 ISO_8859-6:1987", charmap.ISO8859_6, controls},
	{"8859_7 CP813 CSISOLATINGREEK IBM813 ISO-8859-7 ISO-IR-126 ISO8859-7 ISO88597 ISO_8859-7 ISO_8859-7:1987 ISO_8859-7:2003", charmap.ISO8859_7, controls},
	{"8859_8 CP916 CSISOLATINHEBREW IBM916 ISO-8859-8 ISO-IR-138 ISO8859-8 ISO88598 ISO_8859-8 ISO_8859-8:1988", charmap.ISO8859_8, controls},
	{"8859_9 CP920 CSISOLATIN5 IBM920 ISO-8859-9 ISO-IR-148 ISO8859-9 ISO88599 ISO_8859-9 ISO_8859-9:1989 L5 LATIN5", charmap.ISO8859_9, nil},
	{"CSISOLATIN6 ISO-8859-10 ISO-IR-157 ISO8859-10 ISO885910 ISO_8859-10 ISO_8859-10:1992 L6 LATIN6", charmap.ISO8859_10, controls},
	{"ISO-8859-11 ISO8859-11 ISO885911", charmap.Windows874, []codes{{0x80, 0xa0, 0x80}}},
	{"CP921 CSIBM921 IBM-921 IBM921 ISO-8859-13 ISO-IR-179 ISO8859-13 ISO885913 L7 LATIN7", charmap.ISO8859_13, controls},
	{"ISO-8859-14 ISO-CELTIC ISO-IR-199 ISO8859-14 ISO885914 ISO_8859-14 ISO_8859-14:1998 L8 LATIN8", charmap.ISO8859_14, controls},
	{"ISO-8859-15 ISO-IR-203 ISO8859-15 ISO885915 ISO_8859-15 ISO_8859-15:1998 LATIN-9 LATIN9", charmap.ISO8859_15, controls},
	{"ISO-8859-16 ISO-IR-226 ISO8859-16 ISO885916 ISO_8859-16 ISO_8859-16:2001 L10 LATIN10", charmap.ISO8859_16, controls},
	{"CP1250 WINDOWS-1250", charmap.Windows1250, nil},
	{"CP1251 WINDOWS-1251", charmap.Windows1251, nil},
	{"CP1252 WINDOWS-1252", charmap.Windows1252, nil},
	{"CP1253 WINDOWS-1253", charmap.Windows1253, nil},
	{"CP1254 WINDOWS-1254", charmap.Windows1254, nil},
	{"CP1256 CP9448 CSIBM9448 IBM-9448 IBM9448 WINDOWS-1256", charmap.Windows1256, nil},
	{"CP1257 WINBALTRIM WINDOWS-1257", charmap.Windows1257, nil},
	{"CSKOI8R KOI8-R KOI8R", charmap.KOI8R, nil},
	{"KOI8-U KOI8U", charmap.KOI8U, []codes{{0xae, 0xae, '╝'}, {0xbe, 0xbe, '╬'}}},
	{"437 CP437 CSPC8CODEPAGE437 IBM437", charmap.CodePage437, nil},
	{"850 CP850 CSPC850MULTILINGUAL IBM850", charmap.CodePage850, nil},
	{"866 CP866 CSIBM866 IBM866", charmap.CodePage866, nil},
	{"CSMACINTOSH MAC MACINTOSH", charmap.Macintosh, []codes{{0xc6, 0xc6, 'Δ'}, {0xf0, 0xf0, 0xe01e}}},
	{"ISO-IR-166 TIS-620 TIS620-0 TIS620.2529-1 TIS620.2533-0 TIS620", charmap.Windows874, []codes{{0x80, 0xa0, none}}},
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
