package upload

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The limits of what the other side of a remote push may send. Its protocol has counts of six
// digits at most; real files and messages are far below all of these.
const (
	wireLine  = 4 << 10  // bytes of a line
	wireText  = 999_999  // bytes of a message for people
	wireBlock = 64 << 10 // bytes of a block of a file
	wireFile  = 4 << 20  // bytes of a file
)

// A WireError says that the other side of a remote push does not keep to its protocol.
type WireError struct{ Cause string }

func (e *WireError) Error() string { return "the other side of the remote push: " + e.Cause }

func wireErrorf(format string, args ...any) error { return &WireError{fmt.Sprintf(format, args...)} }

// A wire is one end of the connection of a remote push, whose two ends speak in lines, in
// counted texts for people, and in files. Nothing that is read from it has been checked but for
// its length.
type wire struct {
	r *bufio.Reader
	w *bufio.Writer
}

func newWire(r io.Reader, w io.Writer) *wire {
	return &wire{bufio.NewReaderSize(r, wireLine), bufio.NewWriter(w)}
}

// line reads a line and returns its first word and the rest. An end before the line is
// [io.ErrUnexpectedEOF]: the other side always says when it has come to its end.
func (c *wire) line() (word, rest string, err error) {
	data, err := c.r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", "", wireErrorf("a line is over the limit of %d bytes", wireLine)
	case errors.Is(err, io.EOF):
		return "", "", io.ErrUnexpectedEOF
	case err != nil:
		return "", "", err
	}
	if bytes.ContainsFunc(data[:len(data)-1], func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", "", wireErrorf("a line has a control character")
	}
	word, rest, _ = strings.Cut(string(data[:len(data)-1]), " ")
	return word, rest, nil
}

// counted reads as many bytes as count says.
func (c *wire) counted(count string, limit int) ([]byte, error) {
	n, err := strconv.ParseUint(count, 10, 32)
	if err != nil || len(count) > 6 || n > uint64(limit) {
		return nil, wireErrorf("%q is no count of at most %d bytes", count, limit)
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(c.r, data); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return data, nil
}

// file reads a file: blocks, and a line for their end.
func (c *wire) file() ([]byte, error) {
	word, rest, err := c.line()
	if err != nil {
		return nil, err
	}
	return c.fileFrom(word, rest)
}

// fileFrom is file where the first line has been read.
func (c *wire) fileFrom(word, rest string) ([]byte, error) {
	var content []byte
	for {
		switch {
		case word == "data-end" && rest == "":
			return content, nil
		case word != "data-block":
			return nil, wireErrorf("%q where a file should go on", word)
		}
		block, err := c.counted(rest, wireBlock)
		if err != nil {
			return nil, err
		}
		if content = append(content, block...); len(content) > wireFile {
			return nil, wireErrorf("a file is over the limit of %d bytes", wireFile)
		}
		if word, rest, err = c.line(); err != nil {
			return nil, err
		}
	}
}

// files reads at most most files, and the line for their end.
func (c *wire) files(most int) ([][]byte, error) {
	var files [][]byte
	for {
		word, rest, err := c.line()
		if err != nil {
			return nil, err
		}
		if word == "files-end" && rest == "" {
			return files, nil
		}
		if len(files) == most {
			return nil, wireErrorf("it sends more than %d files", most)
		}
		file, err := c.fileFrom(word, rest)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
}

// sendLine sends a line at once.
func (c *wire) sendLine(words ...string) error {
	fmt.Fprintln(c.w, strings.Join(words, " "))
	return c.w.Flush()
}

// sendText sends a text for people. What is over the limit of the other side is cut off.
func (c *wire) sendText(word, text string) error {
	text = text[:min(len(text), wireText)]
	fmt.Fprintf(c.w, "%s %d\n%s", word, len(text), text)
	return c.w.Flush()
}

// sendFile sends a file. It is sent for sure only with the next line.
func (c *wire) sendFile(content []byte) error {
	for len(content) > 0 {
		n := min(len(content), wireBlock)
		fmt.Fprintf(c.w, "data-block %d\n", n)
		if _, err := c.w.Write(content[:n]); err != nil {
			return err
		}
		content = content[n:]
	}
	_, err := fmt.Fprintln(c.w, "data-end")
	return err
}

// sendFiles sends files and the line for their end.
func (c *wire) sendFiles(files ...[]byte) error {
	for _, file := range files {
		if err := c.sendFile(file); err != nil {
			return err
		}
	}
	return c.sendLine("files-end")
}
