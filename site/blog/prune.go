package blog

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/volaweb/vola/orm"
)

// gone finds the files that posts came from and that are not in the folder,
// and removes their posts if that was asked for. A file that is there and
// failed is not gone.
func (im importer) gone(ctx context.Context, files found, r *report) error {
	there := map[string]bool{}
	for _, name := range files.posts {
		there[name] = true
	}
	is := func(name string) bool {
		return there[name] || slices.ContainsFunc(files.refused, func(f failure) bool {
			return name == f.Path || strings.HasPrefix(name, f.Path+"/") // a folder that cannot be read
		})
	}
	origins, err := orm.From[Origin](im.store.db).OrderBy(Origins.Path.Asc()).All(ctx)
	if err != nil {
		return err
	}
	origins = slices.DeleteFunc(origins, func(o Origin) bool { return is(o.Path) })
	if im.prune && r.Total == 0 && len(origins) > 0 {
		return errors.New("nothing was removed: there is not one post in the folder, so it is hardly the one that all of them came from")
	}
	// Those of another folder are not gone; they were never in this one.
	elsewhere := func(o Origin) bool { return o.Folder != im.folder && !im.from[o.Folder] }
	for _, o := range origins {
		if elsewhere(o) {
			if o.Folder != ownFolder {
				r.Elsewhere++
			}
		} else {
			r.Gone = append(r.Gone, o.Path)
		}
	}
	origins = slices.DeleteFunc(origins, elsewhere)
	if r.Pruned = im.prune; !im.prune || len(origins) == 0 || im.dryRun {
		return nil
	}
	return im.store.remove(ctx, origins)
}

// draftOf returns the name that the file of a post had as a draft: publishing
// in Jekyll means to move _drafts/slug.md to _posts/2013-10-17-slug.md. It is ""
// if there still is such a draft, which then is another.
func (im importer) draftOf(name string) string {
	base := path.Base(name)
	if !within(name, "_posts") || !isPost(base) {
		return ""
	}
	before, after, _ := strings.Cut("/"+name, "/_posts/")
	draft := strings.TrimPrefix(path.Join(before, "_drafts", path.Dir(after), strings.SplitN(base, "-", 4)[3]), "/")
	if _, err := fs.Stat(im.fsys, draft); err == nil {
		return ""
	}
	return draft
}
