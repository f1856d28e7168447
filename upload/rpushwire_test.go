package upload

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestWireFiles(t *testing.T) {
	files := [][]byte{[]byte("one\n"), nil, bytes.Repeat([]byte("x\n"), wireBlock)}
	var b bytes.Buffer
	c := newWire(&b, &b)
	if err := c.sendFiles(files...); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "data-block 4\none\ndata-end\ndata-end\ndata-block 65536\nx\n") {
		t.Errorf("sendFiles sent %.80q", b.String())
	}
	got, err := c.files(3)
	if err != nil || len(got) != 3 {
		t.Fatalf("files = %d files, %v; want 3", len(got), err)
	}
	for i := range files {
		if !bytes.Equal(got[i], files[i]) {
			t.Errorf("file %d is %.40q", i, got[i])
		}
	}
}

func TestWireText(t *testing.T) {
	var b bytes.Buffer
	c := newWire(&b, &b)
	if err := c.sendText("progress", "no newline"); err != nil {
		t.Fatal(err)
	}
	if err := c.sendLine("param", "head", "0"); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "progress 10\nno newlineparam head 0\n"; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
	word, count, err := c.line()
	if err != nil || word != "progress" {
		t.Fatalf("line = %q, %v", word, err)
	}
	if text, err := c.counted(count, wireText); string(text) != "no newline" || err != nil {
		t.Errorf("counted = %q, %v", text, err)
	}
	if word, rest, err := c.line(); word != "param" || rest != "head 0" || err != nil {
		t.Errorf("line = %q, %q, %v", word, rest, err)
	}
}

func TestWireRefuses(t *testing.T) {
	block := "data-block 65536\n" + strings.Repeat("x", wireBlock)
	tests := []struct {
		name, input string
		cut         bool // the connection ends within
	}{
		{"count too large", "data-block 65537\n" + strings.Repeat("x", 65537) + "data-end\nfiles-end\n", false},
		{"count of many digits", "data-block 0000001\nxdata-end\nfiles-end\n", false},
		{"count with a sign", "data-block +1\nxdata-end\nfiles-end\n", false},
		{"no count", "data-block \ndata-end\nfiles-end\n", false},
		{"no block", "file\n", false},
		{"line too long", strings.Repeat("x", wireLine+1), false},
		{"control character", "data-end\x1b[2J\n", false},
		{"many files", strings.Repeat("data-end\n", 4) + "files-end\n", false},
		{"large file", strings.Repeat(block, wireFile/wireBlock+1) + "data-end\nfiles-end\n", false},
		{"cut in a block", "data-block 10\nx", true},
		{"cut after a block", "data-block 1\nx", true},
		{"cut in a line", "data-bl", true},
		{"cut", "", true},
	}
	for _, tt := range tests {
		_, err := newWire(strings.NewReader(tt.input), io.Discard).files(3)
		var wireError *WireError
		if errors.As(err, &wireError) == tt.cut || errors.Is(err, io.ErrUnexpectedEOF) != tt.cut {
			t.Errorf("%s: files = %v", tt.name, err)
		}
	}
}

func FuzzWire(f *testing.F) {
	f.Add([]byte("data-block 4\none\ndata-end\ndata-end\nfiles-end\n"))
	f.Add([]byte("data-block 10\nx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := newWire(bytes.NewReader(data), io.Discard).files(8)
		if err != nil {
			return
		}
		var b bytes.Buffer
		c := newWire(&b, &b)
		if err := c.sendFiles(files...); err != nil {
			t.Fatal(err)
		}
		again, err := c.files(8)
		if err != nil || len(again) != len(files) {
			t.Fatalf("sent and read again: %d files, %v; want %d", len(again), err, len(files))
		}
		for i := range files {
			if !bytes.Equal(files[i], again[i]) {
				t.Errorf("file %d: %q, then %q", i, files[i], again[i])
			}
		}
	})
}
