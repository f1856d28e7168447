package upload

import (
	"fmt"
	"strings"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
)

// planSchema is the version of the form that plans have in JSON and in the journal.
const planSchema = 1

// A Plan is everything that a push will do, worked out before any of it is done.
type Plan struct {
	Schema int `json:"plan"`

	Package  string      `json:"package"`
	Version  dsc.Version `json:"version"`
	Suite    string      `json:"suite"`    // as debian/changelog has it
	Codename string      `json:"codename"` // of the suite
	Distro   string      `json:"distro"`   // whose settings count
	Nominal  string      `json:"nominal"`  // whose name stands in tags and fields
	Format   string      `json:"format"`   // of the source package
	Mode     QuiltMode   `json:"quilt_mode"`
	Split    bool        `json:"split_view"`

	// Layout is that of the branch, if it tells the quilt mode; nil if that was given or configured.
	Layout *PlannedLayout `json:"layout"`

	Head   gitmap.CommitID `json:"head"`   // what is pushed, as it was found
	Commit gitmap.CommitID `json:"commit"` // what the suite branch becomes

	Checks   []Check         `json:"checks"`
	Commits  []PlannedCommit `json:"commits"` // that were made, the oldest first; no branch has them yet
	Branch   *PlannedMove    `json:"branch"`  // of the user; nil if it stays as it is
	Moves    []PlannedMove   `json:"moves"`   // of other refs of the user
	Tags     []PlannedTag    `json:"tags"`    // in the order in which they are made
	Files    []PlannedFile   `json:"files"`   // of the upload
	Git      PlannedPush     `json:"git"`
	Tracking PlannedMove     `json:"tracking"`
	Products string          `json:"build_products_dir"` // where Files get their final names
	Queue    PlannedUpload   `json:"queue"`
	Signing  PlannedSigning  `json:"signing"`
	Steps    []PlannedStep   `json:"steps"` // what is done, in order
}

// ID returns what the upload is of.
func (p *Plan) ID() dsc.ID { return dsc.ID{Package: p.Package, Version: p.Version} }

// A PlannedLayout is what the branch was found to have in git.
type PlannedLayout struct {
	Layout Layout `json:"layout"`
	Why    string `json:"why"`
}

// A PlannedCommit is a commit that was made for the upload.
type PlannedCommit struct {
	Commit gitmap.CommitID `json:"commit"`
	What   string          `json:"what"`
}

// A PlannedMove moves a ref.
type PlannedMove struct {
	Ref string          `json:"ref"`
	Old gitmap.CommitID `json:"old"` // zero: it is not there
	New gitmap.CommitID `json:"new"` // zero: it is deleted
}

// String says what is done to the ref.
func (m PlannedMove) String() string {
	if m.New.IsZero() {
		return "delete " + m.Ref
	}
	return fmt.Sprintf("move %s to %s", m.Ref, m.New)
}

// A PlannedTag is a tag that is made, or that is there already and is used.
type PlannedTag struct {
	Name   string          `json:"name"`   // without refs/tags/
	Commit gitmap.CommitID `json:"commit"` // that it is of
	Reused gitmap.ObjectID `json:"reused"` // the tag that is there, and is used as it is; zero: it is made

	// Old is what a tag that is made takes the place of; zero: nothing.
	Old gitmap.ObjectID `json:"old"`

	// Text is the tag object without its signature. After it, before it is signed, goes a line with the
	// object of the tag NamesTag, unless that is "".
	Text     string `json:"text"`
	NamesTag string `json:"names_tag"`
}

// Ref is the ref of the tag.
func (t *PlannedTag) Ref() string { return tagRef(t.Name) }

// A PlannedFile is a file of the upload.
type PlannedFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // before it is signed
	SHA256 string `json:"sha256"` // likewise
	Signed bool   `json:"signed"` // it will be signed; then it is another
	Made   bool   `json:"made"`   // it is not in the directory for such files yet
}

// A PlannedPush is what is pushed to a git server.
type PlannedPush struct {
	URL      string   `json:"url"`
	Create   bool     `json:"create"` // the repository is not there yet
	Refspecs []string `json:"refspecs"`
}

// A PlannedUpload is where the files are sent.
type PlannedUpload struct {
	Host    string   `json:"host"` // as dput knows it; "" for its default
	Changes string   `json:"changes"`
	Program string   `json:"program"` // instead of dput, or a configured one; or ""
	Options []string `json:"options"`
	Delayed int      `json:"delayed"` // days that the queue keeps it; 0: none
}

// A PlannedSigning says who signs.
type PlannedSigning struct {
	Key     string `json:"key"`
	Program string `json:"program"` // instead of gpg, or a configured one; or ""
	NoSign  bool   `json:"no_sign"`
	Remote  bool   `json:"remote"` // the other side of a remote push does, and knows the key
}

// A PlannedStep is one step of a push.
type PlannedStep struct {
	Step   StepName `json:"step"`
	What   string   `json:"what"`
	Public bool     `json:"public"` // others see what it has done
}

// A StepName names a step of a push, and never changes.
type StepName string

// The steps of a push, in their order. What is done by one of them when it is done again is
// the same.
const (
	StepSignTags  StepName = "sign-tags"  // the tags get their signatures
	StepSignFiles StepName = "sign-files" // the .dsc and the .changes get theirs
	StepBranch    StepName = "branch"     // the user's branch moves, if it does
	StepMoves     StepName = "moves"      // so do other refs of the user
	StepTags      StepName = "tags"       // the tags get their refs
	StepCreate    StepName = "create"     // the git server gets the repository, if it lacks it
	StepPush      StepName = "push"       // commits and tags go to the git server
	StepTracking  StepName = "tracking"   // the tracking branch follows
	StepFiles     StepName = "files"      // the files get their final names
	StepQueue     StepName = "queue"      // the upload goes to the queue
)

// steps are what is to be done, in order.
func (p *Plan) steps() []PlannedStep {
	signatures := "with signatures by " + p.Signing.Key
	switch {
	case p.Signing.Remote:
		signatures = "with signatures of the host that asked for the push"
	case p.Signing.NoSign:
		signatures = "without signatures"
	}
	var steps []PlannedStep
	add := func(s StepName, public bool, format string, args ...any) {
		steps = append(steps, PlannedStep{s, fmt.Sprintf(format, args...), public})
	}
	add(StepSignTags, false, "make %s, %s", nounList("tag", p.tagNames()), signatures)
	add(StepSignFiles, false, "make %s, %s", nounList("file", p.signedNames()), signatures)
	if p.Branch != nil {
		add(StepBranch, false, "move your branch %s forward to %s", history.ShortHead(p.Branch.Ref), p.Branch.New)
	}
	if len(p.Moves) > 0 {
		var moves []string
		for _, m := range p.Moves {
			moves = append(moves, m.String())
		}
		add(StepMoves, false, "%s", strings.Join(moves, ", "))
	}
	add(StepTags, false, "store the tags")
	if p.Git.Create {
		add(StepCreate, true, "have the git server make the repository %s", p.Git.URL)
	}
	add(StepPush, true, "push %s to %s", strings.Join(p.Git.Refspecs, " "), p.Git.URL)
	add(StepTracking, false, "move %s to %s", p.Tracking.Ref, p.Tracking.New)
	add(StepFiles, false, "put %s into %s", nounList("file", p.madeNames()), p.Products)
	add(StepQueue, true, "send %s to %s", p.Queue.Changes, p.Queue.queue().String())
	return steps
}

func (p *Plan) tagNames() (names []string) {
	for _, t := range p.Tags {
		if t.Reused.IsZero() {
			names = append(names, t.Name)
		}
	}
	return names
}

func (p *Plan) signedNames() (names []string) {
	for _, f := range p.Files {
		if isSigned(f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

func (p *Plan) madeNames() (names []string) {
	for _, f := range p.Files {
		if f.Made || f.Signed {
			names = append(names, f.Name)
		}
	}
	return names
}

// nounList is "the file a", or "the files a, b".
func nounList(noun string, names []string) string {
	if len(names) != 1 {
		noun += "s"
	}
	return "the " + noun + " " + strings.Join(names, ", ")
}

// queue is the queue that files are sent to.
func (u *PlannedUpload) queue() archive.Queue {
	return archive.NewQueue(archive.QueueOptions{Host: u.Host, Delayed: u.Delayed, Program: u.Program, Options: u.Options})
}

// String names the queue.
func (u PlannedUpload) String() string { return u.queue().String() }
