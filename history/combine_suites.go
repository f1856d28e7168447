package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"debgit/gitmap"
)

// mostMoves is how often a combination is made, if another process moves its branch.
const mostMoves = 3

// combine brings the branch of a combination of suites up to date with those of the
// suites that have the package, the parts.
func (s *session) combine(ctx context.Context, repo *gitmap.Repo, l *lookup, parts []*FetchResult) (*FetchResult, error) {
	result := &FetchResult{Suite: l.suite(), Vouching: parts[0].Vouching, Parts: parts}
	for _, part := range parts {
		result.Warnings = append(result.Warnings, part.Warnings...)
		if result.GitServer == nil {
			result.GitServer = part.GitServer
		}
		if result.Missing == nil {
			result.Missing = part.Missing
		}
	}
	for range mostMoves {
		err := s.moveCombination(ctx, repo, result)
		if !errors.Is(err, errRefsMoved) {
			return result, err
		}
	}
	return result, errRefsMoved
}

func (s *session) moveCombination(ctx context.Context, repo *gitmap.Repo, result *FetchResult) error {
	have, err := openInventory(ctx, repo)
	if err != nil {
		return err
	}
	defer have.close()
	ref := TrackingRef(result.Suite)
	var inputs []mergeInput
	if id, ok := have.refs[ref]; ok {
		result.Old = gitmap.CommitID(id)
		in, err := inputOf(ctx, have, result.Old, "local combined tracking branch")
		if err != nil {
			return err
		}
		inputs = append(inputs, *in)
	}
	before := len(inputs)
	for _, part := range result.Parts {
		in, err := inputOf(ctx, have, part.Commit, part.Suite)
		if err != nil {
			return err
		}
		inputs = append(inputs, *in)
	}
	tip, highest, err := combineBranches(ctx, repo, result.Suite, inputs)
	if err != nil {
		return err
	}
	result.Commit, result.Version = tip, inputs[highest].version
	if highest >= before {
		part := result.Parts[highest-before]
		result.ID, result.Format, result.VcsGit, result.Files, result.Import = part.ID, part.Format, part.VcsGit, part.Files, part.Import
	}
	moves := []gitmap.RefUpdate{{Ref: ref, New: tip, Old: result.Old}, archiveUpdate(have, tip)}
	return s.move(ctx, refMoves{have, s.reflog("dgit fetch"), nil, moves})
}

// combineBranches returns the commit that has all inputs among its ancestors and the tree of
// the highest version among them; of several the first counts. It writes one if there is none. highest is
// the index of that input.
func combineBranches(ctx context.Context, repo *gitmap.Repo, suite string, inputs []mergeInput) (tip gitmap.CommitID, highest int, err error) {
	order := make([]int, len(inputs)) // from the highest version to the lowest
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		n, e := inputs[b].version.Compare(inputs[a].version)
		if e != nil {
			err = e
		}
		return n
	})
	if err != nil {
		return tip, 0, err
	}
	// Needed are those that are not in one that was found to be needed before.
	marks := make([]string, len(inputs))
	var needed []int
	for _, i := range order {
		marks[i] = " "
		isIn := false
		for _, n := range needed {
			if isIn, err = repo.IsAncestor(ctx, inputs[i].commit, inputs[n].commit); isIn || err != nil {
				break
			}
		}
		if err != nil {
			return tip, 0, err
		}
		if !isIn {
			needed = append(needed, i)
			marks[i] = "+"
		}
	}
	highest = order[0]
	if len(needed) == 1 {
		return inputs[highest].commit, highest, nil
	}
	marks[highest] = "*"
	tip, err = writeCombination(ctx, repo, suite, inputs, marks, inputs[highest])
	return tip, highest, err
}

// writeCombination writes the commit of a combination, with all inputs as parents.
func writeCombination(ctx context.Context, repo *gitmap.Repo, suite string, inputs []mergeInput, marks []string, highest mergeInput) (gitmap.CommitID, error) {
	var message strings.Builder
	fmt.Fprintf(&message, "Combine archive branches %s [dgit]\n\nInput branches:\n", suite)
	var parents []gitmap.CommitID
	for i, in := range inputs {
		fmt.Fprintf(&message, " %s  %-25s %s\n", marks[i], in.version, in.what)
		parents = append(parents, in.commit)
	}
	fmt.Fprintf(&message, "\nKey\n * marks the highest version branch, which choose to use\n"+
		" + marks each branch which was not already an ancestor\n\n[dgit multi-suite %s]\n", suite)
	pack, err := repo.NewPack(ctx)
	if err != nil {
		return gitmap.CommitID{}, err
	}
	defer pack.Abort()
	tip, err := writeMerge(pack, highest, parents, message.String())
	if err == nil {
		err = pack.Finish()
	}
	return tip, err
}
