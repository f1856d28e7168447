package gitmap

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
)

// silenceTime is how long, in seconds, a git server may say nothing over HTTP, which git would
// bear for ever. While it thinks it says every five seconds that it is there.
const silenceTime = 60

// boundSilence returns options that make git give up on a server that is silent for silenceTime. What
// the user has decided about that stays.
func (r *Repo) boundSilence(ctx context.Context) ([]string, error) {
	config, err := r.Config(ctx)
	if err != nil || config.Value("http.lowSpeedLimit") != "" || config.Value("http.lowSpeedTime") != "" {
		return nil, err
	}
	return []string{"-c", "http.lowSpeedLimit=1", "-c", fmt.Sprintf("http.lowSpeedTime=%d", silenceTime)}, nil
}

// RemoteRefs returns the refs of the repository at url whose names begin with any of
// these prefixes, with the objects that they name. Nothing is fetched.
func (r *Repo) RemoteRefs(ctx context.Context, url string, prefixes ...string) (map[string]ObjectID, error) {
	args, err := r.boundSilence(ctx)
	if err != nil {
		return nil, err
	}
	args = append(args, "ls-remote", "-q", "--refs", "--", url)
	for _, p := range prefixes {
		args = append(args, p+"*") // which git matches anywhere after a slash
	}
	out, err := r.Git(ctx, args...)
	if err != nil {
		return nil, err
	}
	refs := map[string]ObjectID{}
	for line := range strings.Lines(out) {
		name, ref, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		id, err := ParseCommitID(name)
		if err != nil {
			return nil, fmt.Errorf("git ls-remote: %w", err)
		}
		for _, p := range prefixes {
			if strings.HasPrefix(ref, p) {
				refs[ref] = ObjectID(id)
			}
		}
	}
	return refs, nil
}

// syncLoose has git put loose objects on the disk before it ends, which it does not by
// default: the refs that will name them get there at once.
const syncLoose = "core.fsync=loose-object"

// IsComplete says whether the repository has these objects and all that they lead to. What
// a ref or one of complete leads to is taken for granted, which makes it quick. That an
// object is there is not enough: it may be what a fetch that was killed has left.
func (r *Repo) IsComplete(ctx context.Context, ids, complete []ObjectID) (bool, error) {
	var in strings.Builder
	for _, id := range ids {
		in.WriteString(id.String() + "\n")
	}
	for _, id := range complete {
		in.WriteString("^" + id.String() + "\n")
	}
	_, err := r.gitInput(ctx, []byte(in.String()), "--no-replace-objects", "rev-list", "--objects", "--quiet", "--stdin", "--not", "--all")
	var missing *GitError
	if errors.As(err, &missing) {
		return false, nil
	}
	return err == nil, err
}

// tolerated are what git-fsck(1) finds wrong with objects of real histories: what old
// programs wrote, or what no program minds. What is left to be refused is what git writes and
// checks out nowhere, such as a file named ".git", and submodules with addresses or
// names that are options or paths out of the tree.
var tolerated = strings.Fields(`
	badDate badDateOverflow badEmail badFilemode badName badTimezone duplicateEntries gitattributesBlob gitattributesLarge
	gitattributesLineLength gitattributesMissing gitmodulesBlob gitmodulesLarge gitmodulesMissing gitmodulesParse
	largePathname missingEmail missingNameBeforeEmail missingSpaceBeforeDate missingSpaceBeforeEmail missingTaggerEntry
	multipleAuthors nulInCommit nullSha1 treeNotSorted zeroPaddedDate zeroPaddedFilemode
`)

// checkObjects returns options that make git fetch refuse harmful objects. What the user has
// decided about that stays.
func (r *Repo) checkObjects(ctx context.Context) ([]string, error) {
	config, err := r.Config(ctx)
	if err != nil || config.Value("fetch.fsckObjects") != "" || config.Value("transfer.fsckObjects") != "" {
		return nil, err
	}
	options := []string{"-c", "fetch.fsckObjects=true"}
	for _, id := range tolerated {
		if key := "fetch.fsck." + id; config.Value(key) == "" {
			options = append(options, "-c", key+"=ignore")
		}
	}
	return options, nil
}

// FetchObjects brings the objects that refs of the repository at url lead to, and makes
// no ref. So an interrupted fetch leaves nothing but objects, which git gc removes after
// some weeks. A caller has to make refs of what it wants to keep. Unless the user has
// configured otherwise, objects that could harm whoever checks them out are refused.
func (r *Repo) FetchObjects(ctx context.Context, url string, refs ...string) error {
	var in strings.Builder
	for _, ref := range refs {
		in.WriteString(ref + "\n")
	}
	options, err := r.boundSilence(ctx)
	if err != nil {
		return err
	}
	checks, err := r.checkObjects(ctx)
	if err != nil {
		return err
	}
	options = append(options, checks...)
	_, err = r.gitInput(ctx, []byte(in.String()), append(options, "-c", syncLoose, "fetch", "-q", "--stdin", "--refmap=",
		"--no-tags", "--no-prune", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules", "--", url)...)
	return err
}

// Reachable returns which of these objects a commit leads to, itself counted in. Those that
// are not in the repository are not.
func (r *Repo) Reachable(ctx context.Context, from CommitID, ids ...ObjectID) (map[ObjectID]bool, error) {
	reader, err := r.NewCommitReader(ctx)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	here := map[ObjectID]bool{}
	for _, id := range ids {
		if here[id], err = reader.Has(id); err != nil {
			return nil, err
		}
	}
	maps.DeleteFunc(here, func(_ ObjectID, has bool) bool { return !has })
	if len(here) == 0 {
		return nil, nil
	}
	out, err := r.Git(ctx, "--no-replace-objects", "rev-list", "--objects", "--no-object-names", from.String(), "--")
	if err != nil {
		return nil, err
	}
	reached := map[ObjectID]bool{}
	for line := range strings.Lines(out) {
		id, err := ParseCommitID(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("git rev-list: %w", err)
		}
		if here[ObjectID(id)] {
			reached[ObjectID(id)] = true
		}
	}
	return reached, nil
}
