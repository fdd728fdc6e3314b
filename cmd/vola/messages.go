package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/internal/cldr"
	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/internal/messages"
	"github.com/volaweb/vola/internal/po"
)

func (e env) messagesCommand() cli.Command {
	var o messageOptions
	return cli.Command{
		Name: "messages", Args: "[DIR]", Help: "find the texts to translate, and update the catalogues",
		More: "Reads the Go files and templates below DIR, by default this folder, and brings the\n" +
			"files messages/TAG.po up to date: texts that are new are added, those that are no\n" +
			"longer used go to the end. messages.pot is for new translations. Texts belong to\n" +
			"the nearest folder messages, in their own folder or above.",
		Flags: func(flags *flag.FlagSet) {
			flags.StringVar(&o.add, "add", "", "begin a catalogue for the language `TAG`, such as de or pt-BR")
			flags.BoolVar(&o.check, "check", false, "write nothing; fail when a catalogue is not up to date, or lacks a translation")
			flags.BoolVar(&o.missing, "missing", false, "list the texts without a translation")
		},
		Run: func(ctx context.Context, args []string) error {
			if len(args) > 1 {
				return cli.Usagef("messages: one folder at most, and %d are given", len(args))
			}
			dir := e.dir
			if len(args) == 1 && filepath.IsAbs(args[0]) {
				dir = args[0]
			} else if len(args) == 1 {
				dir = filepath.Join(e.dir, args[0])
			}
			return e.messages(ctx, dir, o)
		},
	}
}

type messageOptions struct {
	add            string
	check, missing bool
}

// messages writes nothing at all when a text or catalogue has an error.
func (e env) messages(ctx context.Context, dir string, o messageOptions) error {
	if o.add != "" {
		if err := e.addLanguage(dir, o); err != nil {
			return err
		}
	}
	tree, err := messages.Read(dir)
	if err != nil {
		return err
	}
	own, err := ownTexts()
	if err != nil {
		return err
	}
	var files []catalogue
	for _, folder := range tree.Folders {
		more, err := catalogues(dir, folder, own)
		if err != nil {
			return errors.New(e.shorten(err.Error()))
		}
		files = append(files, more...)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var errs []error
	for _, f := range files {
		errs = append(errs, e.update(f, o)...)
	}
	if n := len(tree.Outside); n > 0 {
		fmt.Fprintf(e.stdout, "%d texts belong to no folder messages, the first at %s\n", n, tree.Outside[0].Places[0])
	}
	if len(files) == 0 {
		return errors.New("there is no folder messages with catalogues; begin one with: vola messages --add TAG")
	}
	return errors.Join(errs...)
}

// catalogue is a file as it is and as it should be.
type catalogue struct {
	path     string
	old, now []byte
	counts   messages.Counts
	template bool // it has no translations
	err      error
}

// update writes a file that is not up to date, and says how far it is translated. The
// errors are what --check finds.
func (e env) update(f catalogue, o messageOptions) []error {
	var errs []error
	name := e.relative(f.path)
	if !bytes.Equal(f.old, f.now) {
		if o.check {
			errs = append(errs, fmt.Errorf("%s is not up to date; run: vola messages", name))
		} else if err := replaceFile(f.path, f.old, f.now); err != nil {
			return []error{err}
		}
	}
	if f.template {
		return errs
	}
	if f.err != nil {
		errs = append(errs, f.err)
	}
	c := f.counts
	fmt.Fprintf(e.stdout, "%s: %d translated, %d guessed, %d missing, %d no longer used\n", name, c.Translated, c.Fuzzy, len(c.Missing), c.Unused)
	if o.missing {
		for _, key := range c.Missing {
			fmt.Fprintf(e.stdout, "  %q\n", key.ID)
		}
	}
	if o.check && c.Fuzzy+len(c.Missing) > 0 {
		errs = append(errs, fmt.Errorf("%s lacks %d translations", name, c.Fuzzy+len(c.Missing)))
	}
	return errs
}

// catalogues reads the catalogues of a folder, and brings them up to date. own are
// Vola's texts by language: a project has those of languages that Vola has not.
func catalogues(root string, folder messages.Folder, own ownLanguages) ([]catalogue, error) {
	dir := filepath.Join(root, filepath.FromSlash(folder.Dir))
	paths, err := messages.Files(dir, ".po")
	if err != nil || len(paths) == 0 {
		return nil, err
	}
	var out []catalogue
	var errs []error
	translated := map[string]map[po.Key]bool{} // by tag
	for _, path := range append(paths, filepath.Join(dir, "messages.pot")) {
		c := catalogue{path: path, template: filepath.Ext(path) == ".pot"}
		var err error
		if c.old, err = os.ReadFile(path); err != nil && !(c.template && errors.Is(err, fs.ErrNotExist)) {
			return nil, err
		}
		file := messages.Template(folder.Texts)
		if !c.template {
			if file, err = po.Parse(c.old); err != nil {
				if at, ok := errors.AsType[*po.Error](err); ok {
					err = fmt.Errorf("%s:%d: %w", path, at.Line, at.Err)
				}
				errs = append(errs, err)
				continue
			}
			texts := folder.Texts
			if folder.Project && !own.has(tagOf(path)) {
				texts = messages.Join(texts, own.texts)
			}
			file = messages.Update(file, texts, own.keys())
		}
		now := file.Append(nil)
		if _, err := po.Parse(now); err != nil {
			errs = append(errs, fmt.Errorf("%s is left as it is, as it would not be a catalogue that can be read: %w", path, err))
			continue
		}
		if c.now = withLineEndsOf(c.old, now); !c.template && messages.Same(c.old, now) {
			c.now = c.old // another tool has broken its lines
		}
		if !c.template {
			c.err = loads(dir, folder.Dir, tagOf(path))
		}
		c.counts = messages.Count(file)
		translated[tagOf(path)] = messages.Translated(file)
		out = append(out, c)
	}
	for i := range out { // a dialect has the texts of its language
		for _, parent := range cldr.Parents(tagOf(out[i].path)) {
			out[i].counts.Missing = slices.DeleteFunc(out[i].counts.Missing, func(key po.Key) bool { return translated[parent][key] })
		}
	}
	return out, errors.Join(errs...)
}

// loads returns what keeps a site from starting with the catalogue of a language.
func loads(dir, name, tag string) error {
	_, err := i18n.Load(i18n.Config{Languages: []string{tag}, Catalogues: []i18n.Catalogue{{Name: name, Files: os.DirFS(dir)}}})
	return err
}

// addLanguage begins the catalogue of a language in the folder messages of dir.
func (e env) addLanguage(dir string, o messageOptions) error {
	if o.check {
		return cli.Usagef("messages: --add writes a file, and --check writes none; give one of them")
	}
	locale, err := cldr.Load(o.add)
	if err != nil {
		return cli.Usagef("messages: %v", err)
	}
	tag := cldr.Canonical(o.add)
	folder := filepath.Join(dir, messages.Name)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	paths, err := messages.Files(folder, ".po")
	if err != nil {
		return err
	}
	for _, path := range paths {
		if tagOf(path) == tag {
			return cli.Usagef("messages: %s exists already", e.relative(path))
		}
	}
	_, plurals := locale.PluralForms()
	return replaceFile(filepath.Join(folder, tag+".po"), nil, messages.New(tag, plurals).Append(nil))
}

// tagOf returns the tag of the language of a catalogue.
func tagOf(path string) string { return cldr.Canonical(strings.TrimSuffix(filepath.Base(path), ".po")) }

// ownLanguages are the texts of Vola itself, and the languages that it has them in.
type ownLanguages struct {
	texts []messages.Text
	tags  []string
}

// has reports whether Vola's texts are translated, by Vola, into the language of a tag.
func (o ownLanguages) has(tag string) bool {
	if base, _, _ := strings.Cut(tag, "-"); base == "en" {
		return true
	}
	return slices.ContainsFunc(append(cldr.Parents(tag), tag), func(tag string) bool { return slices.Contains(o.tags, tag) })
}

func (o ownLanguages) keys() []po.Key {
	var keys []po.Key
	for _, t := range o.texts {
		keys = append(keys, t.Key)
	}
	return keys
}

func ownTexts() (ownLanguages, error) {
	var own ownLanguages
	files := vola.Messages()
	data, err := fs.ReadFile(files, "messages.pot")
	if err != nil {
		return own, err
	}
	file, err := po.Parse(data)
	if err != nil {
		return own, err
	}
	own.texts = messages.Texts(file)
	names, err := fs.Glob(files, "*.po")
	for _, name := range names {
		own.tags = append(own.tags, tagOf(name))
	}
	return own, err
}
