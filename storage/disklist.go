package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// lister yields the files of a Disk in the order of their names as bytes.
type lister struct {
	ctx    context.Context // lifetime: that of one List
	root   *os.Root
	prefix string
	yield  func(Info, error) bool
}

// walk yields what is in a folder and below, and returns false when the listing has ended.
//
// The order of whole names is not that of the words: "a-b" and "a.b" come before "a/b",
// although "a" comes before both. So a folder is sorted by its name with the slash that
// follows it in the names of its files.
func (l *lister) walk(dir string) bool {
	entries, err := l.read(dir)
	if err != nil {
		l.yield(Info{}, fmt.Errorf("storage: list %q: %w", l.prefix, err))
		return false
	}
	for _, e := range entries {
		if err := l.ctx.Err(); err != nil {
			l.yield(Info{}, err)
			return false
		}
		if sub, ok := strings.CutSuffix(e, "/"); ok {
			if !l.walk(sub) {
				return false
			}
			continue
		}
		info, err := l.root.Lstat(e)
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed meanwhile
		}
		if err != nil {
			l.yield(Info{}, fmt.Errorf("storage: list %q: %w", l.prefix, err))
			return false
		}
		if !l.yield(infoOf(Name(e), info), nil) {
			return false
		}
	}
	return true
}

// read returns the names of the files in a folder that count, and of its folders with a
// slash at the end, sorted.
func (l *lister) read(dir string) ([]string, error) {
	f, err := l.root.Open(dir)
	if errors.Is(err, fs.ErrNotExist) || isNotDir(err) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.IsDir() {
		return nil, err
	}
	entries, err := f.ReadDir(-1)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		name := e.Name()
		if dir != "." {
			name = dir + "/" + name
		}
		if Name(name).Check() != nil || !e.IsDir() && !e.Type().IsRegular() {
			continue // not ours
		}
		key := name
		if e.IsDir() {
			key += "/"
		}
		if strings.HasPrefix(key, l.prefix) {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out, nil
}
