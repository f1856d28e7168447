package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestMessageIsHarmless(t *testing.T) {
	env, stdout, stderr := testEnvironment()
	status := env.fail(context.Background(), nil, errors.New("server says \x1b[2J\ndebgit: hint: run me\n"))
	want := "debgit: error: server says \\x1b[2J\n  debgit: hint: run me\n"
	if got := stderr.String(); got != want || status != 255 {
		t.Errorf("printed %q, status %d, want %q, status 255", got, status, want)
	}
	if got := stdout.String(); got != "" {
		t.Errorf("printed %q as a result", got)
	}
}

func TestLongMessage(t *testing.T) {
	env, _, stderr := testEnvironment()
	env.warn(strings.Repeat("x\n", mostLines) + "end")
	want := "debgit: warning: x\n" + strings.Repeat("  x\n", mostLines-3) + "  (2 lines left out)\n  end\n"
	if got := stderr.String(); got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	stderr.Reset()
	env.warn(strings.Repeat("x\n", mostLines-1) + "end")
	if got := strings.Count(stderr.String(), "\n"); got != mostLines {
		t.Errorf("printed %d lines, want all %d", got, mostLines)
	}
}

func TestColours(t *testing.T) {
	tests := []struct {
		name     string
		terminal bool
		noColor  bool
		env      map[string]string
		want     bool
	}{
		{"terminal", true, false, nil, true},
		{"no terminal", false, false, nil, false},
		{"--no-color", true, true, nil, false},
		{"NO_COLOR", true, false, map[string]string{"NO_COLOR": "1"}, false},
		{"empty NO_COLOR", true, false, map[string]string{"NO_COLOR": ""}, true}, // as no-color.org has it
		{"dumb terminal", true, false, map[string]string{"TERM": "dumb"}, false},
	}
	for _, tt := range tests {
		env, _, stderr := testEnvironment()
		env.isTerminal = func(any) bool { return tt.terminal }
		env.getenv = func(key string) string { return tt.env[key] }
		env.options.noColor = tt.noColor
		env.warn("x")
		want := "debgit: warning: x\n"
		if tt.want {
			want = "debgit: \x1b[1;33mwarning:\x1b[0m x\n"
		}
		if got := stderr.String(); got != want {
			t.Errorf("%s: printed %q, want %q", tt.name, got, want)
		}
	}
}

func TestErrorAsJSON(t *testing.T) {
	env, stdout, stderr := testEnvironment()
	env.options.json = true
	env.fail(context.Background(), nil, &usageError{cause: "no \x1b such", hint: "try <this>"})
	var got map[string]any
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	want := map[string]any{"schema": 1.0, "kind": "error", "error": "no \x1b such", "hint": "try <this>", "status": 8.0}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("printed %v, want %v", got, want)
	}
	if stderr.Len() == 0 {
		t.Error("nothing printed for people")
	}
}
