package archive

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// An aptHTTP knows how APT reaches HTTP servers: apt-transport-http(1),
// apt-transport-https(1) and apt_auth.conf(5).
//
// As in APT, a program named by Acquire::http::Proxy-Auto-Detect is run. It is
// of the system's own configuration, so running it trusts nobody new.
// Acquire::https::Verify-Peer and Verify-Host are not obeyed: certificates are
// always checked.
type aptHTTP struct {
	config aptConfig
	root   string

	mu       sync.Mutex
	detected map[string]string // what auto-detection said, by scheme and host
	logins   []aptLogin
	loginErr error // why not all files with logins could be read
	loaded   bool
}

// option returns Acquire::SCHEME::NAME. What is not set for https is as for http.
func (a *aptHTTP) option(scheme, name string) string {
	v := a.config.value("Acquire::" + scheme + "::" + name)
	if v == "" && scheme == "https" {
		v = a.config.value("Acquire::http::" + name)
	}
	return v
}

// hostOption returns what option does, if there is none for this very host.
func (a *aptHTTP) hostOption(scheme, name, host string) string {
	if v := a.option(scheme, name+"::"+host); v != "" {
		return v
	}
	return a.option(scheme, name)
}

// options returns how the mirror at u is reached.
func (a *aptHTTP) options(u *url.URL) (HTTPOptions, error) {
	o := HTTPOptions{Proxy: a.proxy, Login: a.login}
	if n, err := strconv.Atoi(a.option(u.Scheme, "Timeout")); err == nil && n > 0 {
		o.Timeout = time.Duration(min(n, 86400)) * time.Second
	}
	if n, err := strconv.Atoi(a.config.value("Acquire::Retries")); err == nil {
		if o.Retries = min(n, 100); n <= 0 {
			o.Retries = -1
		}
	}
	o.UserAgent = a.option(u.Scheme, "User-Agent")
	o.NoRedirects = !aptBool(a.option(u.Scheme, "AllowRedirect"), true)
	if u.Scheme != "https" {
		return o, nil
	}
	config := &tls.Config{}
	if file := a.hostOption("https", "CAInfo", u.Hostname()); file != "" {
		pem, err := readLimited(file, maxSourceList)
		if err != nil {
			return o, fmt.Errorf("read Acquire::https::CAInfo: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return o, fmt.Errorf("read Acquire::https::CAInfo: no certificate in %s", file)
		}
	}
	if file := a.hostOption("https", "SslCert", u.Hostname()); file != "" {
		key := a.hostOption("https", "SslKey", u.Hostname())
		if key == "" {
			key = file
		}
		pair, err := tls.LoadX509KeyPair(file, key)
		if err != nil {
			return o, fmt.Errorf("read Acquire::https::SslCert: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	o.TLS = config
	return o, nil
}
