package archive

import (
	"cmp"
	"slices"
)

// A nearest collects the names that are most similar to one.
type nearest struct {
	name   string
	most   int // edits
	best   []nearName
	longer []nearName // those that go on after name
	rows   [3][]int
}

type nearName struct {
	name  string
	edits int
}

// fewestLetters is how many of a name there must be to tell of longer ones.
const fewestLetters = 3

// newNearest returns a collector for what somebody who wrote name may have meant:
// one edit for a short name, up to three for a long one. Where there is no such name, it is those that
// begin with name.
func newNearest(name string) *nearest {
	n := &nearest{name: name, most: min(1+len(name)/6, 3)}
	for i := range n.rows {
		n.rows[i] = make([]int, len(name)+1)
	}
	return n
}

// add considers a name.
func (n *nearest) add(name []byte) {
	if edits := n.distance(name); edits <= n.most {
		n.best = addNear(n.best, nearName{string(name), edits})
	} else if more := len(name) - len(n.name); more > 0 && len(n.name) >= fewestLetters && string(name[:len(n.name)]) == n.name {
		n.longer = addNear(n.longer, nearName{string(name), more})
	}
}

// addNear adds a name to some, of which it keeps the most similar three.
func addNear(names []nearName, name nearName) []nearName {
	if slices.Contains(names, name) {
		return names
	}
	names = append(names, name)
	slices.SortFunc(names, func(a, b nearName) int {
		return cmp.Or(cmp.Compare(a.edits, b.edits), cmp.Compare(a.name, b.name))
	})
	return names[:min(len(names), 3)]
}

// names returns at most three names, the most similar first.
func (n *nearest) names() []string {
	var names []string
	best := n.best
	if best == nil {
		best = n.longer
	}
	for _, b := range best {
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
