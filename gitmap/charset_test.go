package gitmap

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
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

// codesOf returns the codes of c that have a character, of those of one and two bytes.
func codesOf(c *charset) [][]byte {
	var all [][]byte
	for i := range 0x10000 {
		code := []byte{byte(i >> 8), byte(i)}
		if i < 0x100 {
			code = code[1:]
		}
		if 0x100 <= i && i < 0x8000 {
			continue
		}
		if char, size := c.decodeRune(c.encoding.NewDecoder(), code); char != none && size == len(code) {
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

func TestCharsetsAgainstGit(t *testing.T) {
	for i := range charsets {
		c := &charsets[i]
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

func TestISO2022JPAgainstGit(t *testing.T) {
	parts := []string{"a", "\\", "~", " ", "\x7f", "\x1b", "\x1b(B", "\x1b(J", "\x1b$@", "\x1b$B", "\x1b(",
		"\x1b(I", "\x1b$", "\x1b$(", "\x1b$(D", "!A", "$\"", "-!", "F|", "K\\", "Ky", "\xc6"}
	rnd := rand.New(rand.NewPCG(5, 6))
	n := 300
	if testing.Short() {
		n = 30
	}
	for range n {
		var text strings.Builder
		for range rnd.IntN(8) {
			text.WriteString(parts[rnd.IntN(len(parts))])
		}
		compareMailInfo(t, fmt.Appendf(nil, "Subject: =?iso-2022-jp?q?x%s?=\n\n", inHex([]byte(text.String()))))
	}
}
