package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A sample is what a task took: processor time is that of all processes that
// took part, memory the peak of the largest one.
type sample struct {
	wall, cpu time.Duration
	memory    int64 // bytes
}

// A table has what each tool took for one source package, debgit first.
type table struct {
	sourcePackage string
	rows          []row
}

type row struct {
	tool   string
	median *sample // nil: the tool does not do it
}

// compare runs every tool once for each round, and once before, below dir. That
// two tools make different commits is an error; one that fails is left out.
func compare(sourcePackage string, tools []tool, rounds int, dir string) (table, error) {
	samples := make([][]sample, len(tools))
	leftOut := make([]bool, len(tools))
	commit := ""
	for round := range rounds + 1 {
		for i, t := range tools {
			if leftOut[i] {
				continue
			}
			one, made, err := t.run(filepath.Join(dir, fmt.Sprint(i)))
			switch {
			case err != nil:
				fmt.Fprintf(os.Stderr, "bench: warning: %s: %s is left out: %v\n", sourcePackage, t.name, err)
				leftOut[i], samples[i] = true, nil
				continue
			case made != "" && commit == "":
				commit = made
			case made != commit && made != "":
				return table{}, fmt.Errorf("%s: %s makes commit %s, the tools before it make %s", sourcePackage, t.name, made, commit)
			}
			fmt.Fprintf(os.Stderr, "%s: round %d of %d: %s: %.2f s\n", sourcePackage, round, rounds, t.name, one.wall.Seconds())
			if round > 0 {
				samples[i] = append(samples[i], one)
			}
		}
	}
	result := table{sourcePackage: sourcePackage}
	for i, t := range tools {
		result.rows = append(result.rows, row{t.name, median(samples[i])})
	}
	return result, nil
}

// run lets the tool do its task in a new directory below dir, and returns what
// that took and the id of the commit that it made. dir is also where the tool
// finds the home directory of its last run.
func (t tool) run(dir string) (sample, string, error) {
	home, work := filepath.Join(dir, "home"), filepath.Join(dir, "work")
	if err := errors.Join(os.MkdirAll(home, 0o777), os.Mkdir(work, 0o777)); err != nil {
		return sample{}, "", err
	}
	defer os.RemoveAll(work)
	identity := []byte("[user]\n\tname = Bench\n\temail = bench@example.org\n")
	if err := errors.Join(os.WriteFile(filepath.Join(home, ".gitconfig"), identity, 0o666), t.prepare(work)); err != nil {
		return sample{}, "", err
	}
	var total sample
	for _, args := range t.commands {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = filepath.Join(work, t.in)
		cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME=", "XDG_CONFIG_HOME=", "TZ=UTC", "LC_ALL=C.UTF-8")
		one, err := measure(cmd, filepath.Join(work, "stderr"))
		if err != nil {
			return sample{}, "", err
		}
		total = sample{total.wall + one.wall, total.cpu + one.cpu, max(total.memory, one.memory)}
	}
	if t.repository == "" {
		return total, "", nil
	}
	id, err := exec.Command("git", "-C", filepath.Join(work, t.repository), "rev-parse", "--verify", t.revision).Output()
	if err != nil {
		return sample{}, "", fmt.Errorf("no commit was made: %w", err)
	}
	return total, strings.TrimSpace(string(id)), nil
}

// measure runs cmd; an error has the last lines of what it said. They go to a
// file, because a pipe would have to be read while the clock runs.
func measure(cmd *exec.Cmd, stderr string) (sample, error) {
	said, err := os.Create(stderr)
	if err != nil {
		return sample{}, err
	}
	defer said.Close()
	cmd.Stderr = said
	start := time.Now()
	err = cmd.Run()
	wall := time.Since(start)
	if err != nil {
		text, _ := os.ReadFile(stderr)
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		return sample{}, fmt.Errorf("%w: %s", err, strings.Join(lines[max(0, len(lines)-4):], " / "))
	}
	state := cmd.ProcessState
	kib := state.SysUsage().(*syscall.Rusage).Maxrss
	return sample{wall, state.UserTime() + state.SystemTime(), kib << 10}, nil
}

// median returns the median of each quantity, of an even number of samples the
// upper one; nil if there are none.
func median(samples []sample) *sample {
	if len(samples) == 0 {
		return nil
	}
	middle := func(compare func(a, b sample) int) sample {
		slices.SortFunc(samples, compare)
		return samples[len(samples)/2]
	}
	return &sample{
		wall:   middle(func(a, b sample) int { return cmp.Compare(a.wall, b.wall) }).wall,
		cpu:    middle(func(a, b sample) int { return cmp.Compare(a.cpu, b.cpu) }).cpu,
		memory: middle(func(a, b sample) int { return cmp.Compare(a.memory, b.memory) }).memory,
	}
}
