package archive

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// HTTPOptions say how an [HTTP] mirror is reached.
type HTTPOptions struct {
	// Proxy returns the proxy for target, nil for none. Default: what the
	// variables http_proxy, https_proxy and no_proxy of the environment say.
	Proxy func(ctx context.Context, target *url.URL) (*url.URL, error)

	// Login returns user and password for target, nil for none; its error is
	// reported if target then asks for a login. A login in the URL of the mirror
	// comes first. Default: none.
	Login func(target *url.URL) (*url.Userinfo, error)

	// TLS is for the mirror's own host; others that it redirects to are checked
	// against the system's certificates. Default: these for all.
	TLS *tls.Config

	Timeout   time.Duration // the longest time without a byte; default 30 s
	Retries   int           // of what is transient; default 3, less than 0: none
	Delay     time.Duration // before the first retry, doubled for each further one; default 500 ms
	MaxDelay  time.Duration // the longest one, also if the server asks for it; default 60 s
	UserAgent string        // default "debgit"

	NoRedirects bool // whether a redirect is an error
}

func (o HTTPOptions) withDefaults() HTTPOptions {
	if o.Proxy == nil {
		o.Proxy = environmentProxy
	}
	if o.Login == nil {
		o.Login = func(*url.URL) (*url.Userinfo, error) { return nil, nil }
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Retries == 0 {
		o.Retries = 3
	}
	if o.Delay <= 0 {
		o.Delay = 500 * time.Millisecond
	}
	if o.MaxDelay <= 0 {
		o.MaxDelay = time.Minute
	}
	if o.UserAgent == "" {
		o.UserAgent = "debgit"
	}
	return o
}

func environmentProxy(_ context.Context, target *url.URL) (*url.URL, error) {
	return http.ProxyFromEnvironment(&http.Request{URL: target})
}

// An HTTP is a [Mirror] over HTTP or HTTPS.
//
// It tries again what may be transient: a connection that cannot be made, breaks
// or stalls, and the statuses 408, 429, 500 and 502 to 504, after the time that
// Retry-After asks for. A stream that breaks goes on where it was, if the
// server still has the same file by its ETag or date.
//
// A redirect is followed, but not from https to http, and not to an address
// that is closer to this machine than the mirror itself: a public host cannot
// make debgit ask hosts of a private network, nor those the services of this machine.
type HTTP struct {
	base  *url.URL
	opts  HTTPOptions
	own   *http.Client // for the host of base
	other *http.Client // for hosts that it redirects to
	reach atomic.Int32 // how close the host of base is
}

// NewHTTP returns the mirror whose root is at the URL base.
func NewHTTP(base string, opts HTTPOptions) (*HTTP, error) {
	u, err := url.Parse(base)
	if err != nil {
		// The error of url.Parse repeats the URL, which may hold a password.
		return nil, fmt.Errorf("open archive: the URL cannot be parsed")
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Opaque != "" {
		return nil, fmt.Errorf("open archive %q: not the URL of an http or https server", u.Redacted())
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("open archive %q: the URL has a query or fragment", u.Redacted())
	}
	h := &HTTP{base: u, opts: opts.withDefaults()}
	h.own = newHTTPClient(opts.TLS)
	h.other = newHTTPClient(nil)
	h.reach.Store(int32(reachOfName(u.Hostname())))
	return h, nil
}

func newHTTPClient(config *tls.Config) *http.Client {
	dialer := &net.Dialer{Timeout: 30 * time.Second, ControlContext: checkDial}
	return &http.Client{
		Transport: &http.Transport{
			Proxy: func(r *http.Request) (*url.URL, error) {
				if hop, ok := r.Context().Value(hopKey{}).(hop); ok {
					return hop.proxy, nil
				}
				return nil, nil
			},
			DialContext:            dialer.DialContext,
			TLSClientConfig:        config,
			ForceAttemptHTTP2:      true,
			DisableCompression:     true, // digests are those of the file as it is stored
			MaxIdleConnsPerHost:    8,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (h *HTTP) String() string {
	u := *h.base
	u.User = nil
	return u.String()
}

// target returns the URL of the file at path.
func (h *HTTP) target(path string) *url.URL {
	u := *h.base
	u.User = nil
	u.Path = strings.TrimSuffix(h.base.Path, "/") + "/" + path
	u.RawPath = strings.TrimSuffix(h.base.EscapedPath(), "/") + "/" + (&url.URL{Path: path}).EscapedPath()
	return &u
}

// Open implements [Mirror].
func (h *HTTP) Open(ctx context.Context, path string, offset int64) (*Stream, error) {
	if err := checkRequest(path, offset); err != nil {
		return nil, &MirrorError{Mirror: h.String(), Path: path, Err: err}
	}
	fresh := strings.HasPrefix(path, "dists/") && !strings.Contains(path, "/by-hash/") // an old index does not match a new InRelease
	return h.stream(ctx, httpFile{path, h.target(path), fresh}, offset)
}

// ask is Open for what a service answers to a question: path is relative to the base, or
// "" for the base itself, and escaped as in a URL; query is what follows it after a
// question mark, or "".
func (h *HTTP) ask(ctx context.Context, path, query string) (*Stream, error) {
	target := *h.base
	target.User = nil
	if path != "" {
		target = *target.JoinPath(path)
	}
	target.RawQuery = query
	if query != "" {
		path += "?" + query
	}
	return h.stream(ctx, httpFile{path, &target, true}, 0)
}

// An httpFile is what a stream is asked for.
type httpFile struct {
	path  string // for messages
	url   *url.URL
	fresh bool // as it is now on the server, whatever caches have
}

func (h *HTTP) stream(ctx context.Context, file httpFile, offset int64) (*Stream, error) {
	s := &httpStream{pos: offset, retries: h.opts.Retries, done: ctx.Err}
	s.attempt = func(pos int64, want *fileVersion) (*answer, error) {
		return h.attempt(ctx, file, pos, want)
	}
	s.wait = func(failures int, err error) error { return h.wait(ctx, failures, err) }
	s.fail = func(err error) error { return h.fail(ctx, file.path, err) }
	if err := s.connect(); err != nil {
		return nil, s.fail(err)
	}
	return &Stream{ReadCloser: s, Offset: s.pos, Size: s.answer.size}, nil
}

// A hop is what one request needs to know about its way.
type hop struct {
	proxy *url.URL
	limit reach // the closest address that may be dialled
}

type hopKey struct{}

// maxRedirects is how often one request may be sent elsewhere.
const maxRedirects = 10

// follow sends a GET request with header to u and follows redirects.
func (h *HTTP) follow(ctx context.Context, u *url.URL, header http.Header) (*http.Response, error) {
	for n := 0; ; n++ {
		resp, err := h.send(ctx, u, header)
		if err != nil {
			return nil, err
		}
		location := resp.Header.Get("Location")
		switch resp.StatusCode {
		case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
			http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		default:
			return resp, nil
		}
		discard(resp.Body)
		if h.opts.NoRedirects {
			return nil, &refusal{fmt.Errorf("redirect to %q, which APT's configuration forbids to follow", location)}
		}
		if n == maxRedirects {
			return nil, &refusal{fmt.Errorf("over %d redirects", maxRedirects)}
		}
		next, err := u.Parse(location)
		if err != nil || location == "" || next.Host == "" {
			return nil, &refusal{fmt.Errorf("redirect to %q, which is no URL", location)}
		}
		next.User, next.Fragment = nil, ""
		if next.Scheme != "https" && next.Scheme != u.Scheme {
			return nil, &refusal{fmt.Errorf("redirect from %s to %s refused", u.Scheme, next.Scheme)}
		}
		u = next
	}
}

// send sends one request, by the way that is right for the host of u.
func (h *HTTP) send(ctx context.Context, u *url.URL, header http.Header) (*http.Response, error) {
	proxy, err := h.opts.Proxy(ctx, u)
	if err != nil {
		return nil, &refusal{fmt.Errorf("find the proxy for %s: %w", u.Hostname(), err)}
	}
	client, way := h.own, hop{proxy: proxy, limit: reachSelf}
	ours := u.Host == h.base.Host && u.Scheme == h.base.Scheme
	if !ours {
		client = h.other
		limit := reach(h.reach.Load())
		if reachOfName(u.Hostname()) > limit {
			return nil, &refusal{fmt.Errorf("redirect from a %s to %q refused", limit, u.Hostname())}
		}
		if proxy == nil {
			way.limit = limit
		}
	}
	ctx = context.WithValue(ctx, hopKey{}, way)
	if ours && proxy == nil {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: h.noteReach})
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, &refusal{err}
	}
	req.Header = header.Clone()
	login, loginErr := h.base.User, error(nil)
	if !ours || login == nil {
		login, loginErr = h.opts.Login(u)
	}
	if login != nil {
		password, _ := login.Password()
		req.SetBasicAuth(login.Username(), password)
	}
	resp, err := client.Do(req)
	if err == nil && resp.StatusCode == http.StatusUnauthorized && loginErr != nil {
		discard(resp.Body)
		return nil, &refusal{fmt.Errorf("%s asks for a login: %w", u.Hostname(), loginErr)}
	}
	return resp, err
}

// noteReach remembers how close the mirror is.
func (h *HTTP) noteReach(info httptrace.GotConnInfo) {
	if addr, err := netip.ParseAddrPort(info.Conn.RemoteAddr().String()); err == nil {
		h.reach.Store(int32(reachOf(addr.Addr())))
	}
}
