package gitmap

import "context"

type traceKey struct{}

// WithTrace returns a context of which every run of the git program is told to trace before
// it starts: the directory that it runs in, "" for the working directory, and its arguments.
// It may be called from several goroutines at once.
func WithTrace(ctx context.Context, trace func(dir string, args []string)) context.Context {
	return context.WithValue(ctx, traceKey{}, trace)
}

func traceGit(ctx context.Context, dir string, args []string) {
	if trace, ok := ctx.Value(traceKey{}).(func(string, []string)); ok {
		trace(dir, args)
	}
}
