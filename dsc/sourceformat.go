package dsc

import (
	"fmt"
	"regexp"
)

var sourceFormat = regexp.MustCompile(`^(\d+)(\.\d+)?(?:[\s\v]+\(([a-z0-9]+)\))?$`)

// ParseFormat reads the first line of a debian/source/format as dpkg-source(1) does: the minor
// number does not matter. It returns the format as a .dsc has it, such as "3.0 (quilt)".
func ParseFormat(line string) (string, error) {
	m := sourceFormat.FindStringSubmatch(line)
	if m == nil {
		return "", fmt.Errorf("%q is no source format", line)
	}
	format := m[1] + ".0"
	if m[3] != "" {
		format += " (" + m[3] + ")"
	}
	switch format {
	case "1.0", "2.0", "3.0 (quilt)", "3.0 (native)", "3.0 (git)", "3.0 (custom)":
		return format, nil
	}
	return "", fmt.Errorf("dpkg-source knows no source format %q", line)
}
