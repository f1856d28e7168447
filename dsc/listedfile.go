package dsc

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// listFields are the fields of a .dsc, .changes or .buildinfo that list files with
// digests. Files are with MD5; .buildinfo has Checksums-Md5 instead, deb-buildinfo(5).
var listFields = []struct {
	name string
	alg  Algorithm
}{{"Checksums-Sha256", SHA256}, {"Checksums-Sha1", SHA1}, {"Checksums-Md5", MD5}, {"Files", MD5}}

// SetFile has every list of files of p that has the file called name say the size and the
// digest that it has with this content. What else the line says, such as a section, stays.
func (p Paragraph) SetFile(name string, content []byte) {
	for _, list := range listFields {
		h := list.alg.new()
		h.Write(content)
		digest := hex.EncodeToString(h.Sum(nil))
		for i, f := range p {
			if !strings.EqualFold(f.Name, list.name) {
				continue
			}
			lines := strings.Split(f.Value, "\n")
			for j, line := range lines {
				words := strings.Fields(line)
				if len(words) < 3 || words[len(words)-1] != name {
					continue
				}
				words[0], words[1] = digest, fmt.Sprint(len(content))
				lines[j] = " " + strings.Join(words, " ")
			}
			p[i].Value = strings.Join(lines, "\n")
		}
	}
}
