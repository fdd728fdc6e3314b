package assets

import (
	"bytes"
	"encoding/hex"
	"io"
	"os"
	"strings"
	"time"
)

// cache is a folder of compressed files. A nil one, and one without a folder, keeps nothing.
type cache struct {
	root *os.Root
	err  error // the first that happened
}

// keptFor is how long a file stays in the cache that no program asks for.
const keptFor = 30 * 24 * time.Hour

func openCache(dir string) *cache {
	c := &cache{}
	if dir == "" {
		return c
	}
	if c.err = os.MkdirAll(dir, 0o700); c.err == nil {
		c.root, c.err = os.OpenRoot(dir)
	}
	return c
}

func (c *cache) close() {
	if c.root != nil {
		c.root.Close()
	}
}

func (c *cache) works() bool { return c != nil && c.root != nil }

// notSmaller is kept in place of what would not be smaller. It is no empty file, as a crash can leave one.
const notSmaller = "not smaller"

// cacheName is where the content of a file is kept in a coding.
func cacheName(f *file, of Coding) string { return hex.EncodeToString(f.sum[:16]) + "." + of.Name() }

// load returns what is kept, if it is whole: it is decoded and compared. It is nil where the coding does not
// make the file smaller.
func (c *cache) load(f *file, of Coding) (body []byte, ok bool) {
	if !c.works() {
		return nil, false
	}
	name := cacheName(f, of)
	body, err := c.root.ReadFile(name)
	if err != nil || len(body) >= len(f.content) {
		return nil, false
	}
	if string(body) == notSmaller {
		body = nil
	} else if !decodesTo(body, of, f.content) {
		return nil, false
	}
	now := time.Now()
	c.root.Chtimes(name, now, now)
	return body, true
}

func decodesTo(body []byte, of Coding, content []byte) bool {
	r, err := of.NewReader(bytes.NewReader(body))
	if err != nil {
		return false
	}
	got, err := io.ReadAll(io.LimitReader(r, int64(len(content))+1))
	return err == nil && bytes.Equal(got, content)
}

// store keeps what was made; nil if it is not smaller. Another program may do the same at this moment.
func (c *cache) store(f *file, of Coding, body []byte) {
	if !c.works() {
		return
	}
	if body == nil {
		body = []byte(notSmaller)
	}
	name := cacheName(f, of)
	whole := name + ".new"
	err := c.root.WriteFile(whole, body, 0o600)
	if err == nil {
		err = c.root.Rename(whole, name)
	}
	if err != nil && c.err == nil {
		c.err = err
	}
}

// forgetOld removes what no program has asked for in a long time.
func (c *cache) forgetOld() {
	if !c.works() {
		return
	}
	dir, err := c.root.Open(".")
	if err != nil {
		return
	}
	defer dir.Close()
	entries, _ := dir.ReadDir(-1)
	for _, entry := range entries {
		base, suffix, _ := strings.Cut(entry.Name(), ".")
		suffix = strings.TrimSuffix(suffix, ".new")
		if _, err := hex.DecodeString(base); err != nil || len(base) != 32 || suffix == "" || strings.Contains(suffix, ".") {
			continue // it is not ours
		}
		if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > keptFor {
			c.root.Remove(entry.Name())
		}
	}
}
