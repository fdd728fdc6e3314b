package assets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/cssrefs"
)

// sheet is a style sheet while references get their names.
type sheet struct {
	*file
	refs []reference
	// index and low are those of Tarjan's algorithm, which finds sheets that import each other: their
	// hashes are made together.
	index, low int
	open       bool // in the component that is being collected
}

// reference is a place in a sheet that names a file of the Set.
type reference struct {
	cssrefs.Ref
	to *file
}

// naming is the state of nameSheets.
type naming struct {
	set    *Set
	sheets map[*file]*sheet
	stack  []*sheet
	next   int
}

// nameSheets writes the hashed names into the style sheets. The hash of a sheet is of its content with
// the new names, so that it changes with any file that it leads to.
func (s *Set) nameSheets() {
	n := &naming{set: s, sheets: map[*file]*sheet{}, next: 1}
	for _, f := range s.files {
		if !isSheet(f.name) {
			continue
		}
		n.sheets[f] = &sheet{file: f}
		if f.content == nil {
			s.problem(f, 0, "the style sheet has more than %d bytes, so the names in it are left as they are", keepSource)
			continue
		}
		n.sheets[f].refs = s.references(f)
	}
	for _, f := range s.files {
		if sh := n.sheets[f]; sh != nil && sh.index == 0 {
			n.visit(sh)
		}
	}
}

// references returns the references of a sheet to files of the Set, and reports those to none.
func (s *Set) references(f *file) []reference {
	var out []reference
	for _, ref := range cssrefs.Find(f.content) {
		name, ok := s.resolve(f.name, ref.URL)
		if !ok {
			continue
		}
		if to := s.byName[name]; to != nil {
			out = append(out, reference{ref, to})
		} else {
			s.lost(f, ref.Start, fmt.Sprintf("%q", ref.URL), name)
		}
	}
	return out
}

// resolve returns the plain name of the file that a URL in another means; false if it is not
// below the prefix.
func (s *Set) resolve(in, ref string) (name string, ok bool) {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || u.Path == "" || strings.HasSuffix(u.Path, "/") || strings.HasPrefix(ref, "//") {
		return "", false
	}
	if base := u.Path[strings.LastIndexByte(u.Path, '/')+1:]; base == "." || base == ".." {
		return "", false // a folder
	}
	if strings.HasPrefix(u.Path, "/") {
		return strings.CutPrefix(path.Clean(u.Path), s.cfg.Prefix)
	}
	name = path.Join(path.Dir(in), u.Path)
	return name, name != ".." && !strings.HasPrefix(name, "../")
}

// maxProblems bounds what is told, and what it costs to find names that may be meant.
const maxProblems = 1000

// lost notes that what stands in a file names one that there is not.
func (s *Set) lost(in *file, at int, what, name string) {
	if len(s.problems) < maxProblems {
		s.problem(in, at, "%s: there is no static file %q%s", what, name, s.hint(name))
	}
}

func (s *Set) problem(f *file, at int, format string, args ...any) {
	if len(s.problems) >= maxProblems {
		return
	}
	before := f.content[:min(at, len(f.content))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	s.problems = append(s.problems, Problem{f.name, line, column, fmt.Sprintf(format, args...)})
}

// visit goes to the sheets that one imports before it names that one itself.
func (n *naming) visit(sh *sheet) {
	sh.index, sh.low, sh.open = n.next, n.next, true
	n.next++
	n.stack = append(n.stack, sh)
	for _, ref := range sh.refs {
		switch to := n.sheets[ref.to]; {
		case to == nil:
		case to.index == 0:
			n.visit(to)
			sh.low = min(sh.low, to.low)
		case to.open:
			sh.low = min(sh.low, to.index)
		}
	}
	if sh.low < sh.index {
		return
	}
	at := slices.Index(n.stack, sh)
	ring := n.stack[at:]
	n.stack = n.stack[:at]
	n.name(ring)
}

// name gives hashes to sheets that all lead to each other, mostly a single one that does not lead to itself.
func (n *naming) name(ring []*sheet) {
	open := func(to *file) bool { return n.sheets[to] != nil && n.sheets[to].open }
	circular := slices.ContainsFunc(ring[0].refs, func(r reference) bool { return open(r.to) })
	if circular {
		hashTogether(ring, open)
	}
	for _, sh := range ring {
		if len(sh.refs) > 0 {
			sh.content = sh.rewritten(func(*file) bool { return true })
			sh.sum = sha256.Sum256(sh.content)
			if !circular {
				sh.hash = hex.EncodeToString(sh.sum[:])
			}
		}
		sh.open, sh.refs = false, nil
	}
}

// hashTogether sets hashes that are of all sheets of a ring, without the names that they have for each other.
func hashTogether(ring []*sheet, within func(*file) bool) {
	slices.SortFunc(ring, func(a, b *sheet) int { return strings.Compare(a.name, b.name) })
	h := sha256.New()
	for _, sh := range ring {
		fmt.Fprintf(h, "%d %d %s", len(sh.name), len(sh.content), sh.name)
		h.Write(sh.rewritten(func(to *file) bool { return !within(to) }))
	}
	whole := h.Sum(nil)
	for _, sh := range ring {
		sum := sha256.Sum256(append(slices.Clone(whole), sh.name...))
		sh.hash = hex.EncodeToString(sum[:])
	}
}

// rewritten returns the content with the hashed names of the files that with wants.
func (sh *sheet) rewritten(with func(*file) bool) []byte {
	var out []byte
	from := 0
	for _, ref := range sh.refs {
		if !with(ref.to) {
			continue
		}
		out = append(out, sh.content[from:ref.Start]...)
		out = append(out, cssrefs.Quote(renamed(ref.URL, ref.to))...)
		from = ref.End
	}
	return append(out, sh.content[from:]...)
}

// renamed returns a URL with the hashed name of a file as its last part, and the rest as it is: so a
// site works below any path.
func renamed(ref string, to *file) string {
	ref = strings.TrimSpace(ref)
	end := strings.IndexAny(ref, "?#")
	if end < 0 {
		end = len(ref)
	}
	dir := ref[:strings.LastIndexByte(ref[:end], '/')+1]
	if dir == "" && strings.Contains(to.name, ":") {
		dir = "./" // or it would be read as a scheme
	}
	ext := path.Ext(to.name)
	base := strings.TrimSuffix(path.Base(to.name), ext) + "." + to.hash[:10] + ext
	return dir + url.PathEscape(base) + ref[end:]
}
