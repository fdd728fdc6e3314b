package messages

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/nearest"
	"github.com/volaweb/vola/internal/placeholder"
	"github.com/volaweb/vola/internal/po"
)

// Counts says how far a catalogue is translated.
type Counts struct {
	Translated int
	Fuzzy      int      // guesses that a person must look at
	Missing    []po.Key // without a translation
	Unused     int      // translations that are kept, and that no source has
}

// Template returns the catalogue without translations that translators begin with.
func Template(texts []Text) *po.File {
	f := &po.File{Entries: []po.Entry{header("")}}
	for i := range texts {
		f.Entries = append(f.Entries, entry(&texts[i], 0))
	}
	return f
}

// New returns a catalogue for a language; plurals is what its header says of them, such
// as "nplurals=2; plural=(n != 1);".
func New(tag, plurals string) *po.File {
	h := header(tag)
	h.Text[0] += "Plural-Forms: " + plurals + "\n"
	return &po.File{Entries: []po.Entry{h}}
}

func header(tag string) po.Entry {
	return po.Entry{Text: []string{"Language: " + tag + "\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"}}
}

// entry returns the entry of a text without a translation, in as many forms as the language
// has; 0 if that is not known.
func entry(t *Text, forms int) po.Entry {
	e := po.Entry{Context: t.Context, HasContext: t.HasContext, ID: t.ID, Plural: t.Plural, Extracted: t.Comments, Text: []string{""}}
	if t.Plural != "" {
		e.Text = make([]string, cmp.Or(forms, 2))
	}
	for _, p := range t.Places { // without lines, which change with every edit
		if !slices.Contains(e.Places, p.File) {
			e.Places = append(e.Places, p.File)
		}
	}
	if usesValues(t.ID) || usesValues(t.Plural) {
		e.Flags = []string{valuesFlag}
	}
	return e
}

// valuesFlag makes the tools of translators check the values of a text, which have the
// form of Python's.
const valuesFlag = "python-brace-format"

// usesValues reports whether a text has values, and no other braces, which that form
// has not.
func usesValues(text string) bool {
	for _, name := range placeholder.Names(text) {
		text = strings.ReplaceAll(text, "{"+name+"}", "\x00")
	}
	return strings.Contains(text, "\x00") && !strings.ContainsAny(text, "{}")
}

// Update brings a catalogue up to date with the texts of the source. Translations,
// comments of translators and flags are kept. A text that is new, and much like one that
// is no longer used, has that one's translation as a guess. A translation whose text is
// no longer used is kept at the end of the file; keep are texts of others, which stay if
// the file has them. What an entry has no place for, such as the forms of a plural of a
// text that has none any more, is kept in its comments.
func Update(f *po.File, texts []Text, keep []po.Key) *po.File {
	out := &po.File{End: f.End}
	used := map[po.Key]bool{}
	for i := range texts {
		used[texts[i].Key] = true
	}
	for _, key := range keep {
		used[key] = true
	}
	old := map[po.Key][]*po.Entry{}
	var spare []*po.Entry // translations that nothing uses any more
	for i := range f.Entries {
		e := &f.Entries[i]
		if isHeader(e) {
			out.Entries = append(out.Entries, *e)
			continue
		}
		old[e.Key()] = append(old[e.Key()], e)
		if isFilled(e) && !used[e.Key()] {
			spare = append(spare, e)
		}
	}
	if len(out.Entries) == 0 {
		out.Entries = append(out.Entries, header(""))
	}
	forms := formsOf(f)
	known := map[po.Key]bool{}
	for i := range texts {
		e := entry(&texts[i], forms)
		known[e.Key()] = true
		if before := old[e.Key()]; before != nil {
			take(&e, before, forms)
		} else {
			guess(&e, spare)
		}
		out.Entries = append(out.Entries, e)
	}
	for i := range f.Entries { // those of others
		if e := &f.Entries[i]; !isHeader(e) && used[e.Key()] && !known[e.Key()] && !e.Obsolete && isFilled(e) {
			known[e.Key()] = true
			same := *e
			if same.Text = make([]string, len(e.Text)); e.Plural != "" {
				same.Text = make([]string, cmp.Or(forms, len(e.Text)))
			}
			same.Flags = slices.DeleteFunc(slices.Clone(e.Flags), func(flag string) bool { return flag != valuesFlag })
			take(&same, old[e.Key()], forms)
			out.Entries = append(out.Entries, same)
		}
	}
	for i := range f.Entries {
		e := &f.Entries[i]
		if isHeader(e) || known[e.Key()] {
			continue
		}
		known[e.Key()] = true
		gone := merged(old[e.Key()])
		if gone.Obsolete, gone.Places = true, nil; isFilled(&gone) || len(gone.Comments) > 0 {
			out.Entries = append(out.Entries, gone)
		}
	}
	return out
}

// formsOf returns how many forms the header of a catalogue says that plurals have; 0 if
// it does not say it, or wrongly.
func formsOf(f *po.File) int {
	plurals, err := po.ParsePlurals(f.Header("Plural-Forms"))
	if err != nil {
		return 0
	}
	return plurals.Forms
}

func isHeader(e *po.Entry) bool { return e.ID == "" && !e.HasContext }

// isFilled reports whether an entry has a translation, guessed or not.
func isFilled(e *po.Entry) bool {
	return slices.ContainsFunc(e.Text, func(text string) bool { return text != "" })
}

// merged returns one of some entries of the same message, of which tools of gettext allow
// one, also where all but one are no longer used: the one in use if it is translated, else
// the first that is. It has the translations of the others in its comments.
func merged(all []*po.Entry) po.Entry {
	best := all[0]
	for _, e := range all[1:] {
		if isFilled(e) && !isFilled(best) || isFilled(e) == isFilled(best) && best.Obsolete && !e.Obsolete {
			best = e
		}
	}
	out := *best
	out.Comments = slices.Clone(best.Comments)
	for _, e := range all {
		if e == best {
			continue
		}
		for _, line := range e.Comments {
			if !slices.Contains(out.Comments, line) {
				out.Comments = append(out.Comments, line)
			}
		}
		if isFilled(e) && !slices.Equal(e.Text, out.Text) {
			setAside(&out, e)
		}
	}
	return out
}

// setAside puts what an entry translates into the comments of another one.
func setAside(to, e *po.Entry) {
	lines := append([]string{"No longer used:"}, e.Lines()...)
	for at := range to.Comments {
		if rest := to.Comments[at:]; len(rest) >= len(lines) && slices.Equal(rest[:len(lines)], lines) {
			return // they are there already
		}
	}
	to.Comments = append(to.Comments, lines...)
}

// take gives an entry the translation that it had before, in as many forms as the language
// has; 0 if that is not known.
func take(e *po.Entry, all []*po.Entry, forms int) {
	before := merged(all)
	e.Comments, e.Previous = before.Comments, before.Previous
	others := slices.DeleteFunc(slices.Clone(before.Flags), func(flag string) bool { return flag == valuesFlag })
	e.Flags = append(others, e.Flags...)
	if !isFilled(&before) {
		return
	}
	switch have := len(before.Text); {
	case e.Plural == "":
		if slices.ContainsFunc(before.Text[1:], func(text string) bool { return text != "" && text != before.Text[0] }) {
			setAside(e, &before)
		}
		e.Text = fit(before.Text, 1)
	case before.Plural == "" || have < forms:
		e.Text = fit(before.Text, len(e.Text))
		fuzzy(e, &before)
	default: // those that are too many are for a person to remove
		e.Text = slices.Clone(before.Text)
	}
	if e.Plural != before.Plural {
		fuzzy(e, &before)
	}
}

// fit returns translations in as many forms.
func fit(texts []string, forms int) []string {
	out := slices.Clone(texts)
	for len(out) < forms {
		out = append(out, out[len(out)-1])
	}
	return out[:forms]
}

// fuzzy marks the translation of an entry as a guess, from that of another.
func fuzzy(e *po.Entry, from *po.Entry) {
	if !e.Fuzzy() {
		e.Flags = append([]string{"fuzzy"}, e.Flags...)
	}
	e.Previous = from.IDLines()
}

// guess gives a new entry the translation of one that is no longer used, if their texts
// are alike.
func guess(e *po.Entry, spare []*po.Entry) {
	var ids []string
	for _, s := range spare {
		if s.HasContext == e.HasContext && s.Context == e.Context && (s.Plural == "") == (e.Plural == "") {
			ids = append(ids, s.ID)
		}
	}
	const most = 500 // texts and bytes: the comparison takes their product
	if len(ids) > most || len(e.ID) > most {
		return
	}
	id := nearest.Within(e.ID, ids, len(e.ID)/3)
	for _, s := range spare {
		if id != "" && s.ID == id && s.HasContext == e.HasContext && s.Context == e.Context && (s.Plural == "") == (e.Plural == "") {
			e.Text = fit(s.Text, len(e.Text))
			fuzzy(e, s)
			return
		}
	}
}

// Count counts what a catalogue has of the texts that are in use.
func Count(f *po.File) Counts {
	var c Counts
	for i := range f.Entries {
		e := &f.Entries[i]
		switch {
		case isHeader(e):
		case e.Obsolete:
			c.Unused++
		case e.Translated():
			c.Translated++
		case e.Fuzzy() && isFilled(e):
			c.Fuzzy++
		default:
			c.Missing = append(c.Missing, e.Key())
		}
	}
	return c
}

// Translated returns the texts of a catalogue that have a translation.
func Translated(f *po.File) map[po.Key]bool {
	out := map[po.Key]bool{}
	for i := range f.Entries {
		if e := &f.Entries[i]; !isHeader(e) && !e.Obsolete && e.Translated() {
			out[e.Key()] = true
		}
	}
	return out
}

// Texts returns the texts of a catalogue, such as one that Template made.
func Texts(f *po.File) []Text {
	var out []Text
	for i := range f.Entries {
		e := &f.Entries[i]
		if isHeader(e) || e.Obsolete {
			continue
		}
		t := Text{Key: e.Key(), Plural: e.Plural, Comments: e.Extracted}
		for _, place := range e.Places {
			t.Places = append(t.Places, Place{File: place})
		}
		out = append(out, t)
	}
	return out
}

// Join returns the texts of two lists, each once, the places of both together.
func Join(a, b []Text) []Text {
	out := slices.Clone(a)
	for _, text := range b {
		if i := slices.IndexFunc(out, func(t Text) bool { return t.Key == text.Key }); i < 0 {
			out = append(out, text)
		} else if out[i].Plural == "" {
			out[i].Plural = text.Plural
		}
	}
	return out
}

// Same reports whether two catalogues have the same messages in the same order, whatever
// lines they are broken into.
func Same(a, b []byte) bool {
	x, errX := po.Parse(a)
	y, errY := po.Parse(b)
	if errX != nil || errY != nil {
		return false
	}
	return slices.EqualFunc(x.Entries, y.Entries, func(p, q po.Entry) bool {
		for _, e := range []*po.Entry{&p, &q} {
			e.Line, e.Places = 0, strings.Fields(strings.Join(e.Places, " "))
		}
		return reflect.DeepEqual(p, q)
	})
}
