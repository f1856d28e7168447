package archive

import (
	"cmp"
	"slices"
)

// A nearest collects the names that are most similar to one.
type nearest struct {
	name string
	most int // edits
	best []nearName
	rows [3][]int
}

type nearName struct {
	name   string
	edits  int
	common int // how many letters at its beginning are the same
}

// fewestLetters is how many of a name there must be to tell of longer ones.
const fewestLetters = 3

// newNearest returns a collector for what somebody who wrote name may have meant:
// one edit for a short name, up to three for a long one. That a name goes on counts as
// one edit if it does with "-", else as two.
func newNearest(name string) *nearest {
	n := &nearest{name: name, most: min(1+len(name)/6, 3)}
	for i := range n.rows {
		n.rows[i] = make([]int, len(name)+1)
	}
	return n
}

// add considers a name. Of those with as many edits the better ones begin alike, as people
// hardly ever get the first letter wrong.
func (n *nearest) add(name []byte) {
	edits := n.distance(name)
	common := 0
	for common < min(len(name), len(n.name)) && name[common] == n.name[common] {
		common++
	}
	near := edits <= n.most
	if common == len(n.name) && common >= fewestLetters && len(name) > common {
		near = true
		if name[common] == '-' {
			edits = 1
		} else {
			edits = min(edits, 2)
		}
	}
	if !near {
		return
	}
	found := nearName{string(name), edits, common}
	if slices.Contains(n.best, found) {
		return
	}
	n.best = append(n.best, found)
	slices.SortFunc(n.best, func(a, b nearName) int {
		return cmp.Or(cmp.Compare(a.edits, b.edits), cmp.Compare(b.common, a.common), cmp.Compare(len(a.name), len(b.name)), cmp.Compare(a.name, b.name))
	})
	n.best = n.best[:min(len(n.best), 3)]
}

// names returns at most three names, the most similar first.
func (n *nearest) names() []string {
	var names []string
	for _, b := range n.best {
		names = append(names, b.name)
	}
	return names
}

// distance returns how many edits make other of the name: letters added, removed,
// replaced, or swapped with the next. It may return any larger number than
// n.most instead of one that is larger.
func (n *nearest) distance(other []byte) int {
	if d := len(other) - len(n.name); d > n.most || -d > n.most {
		return n.most + 1
	}
	before, last, row := n.rows[0], n.rows[1], n.rows[2]
	for j := range last {
		last[j] = j
	}
	for i := range other {
		row[0] = i + 1
		least := row[0]
		for j := range len(n.name) {
			cost := 1
			if other[i] == n.name[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && other[i] == n.name[j-1] && other[i-1] == n.name[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
			least = min(least, row[j+1])
		}
		if least > n.most {
			return least
		}
		before, last, row = last, row, before
	}
	return last[len(n.name)]
}
