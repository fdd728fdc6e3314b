package blog

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
)

// Commands returns the module's commands.
func (b *Blog) Commands() []module.Command {
	return []module.Command{b.importCommand(), b.newCommand(), b.publishCommand(), b.previewCommand()}
}

func (b *Blog) importCommand() module.Command {
	var zoneName string
	var dryRun, prune, moved bool
	return module.Command{
		Name: "import", Args: "DIR", Help: "import a blog as Jekyll has it: posts in _posts, pictures, assets",
		Flags: func(flags *flag.FlagSet) {
			zoneFlag(&zoneName)(flags)
			flags.BoolVar(&dryRun, "dry-run", false, "read everything and report, but change nothing")
			flags.BoolVar(&prune, "prune", false, "remove the posts that came from files which are not in DIR any more")
			flags.BoolVar(&moved, "moved", false, "DIR is a folder that was imported before, from another place: its posts are the same")
		},
		Run: func(ctx context.Context, env module.Env, args []string) error {
			dir := args[0]
			loc, err := parseZoneFlag(zoneName)
			if err != nil {
				return err
			}
			root, err := os.OpenRoot(dir)
			if err != nil {
				return fmt.Errorf("open the folder to import: %w", err)
			}
			defer root.Close()
			im := importer{blog: b, fsys: root.FS(), zone: loc, dryRun: dryRun, prune: prune, moved: moved, progress: progressBar(env.Stderr)}
			if im.folder, err = absoluteFolder(dir); err != nil {
				return err
			}
			if above, err := os.OpenRoot(filepath.Dir(filepath.FromSlash(im.folder))); err == nil {
				defer above.Close()
				im.above = above.FS()
			}
			r, err := im.run(ctx)
			if err != nil {
				r.print(env.Stdout, dryRun)
				return err
			}
			return r.print(env.Stdout, dryRun)
		},
	}
}

// parseZoneFlag returns the zone that a person names, nil for none.
func parseZoneFlag(name string) (*time.Location, error) {
	if name == "" {
		return nil, nil
	}
	if at, err := time.Parse("-07:00", name); err == nil {
		_, offset := at.Zone()
		return time.FixedZone(name, offset), nil
	}
	// The zone of this machine says nothing about where the posts were written.
	if loc, err := time.LoadLocation(name); err == nil && name != "Local" {
		return loc, nil
	}
	return nil, module.Usagef("--timezone %q is not a time zone; write a name such as Asia/Kolkata or an offset such as +05:30", name)
}

// print writes the summary. The error is that of the command, when files
// failed.
func (r report) print(w io.Writer, dryRun bool) error {
	if dryRun {
		fmt.Fprintln(w, "nothing was changed; an import would do this:")
	}
	fmt.Fprintf(w, "%d posts: %d imported, %d updated, %d unchanged, %d failed; %d files copied\n",
		r.Total, r.Imported, r.Updated, r.Unchanged, len(r.Failed), r.Copied)
	for _, warning := range r.Warnings {
		fmt.Fprintf(w, "note: %s\n", printable(warning))
	}
	for _, f := range r.Failed {
		separator := ": "
		if strings.IndexFunc(f.Reason, func(r rune) bool { return r < '0' || r > '9' }) > 0 {
			separator = ":" // it begins with the line
		}
		fmt.Fprintf(w, "failed: %s%s%s\n", printable(f.Path), separator, printable(f.Reason))
	}
	r.printSkipped(w)
	r.printGone(w, dryRun)
	if len(r.Failed) > 0 {
		return fmt.Errorf("%d of the files could not be imported; what is in the database already was left as it is", len(r.Failed))
	}
	return nil
}

// printable returns text from a file without what would move the cursor of a
// terminal or colour it.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
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

// importOne imports one file and returns its post.
func (b *Blog) importOne(ctx context.Context, path string, loc *time.Location) (Post, error) {
	dir, name := identity(path)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Post{}, err
	}
	defer root.Close()
	im := importer{blog: b, fsys: root.FS(), zone: loc}
	if im.folder, err = absoluteFolder(dir); err != nil {
		return Post{}, err
	}
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
	f := file{path: name, folder: im.folder, was: im.draftOf(name), hash: im.hash(text), source: string(text)}
	if err := im.recogniseFolder(ctx, files.posts); err != nil {
		return Post{}, err
	}
	origin, err := first(ctx, orm.From[Origin](b.DB).Where(Origins.Path.Eq(name)))
	if err != nil {
		return Post{}, err
	}
	if err := im.checkFolder(origin, f); err != nil {
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
	p, _, err := b.store(ctx, f)
	return p, err
}
