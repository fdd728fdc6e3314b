package blog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/jekyll"
)

// formatVersion is part of the hash of each file. It is raised when the same
// text would become another page, so that the next import makes it again.
const formatVersion = "3"

// importer stores the posts of a folder.
type importer struct {
	store    *store
	media    mediaFolder
	fsys     fs.FS
	folder   string          // where fsys is, as an absolute path; see Origin
	above    fs.FS           // the folder that fsys is in; may be nil
	moved    bool            // the folder is one that was imported before, at another place
	from     map[string]bool // those places
	included []byte          // identifies the files that texts may include
	site     *jekyll.Site    // what the folder says of all posts; may be nil
	zone     *time.Location  // of dates that name none; nil: as site says, else UTC
	ours     bool            // the folder is part of the program
	dryRun   bool
	prune    bool // remove posts whose files are gone
	progress func(done, total int)
}

// importer returns an importer of a folder of a blog.
func (b *Blog) importer(fsys fs.FS, folder string) importer {
	return importer{store: b.store, media: b.media, fsys: fsys, folder: folder, progress: func(done, total int) {}}
}

// run imports everything. A file that is bad is reported and changes nothing;
// an error is returned only for what concerns all files.
func (im importer) run(ctx context.Context) (report, error) {
	files, err := findFiles(im.fsys)
	if err != nil {
		return report{}, fmt.Errorf("look for posts: %w", err)
	}
	r := report{Total: len(files.posts), Failed: files.refused, Skipped: files.skipped}
	if err := im.readSite(); err != nil {
		name, _, _ := strings.Cut(err.Error(), ":")
		r.Failed = append(r.Failed, failure{name, reason(name, err)})
	}
	if im.included, err = guarded(ctx, "_includes", im.includes); err != nil {
		return r, err
	}
	if im.site != nil {
		r.Warnings = append(r.Warnings, im.site.Warnings...)
	} else if im.partOfSite() && r.Total > 0 {
		r.Warnings = append(r.Warnings, "there is no _config.yml in this folder or around it, so the addresses that the posts had are not known")
	}
	if r.Total == 0 {
		if err := im.noPosts(&r); err != nil {
			return r, err
		}
	}
	if err := im.recogniseFolder(ctx, files.posts); err != nil {
		return r, err
	}
	for i, name := range files.posts {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		im.progress(i, r.Total)
		done, warnings, err := im.post(ctx, name, &files)
		r.Warnings = append(r.Warnings, warnings...)
		if err != nil {
			if ctx.Err() != nil {
				return r, ctx.Err()
			}
			r.Failed = append(r.Failed, failure{name, reason(name, err)})
			continue
		}
		r.Done[done]++
	}
	if r.Total > 0 {
		im.progress(r.Total, r.Total)
	}
	if err := im.copyMedia(ctx, im.wanted(files), &r); err != nil {
		return r, err
	}
	return r, im.gone(ctx, files, &r)
}

// reason returns what an error says of the file of that name, with the line
// where it knows one but without the name.
func reason(name string, err error) string {
	text := plain(err)
	if rest, ok := strings.CutPrefix(text, name+":"); ok {
		return strings.TrimSpace(rest)
	}
	return text
}

// post imports one file.
func (im importer) post(ctx context.Context, name string, files *found) (outcome, []string, error) {
	text, err := readText(im.fsys, name)
	if err != nil {
		return 0, nil, err
	}
	f, origin, err := im.recognise(ctx, name, text)
	if err != nil {
		return 0, nil, err
	}
	if origin != nil && origin.Hash == f.hash && (origin.Folder == f.folder || im.dryRun) {
		return unchanged, nil, nil
	}
	if f.doc, err = im.parse(ctx, name, text, files); err != nil {
		return 0, nil, err
	}
	if im.dryRun {
		if origin != nil {
			return updated, f.doc.Warnings, nil
		}
		return imported, f.doc.Warnings, nil
	}
	_, done, err := im.store.put(ctx, f)
	return done, f.doc.Warnings, err
}

// recognise returns a file that is not parsed yet, and what is known of it.
func (im importer) recognise(ctx context.Context, name string, text []byte) (file, *Origin, error) {
	f := file{path: name, folder: im.folder, was: im.draftOf(name), hash: im.hash(text), source: string(text), ours: im.ours}
	origin, err := first(ctx, orm.From[Origin](im.store.db).Where(Origins.Path.Eq(name)))
	if err != nil {
		return f, nil, err
	}
	return f, origin, im.checkFolder(origin, f)
}

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

// maxWork is how long reading one text may take. Package jekyll bounds the work,
// so that this is for what nobody has thought of.
const maxWork = 2 * time.Minute

// guarded does some work, for as long as maxWork, and until ctx ends, whatever
// keeps the work busy. A panic in it is an error: it is that file's failure and
// not the end of the import.
func guarded[T any](ctx context.Context, name string, work func() (T, error)) (out T, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, maxWork, fmt.Errorf("%s: reading it takes more than %v", name, maxWork))
	defer cancel()
	type result struct {
		out T
		err error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				r.err = fmt.Errorf("%s: cannot be read: %v", name, p)
			}
			done <- r
		}()
		r.out, r.err = work()
	}()
	select {
	case <-ctx.Done():
		return out, context.Cause(ctx)
	case r := <-done:
		return r.out, r.err
	}
}

// parse reads a document.
func (im importer) parse(ctx context.Context, name string, text []byte, files *found) (jekyll.Document, error) {
	refs := im.references(name, files)
	doc, err := guarded(ctx, name, func() (jekyll.Document, error) {
		return jekyll.Parse(name, text, jekyll.Options{
			Zone: im.zone, Site: im.site, Rewrite: refs.rewrite, Includes: subFolder{im.fsys, im.below("_includes")},
		})
	})
	if err != nil {
		return doc, err // refs may still be in use
	}
	refs.report(&doc)
	files.asked = append(files.asked, refs.asked...)
	return doc, nil
}

// below returns a path of the site as it is below the folder.
func (im importer) below(name string) string {
	if im.site == nil {
		return name
	}
	return path.Join(im.site.Root, name)
}

// hash identifies the text and how it is read.
func (im importer) hash(text []byte) string {
	h := sha256.New()
	if im.ours {
		h.Write([]byte("ours\x00"))
	}
	zone := "UTC"
	if im.zone != nil {
		zone = im.zone.String()
	}
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00", formatVersion, zone, im.site.Fingerprint())
	if bytes.Contains(text, []byte("{%")) && bytes.Contains(text, []byte("include")) {
		h.Write(im.included)
	}
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil))
}

// maxIncluded is how many files of _includes count for the hash.
const maxIncluded = 5000

// includes identifies what texts may include: when any of it changes, those that
// include something are read again.
func (im importer) includes() ([]byte, error) {
	h := sha256.New()
	n := 0
	_ = fs.WalkDir(im.fsys, im.below("_includes"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if n++; n > maxIncluded {
			return fs.SkipAll
		}
		text, err := readText(im.fsys, name)
		fmt.Fprintf(h, "%s\x00%v\x00%d\x00", name, err, len(text))
		h.Write(text)
		return nil
	})
	return h.Sum(nil), nil
}

// readText reads a file, but nothing that is too large to be one that somebody
// wrote.
func readText(fsys fs.FS, name string) (text []byte, err error) {
	if _, err := readable(fsys, name, jekyll.DefaultMaxBytes); err != nil {
		return nil, err
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	// One byte more, so that a file that grew meanwhile is refused too.
	return io.ReadAll(io.LimitReader(f, jekyll.DefaultMaxBytes+1))
}
