package history

import "testing"

func TestArchiveQuery(t *testing.T) {
	const f = "g dgit-distro.foo."
	tests := []struct {
		lines []string
		want  string
	}{
		{nil, "aptget:"},
		{[]string{f + "archive-query=aptget:"}, "aptget:"},
		{[]string{f + "archive-query=dummycat:/a:b"}, "dummycat:/a:b"},
		{[]string{f + "archive-query=none:"}, "wrong: dgit-distro.foo.archive-query"},
		{[]string{f + "archive-query=aptget"}, "wrong: dgit-distro.foo.archive-query"},
		{[]string{f + "archive-query="}, "wrong: dgit-distro.foo.archive-query"},
		{[]string{f + "archive-query=ftpmasterapi:", f + "archive-query-tls-key=k"}, "wrong: dgit-distro.foo.archive-query-tls-key"},
		{[]string{f + "archive-query=ftpmasterapi:", "g dgit.default.archive-query-tls-curl-ca-args=k"}, "wrong: dgit.default.archive-query-tls-curl-ca-args"},
		{[]string{f + "archive-query=aptget:", f + "archive-query-tls-key=k"}, "aptget:"},
	}
	for _, tt := range tests {
		a, err := configured(tt.lines...).Access(AccessOptions{Distro: "foo"})
		if err != nil {
			t.Fatal(err)
		}
		q, err := a.archiveQuery()
		if got := outcome(q.Method+":"+q.Data, err); got != tt.want {
			t.Errorf("with %q: archive query %q, want %q", tt.lines, got, tt.want)
		}
	}
}

func TestBuiltinSuiteMaps(t *testing.T) {
	tests := []struct{ distro, suite, dists, says, codename string }{
		{"debian-security", "trixie-security", "trixie-security", "trixie-security", "trixie-security"},
		{"debian-security", "buster-security", "buster/updates", "buster", "buster-security"},
		{"ubuntucloud", "jammy:zed", "jammy-updates/zed", "jammy-updates/zed", "jammy-updates-zed"},
		{"ubuntucloud", "jammy-proposed:zed", "jammy-proposed/zed", "jammy-proposed/zed", "jammy-proposed-zed"},
		{"foo", "sid", "sid", "sid", "sid"},
	}
	for _, tt := range tests {
		a, err := configured().Access(AccessOptions{Distro: tt.distro})
		if err != nil {
			t.Fatal(err)
		}
		if got := outcome(a.aptgetSuite(tt.suite)); got != tt.dists {
			t.Errorf("%s: aptgetSuite(%q) = %q, want %q", tt.distro, tt.suite, got, tt.dists)
		}
		if got := outcome(a.aptgetCodename(tt.says)); got != tt.codename {
			t.Errorf("%s: aptgetCodename(%q) = %q, want %q", tt.distro, tt.says, got, tt.codename)
		}
	}
}

func TestSuiteMap(t *testing.T) {
	const wrong = "wrong: dgit-distro.foo.aptget-suite-map"
	tests := []struct{ suiteMap, want string }{
		{`s#b#x#`, "a-x-b"},
		{`s/b/x/g`, "a-x-x"},
		{`s,^(\w)-,$1/,`, "a/b-b"},
		{`s,^(\w)-,${1}2/,`, "a2/b-b"},
		{`s|(b)$|\1\1|`, "a-b-bb"},
		{`s!B!x!i`, "a-x-b"},
		{`s#z#x#`, "a-b-b"},
		{` s#a#b#; s#^b#c#; `, "c-b-b"},
		{``, "a-b-b"},
		{`s#a#$_#`, wrong},
		{`s#a#$&#`, wrong},
		{`s#a#b#e`, wrong}, // which would run its replacement
		{`s#a#b#e; s#a#b#`, wrong},
		{`s#a#b`, wrong},
		{`s{a}{b}`, wrong},
		{`$_ = "x"`, wrong},
		{`s#(?<=a)b#x#`, wrong},
		{`s#a#b# if m/c/`, wrong},
		{`s#(#x#`, wrong},
		{`s#$x#y#`, wrong},
		{`tr/a/b/`, wrong},
		{`s`, wrong},
		{`system("true")`, wrong},
	}
	for _, tt := range tests {
		a, err := configured("g dgit-distro.foo.aptget-suite-map=" + tt.suiteMap).Access(AccessOptions{Distro: "foo"})
		if err != nil {
			t.Fatal(err)
		}
		if got := outcome(a.aptgetSuite("a-b-b")); got != tt.want {
			t.Errorf("map %q gives %q, want %q", tt.suiteMap, got, tt.want)
		}
	}
}
