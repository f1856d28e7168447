package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A tool does a task, step by step, in a directory of its own.
type tool struct {
	name  string
	peer  bool // one that we compare with, and need not time often
	steps []step

	source     []string // paths of the files that the directory gets beforehand
	repository string   // where in the directory its repository is, or will be; "" if it makes none
	init       bool     // the repository is there beforehand, and empty
}

// A step is commands, one after another. The steps of different tools that have
// the same name do the same.
type step struct {
	name     string
	in       string // where in the directory the commands run
	commands [][]string
	revision string // the commit that is made, if one is that has to be the same whatever the tool is
}

// A table has what each tool took for one step, debgit first.
type table struct {
	step string
	rows []row
}

type row struct {
	tool   string
	median *sample // nil: the tool does not do it
}

// of returns what a tool took, or nil.
func (t table) of(tool string) *sample {
	for _, r := range t.rows {
		if r.tool == tool {
			return r.median
		}
	}
	return nil
}

// A peer that took more than longTime for a task runs once, as the caches do not matter then. One
// that took more than patience in all does no further step.
const (
	longTime = 5 * time.Second
	patience = 200 * time.Second
)

// compare runs every tool once for each round, and once before, below dir, and
// returns a table for each of the steps. That two tools make different commits is an error; one
// that fails is left out.
func compare(label string, tools []tool, steps []string, rounds int, dir string) ([]table, error) {
	samples := make([]map[string][]sample, len(tools))
	done := make([]bool, len(tools))
	commits := map[string]string{}
	for round := range rounds + 1 {
		for i, t := range tools {
			if done[i] {
				continue
			}
			one, made, err := t.run(filepath.Join(dir, fmt.Sprint(i)))
			if err != nil {
				warnf("%s: %s is left out: %v", label, t.name, err)
				samples[i], done[i] = nil, true
				continue
			}
			for step, commit := range made {
				if is, ok := commits[step]; ok && is != commit {
					return nil, fmt.Errorf("%s: %s: %s makes commit %s, the tools before it make %s", label, step, t.name, commit, is)
				}
				commits[step] = commit
			}
			fmt.Fprintf(os.Stderr, "%s: round %d of %d: %s: %s\n", label, round, rounds, t.name, spent(one, steps))
			done[i] = t.peer && isLong(one, steps)
			if round == 0 && !done[i] {
				continue
			}
			if samples[i] == nil {
				samples[i] = map[string][]sample{}
			}
			for step, s := range one {
				samples[i][step] = append(samples[i][step], s)
			}
		}
	}
	var tables []table
	for _, step := range steps {
		t := table{step: step}
		for i, tool := range tools {
			if tool.does(step) {
				t.rows = append(t.rows, row{tool.name, median(samples[i][step])})
			}
		}
		tables = append(tables, t)
	}
	return tables, nil
}

// isLong reports whether one of the steps that are measured took more than longTime. What it takes to
// prepare them does not count.
func isLong(took map[string]sample, steps []string) bool {
	return slices.ContainsFunc(steps, func(step string) bool { return took[step].wall > longTime })
}

// spent is what the steps that are measured took, in their order.
func spent(took map[string]sample, steps []string) string {
	var texts []string
	for _, step := range steps {
		if one, ok := took[step]; ok {
			texts = append(texts, fmt.Sprintf("%s %.2f s", step, one.wall.Seconds()))
		}
	}
	return strings.Join(texts, ", ")
}

func (t tool) does(name string) bool {
	for _, s := range t.steps {
		if s.name == name {
			return true
		}
	}
	return false
}

// run lets the tool do its task in a new directory below dir. It returns what
// each step took, and the commit that it made. dir is also where the tool
// finds the home directory of its last run.
func (t tool) run(dir string) (took map[string]sample, commits map[string]string, err error) {
	home, work := filepath.Join(dir, "home"), filepath.Join(dir, "work")
	if err := errors.Join(os.MkdirAll(home, 0o777), os.Mkdir(work, 0o777)); err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(work)
	if err := t.prepare(home, work); err != nil {
		return nil, nil, err
	}
	took, commits = map[string]sample{}, map[string]string{}
	var all sample
	for _, s := range t.steps {
		if all.wall > patience {
			break
		}
		one, err := t.runStep(s, home, work)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s.name, err)
		}
		took[s.name], all = one, all.plus(one)
		if s.revision == "" {
			continue
		}
		id, err := exec.Command("git", "-C", filepath.Join(work, t.repository), "rev-parse", "--verify", s.revision).Output()
		if err != nil {
			return nil, nil, fmt.Errorf("%s: no commit was made: %w", s.name, err)
		}
		commits[s.name] = strings.TrimSpace(string(id))
	}
	return took, commits, nil
}

// prepare fills the directories home and work for the tool.
func (t tool) prepare(home, work string) error {
	config := []byte("[user]\n\tname = Bench\n\temail = bench@example.org\n[advice]\n\tdefaultBranchName = false\n")
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), config, 0o666); err != nil {
		return err
	}
	if len(t.source) > 0 {
		// Copies, because dgit wants to own the files, and links them beside the repository.
		if err := exec.Command("cp", append([]string{"-t", work}, t.source...)...).Run(); err != nil {
			return fmt.Errorf("copy %s: %w", t.source[0], err)
		}
	}
	if t.init {
		return exec.Command("git", "init", "-q", filepath.Join(work, t.repository)).Run()
	}
	return nil
}

// runStep runs the commands of a step.
func (t tool) runStep(s step, home, work string) (total sample, err error) {
	objects := filepath.Join(work, t.repository, ".git/objects")
	if t.repository != "" {
		total.objects = -sizeOf(objects)
	}
	for _, args := range s.commands {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = filepath.Join(work, s.in)
		cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME=", "XDG_CONFIG_HOME=", "TZ=UTC", "LC_ALL=C.UTF-8")
		one, err := measure(cmd, filepath.Join(work, "stderr"))
		if err != nil {
			return sample{}, err
		}
		total = total.plus(one)
	}
	if t.repository != "" {
		total.objects += sizeOf(objects)
	}
	return total, nil
}
