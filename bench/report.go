package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// introduction says what the numbers of tables are.
func introduction(opts options) string {
	return fmt.Sprintf("Median of %d runs; a tool other than debgit that takes more than %.0f s for a task runs once. CPU is the time of all\n"+
		"processes, memory the peak of the largest; \"×\" is the wall time against that of debgit, \"objects\" what the object\n"+
		"store of the repository grows by.\n\n", opts.rounds, longTime.Seconds())
}

const tableHeader = "| task | tool | wall, s | × | CPU, s | memory, MB | objects, MB |\n|---|---|--:|--:|--:|--:|--:|\n"

// write adds the rows of t, which are about the task of that name; the first table of several
// has the header.
func (t table) write(b *strings.Builder, label string, first bool) {
	if first {
		b.WriteString(tableHeader)
	}
	ours := t.rows[0].median
	for _, r := range t.rows {
		if r.median == nil {
			fmt.Fprintf(b, "| %s | %s | - | - | - | - | - |\n", label, r.tool)
			continue
		}
		ratio, objects := "-", "-"
		if ours != nil {
			ratio = fmt.Sprintf("%.1f", r.median.wall.Seconds()/ours.wall.Seconds())
		}
		if r.median.objects != 0 {
			objects = fmt.Sprintf("%.1f", float64(r.median.objects)/1e6)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %d | %s |\n", label, r.tool,
			seconds(r.median.wall), ratio, seconds(r.median.cpu), r.median.memory/1e6, objects)
	}
}

// seconds writes a time with as many digits as mean something.
func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.3f", d.Seconds())
	}
	return fmt.Sprintf("%.2f", d.Seconds())
}

// machine says what the results were made with. It names no path of this machine and
// no mirror.
func machine(opts options) string {
	return fmt.Sprintf("Made on %d processors (%s), %s, with\n%s.\n", runtime.NumCPU(),
		valueOf("/proc/cpuinfo", "model name\t: "), valueOf("/etc/os-release", "PRETTY_NAME="), strings.Join(programs(opts), "; "))
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

// programs returns the first line of what each program says of its version.
func programs(opts options) []string {
	found := []string{runtime.Version()}
	for _, program := range []string{opts.debgit, opts.dgit, "gbp", "dpkg-source", "git", "xz"} {
		if out, err := exec.Command(program, "--version").Output(); err == nil {
			first, _, _ := strings.Cut(string(out), "\n")
			found = append(found, strings.TrimRight(first, ". "))
		}
	}
	return found
}
