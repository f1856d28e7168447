package gitmap

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// infoText is what git mailinfo prints for info.
func infoText(info mailInfo) string {
	var b strings.Builder
	if info.hasFrom {
		fmt.Fprintf(&b, "Author: %s\nEmail: %s\n", info.author.name, info.author.email)
	}
	for _, line := range info.subject {
		fmt.Fprintf(&b, "Subject: %s\n", line)
	}
	if info.hasDate {
		fmt.Fprintf(&b, "Date: %s\n", info.date)
	}
	return b.String() + "\n"
}

// failed is the body of a mail that cannot be read.
const failed = "<failed>"

var mailinfoTests = []struct {
	name, mail string
	info, body string
}{
	{"headers and text", "From: A B <a@b>\nSubject: [PATCH 1/2] s\nDate: Tue, 1 Nov 2016 10:00:00 +0100\n\ntext\n\n--- a/x\n+++ b/x\n",
		"Author: A B\nEmail: a@b\nSubject: [PATCH 1/2] s\nDate: Tue, 1 Nov 2016 10:00:00 +0100\n\n", "text\n\n"},
	{"no header", "Just text.  \n\nFrom: A B <a@b>\n", "\n", "Just text.\n\nFrom: A B <a@b>\n"},
	{"blank lines first", " \t\r\n\n  Subject: s\n\ntext\n", "Subject: s\n\n", "text\n"},
	{"mailbox line", "From 0123 Mon Sep 17\n>From x\nFrom: a@b\n\n", "Author: a@b\nEmail: a@b\n\n", ""},
	{"folded", "Subject: a  \n  b\n\t \n\tc\nFrom: A\n B <a@b>\n\n", "Author: A B\nEmail: a@b\nSubject: a  b c\n\n", ""},
	{"last header is text, too", "Description: d\nLast-Update: 2023\n -01\n", "\n", "Last-Update: 2023 -01"},
	{"last header is no text", "X: y\nSubject: s\n", "Subject: s\n\n", ""},
	{"empty header name", ": x\nno header: x\n", "\n", "no header: x\n"},
	{"repeated header", "Subject: s\nSUBJECT:t\n\n", "Subject: t\n\n", ""},
	{"empty values", "Subject:\nFrom:\nDate:\n\nx\n", "Author: \nEmail: \nSubject: \nDate: \n\n", "x\n"},
	{"carriage returns", "Subject: s\r\n\r\ntext\r\nmore\r\n", "Subject: s\n\n", "text\r\nmore\r\n"},
	{"no newline", "Subject: s\n\ntext", "Subject: s\n\n", "text"},

	{"headers in the text", "X: y\n\n\nFrom: C D <c@d>\nSubject: in\n text\nDate: d\n\nFrom: text\nIndex: x\n",
		"Author: C D\nEmail: c@d\nSubject: in text\nSubject: \nDate: d \n\n", "From: text\n"},
	{"headers in the text, without a patch", "Subject: s\n\nSubject: in text\n\ntext\n", "Subject: s\n\n", "text\n"},
	{"[PATCH] in the text", "Subject: s\n\n[PATCH] t\nx\ndiff -u\n", "Subject: [PATCH] t\nSubject: \n\n", "x\n"},
	{"quoted mailbox line in the text", "X: y\n\n>From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\ntext\n", "\n", "text\n"},
	{"quoted mailbox line of other mail", "X: y\n\n>From me\nFrom: text\n", "\n", ">From me\nFrom: text\n"},

	{"From: address and comment", "From: a@b (A B)\n\n", "Author: A B\nEmail: a@b\n\n", ""},
	{"From: quoted", "From: \"B, A \\\"X\\\" (y)\" <a@b>\n\n", "Author: B, A \"X\" (y)\nEmail: a@b\n\n", ""},
	{"From: two addresses", "From: A <a@b>, C <c@d>\n\n", "Author: a@b\nEmail: a@b\n\n", ""},
	{"From: long name", "From: " + strings.Repeat("x", 61) + " <a@b>\n\n", "Author: a@b\nEmail: a@b\n\n", ""},
	{"From: account", "From: A B <root>\n\n", "Author: A B\nEmail: root\n\n", ""},
	{"From: name only", "From: A B\n\n", "Author: \nEmail: \n\n", ""},
	{"From: nothing before @", "From: A <@>\n\n", "Author: A\nEmail: @\n\n", ""},

	{"encoded words", "From: =?utf-8?q?J=C3=B6rg_M?= <j@m.de>\nSubject: =?ISO-8859-1?Q?=fc?=\n =?utf8?B?YmVy?= x =?us-ascii?q?y?=z\n\n",
		"Author: Jörg M\nEmail: j@m.de\nSubject: über x yz\n\n", ""},
	{"encoded newline", "Subject: =?utf-8?q?a=0Ab?=\nFrom: =?utf-8?q?a=0Ab?= <c@d>\n\n", "Author: a b\nEmail: c@d\nSubject: a\nSubject: b\n\n", ""},
	{"encoded NUL", "Subject: =?utf-8?q?a=00b?=\n\n", failed, failed},
	{"no encoded word", "Subject: a =? b\n\n", failed, failed},
	{"no encoded word, in another header", "X-Subject: a =? b\n\n", "\n", ""},
	{"unknown encoding", "Subject: =?utf-8?x?y?=\n\n", failed, failed},
	{"unknown charset", "Subject: =?klingon?q?y?=\n\n", failed, failed},
	{"byte outside the charset", "Subject: =?us-ascii?q?=E9?=\n\n", failed, failed},
	{"Latin-1 without a charset", "Subject: \xe9\n\n\xe9\n", "Subject: \xe9\n\n", "\xe9\n"},

	{"charset of the text", "Content-Type: text/plain; charset=\"ISO-8859-15\"\n\n\xa4\n", "\n", "€\n"},
	{"quoted-printable", "Content-Transfer-Encoding: Quoted-Printable\n\na=3Db =\nc=\xe9\n=0A--- x\n", "\n", "a=b c=\xe9\n\n"},
	{"base64", "Content-Transfer-Encoding: base64\n\nYQpiCmM=\nZAo=\n", "\n", "a\nb\ncd\n"},
	{"flowed", "Content-Type: text/plain; format=flowed\n\none \ntwo\n  three\n-- \nfour \n", "\n", "one two\n three\n-- \nfour "},
	{"flowed with delsp", "Content-Type: text/plain; format=flowed; delsp=yes\n\none \ntwo\n", "\n", "onetwo\n"},
	{"parts", "Content-Type: multipart/mixed; boundary=\"b c\"\nSubject: s\n\npreamble\n--b c\nSubject: t\nContent-Type: text/plain; charset=latin1\n\n\xe9\n--b c--\nepilogue\n",
		"Subject: s\n\n", "é\n\n"},
	{"parts never start", "Content-Type: multipart/mixed; boundary=b\n\ntext\n", "\n", ""},
	{"too many parts", strings.Repeat("Content-Type: x; boundary=b\n", 5) + "\n", failed, failed},
}

func TestReadMailInfo(t *testing.T) {
	for _, tt := range mailinfoTests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readMailInfo([]byte(tt.mail))
			info, body := infoText(got), string(got.body)
			if err != nil {
				info, body = failed, failed
			}
			if info != tt.info || body != tt.body {
				t.Errorf("readMailInfo(%q) = %q, %q, %v, want %q, %q", tt.mail, info, body, err, tt.info, tt.body)
			}
			compareMailInfo(t, []byte(tt.mail))
		})
	}
}

func compareMailInfo(t testing.TB, mail []byte) {
	t.Helper()
	bodyFile := filepath.Join(t.TempDir(), "body")
	want, ok := referenceGit(t, nil, mail, "mailinfo", "-k", bodyFile, "/dev/null")
	got, err := readMailInfo(mail)
	if err != nil || !ok {
		if (err == nil) != ok {
			t.Errorf("readMailInfo(%q) = %v, git succeeded: %v", mail, err, ok)
		}
		return
	}
	if infoText(got) != want {
		t.Errorf("readMailInfo(%q): info %q, git has %q", mail, infoText(got), want)
	}
	wantBody, err := os.ReadFile(bodyFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.body, wantBody) {
		t.Errorf("readMailInfo(%q): body %q, git has %q", mail, got.body, wantBody)
	}
}

// mailLines is what random mails are made of.
var mailLines = []string{"", "", "", " ", "\t", "text", " text", "text ", "  ", "Name: value", "Name:", ": x", "Name : x", "né: x", "X: =? y",
	"From: A B <a@b>", "From: a@b (A B)", "From: a@b", "From: A B", "From: A <b>", "From: <b>", "From: A < b", "From: A> <b@c> x", "from:\"A, \\\"B\" (c \\) <a@b>\\\\) <x@y>",
	"From: a@b c@d", "From: @", "From: x <@> y", "FROM:   A   (x)  B  <a@b>  (c)", "From: A (x (y) z)  <a@b>", "From: =?utf-8?b?w6k=?= <a@b>",
	"From: (A) <a@b>", "From: () <a@b>", "From: \xe9 <a@b>", "From: A <a@b", "From: A\vB <a@b\fc>", "From: <a@b> <c@d>", "From: A <a@b> >",
	"Subject: s", "Subject:", "SUBJECT :x", "Subject: [PATCH] x", "[PATCH] x", "[PATCH]x", "[PATCH 1/2] x", "Subject: =?utf-8?q?a_b=0Ac?=", "Subject: =?latin1?q?=e9?= =?q?q?x?=",
	"Subject: =?utf-8?q?a?=  =?utf-8?Q?b?= c", " =?utf-8?q?a?=", "Subject: =?x", "Subject: =??q?x?=", "Subject: =?utf-8?q??=", "Subject: =?utf-8?b?w6k?= =",
	"Date: d", "Date: Tue, 1 Nov 2016 10:00:00 +0100", "date:  a   b", "From x", "From ", "From", ">From x", ">From", ">From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001",
	">From 0123456789ABCDEF0123456789abcdef01234567 Mon Sep 17 00:00:00 2001",
	"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001", "---", "--- ", "---x", "--- x", "---\t", "---\tx", "----", "--- \tx", "diff -u a b", "diff --git a b", "diff", "Index: x", "Index:x",
	"-- >8 --", "-- ", "--b", "--b--", "--b2", "--b2--", "--", "--bx", "Content-Type: text/plain; charset=utf-8", "Content-Type: text/plain; charset=\"ISO-8859-1\"; x", "Content-Type: text/plain; format=flowed",
	"Content-Type: text/plain; format=Flowed; delsp=YES", "Content-Type: multipart/mixed; boundary=b", "Content-type: multipart/mixed; BOUNDARY=\"b2\"", "Content-Type: x; boundary=", "Content-Type: =?utf-8?q?charset=3Dlatin1?=",
	"Content-Type: text/plain; charset=klingon", "Content-Transfer-Encoding: quoted-printable", "Content-Transfer-Encoding: BASE64", "content-transfer-encoding: 8bit", "a=3Db=", "=", "==3", "=0A=0A", "x=0Ay", "=C3=A9=e9", "=00", "a=\t",
	"YQpiCg==", "YQ", "RnJvbTogYUBi", "RnJvbTogYUBiCg==", "LS0tIHgK", "****", "\xe9\xff", "é", "a\x00b", "Subject: a\x00b", "From: a@\x00b", "Na\x00me: x", "\x00", "x\r", "\r", "Subject: s\r", "soft ", " soft ", "-- \r", "\v", "\fx"}

func TestReadMailInfoAgainstGit(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	n := 600
	if testing.Short() {
		n = 60
	}
	for range n {
		var b strings.Builder
		for range 1 + rnd.IntN(12) {
			b.WriteString(mailLines[rnd.IntN(len(mailLines))])
			if rnd.IntN(20) > 0 {
				b.WriteByte('\n')
			}
		}
		if mail := b.String(); strings.Trim(mail, gitBlanks) != "" {
			compareMailInfo(t, []byte(mail))
		}
	}
}

func FuzzMailinfo(f *testing.F) {
	for _, tt := range mailinfoTests {
		f.Add([]byte(tt.mail))
	}
	f.Fuzz(func(t *testing.T, mail []byte) {
		info, err := readMailInfo(mail)
		if err != nil {
			return
		}
		if strings.ContainsAny(info.author.name+info.author.email+info.date, "\x00\n") {
			t.Errorf("readMailInfo(%q) = %+v, which git cannot print", mail, info)
		}
	})
}
