package archive

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func parseURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestParseAPTConfig(t *testing.T) {
	c := parseAPTConfig([]byte(`Dir "/";
Dir::Etc "etc/apt";
Dir::Etc::sourcelist "sources.list";
Dir::Etc::none "/dev/null";
Dir::Etc::empty "";
Dir::Etc::dot "./here";
Acquire::http::Proxy::Mirror.Example.org "DIRECT";
Acquire::Languages:: "none";
Acquire::Languages:: "en";
Quoted "say "hello"";
Long "two
lines";
Acquire::Retries "5";
`))
	tests := []struct{ name, want string }{
		{"ACQUIRE::http::proxy::mirror.example.org", "DIRECT"},
		{"Acquire::Languages", "none"},
		{"Quoted", `say "hello"`},
		{"Long", ""},
		{"Acquire::Retries", "5"},
		{"none", ""},
	}
	for _, tt := range tests {
		if got := c.value(tt.name); got != tt.want {
			t.Errorf("value(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
	paths := []struct{ name, root, want string }{
		{"Dir::Etc::sourcelist", "", "/etc/apt/sources.list"},
		{"Dir::Etc::sourcelist", "/chroot", "/chroot/etc/apt/sources.list"},
		{"Dir::Etc::none", "", ""},
		{"Dir::Etc::empty", "", ""},
		{"Dir::Etc::unset", "", ""},
		{"Dir::Etc::dot", "", "here"},
	}
	for _, tt := range paths {
		if got := c.path(tt.root, tt.name); got != tt.want {
			t.Errorf("path(%q, %q) = %q, want %q", tt.root, tt.name, got, tt.want)
		}
	}
}

// newAPTHTTP returns the reader of a configuration given as pairs of options and values.
func newAPTHTTP(root string, pairs ...string) *aptHTTP {
	dump := aptDefaults
	for i := 0; i+1 < len(pairs); i += 2 {
		dump += fmt.Sprintf("%s \"%s\";\n", pairs[i], pairs[i+1])
	}
	return &aptHTTP{config: parseAPTConfig([]byte(dump)), root: root}
}

func TestAPTProxy(t *testing.T) {
	root := t.TempDir()
	script := filepath.Join(root, "detect")
	// The program is run once for a host: its second answer would be another.
	program := `#!/bin/sh
echo x >> "$0.runs"
case "$1" in
http://auto.example.org/) echo "http://detected.example.org:3128"; echo "second line" ;;
http://direct.example.org/) echo DIRECT ;;
http://fail.example.org/) exit 3 ;;
esac
`
	if err := os.WriteFile(script, []byte(program), 0o755); err != nil {
		t.Fatal(err)
	}
	general := []string{"Acquire::http::Proxy", "http://proxy.example.org:3128/"}
	tests := []struct {
		config  []string
		noProxy string
		target  string
		want    string // "" for none, "error"
	}{
		{nil, "", "http://mirror.example.org/debian", ""},
		{general, "", "http://mirror.example.org/debian", "http://proxy.example.org:3128/"},
		{general, "", "https://mirror.example.org/debian", "http://proxy.example.org:3128/"},
		{append(general, "Acquire::https::Proxy", "DIRECT"), "", "https://mirror.example.org/debian", ""},
		{append(general, "Acquire::https::Proxy", "DIRECT"), "", "http://mirror.example.org/debian", "http://proxy.example.org:3128/"},
		{append(general, "Acquire::http::Proxy::mirror.example.org", "DIRECT"), "", "http://mirror.example.org:80/debian", ""},
		{append(general, "Acquire::http::Proxy::mirror.example.org", "DIRECT"), "", "http://other.example.org/debian", "http://proxy.example.org:3128/"},
		{[]string{"Acquire::http::Proxy::mirror.example.org", "socks5h://127.0.0.1:9050"}, "", "http://mirror.example.org/debian", "socks5h://127.0.0.1:9050"},
		{general, "localhost,example.org", "http://mirror.example.org/debian", ""},
		{general, "ample.org", "http://mirror.example.org/debian", "http://proxy.example.org:3128/"},
		{general, " mirror.example.org ", "http://mirror.example.org/debian", ""},
		{general, "*", "http://mirror.example.org/debian", ""},
		{[]string{"Acquire::http::Proxy", "no url"}, "", "http://mirror.example.org/debian", "error"},
		{[]string{"Acquire::http::Proxy", "ftp://proxy.example.org/"}, "", "http://mirror.example.org/debian", "error"},
		{append(general, "Acquire::http::Proxy-Auto-Detect", script), "", "http://auto.example.org/debian", "http://detected.example.org:3128"},
		{append(general, "Acquire::http::ProxyAutoDetect", script), "", "http://direct.example.org/debian", ""},
		{append(general, "Acquire::http::Proxy-Auto-Detect", script), "", "http://silent.example.org/debian", "http://proxy.example.org:3128/"},
		{append(general, "Acquire::http::Proxy-Auto-Detect", script), "", "http://fail.example.org/debian", "error"},
		{append(general, "Acquire::http::Proxy-Auto-Detect", script, "Acquire::http::Proxy::fail.example.org", "DIRECT"), "", "http://fail.example.org/debian", ""},
		{append(general, "Acquire::http::Proxy-Auto-Detect", script+".none"), "", "http://auto.example.org/debian", "error"},
	}
	for _, tt := range tests {
		t.Setenv("no_proxy", tt.noProxy)
		a := newAPTHTTP(root, tt.config...)
		for range 2 {
			u, err := a.proxy(context.Background(), parseURL(t, tt.target))
			got := ""
			if err != nil {
				got = "error"
			} else if u != nil {
				got = u.String()
			}
			if got != tt.want {
				t.Errorf("proxy of %s with %q, no_proxy %q = %s (%v), want %s", tt.target, tt.config, tt.noProxy, got, err, tt.want)
			}
		}
	}
	runs, err := os.ReadFile(script + ".runs")
	if err != nil || len(runs) != len("x\n")*5 { // those that failed were run twice
		t.Errorf("the program was run %d times, %v, want 5", len(runs)/2, err)
	}
}

func TestAPTLogin(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "etc/apt/auth.conf.d"), 0o755); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		"auth.conf": "# machine comment.example.org login a password b\nmachine example.org/debian\n login apt\n\tpassword debian unknown\n" +
			"machine http://plain.example.org:8080 login plain password text\nmachine half",
		"auth.conf.d/more.conf":      "machine EXAMPLE.net login more password p%w@\n",
		"auth.conf.d/proxy.conf":     "machine http://proxy.example.org login pu password pp",
		"auth.conf.d/ignored.backup": "machine ignored.example.org login a password b\n",
	} {
		if err := os.WriteFile(filepath.Join(root, "etc/apt", file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a := newAPTHTTP(root, "Acquire::http::Proxy", "http://proxy.example.org:3128")
	tests := []struct{ target, want string }{
		{"https://example.org/debian", "apt:debian"},
		{"https://example.org/debian-security/dists", "apt:debian"},
		{"https://example.org:8443/debian", "apt:debian"},
		{"https://example.org/ubuntu", ""},
		{"http://example.org/debian", ""}, // a login does not go out unencrypted by default
		{"https://example.orga/debian", ""},
		{"http://plain.example.org:8080/x", "plain:text"},
		{"http://plain.example.org/x", ""},
		{"https://example.net/", "more:p%25w%40"},
		{"https://ignored.example.org/", ""},
		{"https://comment.example.org/", ""},
	}
	for _, tt := range tests {
		login, err := a.login(parseURL(t, tt.target))
		got := ""
		if login != nil {
			got = login.String()
		}
		if err != nil || got != tt.want {
			t.Errorf("login for %s = %q, %v, want %q", tt.target, got, err, tt.want)
		}
	}
	u, err := a.proxy(context.Background(), parseURL(t, "http://mirror.example.org/"))
	if err != nil || u.String() != "http://pu:pp@proxy.example.org:3128" {
		t.Errorf("proxy = %v, %v, want it with its login", u, err)
	}
}

func TestAPTLoginUnreadable(t *testing.T) {
	root := t.TempDir()
	// A directory cannot be read as a file, not even by root.
	if err := os.MkdirAll(filepath.Join(root, "etc/apt/auth.conf"), 0o755); err != nil {
		t.Fatal(err)
	}
	if login, err := newAPTHTTP(root).login(parseURL(t, "https://example.org/")); login != nil || err == nil {
		t.Errorf("login = %v, %v, want an error", login, err)
	}
}

func TestAPTHTTPOptions(t *testing.T) {
	tests := []struct {
		config  []string
		target  string
		timeout time.Duration
		retries int
		agent   string
	}{
		{nil, "http://mirror.example.org/", 0, 0, ""},
		{[]string{"Acquire::http::Timeout", "7", "Acquire::Retries", "5", "Acquire::http::User-Agent", "x/1"}, "https://mirror.example.org/", 7 * time.Second, 5, "x/1"},
		{[]string{"Acquire::http::Timeout", "7", "Acquire::https::Timeout", "8"}, "https://mirror.example.org/", 8 * time.Second, 0, ""},
		{[]string{"Acquire::http::Timeout", "x", "Acquire::Retries", "0"}, "http://mirror.example.org/", 0, -1, ""},
	}
	for _, tt := range tests {
		o, err := newAPTHTTP("", tt.config...).options(parseURL(t, tt.target))
		if err != nil || o.Timeout != tt.timeout || o.Retries != tt.retries || o.UserAgent != tt.agent {
			t.Errorf("options of %s with %q = %v, %d, %q, %v, want %v, %d, %q", tt.target, tt.config, o.Timeout, o.Retries, o.UserAgent, err, tt.timeout, tt.retries, tt.agent)
		}
	}
	bad := filepath.Join(t.TempDir(), "bad.pem")
	if err := os.WriteFile(bad, []byte("no certificate"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, option := range []string{"Acquire::https::CAInfo", "Acquire::https::CAInfo::mirror.example.org", "Acquire::https::SslCert"} {
		for _, file := range []string{bad, bad + ".missing"} {
			a := newAPTHTTP("", option, file)
			if _, err := a.options(parseURL(t, "https://mirror.example.org/")); err == nil {
				t.Errorf("%s %s: no error", option, file)
			}
			if _, err := a.options(parseURL(t, "http://mirror.example.org/")); err != nil {
				t.Errorf("%s %s matters for http: %v", option, file, err)
			}
		}
	}
}
