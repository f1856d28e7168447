package dsc

import (
	"encoding/hex"
	"fmt"
	"slices"
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
	p.eachList(func(f *Field, alg Algorithm) {
		h := alg.new()
		h.Write(content)
		digest := hex.EncodeToString(h.Sum(nil))
		lines := strings.Split(f.Value, "\n")
		for i, line := range lines {
			words := strings.Fields(line)
			if isLineOf(name, words) {
				words[0], words[1] = digest, fmt.Sprint(len(content))
				lines[i] = " " + strings.Join(words, " ")
			}
		}
		f.Value = strings.Join(lines, "\n")
	})
}

// Lists says whether any list of files of p has the file.
func (p Paragraph) Lists(name string) (has bool) {
	p.eachList(func(f *Field, _ Algorithm) {
		for line := range strings.SplitSeq(f.Value, "\n") {
			has = has || isLineOf(name, strings.Fields(line))
		}
	})
	return has
}

// RemoveFile takes a file out of every list of files of p.
func (p Paragraph) RemoveFile(name string) {
	p.eachList(func(f *Field, _ Algorithm) {
		lines := strings.Split(f.Value, "\n")
		lines = slices.DeleteFunc(lines, func(line string) bool { return isLineOf(name, strings.Fields(line)) })
		f.Value = strings.Join(lines, "\n")
	})
}

// AddFile puts a file into every list of files of p, a .changes, at the end, as the lists of
// a .dsc have it. place says what the field Files says of it beside that.
func (p Paragraph) AddFile(name string, source Paragraph, place Section) {
	p.eachList(func(f *Field, _ Algorithm) {
		list, _ := source.Field(f.Name)
		for line := range strings.SplitSeq(list.Value, "\n") {
			words := strings.Fields(line)
			if !isLineOf(name, words) {
				continue
			}
			if strings.EqualFold(f.Name, "Files") {
				words = []string{words[0], words[1], place.Section, place.Priority, name}
			}
			f.Value += "\n " + strings.Join(words, " ")
		}
	})
}

// isLineOf says whether these are the words of a line about the file in a list of files: its digest, its
// size, perhaps more, its name.
func isLineOf(name string, words []string) bool {
	return len(words) >= 3 && words[len(words)-1] == name
}

// eachList calls do for each field that lists files.
func (p Paragraph) eachList(do func(f *Field, alg Algorithm)) {
	for i := range p {
		for _, list := range listFields {
			if strings.EqualFold(p[i].Name, list.name) {
				do(&p[i], list.alg)
			}
		}
	}
}
