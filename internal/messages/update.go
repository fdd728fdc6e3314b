package messages

import (
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

// entry returns the entry of a text without a translation.
func entry(t *Text, forms int) po.Entry {
	e := po.Entry{Context: t.Context, HasContext: t.HasContext, ID: t.ID, Plural: t.Plural, Extracted: t.Comments, Text: []string{""}}
	if t.Plural != "" {
		e.Text = make([]string, max(forms, 2))
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
// the file has them.
func Update(f *po.File, texts []Text, keep []po.Key) *po.File {
	forms := 2
	if plurals, err := po.ParsePlurals(f.Header("Plural-Forms")); err == nil {
		forms = plurals.Forms
	}
	old := map[po.Key]*po.Entry{}
	used := map[po.Key]bool{}
	out := &po.File{}
	for i := range f.Entries {
		e := &f.Entries[i]
		if isHeader(e) {
			out.Entries = append(out.Entries, *e)
			continue
		}
		if before := old[e.Key()]; before == nil || before.Obsolete {
			old[e.Key()] = e
		}
	}
	if len(out.Entries) == 0 {
		out.Entries = append(out.Entries, header(""))
	}
	for i := range texts {
		used[texts[i].Key] = true
	}
	for _, key := range keep {
		used[key] = true
	}
	var spare []*po.Entry // translations that nothing uses any more
	for i := range f.Entries {
		e := &f.Entries[i]
		if !isHeader(e) && !used[e.Key()] && isFilled(e) {
			spare = append(spare, e)
		}
	}
	known := map[po.Key]bool{}
	for i := range texts {
		e := entry(&texts[i], forms)
		known[e.Key()] = true
		if before := old[e.Key()]; before != nil {
			take(&e, before)
		} else {
			guess(&e, spare)
		}
		out.Entries = append(out.Entries, e)
	}
	for i := range f.Entries { // those of others
		if e := &f.Entries[i]; !isHeader(e) && used[e.Key()] && !known[e.Key()] && !e.Obsolete {
			out.Entries = append(out.Entries, *e)
		}
	}
	for _, e := range spare {
		gone := *e
		gone.Obsolete, gone.Places = true, nil
		out.Entries = append(out.Entries, gone)
	}
	return out
}

func isHeader(e *po.Entry) bool { return e.ID == "" && !e.HasContext }

// isFilled reports whether an entry has a translation, guessed or not.
func isFilled(e *po.Entry) bool {
	return slices.ContainsFunc(e.Text, func(text string) bool { return text != "" })
}

// take gives an entry the translation that it had before.
func take(e *po.Entry, before *po.Entry) {
	e.Comments, e.Previous = before.Comments, before.Previous
	others := slices.DeleteFunc(slices.Clone(before.Flags), func(flag string) bool { return flag == valuesFlag })
	e.Flags = append(others, e.Flags...)
	if !isFilled(before) {
		return
	}
	e.Text = fit(before.Text, len(e.Text))
	if e.Plural != before.Plural {
		fuzzy(e, before)
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
	previous := po.Entry{Context: from.Context, HasContext: from.HasContext, ID: from.ID, Plural: from.Plural}
	e.Previous = previous.IDLines()
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
