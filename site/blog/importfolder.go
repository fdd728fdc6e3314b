package blog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/jekyll"
)

// readSite reads what the folder says of all posts. Where it says nothing, it
// may be the part of a site that has the posts: then the folder that it is in
// says so.
func (im *importer) readSite() (err error) {
	if im.site, err = jekyll.ReadSite(im.fsys); err != nil || im.site != nil || im.above == nil {
		return err
	}
	if info, err := fs.Stat(im.above, "_config.yml"); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	site, err := jekyll.ReadSite(im.above)
	if site == nil || err != nil {
		return nil // it is not what was to be imported
	}
	if base := filepath.Base(im.folder); base == site.Root || site.Root == "" && base == "_posts" {
		site.Root = ""
		im.site = site
	}
	return nil
}

// partOfSite reports whether the folder has the name of one that is a part of a
// site and not the whole.
func (im importer) partOfSite() bool {
	switch path.Base(im.folder) {
	case "source", "src", "docs", "_posts":
		return true
	}
	return false
}

// noPosts says why there is nothing to import, where one can tell.
func (im importer) noPosts(r *report) error {
	const dated = "no file has the name of a post, YYYY-MM-DD-slug.md"
	texts := 0
	_ = fs.WalkDir(im.fsys, "content", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && text.MatchString(name) {
			texts++
		}
		return nil
	})
	if texts > 0 {
		return errors.New(dated + "; the folder content makes this look like a site of Hugo, of which the posts have to be named so and put into _posts first")
	}
	r.Warnings = append(r.Warnings, dated)
	return nil
}

// recogniseFolder finds out whether the folder is one that was imported before
// and is at another place now: then most of the texts that are known by their
// paths are what they were.
func (im *importer) recogniseFolder(ctx context.Context, names []string) error {
	if im.folder == "" {
		return nil
	}
	known, err := orm.From[Origin](im.store.db).Where(Origins.Folder.Ne(im.folder), Origins.Folder.Ne("")).All(ctx)
	if err != nil || len(known) == 0 {
		return err
	}
	same, other, from := 0, 0, map[string]bool{}
	for _, origin := range known {
		if _, ok := slices.BinarySearch(names, origin.Path); !ok {
			continue
		}
		text, err := readText(im.fsys, origin.Path)
		if err != nil {
			continue
		}
		sources, err := orm.Select[string](orm.From[Body](im.store.db).Where(Bodies.Post.Eq(origin.Post.ID)), Bodies.Source).All(ctx)
		if err != nil {
			return err
		}
		if len(sources) == 1 && sources[0] == string(text) {
			same++
			from[origin.Folder] = true
		} else if other++; im.moved {
			from[origin.Folder] = true
		}
	}
	if im.moved = im.moved || same > other; im.moved {
		im.from = from
	}
	return nil
}

// checkFolder refuses a file whose path is known from another folder: it is most
// likely another text, and must not take the place of the first.
func (im importer) checkFolder(origin *Origin, f file) error {
	if origin == nil || origin.Folder == "" || origin.Folder == f.folder || im.from[origin.Folder] || origin.Hash == f.hash {
		return nil
	}
	return fault.Newf(fault.Invalid, "%s: the post with this path came from %s, and is left as it is; rename the file, or say --moved if this is the same folder at another place", f.path, origin.Folder)
}

// absoluteFolder returns the absolute path of a folder.
func absoluteFolder(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the folder %s: %w", dir, err)
	}
	// Two ways to a folder are one folder.
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	return filepath.ToSlash(abs), nil
}

// identity returns the folder and the path below it by which a file is known,
// however the command was called: an import of the folder above _posts, or of
// the file's own folder where there is no _posts, finds the same.
func identity(file string) (dir, name string) {
	file = filepath.Clean(file)
	parts := strings.Split(filepath.ToSlash(file), "/")
	i := slices.IndexFunc(parts, func(s string) bool { return s == "_posts" || s == "_pages" || s == "_drafts" })
	if i < 0 || i == len(parts)-1 {
		return filepath.Dir(file), filepath.Base(file)
	}
	dir = strings.Join(parts[:i], "/")
	switch {
	case dir == "" && strings.HasPrefix(file, string(filepath.Separator)):
		dir = "/"
	case dir == "":
		dir = "."
	}
	return filepath.FromSlash(dir), strings.Join(parts[i:], "/")
}

// references are the local files that one text refers to.
type references struct {
	post    string
	files   *found
	address func(string) (string, error)
	asked   []string // files beside pictures and assets that the text refers to
	missing []string // references that lead to no file
}

func (im importer) references(post string, files *found) *references {
	return &references{post: post, files: files, address: func(file string) (string, error) {
		return im.store.links.URL("blog:media", file)
	}}
}

// rewrite is for jekyll.Options.Rewrite: it returns where the file will be.
func (r *references) rewrite(ref string) string {
	to, file := mediaRefs(r.files.media, r.files.other, r.post, r.address)(ref)
	if file == "" && len(r.missing) < maxListed {
		r.missing = append(r.missing, ref)
	}
	if file != "" {
		r.asked = append(r.asked, file)
	}
	return to
}

// report adds what is missing to the warnings of the document.
func (r *references) report(doc *jekyll.Document) {
	for _, ref := range r.missing {
		reason := "no file in the folder"
		if ext := strings.ToLower(path.Ext(ref)); mediaType("x"+ext) == "" && ext != "" {
			reason = "no file that is kept; files that end in " + ext + " are not"
		}
		doc.Warnings = append(doc.Warnings, fmt.Sprintf("%s:1: %q leads to %s", r.post, ref, reason))
	}
}
