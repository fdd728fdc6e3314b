package storage

import (
	"bytes"
	"context"
	"io"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory keeps files in memory, for tests.
type Memory struct {
	// Now is the clock that says when files were stored. Defaults to time.Now. It is
	// set before the first use.
	Now func() time.Time

	mu    sync.RWMutex
	files map[Name]memoryFile
	dirs  map[string]int // how many files are below each folder
}

// memoryFile is the content of a file, which is never changed.
type memoryFile struct {
	data []byte
	info Info
}

// NewMemory returns an empty Memory.
func NewMemory() *Memory {
	return &Memory{Now: time.Now, files: map[Name]memoryFile{}, dirs: map[string]int{}}
}

// Create implements [Storage].
func (m *Memory) Create(ctx context.Context, name Name, r io.Reader) (Info, error) {
	if err := name.Check(); err != nil {
		return Info{}, err
	}
	if m.taken(name) {
		return Info{}, conflict(name)
	}
	var data bytes.Buffer
	n, err := copyAll(ctx, &data, r)
	if err != nil {
		return Info{}, wrap("create", name, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.isTaken(name) {
		return Info{}, conflict(name)
	}
	info := Info{Name: name, Size: n, Created: m.Now()}
	m.files[name] = memoryFile{data.Bytes(), info}
	for dir := path.Dir(string(name)); dir != "."; dir = path.Dir(dir) {
		m.dirs[dir]++
	}
	return info, nil
}

func (m *Memory) taken(name Name) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.isTaken(name)
}

// isTaken reports whether a folder would have no place for a name.
func (m *Memory) isTaken(name Name) bool {
	if m.dirs[string(name)] > 0 {
		return true
	}
	for at := string(name); at != "."; at = path.Dir(at) {
		if _, ok := m.files[Name(at)]; ok {
			return true
		}
	}
	return false
}

// Open implements [Storage].
func (m *Memory) Open(_ context.Context, name Name) (File, error) {
	if err := name.Check(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	f, ok := m.files[name]
	if !ok {
		return nil, notFound(name)
	}
	return &openMemory{bytes.NewReader(f.data), f.info}, nil
}

// openMemory is an open file of a Memory.
type openMemory struct {
	*bytes.Reader
	info Info
}

func (f *openMemory) Info() Info   { return f.info }
func (f *openMemory) Close() error { return nil }

// Delete implements [Storage].
func (m *Memory) Delete(ctx context.Context, names ...Name) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range names {
		if _, ok := m.files[name]; !ok {
			continue
		}
		delete(m.files, name)
		for dir := path.Dir(string(name)); dir != "."; dir = path.Dir(dir) {
			m.dirs[dir]--
		}
	}
	return nil
}

// List implements [Storage]. It lists the files that are there when it begins.
func (m *Memory) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		m.mu.RLock()
		files := slices.SortedFunc(maps.Values(m.files), func(a, b memoryFile) int {
			return strings.Compare(string(a.info.Name), string(b.info.Name))
		})
		m.mu.RUnlock()
		for _, f := range files {
			if !strings.HasPrefix(string(f.info.Name), prefix) {
				continue
			}
			if err := ctx.Err(); err != nil {
				yield(Info{}, err)
				return
			}
			if !yield(f.info, nil) {
				return
			}
		}
	}
}
