package gitmap

// A tamilCharset is TSCII, which has Tamil in the order in which it is written: some vowels stand before
// the consonant that they follow in Unicode. The table of TSCII says what each byte is alone.
type tamilCharset struct{}

func (tamilCharset) decode(text []byte) ([]byte, bool) {
	const (
		nothing     = 0
		firstLetter = 0xb8 // of the consonants that a vowel may stand before
		lastLetter  = 0xc9
	)
	codes := charsets()["tscii"].(*multiByteCharset).codes()
	out := newConverted(text)
	held := rune(nothing) // a character to come after what the next bytes are, or to become one with it
	letter := false       // that held stands before was seen
	for len(text) > 0 {
		b := text[0]
		chars := codes.whole(text[:1])
		composed, ok := composeTamil(held, b)
		switch {
		case ok:
			out.add([]rune{composed}, len(text)-1)
			held, letter, text = nothing, false, text[1:]
		case held != nothing && held != tamilVirama && !letter && firstLetter <= b && b <= lastLetter:
			out.add(chars, len(text)-1)
			letter, text = true, text[1:]
		case held != nothing:
			out.add([]rune{held}, len(text))
			held, letter = nothing, false
		case chars == nil:
			return nil, false
		case 0xa6 <= b && b <= 0xa8: // vowels
			held, text = chars[0], text[1:]
		case b == 0x8a || b == 0x8b: // consonants with a virama
			out.add(chars[:1], len(text)-1)
			held, text = tamilVirama, text[1:]
		default:
			out.add(chars, len(text)-1)
			text = text[1:]
		}
	}
	return out.out, true
}

// tamilVirama says that a consonant has no vowel.
const tamilVirama = '\u0bcd'

// composeTamil returns the vowel that a held character and the byte b after it are together.
func composeTamil(held rune, b byte) (rune, bool) {
	const e, ee = '\u0bc6', '\u0bc7'
	for _, c := range []struct {
		held     rune
		b        byte
		composed rune
	}{
		{tamilVirama, 0xa4, '\u0bc1'}, {tamilVirama, 0xa5, '\u0bc2'},
		{e, 0xa1, '\u0bca'}, {ee, 0xa1, '\u0bcb'}, {ee, 0xaa, '\u0bcc'},
	} {
		if c.held == held && c.b == b {
			return c.composed, true
		}
	}
	return 0, false
}
