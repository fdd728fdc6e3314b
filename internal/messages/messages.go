// Package messages finds the texts in the source of programs and templates, and
// brings catalogues of translations up to date with them. It reads source text only,
// so it works on packages that do not compile as well.
package messages

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/volaweb/vola/internal/po"
)

// Text is a text that is to be translated, with the places that have it.
type Text struct {
	po.Key
	Plural   string   // the text for several, "" for one without a plural
	Places   []Place  // sorted
	Comments []string // for translators
}

// Place is a line of a file.
type Place struct {
	File string // relative to the root, with slashes
	Line int    // from 1
}

// String returns the place as "file:line".
func (p Place) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// Folder is a folder of catalogues with the texts that belong to it: those of the
// files in the folder that it is in and below, which are not nearer to another one.
type Folder struct {
	Dir     string // relative to the root, with slashes, such as "messages"
	Project bool   // it is beside package main
	Texts   []Text // in the order of their first places
}

// Tree is what was found below a root.
type Tree struct {
	Folders []Folder // sorted by Dir
	// Outside are texts that belong to no folder: there is none in a project, or
	// above a package.
	Outside []Text
}

// maxFile is the largest file that is read, in bytes.
const maxFile = 16 << 20

// tree reads the files below a root.
type tree struct {
	root    string
	folders map[string]*texts // by the folder that the catalogues are in
	mains   map[string]bool   // folders with package main
	outside *texts
	errs    []error
}

// texts are the texts of a folder.
type texts struct {
	list  []*Text
	byKey map[po.Key]*Text
}

func newTexts() *texts { return &texts{byKey: map[po.Key]*Text{}} }

// Read reads the Go files below the folder root, but for tests, and the templates: the
// files .html, .txt and .xml of folders that are named templates. Hidden folders,
// testdata, vendor, node_modules and other Go modules are left out, and so are hidden files,
// links to folders, and what is not a file, such as a pipe. The error names
// every text that is wrong, with its file and line.
func Read(root string) (*Tree, error) {
	t := &tree{root: root, folders: map[string]*texts{}, mains: map[string]bool{}, outside: newTexts()}
	files, err := t.list()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		t.mains[f.dir] = t.mains[f.dir] || f.main
	}
	share(files)
	for i := range files {
		if f := &files[i]; f.file != nil {
			f.texts, f.err = f.file.find()
		}
		if err := files[i].err; err != nil {
			files[i].texts = nil
			t.errs = append(t.errs, err)
		}
	}
	for _, f := range files {
		for _, text := range f.texts {
			t.add(f.dir, text)
		}
	}
	if err := errors.Join(t.errs...); err != nil {
		return nil, err
	}
	out := &Tree{Outside: t.outside.sorted()}
	for dir, of := range t.folders {
		out.Folders = append(out.Folders, Folder{Dir: filepath.ToSlash(filepath.Join(dir, Name)), Project: t.mains[dir], Texts: of.sorted()})
	}
	slices.SortFunc(out.Folders, func(a, b Folder) int { return cmp.Compare(a.Dir, b.Dir) })
	return out, nil
}

// Name is the name of folders of catalogues.
const Name = "messages"

// source is a file with its texts.
type source struct {
	dir   string // relative to the root
	main  bool
	texts []found
	file  *goFile // whose texts are not found yet; nil for others
	err   error
}

// list reads all files, and notes the folders of catalogues.
func (t *tree) list() ([]source, error) {
	root, err := filepath.EvalSymlinks(t.root) // WalkDir does not follow one
	if err != nil {
		return nil, err
	}
	var files []source
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if rel != "." && leftOut(path, d.Name()) {
				return filepath.SkipDir
			}
			if d.Name() == Name && rel != "." && !hasGo(path) {
				t.folders[filepath.Dir(rel)] = newTexts()
				return filepath.SkipDir
			}
			return nil
		}
		f, err := t.file(path, rel)
		if f != nil {
			files = append(files, *f)
		}
		return err
	})
	return files, err
}

// file reads a file; nil if it is none with texts. A link is what it leads to, but for one
// to a folder: only that of catalogues is read.
func (t *tree) file(path, rel string) (*source, error) {
	read := t.reader(rel)
	isCatalogues := filepath.Base(rel) == Name
	if read == nil && !isCatalogues {
		return nil, nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist): // a link that leads nowhere, such as the lock of an editor
		return nil, nil
	case err != nil:
		return nil, err
	case info.IsDir() && isCatalogues && !hasGo(path):
		t.folders[filepath.Dir(rel)] = newTexts()
		return nil, nil
	case !info.Mode().IsRegular() || read == nil:
		return nil, nil
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s has more than %d MB", filepath.ToSlash(rel), maxFile>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := read(filepath.ToSlash(rel), data)
	f.dir, f.err = filepath.Dir(rel), err
	return &f, nil
}

// reader returns what reads the file of that name; nil for a file without texts, and for
// those that Go leaves out.
func (t *tree) reader(rel string) func(name string, data []byte) (source, error) {
	name := filepath.Base(rel)
	if strings.HasPrefix(name, ".") {
		return nil
	}
	if strings.HasSuffix(rel, ".go") {
		if strings.HasSuffix(rel, "_test.go") || strings.HasPrefix(name, "_") {
			return nil
		}
		return readGo
	}
	ext := filepath.Ext(rel)
	if slices.Contains(strings.Split(filepath.ToSlash(filepath.Dir(rel)), "/"), "templates") && (ext == ".html" || ext == ".txt" || ext == ".xml") {
		return readTemplate
	}
	return nil
}

// leftOut reports whether a folder is not read.
func leftOut(path, name string) bool {
	switch {
	case strings.HasPrefix(name, "."), strings.HasPrefix(name, "_"), name == "testdata", name == "vendor", name == "node_modules":
		return true
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil
}

// hasGo reports whether a folder is a Go package.
func hasGo(path string) bool {
	files, err := Files(path, ".go")
	return err == nil && len(files) > 0
}

// Files returns the paths of the files of a folder whose names end so, but for hidden ones.
// It is not filepath.Glob, for which names of folders may be patterns.
func Files(dir, suffix string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, suffix) && !strings.HasPrefix(name, ".") {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	return paths, nil
}

// found is one use of a text.
type found struct {
	key     po.Key
	plural  string
	place   Place
	comment string
	marked  bool // its values are given where it is used
}

// add adds a use of a text to the folder that it belongs to: that of its own folder
// or of the nearest above, up to a project.
func (t *tree) add(dir string, f found) {
	of := t.outside
	for at := dir; ; at = filepath.Dir(at) {
		if folder := t.folders[at]; folder != nil {
			of = folder
			break
		}
		if at == "." || t.mains[at] {
			break
		}
	}
	if err := of.add(f); err != nil {
		t.errs = append(t.errs, err)
	}
}

func (of *texts) add(f found) error {
	for _, text := range [...]string{f.key.Context, f.key.ID, f.plural} {
		if !utf8.ValidString(text) {
			return fmt.Errorf("%s: the text %q is not UTF-8", f.place, text)
		}
		if strings.ContainsRune(text, 0) { // where gettext ends a text
			return fmt.Errorf("%s: the text %q has a NUL character, which catalogues cannot hold", f.place, text)
		}
	}
	text := of.byKey[f.key]
	if text == nil {
		text = &Text{Key: f.key, Plural: f.plural}
		of.byKey[f.key] = text
		of.list = append(of.list, text)
	}
	if text.Plural == "" {
		text.Plural = f.plural
	}
	if f.plural != "" && text.Plural != f.plural {
		return fmt.Errorf("%s: the plural of %q is %q, and at %s it is %q; a text has one plural", f.place, f.key.ID, f.plural, text.Places[0], text.Plural)
	}
	text.Places = append(text.Places, f.place)
	if f.comment != "" && !slices.Contains(text.Comments, f.comment) {
		text.Comments = append(text.Comments, f.comment)
	}
	return nil
}

// sorted returns the texts in the order of their first places.
func (of *texts) sorted() []Text {
	out := make([]Text, 0, len(of.list))
	for _, text := range of.list {
		slices.SortFunc(text.Places, comparePlaces)
		out = append(out, *text)
	}
	slices.SortStableFunc(out, func(a, b Text) int { return comparePlaces(a.Places[0], b.Places[0]) })
	return out
}

func comparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
}
