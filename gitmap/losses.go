package gitmap

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// A LossKind names a sort of thing that git does not keep. The texts are part of
// reports and never change meaning.
type LossKind string

// The kinds of losses. What a kind says beyond its name is in [Loss.Detail].
const (
	LossDotGit     LossKind = ".git"            // an entry called .git, with all below it
	LossName       LossKind = "name"            // a name that git lets into no index; Detail: why
	LossSpecial    LossKind = "special"         // a fifo or a device; Detail: which
	LossEmptyDir   LossKind = "empty-directory" // a directory without anything that git keeps
	LossHardLink   LossKind = "hard-link"       // kept as a file of its own; Detail: what it is linked to
	LossMode       LossKind = "mode"            // bits of a mode other than "executable"; Detail: the mode
	LossTime       LossKind = "time"            // a time before 1980; Detail: the time
	LossQuiltState LossKind = ".pc"             // state of quilt, which dpkg-source does not unpack
)

// A Loss is one thing of a source package that the trees of its import do not hold.
type Loss struct {
	Kind   LossKind
	File   string // the tarball that has it, or the patch that makes it
	Path   string // in the tarball, or in the unpacked source; bytes of any encoding
	Detail string // likewise; may be empty
}

// lossJSON is a Loss as JSON. A text that is not UTF-8, and so none of JSON, is in base64, too.
type lossJSON struct {
	Kind        LossKind `json:"kind"`
	File        string   `json:"file"`
	Path        string   `json:"path"`
	PathBytes   []byte   `json:"path_bytes,omitempty"`
	Detail      string   `json:"detail,omitempty"`
	DetailBytes []byte   `json:"detail_bytes,omitempty"`
}

// MarshalJSON writes l with the keys kind, file, path and, if there is any, detail. For a path
// or detail that is not UTF-8 there are also path_bytes and detail_bytes, in base64.
func (l Loss) MarshalJSON() ([]byte, error) {
	return json.Marshal(lossJSON{l.Kind, l.File, l.Path, bytesUnlessText(l.Path), l.Detail, bytesUnlessText(l.Detail)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (l *Loss) UnmarshalJSON(data []byte) error {
	var j lossJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	*l = Loss{j.Kind, j.File, textOr(j.PathBytes, j.Path), textOr(j.DetailBytes, j.Detail)}
	return nil
}

// bytesUnlessText returns the bytes of s if it is not UTF-8, so that JSON would change it.
func bytesUnlessText(s string) []byte {
	if utf8.ValidString(s) {
		return nil
	}
	return []byte(s)
}

// textOr is the text of which JSON has the bytes, or else the text itself.
func textOr(bytes []byte, text string) string {
	if bytes != nil {
		return string(bytes)
	}
	return text
}

func (l Loss) String() string {
	if l.Detail == "" {
		return fmt.Sprintf("%s: %s: %s", l.File, l.Path, l.Kind)
	}
	return fmt.Sprintf("%s: %s: %s (%s)", l.File, l.Path, l.Kind, l.Detail)
}

// maxLossesListed is how many losses of one kind a report lists. All are counted.
const maxLossesListed = 1000

// Losses are all that is lost in one import.
type Losses struct {
	Listed []Loss           `json:"listed"` // the first thousand of each kind
	Counts map[LossKind]int `json:"counts"`
}

func (l *Losses) add(loss Loss) {
	if l.Counts == nil {
		l.Counts = map[LossKind]int{}
	}
	l.Counts[loss.Kind]++
	if l.Counts[loss.Kind] <= maxLossesListed {
		l.Listed = append(l.Listed, loss)
	}
}

// merge adds all that is in m.
func (l *Losses) merge(m Losses) {
	for _, loss := range m.Listed {
		l.add(loss)
		l.Counts[loss.Kind]--
	}
	for kind, n := range m.Counts {
		if l.Counts == nil {
			l.Counts = map[LossKind]int{}
		}
		l.Counts[kind] += n
	}
}

// addEmptyDirs adds the innermost directories in n that hold nothing git keeps: whoever makes
// these again has those around them, too. It says whether n has directories.
func (l *Losses) addEmptyDirs(file string, n *node, prefix string) (hasDirs bool) {
	for _, name := range n.names() {
		e := n.child(name)
		if !e.isDir() {
			continue
		}
		hasDirs = true
		if !l.addEmptyDirs(file, e, prefix+name+"/") && !e.keepsAnything() {
			l.add(Loss{Kind: LossEmptyDir, File: file, Path: prefix + name})
		}
	}
	return hasDirs
}

// keepsAnything says whether git keeps anything of a directory, which does not
// change any more.
func (n *node) keepsAnything() bool {
	if n.keeps == unknown {
		n.keeps = no
		for _, e := range n.children() {
			if e.kind != specialNode && (!e.isDir() || e.keepsAnything()) {
				n.keeps = yes
				break
			}
		}
	}
	return n.keeps == yes
}

// tristate is an answer that may not be known yet.
type tristate byte

const (
	unknown tristate = iota
	yes
	no
)
