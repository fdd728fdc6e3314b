package templates

import (
	"maps"
	"path"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/volaweb/vola/internal/parsetree"
)

// unchecked is what a Set has not been able to check.
type unchecked struct {
	notes ErrorList
	read  []string // names of the files that a page is made of
}

// Unchecked returns what New and Reload could not check. It is not an error, but
// an error there would be found by a visitor:
//
//   - places where a type is known only when the page is rendered: a value in
//     an interface, mostly;
//   - blocks with actions that no listed page shows;
//   - files that no listed page is made of, as far as the loaders can list
//     theirs; those whose names begin with a dot are left out.
//
// The loaders are asked for their files again at each call; an error of one is
// part of the list.
func (s *Set) Unchecked() ErrorList {
	open := s.unchecked.Load()
	if open == nil {
		return nil
	}
	notes := slices.Clone(open.notes)
	names, err := listNames(s.config.Loaders)
	if err != nil {
		notes = append(notes, &Error{Name: "templates", Message: "not all files can be listed: " + err.Error(), err: err})
	}
	for _, name := range names {
		if _, found := slices.BinarySearch(open.read, name); !found && !strings.HasPrefix(path.Base(name), ".") {
			notes = append(notes, &Error{Name: name, Message: "no listed page is made of this file, so nothing in it is checked"})
		}
	}
	return notes.sorted()
}

// listNames returns the names of the files of all loaders that can tell, in
// order. With an error, those of the other loaders are returned.
func listNames(loaders []Loader) (names []string, err error) {
	for _, loader := range Chain(loaders).flat() {
		lister, ok := loader.(Lister)
		if !ok {
			continue
		}
		some, failed := lister.Names()
		if failed != nil {
			err = failed
		}
		names = append(names, some...)
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// part is a block of a file, or with no block what stands outside of them.
type part struct {
	file  *file
	block string
}

// names returns the names of the files that were read, in order.
func (b *builder) names() []string {
	return slices.Sorted(maps.Keys(b.files))
}

// unreached returns a note for each part of the files that were read which no
// page shows, unless there is nothing in it to be checked.
func (b *builder) unreached() ErrorList {
	var notes ErrorList
	for _, name := range b.names() {
		f := b.files[name]
		if f == nil {
			continue
		}
		if pos, ok := firstAction(f.body.Root); ok && f.extends == "" && !b.reached[part{file: f}] {
			notes = append(notes, errorAt(f.Source, int(pos), "no listed page shows what stands outside of the blocks, so it is not checked").complete(f.Source))
		}
		for _, block := range slices.Sorted(maps.Keys(f.blocks)) {
			if pos, ok := firstAction(f.blocks[block].Root); ok && !b.reached[part{f, block}] {
				notes = append(notes, errorAt(f.Source, int(pos), "no listed page shows block %q, so it is not checked", block).complete(f.Source))
			}
		}
	}
	return notes
}

// firstAction returns the place of the first node that is no text; false for
// none.
func firstAction(list *parse.ListNode) (parse.Pos, bool) {
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TextNode, *parse.CommentNode:
		case *parse.ActionNode:
			return n.Pipe.Pos, true
		default:
			if b := parsetree.Branch(n); b != nil {
				return b.Pipe.Pos, true
			}
			return n.Position(), true
		}
	}
	return 0, false
}
