package history

// QuiltMode returns the quilt mode: the one that is asked for, else what the configuration
// wants for all packages, or else for those of the distro; "" if nobody wants any. Then it is linear
// for dgit, while debgit looks which one the branch is kept in.
func (a *Access) QuiltMode(asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	if mode, err := a.ForcedQuiltMode(); mode != "" || err != nil {
		return mode, err
	}
	mode, _, err := a.Value("quilt-mode")
	return mode, err
}

// ForcedQuiltMode returns the quilt mode that the configuration wants for all packages, or "".
func (a *Access) ForcedQuiltMode() (string, error) {
	mode, _, err := a.settings.Value("dgit.force.quilt-mode")
	return mode, err
}

// SplitView says whether the archive view is always beside the branch, and whether it is never: as is
// asked for, "always", "never" or "auto", or else configured. If neither, that depends on the quilt mode.
// The error is a [*ConfigError] if another word is configured.
func (a *Access) SplitView(asked string) (always, never bool, err error) {
	key := ""
	if asked == "" {
		if key, asked, _, err = a.find("split-view"); err != nil {
			return false, false, err
		}
	}
	switch asked {
	case "always", "never", "auto":
		return asked == "always", asked == "never", nil
	}
	return false, false, &ConfigError{Key: key, Value: asked, Want: `"auto", "always" or "never"`}
}
