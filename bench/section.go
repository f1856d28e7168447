package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// A section of a file is what is between two lines that name it.
func marks(name string) (begin, end string) {
	return "<!-- begin: " + name + " -->\n", "<!-- end: " + name + " -->\n"
}

// writeSection makes text the section of that name of a file; it does nothing if
// there is no file to write to.
func writeSection(file, name, text string) error {
	if file == "" {
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	updated, err := replaceSection(string(content), name, text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(updated), 0o666)
}

// replaceSection returns content with text as the section of that name; that is added at the end
// of content that has none.
func replaceSection(content, name, text string) (string, error) {
	begin, end := marks(name)
	before, rest, found := strings.Cut(content, begin)
	after := ""
	if found {
		if _, after, found = strings.Cut(rest, end); !found {
			return "", fmt.Errorf("a section begins with %q, but does not end with %q", begin, end)
		}
	} else if before != "" {
		before += "\n"
	}
	return before + begin + "\n" + strings.TrimRight(text, "\n") + "\n\n" + end + after, nil
}
