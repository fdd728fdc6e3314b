package i18n

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/cldr"
	"github.com/volaweb/vola/internal/nearest"
	"github.com/volaweb/vola/internal/placeholder"
	"github.com/volaweb/vola/internal/po"
)

// Config says which languages a site has, and where its catalogues are.
type Config struct {
	// Languages are the tags of the languages (BCP 47), such as "en", "pt-BR".
	// The first is that of the texts in the code, and of visitors who want none of
	// them.
	Languages []string
	// Catalogues are used together; where two translate the same text, the first one
	// does.
	Catalogues []Catalogue
}

// Catalogue is a folder with a file for each language, TAG.po, such as de.po or pt-BR.po,
// which may also be named pt_BR.po or pt-br.po. A language also has the texts of those that
// it is a dialect of, in the same script: de-AT.po goes before de.po. Files of languages that
// the site has not are left alone.
type Catalogue struct {
	Name  string // in errors, such as "module blog"
	Files fs.FS
}

// maxLanguages is how many languages a site may have.
const maxLanguages = 200

// Texts are the languages of a site with what their catalogues say. They never change,
// and are safe for concurrent use; they are not copied.
type Texts struct {
	languages []*Language
	byCode    map[string][]*Language // by the code of the language, and its other codes
	dialects  dialects
	known     map[po.Key]bool // what the catalogues have, translated or not
}

// Load reads and checks the catalogues. Its errors name file, line and what is wrong:
// a file that is not in the form of gettext, values that the text has not, forms of a
// plural that are missing. A text without a translation is no error; it is shown as
// it stands in the code.
func Load(cfg Config) (*Texts, error) {
	if len(cfg.Languages) == 0 {
		return nil, errors.New("i18n: no languages are given; the first is that of the texts in the code")
	}
	if len(cfg.Languages) > maxLanguages {
		return nil, fmt.Errorf("i18n: %d languages; a site has at most %d", len(cfg.Languages), maxLanguages)
	}
	t := &Texts{byCode: map[string][]*Language{}, known: map[po.Key]bool{}}
	var errs []error
	names := make([]fileNames, len(cfg.Catalogues))
	for i, c := range cfg.Catalogues {
		names[i] = namesOf(c.Files)
	}
	for _, tag := range cfg.Languages {
		if !isTag(tag) {
			errs = append(errs, fmt.Errorf("i18n: %q is not the tag of a language, such as de or pt-BR", tag))
			continue
		}
		if t.exact(tag) != nil {
			errs = append(errs, fmt.Errorf("i18n: the language %s is given twice", tag))
			continue
		}
		other := english
		if len(t.languages) > 0 {
			other = t.languages[0].cldr
		}
		l := &Language{tag: tag, messages: map[po.Key]translation{}, locale: locales(tag, other), origin: originOf(tag)}
		t.languages = append(t.languages, l)
		for _, code := range cldr.Codes(tag) {
			t.byCode[code] = append(t.byCode[code], l)
		}
		for i, c := range cfg.Catalogues {
			for _, of := range append([]string{cldr.Canonical(tag)}, cldr.Parents(tag)...) {
				for _, err := range t.read(l, of, names[i], c.Files) {
					err = fmt.Errorf("%s: %w", c.Name, err)
					if !slices.ContainsFunc(errs, func(e error) bool { return e.Error() == err.Error() }) {
						errs = append(errs, err)
					}
				}
			}
		}
	}
	for _, l := range t.languages {
		base := withoutRegion(l.tag)
		alike := func(o *Language) bool { return o != l && strings.EqualFold(withoutRegion(o.tag), base) }
		if !slices.ContainsFunc(t.languages, alike) {
			l.named = base
		}
	}
	return t, errors.Join(errs...)
}

// Languages returns the languages, in the order in which they were given: the first is
// the default.
func (t *Texts) Languages() []*Language { return slices.Clone(t.languages) }

// Default returns the first language.
func (t *Texts) Default() *Language { return t.languages[0] }

// Language returns the language of a tag. If the site has only another dialect, or the
// language without one, it is that: one in the same script and for a region that is near, as
// CLDR has it, if there is a choice. It is nil if the site has none. Letters of either case
// and "_" are taken, and old codes such as "iw".
func (t *Texts) Language(tag string) *Language {
	if len(tag) > maxTag {
		return nil
	}
	tag = strings.ReplaceAll(tag, "_", "-")
	if l := t.exact(tag); l != nil {
		return l
	}
	language, _, _ := strings.Cut(tag, "-")
	dialects := t.byCode[strings.ToLower(language)]
	switch len(dialects) {
	case 0:
		return nil
	case 1:
		return dialects[0]
	}
	return t.dialects.find(tag, func() *Language { return t.dialect(dialects, tag) })
}

func (t *Texts) exact(tag string) *Language {
	for _, l := range t.languages {
		if strings.EqualFold(l.tag, tag) {
			return l
		}
	}
	return nil
}

// In returns a context with the language of a tag, or the default where the site has
// none for it: for mails, jobs and tests.
func (t *Texts) In(ctx context.Context, tag string) context.Context {
	l := t.Language(tag)
	if l == nil {
		l = t.languages[0]
	}
	return With(ctx, l)
}

// maxTag is the longest tag of a language, in bytes.
const maxTag = 35

// isTag reports whether a text has the form of a tag: letters, then parts of letters
// and digits.
func isTag(tag string) bool {
	if tag == "" || len(tag) > maxTag {
		return false
	}
	for i, part := range strings.Split(tag, "-") {
		if len(part) == 0 || len(part) > 8 || i == 0 && len(part) < 2 {
			return false
		}
		for _, c := range part {
			if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || i > 0 && '0' <= c && c <= '9') {
				return false
			}
		}
	}
	return true
}

// fileNames are the names of the catalogues in a folder, by their tags as they are usually
// written; nil for a folder that cannot be listed.
type fileNames map[string][]string

func namesOf(files fs.FS) fileNames {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil // what is wrong is said when a file is read
	}
	names := fileNames{}
	for _, e := range entries {
		if tag, ok := strings.CutSuffix(e.Name(), ".po"); ok {
			tag = cldr.Canonical(tag)
			names[tag] = append(names[tag], e.Name())
		}
	}
	return names
}

// read adds the file of a tag to a language, if there is one: it is the tag of the language
// or of what that is a dialect of.
func (t *Texts) read(l *Language, tag string, names fileNames, files fs.FS) []error {
	name := tag + ".po"
	if names != nil {
		switch found := names[tag]; len(found) {
		case 0:
			return nil
		case 1:
			name = found[0]
		default:
			return []error{fmt.Errorf("the catalogues %s are of one language; leave one of them", strings.Join(found, " and "))}
		}
	}
	data, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return []error{fmt.Errorf("read the catalogue %s: %w", name, err)}
	}
	file, err := po.Parse(data)
	if err != nil {
		if e, ok := errors.AsType[*po.Error](err); ok {
			return []error{fmt.Errorf("%s:%d: %w", name, e.Line, e.Err)}
		}
		return []error{fmt.Errorf("%s: %w", name, err)}
	}
	for i := range file.Entries {
		if e := &file.Entries[i]; !e.Obsolete {
			t.known[e.Key()] = true
		}
	}
	return l.add(tag, name, file)
}

// Known reports whether a catalogue of one of the languages has the text, translated or
// not. context is that of TC, "" for none.
func (t *Texts) Known(context, text string) bool {
	return t.known[po.Key{ID: text}] && context == "" || t.known[po.Key{Context: context, HasContext: true, ID: text}]
}

// Near returns a text of the catalogues that is much like one; "" if there is none.
func (t *Texts) Near(text string) string {
	var known []string
	for key := range t.known {
		if key.ID != "" && len(key.ID) < 2*len(text) {
			known = append(known, key.ID)
		}
	}
	return nearest.Name(text, known)
}

// add adds the translations of a file in the language of a tag that the catalogues before do
// not have.
func (l *Language) add(tag, name string, file *po.File) []error {
	var errs []error
	bad := func(line int, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s:%d: %w", name, line, fmt.Errorf(format, args...)))
	}
	var plurals *po.Plurals
	if field := file.Header("Plural-Forms"); field != "" {
		var err error
		if plurals, err = po.ParsePlurals(field); err != nil {
			bad(1, "%w", err)
			return errs
		}
	}
	if own := file.Header("Language"); own != "" && !related(cldr.Canonical(own), tag) {
		bad(1, "the header says that the language is %s", own)
	}
	for i := range file.Entries {
		e := &file.Entries[i]
		if e.Obsolete || e.ID == "" && !e.HasContext || !e.Translated() {
			continue
		}
		if e.Plural != "" {
			if plurals == nil {
				bad(e.Line, "%q has a plural, and the header has no field Plural-Forms", e.ID)
				continue
			}
			if len(e.Text) != plurals.Forms {
				bad(e.Line, "%q has %d forms, and the language has %d by the field Plural-Forms", e.ID, len(e.Text), plurals.Forms)
				continue
			}
		}
		if err := checkValues(e); err != nil {
			bad(e.Line, "%w", err)
			continue
		}
		if _, known := l.messages[e.Key()]; known {
			continue
		}
		l.messages[e.Key()] = translation{e.Text, plurals}
	}
	return errs
}

// related reports whether two tags are of one language, or one is of a dialect of the other: tools
// of translators write de_DE into de.po.
func related(a, b string) bool {
	return a == b || slices.Contains(cldr.Parents(a), b) || slices.Contains(cldr.Parents(b), a)
}

// checkValues compares the values in a translation with those in the text.
func checkValues(e *po.Entry) error {
	known := placeholder.Names(e.ID)
	needed := slices.Clone(known)
	if e.Plural != "" {
		many := placeholder.Names(e.Plural)
		// What one of the texts does without, a form may do without, and so it may say "a
		// comment" for {n}.
		needed = slices.DeleteFunc(needed, func(name string) bool { return name == "n" || !slices.Contains(many, name) })
		for _, name := range many {
			if !slices.Contains(known, name) {
				known = append(known, name)
			}
		}
	}
	if e.Plural != "" && !slices.Contains(known, "n") {
		known = append(known, "n")
	}
	for _, text := range e.Text {
		has := placeholder.Names(text)
		for _, name := range has {
			if !slices.Contains(known, name) {
				return fmt.Errorf("the translation of %q has {%s}, and the text has no such value%s", e.ID, name, nearest.Hint(name, known))
			}
		}
		for _, name := range needed {
			if !slices.Contains(has, name) {
				return fmt.Errorf("the translation of %q lacks {%s}", e.ID, name)
			}
		}
	}
	return nil
}
