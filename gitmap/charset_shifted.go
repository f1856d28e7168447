package gitmap

// A shiftedCharset is one of IBM's, of EBCDIC: its codes are of one byte before a shift out and
// after a shift in, else of two. It has both.
type shiftedCharset struct{ multiByteCharset }

// The bytes that shift between two states, here and in ISO-2022.
const shiftOut, shiftIn = 0x0e, 0x0f

// ebcdicLines is the one character that the tables cannot say.
var ebcdicLines = []codes{{0x25, 0x25, '\n'}}

var shiftedCharsets = []shiftedCharset{
	{multiByteCharset{"CP930 CSIBM930 IBM-930 IBM930", nil, ebcdicLines, "IBM930"}},
	{multiByteCharset{"CP933 CSIBM933 IBM-933 IBM933", nil, ebcdicLines, "IBM933"}},
	{multiByteCharset{"CP935 CSIBM935 IBM-935 IBM935", nil, ebcdicLines, "IBM935"}},
	{multiByteCharset{"CP937 CSIBM937 IBM-937 IBM937", nil, ebcdicLines, "IBM937"}},
	{multiByteCharset{"CP939 CSIBM939 IBM-939 IBM939", nil, ebcdicLines, "IBM939"}},
	{multiByteCharset{"CP1364 CSIBM1364 IBM-1364 IBM1364", nil, ebcdicLines, "IBM1364"}},
	{multiByteCharset{"CP1371 CSIBM1371 IBM-1371 IBM1371", nil, ebcdicLines, "IBM1371"}},
	{multiByteCharset{"CP1388 CSIBM1388 IBM-1388 IBM1388", nil, ebcdicLines, "IBM1388"}},
	{multiByteCharset{"CP1390 CSIBM1390 IBM-1390 IBM1390", nil, ebcdicLines, "IBM1390"}},
	{multiByteCharset{"CP1399 CSIBM1399 IBM-1399 IBM1399", nil, ebcdicLines, "IBM1399"}},
}

func addShiftedCharsets(all charsetMap) {
	for i := range shiftedCharsets {
		all.add(shiftedCharsets[i].names, &shiftedCharsets[i])
	}
}

func (c *shiftedCharset) decode(text []byte) ([]byte, bool) {
	out := newConverted(text)
	codes := c.codes()
	size := 1
	for len(text) > 0 {
		switch text[0] {
		case shiftOut:
			size, text = 2, text[1:]
			continue
		case shiftIn:
			size, text = 1, text[1:]
			continue
		}
		if len(text) < size {
			return nil, false
		}
		chars, _ := codes.lookUp(text[:size])
		if chars == nil {
			return nil, false
		}
		text = text[size:]
		out.add(chars, len(text))
	}
	return out.out, true
}
