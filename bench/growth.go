package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// measureFiles times imports of more and more files.
func measureFiles(opts options, dir string) (string, error) {
	return measureGrowth(opts, dir, "%d files, no patch", []generated{{1000, 0}, {10_000, 0}, {80_000, 0}}, func(g generated) int { return g.files })
}

// measurePatches times imports of more and more patches.
func measurePatches(opts options, dir string) (string, error) {
	return measureGrowth(opts, dir, "2000 files, %d patches", []generated{{2000, 0}, {2000, 50}, {2000, 800}}, func(g generated) int { return g.patches })
}

// measureGrowth times imports of generated source packages. label names one by the number
// that grows.
func measureGrowth(opts options, dir, label string, list []generated, grows func(generated) int) (string, error) {
	var report strings.Builder
	for i, g := range list {
		where := filepath.Join(dir, fmt.Sprint(i))
		if err := os.Mkdir(where, 0o777); err != nil {
			return "", err
		}
		v, err := g.write(where)
		if err != nil {
			return "", err
		}
		steps := []string{firstStep}
		tools := slices.DeleteFunc(importTools(opts, map[string]version{firstStep: v}, steps), func(t tool) bool {
			return t.name == "gbp import-dsc" || t.name == "decoding alone, -T0" // which tell nothing new
		})
		task := fmt.Sprintf(label, grows(g))
		tables, err := compare(task, tools, steps, opts.rounds, filepath.Join(where, "runs"))
		if err != nil {
			return "", err
		}
		tables[0].write(&report, task, i == 0)
		if err := os.RemoveAll(where); err != nil {
			return "", err
		}
	}
	return "Generated files of about 2 KB each; each patch changes another file.\n\n" + report.String(), nil
}
