package gitmap

// A Report says what one import made, how, and what it could not hold. It is
// kept as JSON; Schema grows when a field changes its meaning.
type Report struct {
	Schema      int      `json:"schema"` // 1
	Package     string   `json:"package"`
	Version     string   `json:"version"`
	Dsc         string   `json:"dsc_sha256"`
	Commit      string   `json:"commit"`
	Main        string   `json:"main_commit"`
	Tree        string   `json:"tree"`
	Tarballs    int      `json:"tarballs"`         // commits that stand for tarballs
	Patches     int      `json:"patches"`          // commits that stand for patches
	Method      string   `json:"method"`           // of applying patches: "first", "fallback" (both dgit's) or "own"
	Reason      string   `json:"reason,omitempty"` // why not the first method
	Unpatched   string   `json:"unpatched,omitempty"`
	DgitRefuses []string `json:"dgit_refuses"` // why dgit does not make this commit; empty if it does
	Losses      Losses   `json:"losses"`
}

// The methods of a Report.
const (
	methodFirst    = "first"
	methodFallback = "fallback"
	methodOwn      = "own"
)

// Report returns what imp says of itself.
func (imp *Imported) Report() Report {
	r := Report{
		Schema:      1,
		Package:     imp.ID.Package,
		Version:     string(imp.ID.Version),
		Dsc:         imp.Dsc.Hex,
		Commit:      imp.Commit.String(),
		Main:        imp.Main.String(),
		Tree:        imp.Tree.String(),
		Tarballs:    imp.Tarballs,
		Patches:     imp.Patches,
		Method:      methodFirst,
		DgitRefuses: []string{},
		Losses:      imp.Losses,
	}
	if imp.Fallback != nil {
		r.Method, r.Reason = methodFallback, imp.Fallback.Error()
	}
	if imp.Unpatched != nil {
		r.Unpatched = imp.Unpatched.Error()
	}
	for _, err := range imp.Own {
		r.Method = methodOwn
		r.DgitRefuses = append(r.DgitRefuses, err.Error())
	}
	if r.Losses.Counts == nil {
		r.Losses = Losses{Listed: []Loss{}, Counts: map[LossKind]int{}}
	}
	return r
}
