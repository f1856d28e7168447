package history

import (
	"context"
	"errors"
	"slices"
	"sync"

	"debgit/archive"
	"debgit/gitmap"
)

// suitesAtOnce is how many suites are asked at a time.
const suitesAtOnce = 4

// A suiteQuestion is a suite to ask, by a name that it may have.
type suiteQuestion struct {
	name string
	open func(context.Context) (archive.Suite, error)
}

// A suiteAnswer is what a suite said of a source package.
type suiteAnswer struct {
	name    string
	suite   archive.Suite                // nil if it could not be opened
	uploads []*archive.Upload            // the highest version first
	unknown *archive.UnknownPackageError // nil if the suite has the package
	err     error                        // why the suite could not be asked; or that there is none
}

// askSuites asks suites for a source package, several at a time, and tells progress how
// many have answered. Answers come in the order of the questions, with one of several
// that are of the same suite.
func askSuites(ctx context.Context, questions []suiteQuestion, pkg string, progress gitmap.Progress) []suiteAnswer {
	answers := make([]suiteAnswer, len(questions))
	var mu sync.Mutex
	answered := 0
	report := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		answered += n
		if progress != nil {
			progress("ask the archive", int64(answered), int64(len(questions)))
		}
	}
	report(0)
	inParallel(ctx, suitesAtOnce, len(questions), func(i int) error {
		answers[i] = questions[i].ask(ctx, pkg)
		report(1)
		return nil
	})
	return withoutRepeated(answers)
}

func (q suiteQuestion) ask(ctx context.Context, pkg string) suiteAnswer {
	a := suiteAnswer{name: q.name}
	a.suite, a.err = q.open(ctx)
	if a.err != nil {
		a.suite = nil
		return a
	}
	a.ask(ctx, pkg)
	return a
}

// isAbsent says whether an error tells that there is no such suite.
func isAbsent(err error) bool {
	return errors.As(err, new(*archive.UnknownSuiteError)) || errors.As(err, new(*archive.NoMirrorError))
}

// ask asks the suite, which is open, for a source package.
func (a *suiteAnswer) ask(ctx context.Context, pkg string) {
	a.unknown = nil
	a.uploads, a.err = a.suite.FindAll(ctx, pkg)
	if errors.As(a.err, &a.unknown) {
		a.err = nil
	}
}

func withoutRepeated(answers []suiteAnswer) []suiteAnswer {
	seen := map[[2]string]bool{}
	return slices.DeleteFunc(answers, func(a suiteAnswer) bool {
		if a.suite == nil {
			return false
		}
		k := [2]string{a.suite.Origin(), a.suite.Codename()}
		if k[0] == "" {
			k[0] = a.suite.Where()
		}
		repeated := seen[k]
		seen[k] = true
		return repeated
	})
}

// inParallel calls f with each number below n, a few at a time, and returns the first
// error. ctx ends it early.
func inParallel(ctx context.Context, atOnce, n int, f func(i int) error) error {
	queue := make(chan int)
	var workers sync.WaitGroup
	var once sync.Once
	var first error
	for range min(atOnce, n) {
		workers.Go(func() {
			for i := range queue {
				if err := f(i); err != nil {
					once.Do(func() { first = err })
				}
			}
		})
	}
	for i := range n {
		if ctx.Err() == nil {
			queue <- i
		}
	}
	close(queue)
	workers.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return first
}
