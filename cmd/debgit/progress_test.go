package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPhaseLine(t *testing.T) {
	began := time.Unix(1000, 0)
	tests := []struct {
		phase phase
		after time.Duration
		width int
		want  string
	}{
		{phase{name: "fetch InRelease", total: -1}, 0, 80, "fetch InRelease"},
		{phase{name: "fetch Sources", done: 1234567, total: -1}, 0, 80, "fetch Sources, 1.2 MB"},
		{phase{name: "download", done: 25_000_000, total: 100_000_000}, 0, 80, "download, 25 MB of 100 MB"},
		{phase{name: "download", done: 25_000_000, total: 100_000_000}, 5 * time.Second, 80, "download, 25 MB of 100 MB, 5.0 MB/s, 15 s left"},
		// What an earlier run had downloaded says nothing of the rate.
		{phase{name: "download", done: 25_000_000, total: 100_000_000, from: 20_000_000}, 5 * time.Second, 80, "download, 25 MB of 100 MB, 1.0 MB/s, 1 min 15 s left"},
		{phase{name: "download", done: 25_000_000, total: 100_000_000}, 5 * time.Second, 40, "download, 25 MB of 100 MB, 5.0 MB/s"},
		{phase{name: "download", done: 25_000_000, total: 100_000_000}, 5 * time.Second, 8, "download"},
		{phase{name: "download", done: 25_000_000, total: 100_000_000}, 5 * time.Second, 4, "down"},
		{phase{name: "download", done: 25_000_000, total: 100_000_000}, 5 * time.Second, -1, ""},
		{phase{name: "apply patches", done: 10, total: 30}, 2 * time.Second, 80, "apply patches, 10 of 30 patches, 4 s left"},
		{phase{name: "make patches", done: 1, total: 1}, 0, 80, "make patches, 1 of 1 patch"},
		{phase{name: "download", done: 100, total: 100}, 2 * time.Second, 80, "download, 100 B of 100 B, 50 B/s"},
	}
	for _, tt := range tests {
		tt.phase.began = began
		if got := tt.phase.line(began.Add(tt.after), tt.width); got != tt.want {
			t.Errorf("line(%+v after %v, width %d) = %q, want %q", tt.phase, tt.after, tt.width, got, tt.want)
		}
	}
}

func TestHumanUnits(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 9949: "9.9 kB", 9951: "10 kB", 999_499: "999 kB", 999_500: "1.0 MB",
		138_000_000: "138 MB", 1<<63 - 1: "9.2 EB",
	} {
		if got := humanBytes(n); got != want {
			t.Errorf("humanBytes(%d) = %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0 s", 59*time.Second + 400*time.Millisecond: "59 s", 60 * time.Second: "1 min 0 s",
		3599 * time.Second: "59 min 59 s", 3600 * time.Second: "1 h 0 min", 100 * time.Hour: "100 h 0 min",
	} {
		if got := humanDuration(d); got != want {
			t.Errorf("humanDuration(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestProgressInLog(t *testing.T) {
	env, _, stderr := testEnvironment()
	p := env.progress()
	for i := range int64(3) {
		p.report("fetch Sources", i, -1)
		p.report("download", i, 2000)
	}
	p.close()
	if got, want := stderr.String(), "debgit: fetch Sources\ndebgit: download, 2.0 kB\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}

	env, _, stderr = testEnvironment()
	env.options.quiet = true
	p = env.progress()
	p.report("download", 1, 2)
	p.close()
	if got := stderr.String(); got != "" {
		t.Errorf("printed %q although it should be quiet", got)
	}
}

func TestProgressOnTerminal(t *testing.T) {
	env, _, stderr := testEnvironment()
	env.isTerminal = func(any) bool { return true }
	env.columns = func(any) int { return 30 }
	p := env.progress()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 1000 {
				p.report("download", int64(g*1000+i), 4000)
			}
		})
	}
	wg.Wait()
	time.Sleep(250 * time.Millisecond)
	p.report("check out", 0, -1)
	time.Sleep(250 * time.Millisecond)
	p.close()
	p.close()
	out := stderr.String()
	if n := strings.Count(out, "\r"); n != 3 {
		t.Errorf("drawn %d times, want 3 (once a phase, and the end): %q", n, out)
	}
	if !strings.HasSuffix(out, "\rcheck out\x1b[K\r\x1b[K") {
		t.Errorf("printed %q, want the last phase and a cleared line at the end", out)
	}
	for _, line := range strings.Split(out, "\r") {
		if n := len(strings.TrimSuffix(line, "\x1b[K")); n > 29 {
			t.Errorf("%q has %d columns, want at most 29", line, n)
		}
	}
}

// testEnvironment is an environment without a terminal, and what is printed.
func testEnvironment() (env *environment, stdout, stderr *bytes.Buffer) {
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	return &environment{
		stdin:      strings.NewReader(""),
		stdout:     stdout,
		stderr:     stderr,
		getenv:     func(string) string { return "" },
		setenv:     func(string, string) error { return nil },
		isTerminal: func(any) bool { return false },
		columns:    func(any) int { return 80 },
		now:        time.Now,
		program:    "debgit",
		version:    "1.0",
	}, stdout, stderr
}
