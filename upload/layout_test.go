package upload

import "testing"

// layouts are branches, and what is detected of them. Those without a mode are refused.
var layouts = []struct {
	splitSituation
	layout Layout
	mode   QuiltMode
}{
	{splitSituation{name: "patches applied", head: unapplied.over(applied)}, LayoutApplied, Linear},
	{splitSituation{name: "patches applied, and a change", head: unapplied.over(applied), changes: []files{unapplied.over(applied).with("main.c", "other\n")}}, LayoutApplied, Linear},
	{splitSituation{name: "no patches", head: upstream.over(debian)}, LayoutApplied, Linear},
	{splitSituation{name: "no patches, and another .gitignore", head: upstream.over(debian), changes: []files{upstream.over(debian).with(".gitignore", "*.swp\n")}}, LayoutApplied, Linear},
	{splitSituation{name: "patches applied by git-dpm", head: unapplied.over(applied).with("debian/.git-dpm", "x\n")}, LayoutDPM, Linear},
	{splitSituation{name: "patches applied, and another .gitignore from the start", head: unapplied.over(applied).with(".gitignore", "*.swp\n")}, LayoutDPM, DPM},
	{splitSituation{name: "patches not applied", head: unapplied}, LayoutUnapplied, GBP},
	{splitSituation{name: "patches not applied, and another .gitignore", head: unapplied.with(".gitignore", "*.swp\n")}, LayoutUnapplied, GBP},
	{splitSituation{name: "debian alone", head: debian.over(patches)}, LayoutBare, BareDebianTarball},
	{splitSituation{name: "debian alone, and a tag", head: debian.over(patches), commits: map[string]files{"v1.0": upstream}}, LayoutBare, BareDebian},
	{splitSituation{name: "debian alone, and a tag of other files", head: debian.over(patches), commits: map[string]files{"v1.0": upstream.with("main.c", "other\n")}}, LayoutBare, BareDebianTarball},
	{splitSituation{name: "debian alone, and a commit that is named", head: debian.over(patches), commits: map[string]files{"x": upstream}, upstream: "x"}, LayoutBare, BareDebian},
	{splitSituation{name: "debian alone, and two tags", head: debian.over(patches), commits: map[string]files{"v1.0": upstream, "1.0": upstream}}, "", ""},
	{splitSituation{name: "debian alone, and a file for git", head: debian.over(patches).with(".gitlab-ci.yml", "x\n").with(".gitignore", "x\n")}, LayoutBare, BareDebianTarball},
	{splitSituation{name: "debian alone, and a file more", head: debian.over(patches).with("new", "x\n")}, "", ""},
	{splitSituation{name: "one patch applied of two", head: unapplied.with("README", applied["README"])}, "", ""},
	{splitSituation{name: "other files than upstream's", head: unapplied.with("main.c", "other\n")}, "", ""},
	{splitSituation{name: "a patch that does not apply", head: unapplied.with("debian/patches/lib.patch", "--- a/none\n+++ b/none\n@@ -1 +1 @@\n-x\n+y\n")}, "", ""},
	{splitSituation{name: "native", head: debian.with("debian/source/format", "3.0 (native)\n")}, LayoutNative, ""},
	{splitSituation{name: "format 1.0", head: unapplied.without("debian/source/format")}, LayoutDiff, ""},
}

func TestDetectLayout(t *testing.T) {
	pin(t)
	for _, tt := range layouts {
		t.Run(tt.name, func(t *testing.T) {
			l := newLayoutLab(t, t.TempDir())
			tt.splitSituation.make(l)
			pkg, err := OpenPackage(t.Context(), l.repo, "main")
			l.check(err)
			got, err := DetectLayout(t.Context(), pkg, ViewOptions{OrigDirs: []string{l.dir}, Upstream: tt.splitSituation.upstream})
			if tt.layout == "" {
				if err == nil || !isRefusal(err) {
					t.Errorf("DetectLayout = %+v, %v; want a refusal", got, err)
				}
				return
			}
			if err != nil || got.Layout != tt.layout || got.Mode != tt.mode || got.Why == "" {
				t.Fatalf("DetectLayout = %+v, %v; want %s, %s", got, err, tt.layout, tt.mode)
			}
			for _, mode := range append(got.Others, got.Mode) {
				if mode == "" {
					continue
				}
				if v, err := MakeView(t.Context(), pkg, ViewOptions{Mode: mode, OrigDirs: []string{l.dir}, Upstream: tt.splitSituation.upstream}); err != nil {
					t.Errorf("MakeView in mode %s = %+v, %v; but that mode was detected", mode, v, err)
				}
			}
		})
	}
}
