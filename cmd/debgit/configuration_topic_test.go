package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// keysOfDgit are the keys of dgit(1), as they are looked for.
const keysOfDgit = `dgit.default.distro dgit.default.default-suite dgit.default.old-dsc-distro dgit.default.push-subcmd dgit.default.rpush-subcmd
	dgit.dsc-url-proto-ok. dgit.default.dsc-url-proto-ok dgit.vcs-git.suites dgit.force.quilt-mode
	.distro .default-suite alias-canon nominal-distro readonly new-private-pushers backports-quirk unsupported-error
	archive-query archive-query-url archive-query-default-component mirror mirror-fallback madison-distro
	aptget-components aptget-suite-map aptget-suite-rmap archive-query-tls-key archive-query-tls-curl-ca-args
	git-url git-url-suffix git-proto git-host git-path git-user git-user-force username git-create
	git-check git-check-url git-check-suffix diverts. ssh cmd- opts- rewrite-map-enable
	upload-host keyid user-name user-email policy-query-supported-ssh source-only-uploads experimental-quirk-
	quilt-mode quilt-mode-gbp split-view clean-mode clean-mode-newer rm-old-changes build-products-dir
	build-source-check-correspondence dep14tag dep14tag-reuse dep14tag-verify
	setup-mergechangelogs setup-useremail setup-gitattributes`

// Each key is read somewhere, and is in the manual.
func TestKeys(t *testing.T) {
	env, _, _ := testEnvironment()
	var manual, code strings.Builder
	for _, c := range newRootCommand(env).Commands() {
		manual.WriteString(c.Long + "\n")
	}
	for _, pattern := range []string{"../../history/*.go", "../../upload/*.go", "build_run.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, "/distros.go") {
				continue
			}
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			code.Write(data)
		}
	}
	for _, key := range strings.Fields(keysOfDgit) {
		read := strings.Contains(code.String(), key+`"`) || strings.Contains(code.String(), `"`+key)
		if part, ok := strings.CutPrefix(key, "setup-"); ok {
			read = strings.Contains(code.String(), `"setup-" + `) && strings.Contains(code.String(), `= "`+part+`"`)
		}
		if !read {
			t.Errorf("no code reads the key %s", key)
		}
		name := key[strings.LastIndex(strings.TrimSuffix(key, "."), ".")+1:]
		if !regexp.MustCompile(`(^|[^-a-z0-9])` + regexp.QuoteMeta(name) + `([^-a-z0-9]|-?[A-Z]|$)`).MatchString(manual.String()) {
			t.Errorf("the manual does not have the key %s", key)
		}
	}
}
