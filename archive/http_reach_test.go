package archive

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

func TestReach(t *testing.T) {
	tests := []struct {
		addr string
		want reach
	}{
		{"192.0.2.1", reachPublic},
		{"2001:db8::1", reachPublic},
		{"10.1.2.3", reachPrivate},
		{"172.16.0.1", reachPrivate},
		{"192.168.1.1", reachPrivate},
		{"fd00:ec2::254", reachPrivate},
		{"127.0.0.1", reachSelf},
		{"127.8.8.8", reachSelf},
		{"::1", reachSelf},
		{"::ffff:127.0.0.1", reachSelf},
		{"0.0.0.0", reachSelf},
		{"::", reachSelf},
		{"169.254.169.254", reachSelf},
		{"fe80::1%eth0", reachSelf},
	}
	for _, tt := range tests {
		if got := reachOf(netip.MustParseAddr(tt.addr)); got != tt.want {
			t.Errorf("reachOf(%s) = %v, want %v", tt.addr, got, tt.want)
		}
	}
	for host, want := range map[string]reach{"localhost": reachSelf, "a.LOCALHOST.": reachSelf, "mirror.example.org": reachPublic, "10.0.0.1": reachPrivate} {
		if got := reachOfName(host); got != want {
			t.Errorf("reachOfName(%q) = %v, want %v", host, got, want)
		}
	}
}

// The limit holds for the address that is dialled, whatever the name was.
func TestDialLimit(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	for limit, want := range map[reach]bool{reachSelf: true, reachPrivate: false, reachPublic: false} {
		client := newHTTPClient(nil)
		ctx := context.WithValue(context.Background(), hopKey{}, hop{limit: limit})
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if (err == nil) != want || err != nil && (!errors.Is(err, errCloser) || transient(err)) {
			t.Errorf("limit %v: %v, want success: %t", limit, err, want)
		}
		if err == nil {
			resp.Body.Close()
		}
		client.CloseIdleConnections()
	}
}

func TestHTTPKnowsItsReach(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	h, err := NewHTTP(s.URL, HTTPOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h.reach.Store(int32(reachPublic)) // as if its name did not tell
	h.Open(context.Background(), "file", 0)
	if got := reach(h.reach.Load()); got != reachSelf {
		t.Errorf("reach = %v, want %v", got, reachSelf)
	}
}

func TestParseContentRange(t *testing.T) {
	tests := []struct {
		s                 string
		first, last, size int64
		ok                bool
	}{
		{"bytes 0-9/10", 0, 9, 10, true},
		{"bytes 5-9/*", 5, 9, -1, true},
		{"bytes 5-10/10", 5, 10, 10, false},
		{"bytes 5-4/10", 5, 4, 10, false},
		{"bytes -5-9/10", 0, 0, 0, false},
		{"bytes */10", 0, 0, 0, false},
		{"lines 0-9/10", 0, 0, 0, false},
		{"bytes 0-9", 0, 0, 0, false},
		{"", 0, 0, 0, false},
	}
	for _, tt := range tests {
		first, last, size, ok := parseContentRange(tt.s)
		if ok != tt.ok || ok && (first != tt.first || last != tt.last || size != tt.size) {
			t.Errorf("parseContentRange(%q) = %d, %d, %d, %t, want %d, %d, %d, %t", tt.s, first, last, size, ok, tt.first, tt.last, tt.size, tt.ok)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2025, 4, 1, 10, 0, 0, 0, time.UTC)
	tests := []struct {
		value string
		want  time.Duration
	}{
		{"", 0},
		{"120", 2 * time.Minute},
		{"-1", 0},
		{"soon", 0},
		{"99999999999999", 0},
		{"Tue, 01 Apr 2025 10:00:30 GMT", 30 * time.Second},
		{"Tue, 01 Apr 2025 09:00:00 GMT", 0},
	}
	for _, tt := range tests {
		if got := retryAfter(tt.value, now); got != tt.want {
			t.Errorf("retryAfter(%q) = %v, want %v", tt.value, got, tt.want)
		}
	}
}
