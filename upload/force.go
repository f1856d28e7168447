package upload

import "slices"

// A Force has one check passed over, as the option --force-WORD says. There is none that
// passes over more than one check.
type Force string

// The forces are dgit's, but for the last.
const (
	ForceUnrepresentable         Force = "unrepresentable"            // changes that no patch can make
	ForceUnsupportedSourceFormat Force = "unsupported-source-format"  // a source format other than dgit's
	ForceDscChangesMismatch      Force = "dsc-changes-mismatch"       // a .dsc and a .changes that say different things of a file
	ForceChangesOrigsExactly     Force = "changes-origs-exactly"      // the .changes lists the origs that it lists, whatever the archive has
	ForceUploadingBinaries       Force = "uploading-binaries"         // binary packages where only source is wanted
	ForceUploadingSourceOnly     Force = "uploading-source-only"      // source alone where binary packages are wanted
	ForceUploadingOldVersion     Force = "uploading-old-version"      // a version that is not newer than the archive's
	ForceReusingVersion          Force = "reusing-version"            // a version of which there is a tag already
	ForcePushTainted             Force = "push-tainted"               // history that the git server calls tainted
	ForceImportGitApplyAbsurd    Force = "import-gitapply-absurd"     // imports apply patches by the second method
	ForceImportGitApplyNoAbsurd  Force = "import-gitapply-no-absurd"  // imports apply patches by the first method alone
	ForceImportDscWithDgitField  Force = "import-dsc-with-dgit-field" // a .dsc is imported though it names a commit
	ForceUnknownUploader         Force = "unknown-uploader"           // a key that the keyrings of the distro's uploaders do not have
)

var forces = []Force{
	ForceUnrepresentable, ForceUnsupportedSourceFormat, ForceDscChangesMismatch, ForceChangesOrigsExactly,
	ForceUploadingBinaries, ForceUploadingSourceOnly, ForceUploadingOldVersion, ForceReusingVersion, ForcePushTainted,
	ForceImportGitApplyAbsurd, ForceImportGitApplyNoAbsurd, ForceImportDscWithDgitField,
	ForceUnknownUploader,
}

// Forces is a set of them. The zero value passes over no check.
type Forces struct{ list []Force }

// Has says whether f is in the set.
func (s Forces) Has(f Force) bool { return slices.Contains(s.list, f) }

// With returns the set with f in it.
func (s Forces) With(f Force) Forces { return Forces{append(slices.Clone(s.list), f)} }
