package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"debgit/dsc"
	"debgit/dsc/dsctest"
)

// writeUpload writes a signed upload of one file and returns the path of its .changes.
func writeUpload(t *testing.T) string {
	t.Helper()
	key, err := dsctest.NewKey("Ann Author", "ann@example.org", dsctest.KeyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	text := "Source: doorbell\nVersion: 1\nFiles:\n d3b07384d113edec49eaa6238ad5ff00 4 misc optional doorbell_1.tar.xz\n"
	signed, err := dsctest.Clearsign([]byte(text), dsctest.Signing{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	putFile(t, filepath.Join(dir, "doorbell_1.tar.xz"), "foo\n")
	putFile(t, filepath.Join(dir, "doorbell_1_source.changes"), string(signed))
	return filepath.Join(dir, "doorbell_1_source.changes")
}

func putFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestQueueDirectory(t *testing.T) {
	changes := writeUpload(t)
	queue := t.TempDir()
	q := NewQueue(QueueOptions{Host: queue})
	for range 2 { // the second finds all there
		if err := q.Send(context.Background(), changes); err != nil {
			t.Fatal(err)
		}
		if got, want := namesIn(t, queue), []string{"doorbell_1.tar.xz", "doorbell_1_source.changes"}; !slices.Equal(got, want) {
			t.Errorf("the queue has %q, want %q", got, want)
		}
	}
	delayed := NewQueue(QueueOptions{Host: queue, Delayed: 3})
	var queueError *QueueError
	if err := delayed.Send(context.Background(), changes); !errors.As(err, &queueError) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Send to a queue that is not there = %v", err)
	}
	if err := os.MkdirAll(filepath.Join(queue, "DELAYED", "3-day"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := delayed.Send(context.Background(), changes); err != nil {
		t.Fatal(err)
	}
	if got := namesIn(t, filepath.Join(queue, "DELAYED", "3-day")); len(got) != 2 {
		t.Errorf("the delayed queue has %q", got)
	}
}

// What no upload could be sent to is known before there is one.
func TestQueueCheck(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	putFile(t, file, "")
	tests := []struct {
		opts    QueueOptions
		ok      bool
		missing bool
	}{
		{QueueOptions{Host: dir}, true, false},
		{QueueOptions{Host: filepath.Join(dir, "none")}, false, true},
		{QueueOptions{Host: dir, Delayed: 3}, false, true},
		{QueueOptions{Host: file}, false, false},
		{QueueOptions{Host: "ftp-master", Program: "sh"}, true, false},
		{QueueOptions{Program: "no-such-dput"}, false, true},
		{QueueOptions{Program: filepath.Join(dir, "none")}, false, true},
		{QueueOptions{Program: file}, false, false}, // it is no program
	}
	for _, tt := range tests {
		err := NewQueue(tt.opts).Check()
		if ok, missing := err == nil, errors.Is(err, fs.ErrNotExist); ok != tt.ok || missing != tt.missing {
			t.Errorf("%+v: Check = %v, want %v, missing %v", tt.opts, err, tt.ok, tt.missing)
		}
		if err != nil && !errors.As(err, new(*QueueError)) {
			t.Errorf("%+v: Check = %T, want a *QueueError", tt.opts, err)
		}
	}
}

// What is wrong with an upload leaves the queue as it was.
func TestQueueDirectoryRefuses(t *testing.T) {
	tests := []struct {
		name   string
		damage func(t *testing.T, changes, queue string)
		match  func(err error) bool
	}{
		{"file differs", func(t *testing.T, changes, queue string) {
			putFile(t, filepath.Join(filepath.Dir(changes), "doorbell_1.tar.xz"), "fop\n")
		}, func(err error) bool { var e *dsc.MismatchError; return errors.As(err, &e) }},
		{"file is missing", func(t *testing.T, changes, queue string) {
			os.Remove(filepath.Join(filepath.Dir(changes), "doorbell_1.tar.xz"))
		}, func(err error) bool { return errors.Is(err, fs.ErrNotExist) }},
		{"not signed", func(t *testing.T, changes, queue string) {
			putFile(t, changes, "Source: doorbell\nVersion: 1\nFiles:\n d3b07384d113edec49eaa6238ad5ff00 4 misc optional doorbell_1.tar.xz\n")
		}, func(err error) bool { var e *dsc.SignatureError; return errors.As(err, &e) }},
		{"another .changes is there", func(t *testing.T, changes, queue string) {
			putFile(t, filepath.Join(queue, filepath.Base(changes)), "x")
		}, func(err error) bool { var e *ConflictError; return errors.As(err, &e) }},
	}
	for _, tt := range tests {
		changes, queue := writeUpload(t), t.TempDir()
		tt.damage(t, changes, queue)
		before := namesIn(t, queue)
		err := NewQueue(QueueOptions{Host: queue}).Send(context.Background(), changes)
		var queueError *QueueError
		if !tt.match(err) || !errors.As(err, &queueError) {
			t.Errorf("%s: Send = %v", tt.name, err)
		}
		if got := namesIn(t, queue); !slices.Equal(got, before) {
			t.Errorf("%s: the queue has %q, want %q as before", tt.name, got, before)
		}
	}
}

// fakeDput writes a program that notes its arguments and fails the first times.
func fakeDput(t *testing.T, failures int) (program, log string) {
	t.Helper()
	dir := t.TempDir()
	program, log = filepath.Join(dir, "dput"), filepath.Join(dir, "log")
	script := fmt.Sprintf("#!/bin/sh\necho \"$*\" >>%[1]s\necho said\n[ \"$(wc -l <%[1]s)\" -gt %[2]d ]\n", log, failures)
	if err := os.WriteFile(program, []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	return program, log
}

func TestDput(t *testing.T) {
	tests := []struct {
		opts     QueueOptions
		failures int
		want     string // the arguments of each call
		fails    bool
	}{
		{QueueOptions{}, 0, "/x.changes", false},
		{QueueOptions{Host: "ftp-master", Options: []string{"-U"}, Delayed: 5}, 0, "-U --delayed=5 ftp-master /x.changes", false},
		{QueueOptions{Host: "h"}, 1, "h /x.changes", true},
		{QueueOptions{Host: "h", Retry: []time.Duration{1, 1}}, 2, "h /x.changes\nh /x.changes\nh /x.changes", false},
		{QueueOptions{Host: "h", Retry: []time.Duration{1, 1}}, 3, "h /x.changes\nh /x.changes\nh /x.changes", true},
	}
	for _, tt := range tests {
		var log string
		tt.opts.Program, log = fakeDput(t, tt.failures)
		waits := 0
		tt.opts.Waiting = func(err error, wait time.Duration) { waits++ }
		var output strings.Builder
		tt.opts.Output = &output
		err := NewQueue(tt.opts).Send(context.Background(), "/x.changes")
		if (err != nil) != tt.fails {
			t.Errorf("%+v, %d failures: Send = %v", tt.opts, tt.failures, err)
		}
		got, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		if strings.TrimSpace(string(got)) != tt.want || !strings.HasPrefix(output.String(), "said\n") {
			t.Errorf("%+v, %d failures: dput was called with %q and said %q, want %q", tt.opts, tt.failures, got, output.String(), tt.want)
		}
		if want := strings.Count(tt.want, "\n"); waits != want {
			t.Errorf("%+v, %d failures: %d waits, want %d", tt.opts, tt.failures, waits, want)
		}
	}
}

// A dput that is not there is not waited for, and a wait ends with its context.
func TestDputEnds(t *testing.T) {
	hour := []time.Duration{time.Hour}
	err := NewQueue(QueueOptions{Program: "no-such-dput", Retry: hour}).Send(context.Background(), "/x.changes")
	var queueError *QueueError
	if !errors.As(err, &queueError) || !errors.Is(err, fs.ErrNotExist) || len(queueError.Command) != 2 {
		t.Errorf("Send without dput = %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	program, _ := fakeDput(t, 1)
	waiting := func(error, time.Duration) { cancel() }
	if err := NewQueue(QueueOptions{Program: program, Retry: hour, Waiting: waiting}).Send(ctx, "/x.changes"); !errors.Is(err, context.Canceled) {
		t.Errorf("Send, cancelled in the wait = %v", err)
	}
}
