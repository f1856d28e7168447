package main

import (
	"slices"
	"testing"
	"time"
)

func TestRetries(t *testing.T) {
	tests := []struct {
		flags pushFlags
		want  []time.Duration
		ok    bool
	}{
		{pushFlags{}, nil, true},
		{pushFlags{retry: "10,20"}, []time.Duration{10 * time.Second, 20 * time.Second}, true},
		{pushFlags{batch: true}, []time.Duration{10 * time.Second, 20 * time.Second, 50 * time.Second, 125 * time.Second, 400 * time.Second}, true},
		{pushFlags{batch: true, retry: "1"}, []time.Duration{time.Second}, true},
		{pushFlags{retry: "1,x"}, nil, false},
		{pushFlags{retry: "-1"}, nil, false},
	}
	for _, tt := range tests {
		got, err := tt.flags.retries()
		if !slices.Equal(got, tt.want) && tt.ok || (err == nil) != tt.ok {
			t.Errorf("retries of %+v = %v, %v; want %v", tt.flags, got, err, tt.want)
		}
	}
}
