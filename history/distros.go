package history

// builtinDefaults are the settings that are there without any configuration, under
// the keys that override them. They name the services of the distros that we know. No
// mirror is among them: where archives are, APT knows. And all archives are read by
// their signed indexes, where dgit asks services, such as Debian's ftpmasterapi, unless it
// is configured otherwise. Below "NAME/push" is what differs for those who push.
var builtinDefaults = map[string]string{
	"dgit.default.distro":                            "debian",
	"dgit.default.default-suite":                     "unstable",
	"dgit.default.old-dsc-distro":                    "debian",
	"dgit.default.archive-query":                     "aptget:",
	"dgit.default.push-subcmd":                       "source",
	"dgit.vcs-git.suites":                            "sid",
	"dgit.dsc-url-proto-ok.http":                     "true",
	"dgit.dsc-url-proto-ok.https":                    "true",
	"dgit.dsc-url-proto-ok.git":                      "true",
	"dgit.default.dsc-url-proto-ok":                  "false",
	"dgit-suite.experimental.distro":                 "debian",
	"dgit-suite.*-security.distro":                   "debian-security",
	"dgit.default.git-url-suffix":                    ".git",
	"dgit.default.rewrite-map-enable":                "true",
	"dgit.default.setup-mergechangelogs":             "true",
	"dgit.default.setup-useremail":                   "true",
	"dgit.default.setup-gitattributes":               "true",
	"dgit.default.build-products-dir":                "..",
	"dgit.default.aptget-components":                 "main",
	"dgit.default.source-only-uploads":               "ok",
	"dgit.default.quilt-mode-gbp":                    "gbp",
	"dgit.default.split-view":                        "auto",
	"dgit.default.rm-old-changes":                    "false",
	"dgit.default.dep14tag":                          "want",
	"dgit.default.dep14tag-reuse":                    "if-exists",
	"dgit.default.dep14tag-verify":                   "false",
	"dgit.default.new-private-pushers":               "false",
	"dgit.default.policy-query-supported-ssh":        "unknown",
	"dgit.default.archive-query-default-component":   "main",
	"dgit.default.build-source-check-correspondence": "true",

	"dgit-distro.debian.archive-query-url":           "https://api.ftp-master.debian.org/",
	"dgit-distro.debian.mirror-fallback":             "https://incoming.debian.org/debian-buildd/",
	"dgit-distro.debian.git-check":                   "url",
	"dgit-distro.debian.git-check-suffix":            "/info/refs",
	"dgit-distro.debian.git-url":                     "https://git.dgit.debian.org",
	"dgit-distro.debian.git-url-suffix":              "",
	"dgit-distro.debian.upload-host":                 "ftp-master",
	"dgit-distro.debian.source-only-uploads":         "not-wholly-new",
	"dgit-distro.debian.new-private-pushers":         "true",
	"dgit-distro.debian.policy-query-supported-ssh":  "true",
	"dgit-distro.debian.backports-quirk":             "(squeeze)-backports*",
	"dgit-distro.debian.experimental-quirk-rc-buggy": "sid",

	"dgit-distro.debian/push.git-url":        "",
	"dgit-distro.debian/push.git-proto":      "git+ssh://",
	"dgit-distro.debian/push.git-host":       "push.dgit.debian.org",
	"dgit-distro.debian/push.git-user-force": "dgit",
	"dgit-distro.debian/push.git-path":       "/dgit/debian/repos",
	"dgit-distro.debian/push.git-create":     "true",
	"dgit-distro.debian/push.git-check":      "ssh-cmd",

	"dgit-distro.debian-security.nominal-distro":         "debian",
	"dgit-distro.debian-security.aptget-suite-map":       `s#buster-security$#buster/updates#`,
	"dgit-distro.debian-security.aptget-suite-rmap":      `s#buster$#buster-security#`,
	"dgit-distro.debian-security/push.unsupported-error": "security updates cannot be pushed (Debian bugs #1050143 and #862105)",

	"dgit-distro.ubuntu.git-check": "false",

	"dgit-distro.ubuntucloud.nominal-distro":    "ubuntu",
	"dgit-distro.ubuntucloud.git-check":         "false",
	"dgit-distro.ubuntucloud.aptget-suite-map":  `s#^([^-:]+):#$1-updates:#; s#:#/#`,
	"dgit-distro.ubuntucloud.aptget-suite-rmap": `s#/(.+)$#-$1#`,
}

// testDummyVariable names the directory of the distro test-dummy, which is dgit's own,
// for tests: an archive, its API and its git server are all files below it.
const testDummyVariable = "DGIT_TEST_DUMMY_DIR"

// builtinSettings are builtinDefaults and the settings of test-dummy.
func builtinSettings(getenv func(string) string) map[string]string {
	dir := getenv(testDummyVariable)
	if dir == "" {
		dir = testDummyVariable + "-unset"
	}
	settings := map[string]string{
		"archive-query":     "dummycatapi:",
		"archive-query-url": "file://" + dir + "/aq/",
		"mirror":            "file://" + dir + "/mirror/",
		"git-check":         "ssh-cmd",
		"git-create":        "ssh-cmd",
		"git-url":           dir + "/git",
		"git-host":          "git",
		"git-path":          dir + "/git",
		"ssh":               dir + "/ssh",
		"username":          "alice",
		"upload-host":       "test-dummy",
	}
	all := make(map[string]string, len(builtinDefaults)+len(settings))
	for key, value := range builtinDefaults {
		all[key] = value
	}
	for key, value := range settings {
		all["dgit-distro.test-dummy."+key] = value
	}
	return all
}
