package blog

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog/markup"
)

func (b commands) begin() module.Command {
	var dir, author string
	return module.Command{
		Name: "new", Args: `"TITLE"`, Help: "begin a post: write a Markdown file with front matter, as a draft",
		Flags: func(flags *flag.FlagSet) {
			flags.StringVar(&dir, "dir", ".", "`folder` to write the file to")
			flags.StringVar(&author, "author", "", "`name` of the author")
		},
		Run: func(_ context.Context, env module.Env, args []string) error {
			title := args[0]
			slug := markup.Slug(title)
			if slug == "" {
				return module.Usagef("the title %q has no letter or digit to make an address of", title)
			}
			path := filepath.Join(dir, b.Now().UTC().Format(time.DateOnly)+"-"+slug+".md")
			if err := writeNew(path, draft(title, author)); err != nil {
				return err
			}
			fmt.Fprintf(env.Stdout, "%s\nwrite it, look at it with: blog preview %s\n", path, path)
			return nil
		},
	}
}

// draft returns the text that a new post begins with.
func draft(title, author string) []byte {
	var out bytes.Buffer
	// A Go string with quotes is one in YAML as well.
	fmt.Fprintf(&out, "---\ntitle: %s\n", strconv.Quote(title))
	if author != "" {
		fmt.Fprintf(&out, "author: %s\n", strconv.Quote(author))
	}
	out.WriteString("categories: []\npublished: false\n---\n\n")
	return out.Bytes()
}

// writeNew writes a file that must not be there yet.
func writeNew(path string, text []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s is there already; choose another title, or go on with that file", path)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no folder %s; make it, or name another with --dir", filepath.Dir(path))
	case err != nil:
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

func (b commands) publish() module.Command {
	var zoneName string
	return module.Command{
		Name: "publish", Args: "FILE", Help: "publish a draft: now, or at the date that it names",
		Flags: zoneFlag(&zoneName),
		Run: func(ctx context.Context, env module.Env, args []string) error {
			path := args[0]
			loc, err := parseZoneFlag(zoneName)
			if err != nil {
				return err
			}
			old, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text, err := published(old, b.Now().In(cmp.Or(loc, time.UTC)))
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			if !bytes.Equal(old, text) {
				if err := replaceFile(path, text); err != nil {
					return err
				}
			}
			p, err := b.importOne(ctx, path, loc)
			if err != nil {
				// The text was not fit to be published: leave it as it was.
				if !bytes.Equal(old, text) {
					err = errors.Join(err, replaceFile(path, old))
				}
				return err
			}
			return b.tell(env, p)
		},
	}
}

func (b commands) preview() module.Command {
	var zoneName string
	var newKey bool
	return module.Command{
		Name: "preview", Args: "FILE", Help: "store a draft and print the address at which those who know it can read it",
		Flags: func(flags *flag.FlagSet) {
			zoneFlag(&zoneName)(flags)
			flags.BoolVar(&newKey, "new-key", false, "make a new address; the old one then leads nowhere")
		},
		Run: func(ctx context.Context, env module.Env, args []string) error {
			path := args[0]
			loc, err := parseZoneFlag(zoneName)
			if err != nil {
				return err
			}
			p, err := b.importOne(ctx, path, loc)
			if err != nil {
				return err
			}
			if newKey {
				if p.PreviewKey, err = b.newPreviewKey(); err != nil {
					return err
				}
				if err := orm.Update(ctx, b.DB, &p, Posts.PreviewKey); err != nil {
					return err
				}
			}
			return b.tell(env, p)
		},
	}
}

func zoneFlag(name *string) func(*flag.FlagSet) {
	return func(flags *flag.FlagSet) {
		flags.StringVar(name, "timezone", "", "`zone` of dates that name none, such as Asia/Kolkata or +05:30 (default that of _config.yml, else UTC)")
	}
}

// tell prints where the post can be read.
func (b commands) tell(env module.Env, p Post) error {
	now := b.Now()
	address, err := b.links.postAt(p, now)
	if err != nil {
		return err
	}
	switch {
	case p.visibleAt(now):
		fmt.Fprintf(env.Stdout, "published: %s\n", address)
	case p.Published != nil:
		fmt.Fprintf(env.Stdout, "will be published at %s; until then: %s\n", p.Date().Format(time.RFC3339), address)
	default:
		fmt.Fprintf(env.Stdout, "a draft: %s\n", address)
	}
	return nil
}

// What says in a front matter that a post is not published yet, and when it is.
var (
	unpublished = regexp.MustCompile(`(?im)^(published:[ \t]*["']?(?:false|no|off)["']?|draft:[ \t]*["']?(?:true|yes|on)["']?)[ \t]*(#.*)?\r?\n`)
	hasDate     = regexp.MustCompile(`(?im)^date:[ \t]*\S`)
)

// published returns the text of a file without what makes it a draft, and with
// a date where it has none. Nothing else in it is touched.
func published(text []byte, now time.Time) ([]byte, error) {
	front, rest, err := splitFront(text)
	if err != nil {
		return nil, err
	}
	front = unpublished.ReplaceAll(front, nil)
	if !hasDate.Match(front) {
		front = append(bytes.Clone(front), "date: "+now.Format("2006-01-02 15:04:05 -07:00")+"\n"...)
	}
	return append(append([]byte("---\n"), front...), rest...), nil
}

// splitFront parts a file into its front matter, without the line before it,
// and what begins with the line after it.
func splitFront(text []byte) (front, rest []byte, err error) {
	if !bytes.HasPrefix(text, []byte("---")) {
		return nil, append([]byte("---\n\n"), text...), nil
	}
	_, after, _ := bytes.Cut(text, []byte("\n"))
	for at := 0; at < len(after); {
		line, _, _ := bytes.Cut(after[at:], []byte("\n"))
		if bytes.Equal(bytes.TrimRight(line, " \t\r"), []byte("---")) {
			return after[:at], after[at:], nil
		}
		at += len(line) + 1
	}
	return nil, nil, errors.New("1: the front matter has no end; write a line of three hyphens after it")
}

// replaceFile writes a file as a whole or not at all.
func replaceFile(path string, text []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	part := path + ".part"
	if err := os.WriteFile(part, text, info.Mode().Perm()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, path)
}
