package templates

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template/parse"
)

// unit is a file with the files it extends, nearest first. It is the scope in
// which blocks override each other.
type unit struct{ chain []*file }

func (u *unit) name() string { return u.chain[0].Name }

// find returns the place in the chain, from the given one on, of the first
// file that has the block; -1 when none has.
func (u *unit) find(block string, from int) int {
	for i := from; i < len(u.chain); i++ {
		if u.chain[i].blocks[block] != nil {
			return i
		}
	}
	return -1
}

// blocks returns the names of all blocks from a place in the chain on.
func (u *unit) blocks(from int) []string {
	var names []string
	for _, f := range u.chain[from:] {
		names = slices.AppendSeq(names, maps.Keys(f.blocks))
	}
	return names
}

// reference is the place that names a file, for errors. The zero value stands
// for the list of pages.
type reference struct {
	file *file
	pos  parse.Pos
	hint string // what may have been meant, when nothing is found
}

// builder makes units of files, each file loaded and parsed once.
type builder struct {
	loaders   []Loader
	functions map[string]any
	files     map[string]*file // nil for a file that was found but not parsed
	units     map[string]*unit
	contexts  map[string][]string // in which trees are called, other than text
	reached   map[part]bool
	importMap bool // there is a function for it
	errs      ErrorList
}

func newBuilder(loaders Chain, functions map[string]any) *builder {
	return &builder{
		loaders: loaders.flat(), functions: functions,
		files: make(map[string]*file), units: make(map[string]*unit),
		contexts: make(map[string][]string), reached: make(map[part]bool),
	}
}

// fail reports an error at the place that refers to something.
func (b *builder) fail(at reference, subject, format string, args ...any) {
	if at.file == nil {
		b.errs = append(b.errs, &Error{Name: subject, Message: fmt.Sprintf(format, args...)})
		return
	}
	b.errs = append(b.errs, errorAt(at.file.Source, int(at.pos), format, args...))
}

// file loads and parses a file; nil when that failed, which has been reported.
func (b *builder) file(name string, at reference) *file {
	return b.fileFrom(0, name, name, at)
}

// overridden is what is added to the name of a file that is extended by one of
// the same name, to tell them apart.
const overridden = " (overridden)"

// overriddenBy returns the file that another one has the name of, from the
// loaders after that of the other.
func (b *builder) overriddenBy(f *file, at reference) *file {
	return b.fileFrom(f.next, f.extends, f.Name+overridden, at)
}

// fileFrom loads a file from the loaders that begin with an index, and calls
// it unique.
func (b *builder) fileFrom(first int, name, unique string, at reference) *file {
	if f, ok := b.files[unique]; ok {
		return f
	}
	src, next, err := loadFrom(b.loaders, first, name)
	if err != nil {
		b.fail(at, name, "%s%s", err, at.hint)
		b.errs[len(b.errs)-1].err = err
		return nil
	}
	src.Name = unique // a loader need not set it
	src.Text = strings.TrimPrefix(src.Text, "\ufeff")
	f, errs := parseFile(src, b.functions)
	for _, e := range errs {
		b.errs = append(b.errs, e.complete(src))
	}
	if f != nil {
		f.next = next
	}
	b.files[unique] = f
	return f
}

// sources returns the files that were parsed, by name.
func (b *builder) sources() map[string]Source {
	sources := make(map[string]Source, len(b.files))
	for name, f := range b.files {
		if f != nil {
			sources[name] = f.Source
		}
	}
	return sources
}

// unit returns the unit of a file; nil when it cannot be had, which has been
// reported.
func (b *builder) unit(name string, at reference) *unit {
	if u := b.units[name]; u != nil {
		return u
	}
	u := &unit{}
	for next, more := name, true; more; more = next != "" {
		var f *file
		if last := len(u.chain) - 1; last >= 0 && u.chain[last].isItself(next) {
			f = b.overriddenBy(u.chain[last], at)
		} else {
			f = b.file(next, at)
		}
		if f == nil {
			return nil
		}
		if i := slices.Index(u.chain, f); i >= 0 {
			b.fail(at, name, "a file cannot extend itself: %s", ring(u.chain[i:]))
			return nil
		}
		u.chain = append(u.chain, f)
		next, at = f.extends, reference{file: f, pos: f.extendsPos}
	}
	b.checkOverrides(u)
	b.units[name] = u
	return u
}

// checkOverrides reports blocks that override nothing: their text would never
// be shown, so the name is misspelt.
func (b *builder) checkOverrides(u *unit) {
	for i, f := range u.chain {
		for _, n := range f.overrides {
			if u.find(n.Name, i+1) < 0 {
				b.fail(reference{file: f, pos: n.Pos}, f.Name, "block %q is not in %s, so it would never be shown%s (a fragment of its own is written with define)",
					n.Name, f.extends, didYouMean(n.Name, u.blocks(i+1)))
			}
		}
	}
}

// ring writes the names of files that extend each other in a ring.
func ring(files []*file) string {
	names := make([]string, 0, len(files)+1)
	for _, f := range files {
		names = append(names, f.Name)
	}
	return strings.Join(append(names, files[0].Name), " -> ")
}
