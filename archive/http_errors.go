package archive

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A refusal is an error that another attempt would only repeat.
type refusal struct{ error }

func (e *refusal) Unwrap() error { return e.error }

var errCloser = errors.New("redirect to an address closer to this machine than the mirror refused")

// A statusError is an answer that is not the file.
type statusError struct {
	code  int
	after time.Duration
}

func newStatusError(resp *http.Response) error {
	e := &statusError{code: resp.StatusCode, after: retryAfter(resp.Header.Get("Retry-After"), time.Now())}
	discard(resp.Body)
	return e
}

func (e *statusError) Error() string {
	text := http.StatusText(e.code)
	if text == "" {
		text = "unknown status"
	}
	return strings.ToLower(text) + fmt.Sprintf(" (HTTP status %d)", e.code)
}

// Is makes an answer "there is none" match [fs.ErrNotExist], and one "you may
// not" match [fs.ErrPermission].
func (e *statusError) Is(target error) bool {
	switch e.code {
	case http.StatusNotFound, http.StatusGone:
		return target == fs.ErrNotExist
	case http.StatusUnauthorized, http.StatusForbidden:
		return target == fs.ErrPermission
	}
	return false
}

// retryAfter reads a Retry-After header: seconds, or a date.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if t, err := http.ParseTime(value); err == nil && t.After(now) {
		return t.Sub(now)
	}
	return 0
}

// transient says whether another attempt may help.
func transient(err error) bool {
	var status *statusError
	var dns *net.DNSError
	switch {
	case errors.As(err, &status):
		switch status.code {
		case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
			http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	case errors.As(err, new(*refusal)),
		errors.As(err, new(*tls.CertificateVerificationError)), errors.As(err, new(x509.UnknownAuthorityError)),
		errors.As(err, new(tls.RecordHeaderError)), errors.As(err, new(tls.AlertError)):
		return false
	case errors.As(err, &dns):
		return !dns.IsNotFound
	}
	return true
}

// wait waits before another attempt, after so many failures, of which err is the
// last. It returns err if that would take too long, and the error of ctx.
func (h *HTTP) wait(ctx context.Context, failures int, err error) error {
	delay := min(h.opts.Delay<<min(failures-1, 16), h.opts.MaxDelay)
	// Many clients that were cut off at once must not all come back at once.
	delay = delay/2 + rand.N(delay/2+1)
	var status *statusError
	if errors.As(err, &status) && status.after > delay {
		if delay = status.after; delay > h.opts.MaxDelay {
			return &refusal{fmt.Errorf("%w; the server asks to wait for %v", err, delay)}
		}
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// fail puts a [*MirrorError] around err, which tells no password.
func (h *HTTP) fail(ctx context.Context, path string, err error) error {
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	var inURL *url.Error
	if errors.As(err, &inURL) {
		err = inURL.Err
	}
	e := &MirrorError{Mirror: h.String(), Path: path, Err: err}
	var status *statusError
	if errors.As(err, &status) {
		e.Status = status.code
	}
	return e
}
