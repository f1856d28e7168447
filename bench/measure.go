package main

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A sample is what something took: processor time is that of all processes that
// took part, memory the peak of the largest one.
type sample struct {
	wall, cpu time.Duration
	memory    int64 // bytes
	objects   int64 // bytes that the objects of the repository have grown by
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
	return sample{wall: wall, cpu: state.UserTime() + state.SystemTime(), memory: kib << 10}, nil
}

// plus is what two things took that ran one after the other.
func (s sample) plus(t sample) sample {
	return sample{s.wall + t.wall, s.cpu + t.cpu, max(s.memory, t.memory), s.objects + t.objects}
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
		wall:    middle(func(a, b sample) int { return cmp.Compare(a.wall, b.wall) }).wall,
		cpu:     middle(func(a, b sample) int { return cmp.Compare(a.cpu, b.cpu) }).cpu,
		memory:  middle(func(a, b sample) int { return cmp.Compare(a.memory, b.memory) }).memory,
		objects: middle(func(a, b sample) int { return cmp.Compare(a.objects, b.objects) }).objects,
	}
}

// sizeOf returns the size of all files below dir, 0 if it is not there.
func sizeOf(dir string) (total int64) {
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what vanishes meanwhile does not count
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	return total
}
