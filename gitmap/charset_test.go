package gitmap

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDecodeCharset(t *testing.T) {
	const refused = "<refused>"
	tests := []struct{ charset, text, want string }{
		{"ISO-8859-1", "\xa4\x80", "¤\u0080"},
		{"iso-8859-15", "\xa4", "€"},
		{"Windows-1252", "\x80", "€"},
		{"windows-1252", "\x81", refused},
		{"koi8-r", "\xc6\xca\xcc", "фйл"},
		{"us-ascii", "a", "a"},
		{"US-ASCII", "\xe9", refused},
		{"latin-1", "\xe9", "é"},
		{"latin1***", "\xe9", "é"},
		{"latin--1", "\xe9", refused},
		{"utf-8;", "é", "é"},
		{"utf-8;", "\xe9", refused}, // a plain "utf-8" is not checked
		{"*", "é", "é"},
		{"klingon", "a", refused},
		{"GB2312", "\xb5\xcb\xa1\xaa", "邓―"},
		{"GB2312", "\x81\x40", refused}, // in GBK only
		{"gbk", "\x81\x40", "丂"},
		{"gb18030", "\x95\x32\x82\x36\x80", refused},
		{"gb18030", "\x95\x32\x82\x36", "𠀀"},
		{"Big5", "\xa4\xa4", "中"},
		{"big5", "\xa4", refused},
		{"EUC-JP", "\xc6\xfc\x8e\xb1\x8f\xb0\xa1", "日ｱ丂"},
		{"shift_jis", "\x93\xfa\\", "日¥"},
		{"iso-2022-jp", "a\x1b$BF|\x1b(B\\", "a日\\"},
		{"iso-2022-jp", "\x1b$BF", refused},
		{"euc-kr", "\xb1\xe8", "김"},
		{"euc-kr", "\x8c\x63", "\u008cc"},
		{"uhc", "\x8c\x63", "똠"},
		{"latin1//TRANSLIT", "\xe9", "é"},
		{"latin1/", "\xe9", "é"},
		{"latin1/x", "\xe9", refused},
		{"koi8-t", "\xc6\x80", "фқ"},
		{"koi8-t", "\x88", refused},
		{"armscii-8", "\xb2", "Ա"},
		{"windows-1255", "\xf9\xd1\xcc.", "\ufb2c."},
		{"windows-1258", "A\xec\n", "\u00c1\n"},
		{"windows-1258", "BA", "B"}, // as git does
		{"utf-16", "\xfe\xff\xd8\x3d\xde\x00", "😀"},
		{"utf-16", "\x3d\xd8", refused},
		{"utf-7", "Hi +AOk-!", "Hi é!"},
		{"utf-7", "a~", refused},
		{"iso-2022-kr", "\x1b$)C\x0e1h\x0f.", "김."},
		{"euc-tw", "\xa4\xa1\x8e\xa2\xa1\xa1a", "０乂a"},
		{"euc-tw", "\x8e\xa1\xa1\xa1", "\u3000"},
		{"euc-tw", "\x8e\xa2\xa1", refused},
		{"johab", "\x88\x61\\", "가₩"},
		{"big5-hkscs", "\x87\x40\x88\x62.", "䏰Ê̄."},
		{"big5-hkscs", "\x88\x62", "Ê"}, // as git does, whose buffer ends after it
		{"big5-hkscs", "\x87\x40\x88\x62", "䏰Ê̄"},
		{"shift_jisx0213", "\x82\xf5\\", "か゚¥"},
		{"euc-jp-ms", "\xf5\xa1", "\ue000"},
		{"cp932", "\xf0\x40", "\ue000"},
		{"gb18030", "\xaa\xa1", "\ue000"},
		{"iso6937", "\xc2e\xc2 ", "é´"},
		{"iso6937", "\xc2", refused},
		{"t.61", "$", refused},
		{"inis-8", ":", "α"},
		{"ibm930", "\xc1\x0e\x42\xc1\x0f\x25", "AＡ\n"},
		{"ibm930", "\x0e\x42", refused},
		{"ibm1399", "\x0e\xec\xb5\x0f", "か゚"},
		{"iso-2022-jp-2", "\x1b$A<t\x1b.A\x1bNi\x1b(B.", "剪é."},
		{"iso-2022-jp-2", "\x1bNi", refused},
		{"iso-2022-jp", "\x1b$A<t", "\x1b$A<t"},
		{"iso-2022-jp-3", "\x1b$(O$w\x1b(B ", "か゚ "},
		{"iso-2022-cn", "\x1b$)A\x0e<t\x1b$*H\x1bN!!\x0f.", "剪乂."},
		{"iso-2022-cn", "\x1b$)A\x0e<t\n", refused}, // a line ends in ASCII
		{"iso-2022-cn-ext", "\x0e<t", refused},      // nothing says which set
		{"iso-2022-cn-ext", "\x1b$+I\x1bO!!", "丨"},
		{"tscii", "\xa6\xab\xa6\xb8\xa1.\x8a\xa4", "ெஅகொ.ஸு"},
		{"tscii", "a\xa6", "a"},
		{"utf-7-imap", "&AOk-&-", "é&"},
		{"utf-7-imap", "&AOk.", refused},
		{"utf-7", "a+2D3", "a"},
		{"utf-7", "a+2D3A", refused},
	}
	for _, tt := range tests {
		got, ok := decodeCharset([]byte(tt.text), tt.charset)
		if !ok {
			got = []byte(refused)
		}
		if string(got) != tt.want {
			t.Errorf("decodeCharset(%q, %q) = %q, want %q", tt.text, tt.charset, got, tt.want)
		}
	}
}

// codesOf returns the codes of c that have one character.
func codesOf(c *multiByteCharset) [][]byte {
	var all [][]byte
	for _, code := range codesToTry(c) {
		if len(c.codes().whole(code)) == 1 { // of codes of two characters, the library can hang on git's buffers
			all = append(all, code)
		}
	}
	return all
}

func inHex(text []byte) string {
	var b strings.Builder
	for _, c := range text {
		fmt.Fprintf(&b, "=%02x", c)
	}
	return b.String()
}

func TestMultiByteCharsetsAgainstGit(t *testing.T) {
	for i := range multiByteCharsets {
		c := &multiByteCharsets[i]
		names := strings.Fields(c.names)
		if testing.Short() {
			names = names[:1]
		}
		for _, name := range names {
			compareMailInfo(t, fmt.Appendf(nil, "Subject: =?%s?q?a=c1=e1?=\n\n", name))
		}
		all := fmt.Appendf(nil, "Content-Type: text/plain; charset=%s\nContent-Transfer-Encoding: quoted-printable\n\n", names[0])
		for j, code := range codesOf(c) {
			all = append(all, inHex(code)...)
			if j%16 == 15 {
				all = append(all, "=0A=\n"...)
			}
		}
		compareMailInfo(t, append(all, '\n'))
		for _, e := range c.except {
			for _, code := range []uint32{e.first, e.last} {
				text := bytes.TrimLeft(binary.BigEndian.AppendUint32(nil, code), "\x00")
				compareMailInfo(t, fmt.Appendf(nil, "Subject: =?%s?q?%s?=\n\n", names[0], inHex(text)))
			}
		}
	}
}

// charsetParts are what texts in charsets with states are made of at random.
var charsetParts = []struct {
	charset string
	parts   []string
}{
	{"iso-2022-jp", []string{"a", "\\", "~", " ", "\x7f", "\x1b", "\x1b(B", "\x1b(J", "\x1b$@", "\x1b$B", "\x1b(",
		"\x1b(I", "\x1b$", "\x1b$(", "\x1b$(D", "!A", "$\"", "-!", "F|", "K\\", "Ky", "\xc6"}},
	{"iso-2022-jp-2", []string{"a", "\\", "\n", "\x1b", "\x1b(B", "\x1b(J", "\x1b(I", "\x1b$B", "\x1b$A", "\x1b$(C", "\x1b$(D", "\x1b.A", "\x1b.F", "\x1bN", "\x1bNa", "\x1bN\xe9", "\x1b$(", "0!", "1h", "~", "\xc6"}},
	{"iso-2022-jp-3", []string{"a", "\\", "\n", "\x1b", "\x1b(B", "\x1b(J", "\x1b(I", "\x1b$B", "\x1b$(O", "\x1b$(P", "\x1b$(Q", "\x1b$(", "0!", "!!", "$w", "~", "\xc6"}},
	{"iso-2022-cn", []string{"a", "\n", "\x7f", "\x1b", "\x0e", "\x0f", "\x1b$)A", "\x1b$)G", "\x1b$*H", "\x1bN!!", "\x1bN", "\x1b$)", "\x1b$)E", "0!", "!A", "~~", "\xc6"}},
	{"iso-2022-cn-ext", []string{"a", "\n", "\x7f", "\x1b", "\x0e", "\x0f", "\x1b$)A", "\x1b$)G", "\x1b$)E", "\x1b$*H", "\x1b$+I", "\x1b$+M", "\x1bN!!", "\x1bO!!", "\x1bO", "\x1b$+", "0!", "+D", "\xc6"}},
	{"ibm930", []string{"\xc1", "\x25", "\x0e", "\x0f", "\x0e\x42\xc1", "\x42\xc1", "\x48\x50", "\x80\x80", "\x40\x40"}},
	{"ibm1399", []string{"\xc1", "\x25", "\x0e", "\x0f", "\x0e\xec\xb5", "\xec\xb5", "\xec\xcd", "\x42\xc1", "\x40\x40"}},
	{"big5-hkscs", []string{"a", "\x87\x40", "\x88\x62", "\x88\xa5", "\xa4\xa4", "\xa4"}},
	{"tscii", []string{"a", "\x82", "\x87", "\x8a", "\x8b", "\x8c", "\xa1", "\xa4", "\xa6", "\xa7", "\xa8", "\xaa", "\xb8", "\xc9", "\xca", "\xff"}},
	{"iso6937", []string{"a", "e", " ", "\xc2", "\xc8", "\xcf", "\xa4"}},
	{"utf-7-imap", []string{"a", "~", "+", "&", "-", "&-", "&AGE-", "AGE", ",", "&2D3cAA-", "2D3", "cAA", "&2D3", " ", "\n", "\xc6", "A", "8"}},
	{"iso-2022-kr", []string{"a", "\\", " ", "\n", "\x7f", "\x1b", "\x1b$)C", "\x1b$)C", "\x0e", "\x0f", "\x0e1h", "1h", "!A", "\"h", "~~", "\xc6", "\x1b$)A"}},
	{"utf-7", []string{"a", "~", "\\", "+", "-", "+-", "+AGE-", "AGE", "/", "+2D3cAA-", "2D3", "cAA", "3AA", " ", "=", "\n", "\xc6", "A", "8"}},
	{"utf-16", []string{"a\x00", "\x01\x02", "\xfe\xff", "\xff\xfe", "\xd8\xd9", "\xdc\xdd", "\x01", "\xd9\xdc"}},
	{"utf-16le", []string{"a\x00", "\x01\x02", "\xff\xfe", "\xd8\xd9", "\xdc\xdd", "\x01"}},
	{"utf-16be", []string{"\x20a", "\x01\x02", "\xfe\xff", "\xff\xfe", "\xd8\x19", "\xdc\xdd", "\x01"}},
	{"utf-16le-bom", []string{"a\x00", "\x01\x02", "\xfe\xff", "\xff\xfe", "\xd8\xd9", "\xdc\xdd"}},
	{"unicode", []string{"a\x00", "\x01\x02", "\xfe\xff", "\xff\xfe", "\xd8\xd9", "\xdc\xdd", "\x01"}},
	{"ucs-2", []string{"a\x00", "\x01\x02", "\xfe\xff", "\xff\xfe", "\xd8\xd9", "\x01"}},
	{"ucs-2be", []string{"\x20a", "\x01\x02", "\xfe\xff", "\xff\xfe", "\xd8\xd9", "\x01"}},
	{"utf-32", []string{"a\x00\x00\x00", "\x00\x00\xfe\xff", "\xff\xfe\x00\x00", "\x01\x02\x03\x00", "\x00\x03\x02\x01", "\x00\xd9\x00\x00", "\x01\x00\x11\x00", "\x01"}},
	{"utf-32be", []string{"\x00\x00\x00a", "\x00\x00\xfe\xff", "\x00\x03\x02\x01", "\x00\x00\xd9\x00", "\x00\x11\x00\x01"}},
	{"ucs-4le", []string{"a\x00\x00\x00", "\xff\xfe\x00\x00", "\x01\x02\x03\x00", "\x00\xd9\x00\x00"}},
	{"cp1255", []string{"a", "\xe0", "\xf9", "\xcc", "\xd1", "\xd2", "\xc7", "\xc8", "\xd6", "\xd9", "\xbf", "\xd4"}},
	{"cp1258", []string{"a", "O", "\xcc", "\xd2", "\xde", "\xec", "\xf2", "\xc2", "\xd3", "\xdd", "$", "\xd6"}},
	{"tcvn", []string{"a", "O", "\xb0", "\xb1", "\xb2", "\xb3", "\xb4", "\xa2", "\x01", "\x05", "$", "\xb8"}},
}

func TestCharsetsWithStatesAgainstGit(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	n := 40
	switch {
	case *allCodes:
		n = 1000
	case testing.Short():
		n = 5
	}
	for _, c := range charsetParts {
		for range n {
			var text strings.Builder
			for range rnd.IntN(8) {
				text.WriteString(c.parts[rnd.IntN(len(c.parts))])
			}
			compareMailInfo(t, fmt.Appendf(nil, "Subject: =?%s?q?%s?=\n\n", c.charset, inHex([]byte(text.String()))))
		}
	}
}

func TestCharsetNamesAgainstIconv(t *testing.T) {
	list, err := exec.Command("iconv", "-l").Output()
	if err != nil {
		// It is what is compared with; other C libraries have an iconv that lists nothing.
		t.Skip("there is no iconv -l")
	}
	for _, line := range strings.Fields(string(list)) {
		name := libraryName(line)
		if charsets()[name] == nil {
			t.Errorf("charset %s is not known", name)
		}
	}
}

func TestCharsetOfLongText(t *testing.T) {
	text := bytes.Repeat([]byte("\x1b$B\x1b(B"), 1<<16) // takes minutes if each switch looks at all that follows
	if out, ok := decodeCharset(text, "iso-2022-jp"); !ok || len(out) > 0 {
		t.Errorf("decodeCharset(%d bytes) = %d bytes, %v, want none, true", len(text), len(out), ok)
	}
}

func FuzzCharset(f *testing.F) {
	for _, c := range charsetParts {
		f.Add(c.charset, []byte(strings.Join(c.parts, "")))
		for _, part := range c.parts {
			f.Add(c.charset, []byte(part+c.parts[0]+part))
		}
	}
	for _, c := range multiByteCharsets {
		f.Add(strings.Fields(c.names)[0], []byte("a\xa4\xa4\x8f\xb0\xa1\x8e\xa2\xa1\xa1\x81\x30\x81\x30"))
	}
	for _, c := range shiftedCharsets {
		f.Add(strings.Fields(c.names)[0], []byte("\xc1\x0e\x42\xc1\xec\xb5\x0f\x25"))
	}
	f.Fuzz(func(t *testing.T, charset string, text []byte) {
		const most = 12 // bytes of what one byte stands for: four characters of Tamil
		switch out, ok := decodeCharset(text, charset); {
		case ok && !utf8.Valid(out):
			t.Errorf("decodeCharset(%q, %q) = %q, which is not UTF-8", text, charset, out)
		case len(out) > most*len(text):
			t.Errorf("decodeCharset(%q, %q) gives %d bytes", text, charset, len(out))
		}
	})
}
