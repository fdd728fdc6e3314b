package blog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// maxListed is how many files of one kind a summary names.
const maxListed = 20

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
	origins, err := orm.From[Origin](im.blog.DB).OrderBy(Origins.Path.Asc()).All(ctx)
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
	defer im.blog.kept.changed()
	return im.blog.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		for _, o := range origins {
			if _, err := orm.From[Post](tx).Where(Posts.ID.Eq(o.Post.ID)).Delete(ctx); err != nil {
				return fmt.Errorf("remove the post of %s: %w", o.Path, err)
			}
		}
		return noteRemoval(ctx, tx)
	})
}

// noteRemoval remembers that posts were removed now.
func noteRemoval(ctx context.Context, tx *database.Tx) error {
	last, _, err := orm.From[Removal](tx).Lookup(ctx)
	if err != nil {
		return err
	}
	return orm.Save(ctx, tx, &last) // a new row if there was none
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

// printGone tells of the posts whose files are gone.
func (r report) printGone(w io.Writer, dryRun bool) {
	if r.Elsewhere > 0 && r.Pruned {
		fmt.Fprintf(w, "%s from other folders; nothing was done with them\n", came(r.Elsewhere))
	}
	switch n := len(r.Gone); {
	case n == 0:
		return
	case !r.Pruned:
		fmt.Fprintf(w, "%s from files that are not in this folder; --prune removes them, --prune --dry-run names them\n", came(n))
		return
	case dryRun:
		fmt.Fprintf(w, "%s from files that are not in this folder and would be removed\n", came(n))
	default:
		fmt.Fprintf(w, "%s from files that are not in this folder and were removed\n", came(n))
	}
	printSome(w, "gone", r.Gone)
}

func came(n int) string {
	if n == 1 {
		return "1 post came"
	}
	return fmt.Sprintf("%d posts came", n)
}

// printSkipped tells of the files among the posts that are none.
func (r report) printSkipped(w io.Writer) {
	if len(r.Skipped) > 0 {
		fmt.Fprintf(w, "%d files left out: a post is named YYYY-MM-DD-slug and ends in .md, .markdown or .html\n", len(r.Skipped))
		printSome(w, "left out", r.Skipped)
	}
}

// printSome prints the first of some names, each on a line.
func printSome(w io.Writer, what string, names []string) {
	for _, name := range names[:min(len(names), maxListed)] {
		fmt.Fprintf(w, "%s: %s\n", what, printable(name))
	}
	if more := len(names) - maxListed; more > 0 {
		fmt.Fprintf(w, "and %d more\n", more)
	}
}
