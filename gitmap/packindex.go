package gitmap

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// knownObjects tells which objects the packs of a repository hold already, so that
// an import writes only what is new. Loose objects, alternates and packs with an index
// of version 1 are not looked at: what is in there would be written once more, which
// git allows.
type knownObjects struct{ indexes []*packIndex }

// packIndex is a pack index of version 2, gitformat-pack(5), mapped into memory.
type packIndex struct {
	data  []byte
	count uint32
}

const (
	idxHeader = 8
	idxFanout = 256 * 4
)

// idxMagic starts an index of version 2.
const idxMagic = "\xfftOc\x00\x00\x00\x02"

func openKnownObjects(packDir string) (*knownObjects, error) {
	names, err := filepath.Glob(filepath.Join(packDir, "pack-*.idx"))
	if err != nil {
		return nil, err
	}
	k := new(knownObjects)
	for _, name := range names {
		x, err := mapIndex(name)
		if os.IsNotExist(err) {
			continue // repacked a moment ago
		}
		if err != nil {
			k.close()
			return nil, err
		}
		if x != nil {
			k.indexes = append(k.indexes, x)
		}
	}
	return k, nil
}

// mapIndex returns nil for an index of version 1, which has no header.
func mapIndex(name string) (*packIndex, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() < idxHeader+idxFanout {
		return nil, fmt.Errorf("read %s: too short for a pack index", name)
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	x := &packIndex{data: data}
	if !bytes.Equal(data[:idxHeader], []byte(idxMagic)) {
		syscall.Munmap(data)
		return nil, nil
	}
	x.count = x.fanout(255)
	if need := idxHeader + idxFanout + 20*int64(x.count); info.Size() < need {
		syscall.Munmap(data)
		return nil, fmt.Errorf("read %s: truncated", name)
	}
	return x, nil
}

func (x *packIndex) fanout(i int) uint32 {
	return binary.BigEndian.Uint32(x.data[idxHeader+4*i:])
}

func (x *packIndex) has(id ObjectID) bool {
	var low uint32
	if id[0] > 0 {
		low = x.fanout(int(id[0]) - 1)
	}
	high := min(x.fanout(int(id[0])), x.count)
	names := x.data[idxHeader+idxFanout:]
	for low < high {
		mid := low + (high-low)/2
		switch bytes.Compare(id[:], names[20*mid:20*mid+20]) {
		case 0:
			return true
		case -1:
			high = mid
		default:
			low = mid + 1
		}
	}
	return false
}

func (k *knownObjects) has(id ObjectID) bool {
	for _, x := range k.indexes {
		if x.has(id) {
			return true
		}
	}
	return false
}

func (k *knownObjects) close() {
	for _, x := range k.indexes {
		syscall.Munmap(x.data)
	}
	k.indexes = nil
}

// encodeIndex writes the index, of version 2, of a pack that has these objects and
// that checksum.
func encodeIndex(dst io.Writer, objects map[ObjectID]packed, checksum [sha1.Size]byte) error {
	ids := make([]ObjectID, 0, len(objects))
	var fanout [256]uint32 // how many names are before the first one with a higher first byte
	for id := range objects {
		ids = append(ids, id)
		fanout[id[0]]++
	}
	slices.SortFunc(ids, func(a, b ObjectID) int { return bytes.Compare(a[:], b[:]) })
	sum := sha1.New()
	out := bufio.NewWriterSize(io.MultiWriter(dst, sum), 64<<10)
	number := func(n uint32) { // an error of a bufio.Writer stays until Flush
		out.Write(binary.BigEndian.AppendUint32(nil, n))
	}
	out.WriteString(idxMagic)
	before := uint32(0)
	for _, n := range fanout {
		before += n
		number(before)
	}
	for _, id := range ids {
		out.Write(id[:])
	}
	for _, id := range ids {
		number(objects[id].crc)
	}
	// What does not fit into 31 bits is in a table of its own, and its place there, with
	// the highest bit set, where the offset would be.
	const large = 1 << 31
	var largeOffsets []uint64
	for _, id := range ids {
		if at := objects[id].offset; at < large {
			number(uint32(at))
		} else {
			number(large | uint32(len(largeOffsets)))
			largeOffsets = append(largeOffsets, uint64(at))
		}
	}
	for _, at := range largeOffsets {
		out.Write(binary.BigEndian.AppendUint64(nil, at))
	}
	out.Write(checksum[:])
	if err := out.Flush(); err != nil {
		return err
	}
	_, err := dst.Write(sum.Sum(nil))
	return err
}
