package upload

import "context"

// makeSplitView makes the view of a branch that has the maintainer view.
func makeSplitView(_ context.Context, m *maker) error {
	return &QuiltError{Mode: m.opts.Mode, Problem: "no archive view can be made of such a branch"}
}
