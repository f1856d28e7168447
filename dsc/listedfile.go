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

// Lists says whether any list of files of p has the file.
func (p Paragraph) Lists(name string) (has bool) {
	p.eachList(func(i int) {
		for line := range strings.SplitSeq(p[i].Value, "\n") {
			if words := strings.Fields(line); len(words) >= 3 && words[len(words)-1] == name {
				has = true
			}
		}
	})
	return has
}

// RemoveFile takes a file out of every list of files of p.
func (p Paragraph) RemoveFile(name string) {
	p.eachList(func(i int) {
		var lines []string
		for line := range strings.SplitSeq(p[i].Value, "\n") {
			if words := strings.Fields(line); len(words) < 3 || words[len(words)-1] != name {
				lines = append(lines, line)
			}
		}
		p[i].Value = strings.Join(lines, "\n")
	})
}

// AddFile puts a file into every list of files of p, a .changes, at the end, as the lists of
// a .dsc have it. place says what the field Files says of it beside that.
func (p Paragraph) AddFile(name string, source Paragraph, place Section) {
	p.eachList(func(i int) {
		list, _ := source.Field(p[i].Name)
		for line := range strings.SplitSeq(list.Value, "\n") {
			words := strings.Fields(line)
			if len(words) != 3 || words[2] != name {
				continue
			}
			if strings.EqualFold(p[i].Name, "Files") {
				words = []string{words[0], words[1], place.Section, place.Priority, name}
			}
			p[i].Value += "\n " + strings.Join(words, " ")
		}
	})
}

// eachList calls do for the index of each field that lists files.
func (p Paragraph) eachList(do func(i int)) {
	for i, f := range p {
		for _, list := range listFields {
			if strings.EqualFold(f.Name, list.name) {
				do(i)
			}
		}
	}
}
