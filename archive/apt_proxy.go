package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"
)

// proxy returns the proxy for target, by the first that says something: the
// option for its host, the program for auto-detection, the general option, the
// environment.
func (a *aptHTTP) proxy(ctx context.Context, target *url.URL) (*url.URL, error) {
	setting := a.option(target.Scheme, "Proxy::"+target.Hostname())
	if setting == "" {
		var err error
		if setting, err = a.detectProxy(ctx, target); err != nil {
			return nil, err
		}
	}
	if setting == "" {
		setting = a.option(target.Scheme, "Proxy")
	}
	switch {
	case setting == "":
		return environmentProxy(ctx, target)
	case setting == "DIRECT":
		return nil, nil
	case notProxied(target):
		return nil, nil
	}
	u, err := url.Parse(setting)
	if err != nil || u.Host == "" {
		return nil, errors.New("APT's configuration has a proxy that is no URL")
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return nil, fmt.Errorf("APT's configuration has a proxy of scheme %q; http, https, socks5 and socks5h are supported", u.Scheme)
	}
	if u.User == nil {
		u.User, _ = a.login(u)
	}
	return u, nil
}

// notProxied says whether no_proxy of the environment excludes target, which
// counts in APT also for proxies that do not come from there.
func notProxied(target *url.URL) bool {
	for entry := range strings.SplitSeq(envNoProxy(), ",") {
		entry = strings.ToLower(strings.TrimSpace(entry))
		host := strings.ToLower(target.Hostname())
		if entry == "" {
			continue
		}
		if entry == "*" || entry == host || entry == strings.ToLower(target.Host) {
			return true
		}
		if strings.HasSuffix(host, "."+strings.TrimPrefix(entry, ".")) {
			return true
		}
	}
	return false
}

const (
	detectTime  = 20 * time.Second
	detectBytes = 4 << 10
)

// detectProxy runs the program for auto-detection, once for each host. No output
// means that it does not know.
func (a *aptHTTP) detectProxy(ctx context.Context, target *url.URL) (string, error) {
	program := a.option(target.Scheme, "Proxy-Auto-Detect")
	if program == "" {
		program = a.option(target.Scheme, "ProxyAutoDetect")
	}
	if program == "" {
		return "", nil
	}
	asked := &url.URL{Scheme: target.Scheme, Host: target.Host, Path: "/"}
	a.mu.Lock()
	defer a.mu.Unlock()
	if answer, ok := a.detected[asked.String()]; ok {
		return answer, nil
	}
	ctx, cancel := context.WithTimeout(ctx, detectTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, asked.String())
	cmd.WaitDelay = time.Second
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("run Acquire::http::Proxy-Auto-Detect: %w", err)
	}
	out, readErr := io.ReadAll(io.LimitReader(stdout, detectBytes))
	io.Copy(io.Discard, stdout)
	if err := errors.Join(readErr, cmd.Wait()); err != nil {
		return "", fmt.Errorf("run Acquire::http::Proxy-Auto-Detect: %w", err)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	if a.detected == nil {
		a.detected = map[string]string{}
	}
	a.detected[asked.String()] = strings.TrimSpace(line)
	return a.detected[asked.String()], nil
}

func envNoProxy() string {
	if v := os.Getenv("no_proxy"); v != "" {
		return v
	}
	return os.Getenv("NO_PROXY")
}
