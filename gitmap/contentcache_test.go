package gitmap

import (
	"bytes"
	"testing"
)

func TestContentCache(t *testing.T) {
	var c contentCache
	id := func(n int) ObjectID { return ObjectID{byte(n), byte(n >> 8)} }
	block := func(n int) []byte { return bytes.Repeat([]byte{byte(n)}, maxContents/8) }
	if _, ok := c.get(id(1)); ok {
		t.Error("an empty cache has something")
	}
	c.put(id(100), make([]byte, maxContents/4+1))
	if _, ok := c.get(id(100)); ok {
		t.Error("a cache keeps what takes the place of most others")
	}
	for n := range 20 {
		c.put(id(n), block(n))
		c.put(id(n), block(n+1)) // the content of an id is always the same
		c.get(id(0))             // so that it is not the oldest
		if c.size > maxContents || c.order.Len() != len(c.byID) {
			t.Fatalf("after %d contents the cache has %d, of %d bytes, want at most %d bytes", n+1, len(c.byID), c.size, maxContents)
		}
	}
	for n := range 20 {
		data, ok := c.get(id(n))
		if want := n == 0 || n > 12; ok != want || ok && !bytes.Equal(data, block(n)) {
			t.Errorf("get(%d) = %d bytes, %v, want those that were put: %v", n, len(data), ok, want)
		}
	}
}
