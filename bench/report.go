package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// report returns the results as Markdown, and what they were made with. It names
// no path of this machine and no mirror.
func report(opts options, tables []table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Median of %d runs. CPU is the time of all processes, memory the peak of the largest;\n", opts.rounds)
	b.WriteString("\"×\" is the wall time against that of debgit.\n\n")
	b.WriteString("| source package | tool | wall, s | × | CPU, s | memory, MB |\n")
	b.WriteString("|---|---|--:|--:|--:|--:|\n")
	for _, t := range tables {
		ours := t.rows[0].median
		for _, r := range t.rows {
			if r.median == nil {
				fmt.Fprintf(&b, "| %s | %s | - | - | - | - |\n", t.sourcePackage, r.tool)
				continue
			}
			ratio := "-"
			if ours != nil {
				ratio = fmt.Sprintf("%.1f", r.median.wall.Seconds()/ours.wall.Seconds())
			}
			fmt.Fprintf(&b, "| %s | %s | %.2f | %s | %.2f | %d |\n", t.sourcePackage, r.tool,
				r.median.wall.Seconds(), ratio, r.median.cpu.Seconds(), r.median.memory/1e6)
		}
	}
	command := fmt.Sprintf("go run ./bench --rounds %d", opts.rounds)
	if opts.versions != "" {
		command += " --versions " + filepath.Base(opts.versions)
	}
	if opts.suite != "" {
		command += " --suite " + opts.suite
	}
	for _, dsc := range opts.packages {
		command += " " + filepath.Base(dsc)
	}
	fmt.Fprintf(&b, "\nMade by `make bench`, which runs `%s`,\non %d cores (%s), %s, with\n%s.\n", command, runtime.NumCPU(),
		valueOf("/proc/cpuinfo", "model name\t: "), valueOf("/etc/os-release", "PRETTY_NAME="), strings.Join(versions(opts), "; "))
	return b.String()
}

// valueOf returns what follows prefix in the first line of file that has it.
func valueOf(file, prefix string) string {
	content, _ := os.ReadFile(file)
	for line := range strings.Lines(string(content)) {
		if value, found := strings.CutPrefix(line, prefix); found {
			return strings.Trim(value, "\"\n")
		}
	}
	return "unknown"
}

// versions returns the first line of what each program says of its version.
func versions(opts options) []string {
	found := []string{runtime.Version()}
	for _, program := range []string{opts.debgit, opts.dgit, "gbp", "dpkg-source", "git", "xz"} {
		if out, err := exec.Command(program, "--version").Output(); err == nil {
			first, _, _ := strings.Cut(string(out), "\n")
			found = append(found, strings.TrimRight(first, ". "))
		}
	}
	return found
}
