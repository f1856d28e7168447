package upload

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"debgit/dsc"
	"debgit/gitmap"
)

// A Journal is a push that has begun, on disk: its plan, its files, and how far it has
// come. It is below the git directory of the work tree, in debgit/push:
//
//	plan.json    the plan
//	state.json   which steps have been begun, and done
//	unsigned/    the files of the upload that were made, before they are signed
//	tags/        the signed tags, one file each
//	signed/      the files, signed
//	replaced/    files that had the names of those, whole before any of those has its name
//
// plan.json is written last of what a push starts with, and removed first at its end: without
// it, the directory is rubbish. What is there has been synced to the disk.
type Journal struct {
	Plan  *Plan
	dir   string
	lock  *os.File
	state journalState
}

// A journalState says how far a push has come.
type journalState struct {
	Begun []StepName `json:"begun"` // in the order of [Plan].Steps
	Done  []StepName `json:"done"`

	// Aborting says that things are being put back, so that the push cannot go on.
	Aborting bool `json:"aborting"`
}

// A PushBusyError says that another process is at work on a push of the same work tree.
type PushBusyError struct{ Dir string }

func (e *PushBusyError) Error() string { return "another push of " + e.Dir + " is going on" }

// An UnfinishedError says that a push has not come to its end.
type UnfinishedError struct {
	ID   dsc.ID
	Step StepName // the first one that is not done
	What string   // what that does
}

func (e *UnfinishedError) Error() string {
	return fmt.Sprintf("the push of %s was interrupted before its end; the next step: %s", e.ID, e.What)
}

// An AbortingError says that a push is being given up, which was interrupted.
type AbortingError struct{ ID dsc.ID }

func (e *AbortingError) Error() string {
	return fmt.Sprintf("the push of %s is being given up, and cannot go on", e.ID)
}

// ErrNoJournal is matched by the error of opening a journal if no push has begun.
var ErrNoJournal = errors.New("no push has begun here")

// lockJournal takes the lock for pushes of a work tree, without waiting.
func lockJournal(repo *gitmap.Repo) (*Journal, error) {
	dir := journalDir(repo)
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(parent, "push.lock"), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = &PushBusyError{repo.WorkTree()}
		}
		return nil, err
	}
	return &Journal{dir: dir, lock: lock}, nil
}

// journalDir is where the journal of a work tree is, if there is one.
func journalDir(repo *gitmap.Repo) string { return filepath.Join(repo.GitDir(), "debgit", "push") }

// Close gives up the lock. The journal stays as it is.
func (j *Journal) Close() error { return j.lock.Close() }

// read reads the journal. If there is none the error matches [ErrNoJournal].
func (j *Journal) read() error {
	plan := &Plan{}
	err := readJSON(j.path("plan.json"), plan)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNoJournal
	}
	if err == nil && plan.Schema != planSchema {
		err = fmt.Errorf("%s: it is of form %d, and this program knows %d", j.path("plan.json"), plan.Schema, planSchema)
	}
	for _, s := range plan.Steps {
		if actions[s.Step] == nil && err == nil {
			err = fmt.Errorf("%s: there is a step %q, which this program does not know", j.path("plan.json"), s.Step)
		}
	}
	if err != nil {
		return err
	}
	j.Plan = plan
	if err := readJSON(j.path("state.json"), &j.state); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// start begins a journal for a plan, with the files that were made in the directory made. What another
// process left that did not get so far is removed.
func (j *Journal) start(plan *Plan, made string) error {
	if err := os.RemoveAll(j.dir); err != nil {
		return err
	}
	if err := os.Mkdir(j.dir, 0o777); err != nil {
		return err
	}
	if err := os.Mkdir(j.path("unsigned"), 0o777); err != nil {
		return err
	}
	for _, f := range plan.Files {
		if !f.Made {
			continue
		}
		if err := copyDurably(filepath.Join(made, f.Name), j.path("unsigned", f.Name)); err != nil {
			return err
		}
	}
	j.Plan, j.state = plan, journalState{}
	return writeJSON(j.path("plan.json"), plan)
}

// remove ends the journal.
func (j *Journal) remove() error {
	if err := os.Remove(j.path("plan.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.RemoveAll(j.dir); err != nil {
		return err
	}
	return syncFile(filepath.Dir(j.dir))
}

func (j *Journal) path(name ...string) string {
	return filepath.Join(append([]string{j.dir}, name...)...)
}

// hasBegun says whether a step may have done something.
func (j *Journal) hasBegun(s StepName) bool { return slices.Contains(j.state.Begun, s) }

func (j *Journal) isDone(s StepName) bool { return slices.Contains(j.state.Done, s) }

// abort notes that things are being put back from now on.
func (j *Journal) abort() error {
	j.state.Aborting = true
	return writeJSON(j.path("state.json"), j.state)
}

// begin notes that a step may do something from now on.
func (j *Journal) begin(s StepName) error {
	if j.hasBegun(s) {
		return nil
	}
	j.state.Begun = append(j.state.Begun, s)
	return writeJSON(j.path("state.json"), j.state)
}

// finish notes that a step is done.
func (j *Journal) finish(s StepName) error {
	j.state.Done = append(j.state.Done, s)
	return writeJSON(j.path("state.json"), j.state)
}

// next returns the first step that is not done; nil if all are.
func (j *Journal) next() *PlannedStep {
	for i := range j.Plan.Steps {
		if !j.isDone(j.Plan.Steps[i].Step) {
			return &j.Plan.Steps[i]
		}
	}
	return nil
}

// unfinished is the error for a push that has not come to its end, nil if nothing has
// been done of it that would have to be undone.
func (j *Journal) unfinished() error {
	for _, s := range j.state.Begun {
		if s != StepSignTags && s != StepSignFiles {
			next := j.next()
			if next == nil { // only the journal is left to remove
				return nil
			}
			return &UnfinishedError{j.Plan.ID(), next.Step, next.What}
		}
	}
	return nil
}

func readJSON(path string, to any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func writeJSON(path string, value any) error {
	data, err := json.MarshalIndent(value, "", "\t")
	if err != nil {
		return err
	}
	return writeDurably(path, append(data, '\n'), 0o666)
}
