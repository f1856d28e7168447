package gitmap

import (
	"strings"
	"unicode/utf8"
)

// A composingCharset has single bytes for characters, of which a letter and a mark that
// follows it become one, if there is such a character.
type composingCharset struct {
	names   string          // that the C library knows, in upper case
	letters func(rune) bool // that the C library holds back, to see whether a mark follows
	again   bool            // what a letter has become may take one more mark
	pairs   map[rune]string // by marks: letters, each followed by what it becomes
	single  *singleByteCharset
}

var composingCharsets = []composingCharset{
	{names: "CP1255 MS-HEBR WINDOWS-1255", letters: isHebrewLetter, again: true, pairs: hebrewPairs},
	{names: "CP1258 WINDOWS-1258", letters: isVietnameseLetter, pairs: vietnamesePairs},
	{names: "TCVN TCVN-5712 TCVN5712-1 TCVN5712-1:1993", letters: isVietnameseLetter, pairs: vietnamesePairs},
}

func isHebrewLetter(r rune) bool {
	return 'א' <= r && r <= 'ת' || 'װ' <= r && r <= 'ײ' || r == '\ufb2a' || r == '\ufb2b' || r == '\ufb49'
}

func isVietnameseLetter(r rune) bool { return 'A' <= r && r <= 'ư' }

var hebrewPairs = map[rune]string{
	'\u05b4': "\u05d9\ufb1d",
	'\u05b7': "\u05d0\ufb2e\u05f2\ufb1f",
	'\u05b8': "\u05d0\ufb2f",
	'\u05b9': "\u05d5\ufb4b",
	'\u05bc': "\u05d0\ufb30\u05d1\ufb31\u05d2\ufb32\u05d3\ufb33\u05d4\ufb34\u05d5\ufb35\u05d6\ufb36\u05d8\ufb38\u05d9\ufb39\u05da\ufb3a\u05db\ufb3b" +
		"\u05dc\ufb3c\u05de\ufb3e\u05e0\ufb40\u05e1\ufb41\u05e3\ufb43\u05e4\ufb44\u05e6\ufb46\u05e7\ufb47\u05e8\ufb48\u05e9\ufb49\u05ea\ufb4a\ufb2a\ufb2c\ufb2b\ufb2d",
	'\u05bf': "\u05d1\ufb4c\u05db\ufb4d\u05e4\ufb4e",
	'\u05c1': "\u05e9\ufb2a\ufb49\ufb2c",
	'\u05c2': "\u05e9\ufb2b\ufb49\ufb2d",
}

var vietnamesePairs = map[rune]string{
	'\u0300': "AÀEÈIÌNǸOÒUÙWẀYỲaàeèiìnǹoòuùwẁyỳ¨῭ÂẦÊỀÔỒÜǛâầêềôồüǜĂẰăằƠỜơờƯỪưừ",
	'\u0301': "AÁCĆEÉGǴIÍKḰLĹMḾNŃOÓPṔRŔSŚUÚWẂYÝZŹaácćeégǵiíkḱlĺmḿnńoópṕrŕsśuúwẃyýzź¨΅ÂẤÅǺÆǼÇḈÊẾÏḮÔỐÕṌØǾÜǗâấåǻæǽçḉêếïḯôốõṍøǿüǘĂẮăắŨṸũṹƠỚơớƯỨưứ",
	'\u0303': "AÃEẼIĨNÑOÕUŨVṼYỸaãeẽiĩnñoõuũvṽyỹÂẪÊỄÓṌÔỖÖṎÚṸâẫêễóṍôỗöṏúṹĂẴăẵƠỠơỡƯỮưữ",
	'\u0309': "AẢEẺIỈOỎUỦYỶaảeẻiỉoỏuủyỷÂẨÊỂÔỔâẩêểôổĂẲăẳƠỞơởƯỬưử",
	'\u0323': "AẠBḄDḌEẸHḤIỊKḲLḶMṂNṆOỌRṚSṢTṬUỤVṾWẈYỴZẒaạbḅdḍeẹhḥiịkḳlḷmṃnṇoọrṛsṣtṭuụvṿwẉyỵzẓÂẬÊỆÔỘâậêệôộĂẶăặƠỢơợƯỰưự",
}

func addComposingCharsets(all charsetMap) {
	for _, c := range composingCharsets {
		name, _, _ := strings.Cut(c.names, " ")
		c.single = singleByteCharsets()[name]
		all.add(c.names, &c)
	}
}

// decode loses a letter at the end of text, as git does, which does not ask the C library
// for what it still holds back.
func (c *composingCharset) decode(text []byte) ([]byte, bool) {
	out := make([]byte, 0, 2*len(text))
	const nothing = -1
	held := rune(nothing)
	for _, b := range text {
		char := c.single[b]
		if char == none {
			return nil, false
		}
		composed, ok := c.compose(held, char)
		switch {
		case ok:
			char = composed
		case held != nothing:
			out = utf8.AppendRune(out, held)
		}
		held = nothing
		if c.letters(char) && (!ok || c.again) {
			held = char
		} else {
			out = utf8.AppendRune(out, char)
		}
	}
	return out, true
}

// compose returns the character that letter and mark become.
func (c *composingCharset) compose(letter, mark rune) (rune, bool) {
	pairs := []rune(c.pairs[mark])
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == letter {
			return pairs[i+1], true
		}
	}
	return 0, false
}
