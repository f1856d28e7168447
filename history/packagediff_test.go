package history

import (
	"testing"

	"debgit/dsc/dsctest"
)

// importBell imports a version of bell whose debian/patches has these patches, NAME and TEXT each.
func (r *packageRepo) importBell(version string, patches ...string) {
	r.t.Helper()
	debian := []dsctest.Entry{
		{Name: "debian/changelog", Content: stanza(version, "unstable")},
		{Name: "debian/control", Content: "Source: bell\nMaintainer: Ann <ann@example.org>\n"},
		{Name: "debian/source/format", Content: "3.0 (quilt)\n"},
	}
	series := ""
	for i := 0; i < len(patches); i += 2 {
		series += patches[i] + "\n"
		debian = append(debian, dsctest.Entry{Name: patchesDir + "/" + patches[i], Content: patches[i+1]})
	}
	debian = append(debian, dsctest.Entry{Name: "debian/patches/series", Content: series})
	p := &dsctest.Package{Format: "3.0 (quilt)", Source: "bell", Version: version, Files: []dsctest.File{
		{Name: "bell_1.0.orig.tar.gz", Entries: []dsctest.Entry{{Name: "bell/f", Content: tenLines}}},
		{Name: "bell_" + version + ".debian.tar.xz", Entries: debian},
	}}
	path, err := p.Write(r.t.TempDir())
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := ImportDsc(r.t.Context(), r.Repo, ImportDscOptions{Dsc: path, Branch: "+imported"}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *packageRepo) compare(old, new string) *PackageDiff {
	r.t.Helper()
	d, err := ComparePackages(r.t.Context(), r.Repo, DiffOptions{Old: old, New: new})
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// An import tells upstream from patches, also where a patch cannot be taken away.
func TestComparePackagesOfImports(t *testing.T) {
	const rename = "diff --git a/f b/g\nsimilarity index 100%\nrename from f\nrename to g\n"
	two, five := change("", 2, "two"), change("", 5, "five")
	r := newPackageRepo(t)
	r.importBell("1.0-1", "two", two, "five", five)
	r.importBell("1.0-2", "five", five, "two", two, "rename", rename)
	r.importBell("1.0-3", "rename", rename)
	d := r.compare("1.0-1", "1.0-2")
	if !d.Reordered || d.UpstreamView != ViewUnpatched || len(d.Upstream.Files) > 0 {
		t.Errorf("reordered: %v, upstream %s: %v", d.Reordered, d.UpstreamView, d.Upstream)
	}
	for _, s := range []DiffSide{d.Old, d.New} {
		if s.Patches.State != PatchesApplied || s.Holding.By != HeldByImport {
			t.Errorf("%s: %s, by %s", s.Version, s.Patches.State, s.Holding.By)
		}
	}
	if d := r.compare("1.0-1", "1.0-1"); d.Reordered {
		t.Error("a series is reordered against itself")
	}
	d = r.compare("1.0-2", "1.0-3")
	for _, p := range d.Patches {
		if p.TakenUp || (p.Change == PatchSame) != (p.Name == "rename") {
			t.Errorf("%+v", p)
		}
	}
}
