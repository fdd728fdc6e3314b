package blog

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
)

// importOne imports one file and returns its post.
func (b *Blog) importOne(ctx context.Context, path string, loc *time.Location) (Post, error) {
	dir, name := identity(path)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Post{}, err
	}
	defer root.Close()
	folder, err := absoluteFolder(dir)
	if err != nil {
		return Post{}, err
	}
	im := b.importer(root.FS(), folder)
	im.zone = loc
	if err := im.readSite(); err != nil {
		return Post{}, err
	}
	if im.included, err = guarded(ctx, "_includes", im.includes); err != nil {
		return Post{}, err
	}
	text, err := readText(im.fsys, name)
	if err != nil {
		return Post{}, fmt.Errorf("%s: %s", path, plain(err))
	}
	files, err := findFiles(im.fsys)
	if err != nil {
		return Post{}, err
	}
	if err := im.recogniseFolder(ctx, files.posts); err != nil {
		return Post{}, err
	}
	f, _, err := im.recognise(ctx, name, text)
	if err != nil {
		return Post{}, err
	}
	if f.doc, err = im.parse(ctx, name, text, &files); err != nil {
		return Post{}, err
	}
	var r report
	if err := im.copyMedia(ctx, im.wanted(files), &r); err != nil {
		return Post{}, err
	}
	if len(r.Failed) > 0 {
		return Post{}, fault.Newf(fault.Invalid, "%s: %s", r.Failed[0].Path, r.Failed[0].Reason)
	}
	p, _, err := im.store.put(ctx, f)
	return p, err
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
