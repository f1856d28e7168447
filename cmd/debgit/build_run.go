package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"debgit/gitmap"
	"debgit/upload"
)

// runBuild builds what job says, in whatever way the options want.
func (o *buildFlags) runBuild(ctx context.Context, env *environment, job upload.Job) error {
	tool := upload.BinaryTool("")
	if job.Binaries != nil {
		tool = job.Binaries.Tool
	}
	work, err := o.prepare(ctx, env, tool)
	if err != nil {
		return err
	}
	if !o.clean.dirty {
		if err := checkClean(ctx, work); err != nil {
			return err
		}
	}
	if err := upload.CleanForBuild(ctx, work.Repo, work.clean); err != nil {
		return err
	}
	if err := o.findSince(ctx, env, work); err != nil {
		return err
	}
	progress := env.progress()
	defer progress.close()
	work.progress, work.opts.Progress = progress, progress.report
	if work.opts.Terminal.Messages != nil {
		work.opts.Terminal.Messages = progress.before(work.opts.Terminal.Messages)
	}
	job.Clean = work.clean.Mode
	if !o.clean.dirty {
		if job.View, err = o.view(ctx, env, work); err != nil {
			return err
		}
	}
	if job.Binaries != nil && !o.dryRun {
		job.Binaries.LogDir = work.products
	}
	if job.Binaries != nil {
		job.Binaries.Suite = work.Suite
	}
	built, err := upload.Build(ctx, work.Package, job, work.opts)
	if err != nil {
		return err
	}
	defer built.Close()
	progress.close()
	for _, w := range built.Warnings {
		env.warn(w)
	}
	return o.deliver(ctx, env, progress, work, job, built)
}

// view makes the archive view of HEAD. If the quilt mode wants the commits of the view on the branch,
// that gets them.
func (o *buildFlags) view(ctx context.Context, env *environment, w *buildWork) (gitmap.CommitID, error) {
	opts := w.view
	opts.Limits, opts.Progress = o.limits, w.opts.Progress
	opts.Programs, opts.Terminal = w.opts.Programs, w.opts.Terminal
	fixup, err := upload.PlanFixup(ctx, w.Package, opts)
	if err != nil {
		return gitmap.CommitID{}, err
	}
	if fixup.View.Layout != nil {
		w.say(env, "the layout of the branch: "+harmlessLine(layoutText(fixup.View.Layout)))
	}
	if !fixup.View.Split && !o.dryRun {
		if err := fixup.Check(ctx); err != nil {
			return gitmap.CommitID{}, err
		}
		for _, made := range fixup.View.Made {
			w.say(env, fmt.Sprintf("commit %.12s on top of the branch %s", made.Commit, harmlessLine(made.What)))
		}
		if err := fixup.Apply(ctx); err != nil {
			return gitmap.CommitID{}, err
		}
	}
	if !o.dryRun {
		saved, err := o.saveView(ctx, &w.packageWork, fixup.View)
		if err != nil {
			return gitmap.CommitID{}, err
		}
		if saved != "" {
			w.say(env, saved)
		}
	}
	return fixup.View.Commit, nil
}

// say tells what is done besides building.
func (w *buildWork) say(env *environment, text string) {
	if !env.options.quiet {
		w.progress.close()
		env.message("note", "36", text)
	}
}

// deliver puts what was built where it belongs, and says so. A source package that is not what
// the commit has is delivered, too, so that people can look at it.
func (o *buildFlags) deliver(ctx context.Context, env *environment, progress *progress, w *buildWork, job upload.Job, built *upload.Built) error {
	differs, err := o.compare(ctx, w, job, built)
	if err != nil {
		return err
	}
	progress.close()
	if !o.dryRun {
		if err := o.put(w, built); err != nil {
			return err
		}
	}
	if differs != nil {
		return differs
	}
	if env.options.json {
		return env.resultJSON(o.command, newBuildJSON(w, built))
	}
	if !env.options.quiet {
		env.result(o.summary(env, w, job, built))
	}
	return nil
}

// put puts what was built where it belongs.
func (o *buildFlags) put(w *buildWork, built *upload.Built) (err error) {
	rmOld := o.rmOld
	if !o.rmOld && !o.noRmOld {
		if rmOld, err = w.access.Bool("rm-old-changes"); err != nil {
			return err
		}
	}
	if rmOld {
		if err := upload.RemoveChanges(w.products, w.ID); err != nil {
			return err
		}
	}
	return built.PutInto(w.products)
}

// compare compares a source package that was built alone with the commit, unless that was done while it
// was built, or the configuration does not want it.
func (o *buildFlags) compare(ctx context.Context, w *buildWork, job upload.Job, built *upload.Built) (differs, err error) {
	if job.Binaries != nil || job.View.IsZero() || built.Proven {
		return nil, nil
	}
	wanted, err := w.access.Bool("build-source-check-correspondence")
	if err != nil || !wanted {
		return nil, err
	}
	err = upload.Correspond(ctx, w.Package, built.Dsc, job.View, upload.CorrespondOptions{Limits: o.limits, Progress: w.opts.Progress})
	if errors.As(err, new(*upload.CorrespondenceError)) {
		return err, nil
	}
	built.Proven = err == nil
	return nil, err
}

type buildJSON struct {
	Package string   `json:"package"`
	Version string   `json:"version"`
	Dir     string   `json:"dir"`
	Dsc     string   `json:"dsc"`     // its name in dir; "" if there is none
	Changes string   `json:"changes"` // likewise
	Files   []string `json:"files"`   // names in dir of all that was made
	Proven  bool     `json:"proven"`  // the .dsc unpacks to what the commit has
}

func newBuildJSON(w *buildWork, built *upload.Built) buildJSON {
	j := buildJSON{
		Package: w.ID.Package, Version: string(w.ID.Version), Dir: w.products, Files: list(built.Files), Proven: built.Proven,
	}
	for _, f := range []struct {
		path string
		name *string
	}{{built.Dsc, &j.Dsc}, {built.Changes, &j.Changes}} {
		if f.path != "" {
			*f.name = filepath.Base(f.path)
		}
	}
	return j
}

// summary names what was built, and where it is.
func (o *buildFlags) summary(env *environment, w *buildWork, job upload.Job, built *upload.Built) string {
	if env.program == dgitName {
		return dgitBuilt(job, built)
	}
	dir := w.products
	if rel, err := filepath.Rel(env.cwd, dir); err == nil && len(rel) < len(dir) {
		dir = rel
	}
	text := env.strong(harmlessLine(w.ID.String())) + " is built"
	if o.dryRun {
		text += ", and nothing of it is left"
	}
	if built.Changes == "" {
		return text + "\n"
	}
	var names []string
	for _, path := range []string{built.Dsc, built.Changes} {
		if path != "" {
			names = append(names, harmlessLine(filepath.Join(dir, filepath.Base(path))))
		}
	}
	return fmt.Sprintf("%s: %s\n", text, strings.Join(names, " and "))
}

// before returns what writes to w, after what is drawn of the progress has been wiped away.
func (p *progress) before(w io.Writer) io.Writer { return &progressWriter{p, w} }

type progressWriter struct {
	progress *progress
	w        io.Writer
}

func (w *progressWriter) Write(data []byte) (int, error) {
	w.progress.close()
	return w.w.Write(data)
}
