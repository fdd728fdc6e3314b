package forms

import (
	"context"
	"fmt"
	"net/url"
	"reflect"
	"slices"

	"github.com/volaweb/vola/internal/fieldrules"
)

// maxFound is how many choices a search shows.
const maxFound = 20

// Finder finds the choices of a field that has too many for a list: those whose label has a
// text that somebody typed, best first. More than 20 are shown as the first 20.
type Finder func(ctx context.Context, text string) ([]Choice, error)

// Search has people type a text in place of choosing from a list, such as the name of a
// person among thousands. field is a pointer to the field in the struct; label is what its
// first value is called, "" for none. It is called before the form is read.
//
//	form.Search(&form.Value.Author.ID, author.Name, b.findAuthors)
//
// If one choice has the text as its label, it is chosen; others that are found are offered, and
// one must be picked. It works without a script. Read returns the error of find.
func (v *Values) Search(field any, label string, find Finder) error {
	f, err := v.at(field)
	if err != nil {
		return err
	}
	if f.plan.many || f.plan.kind != whole && f.plan.kind != text {
		return fmt.Errorf("forms: the field %s cannot be searched for; only one whole number or text is found by a search", f.Name)
	}
	f.find, f.listed, f.Widget = find, true, "search"
	f.first[0] = label
	f.shown = f.first[:]
	f.show(f.shown)
	return nil
}

// readSearch finds what somebody typed. A value that was not touched stays.
func (f *Field) readSearch(sent url.Values) {
	f.sent[0] = f.clean(sent.Get(f.Name))
	text := f.sent[0]
	f.show(f.sent[:])
	switch {
	case text == f.shown[0] && text != "":
		return
	case text == "":
		if f.Required {
			f.fail(f.lang.T("Fill in this field."))
			return
		}
		f.value.SetZero()
		f.parsed = f.shown[0] != ""
		return
	}
	f.parsed, f.which = true, sent.Get(f.Name+".pick")
	if message := f.checkSearch(text); message != "" {
		f.fail(message)
		return
	}
	found, err := f.find(f.of.ctx, text)
	if err != nil {
		f.of.root.failed = fmt.Errorf("search for the field %s: %w", f.Name, err)
		return
	}
	found = found[:min(len(found), maxFound)]
	if err := f.plan.checkChoices(found); err != nil {
		f.of.root.failed = err
		return
	}
	if i := f.picked(found, text, f.which); i >= 0 {
		f.setSearch(found[i])
		return
	}
	f.Found = make([]Option, len(found))
	for i, c := range found {
		f.Found[i] = Option{Value: f.textOf(reflect.ValueOf(c.Value)), Label: c.Label, ID: f.ID + "-pick-" + itoa(i)}
	}
	if len(found) == 0 {
		f.fail(f.lang.T("Nothing was found for {text}.", "text", text))
		return
	}
	f.fail(f.lang.T("Choose one of those that were found, or type more of the name."))
}

// picked returns the index of the choice that is meant: the one that was picked or, if none
// was, the only one with that label; -1 for none.
func (f *Field) picked(found []Choice, text, pick string) int {
	if pick != "" {
		return slices.IndexFunc(found, func(c Choice) bool { return f.textOf(reflect.ValueOf(c.Value)) == pick })
	}
	at := -1
	for i, c := range found {
		if c.Label != text {
			continue
		}
		if at >= 0 {
			return -1 // two are called so
		}
		at = i
	}
	return at
}

// setSearch sets the field to a choice, and shows what it is called.
func (f *Field) setSearch(c Choice) {
	v := reflect.ValueOf(c.Value)
	if f.plan.pointer {
		p := reflect.New(f.value.Type().Elem())
		f.plan.target(p).Set(v)
		v = p
	}
	f.value.Set(v)
	f.sent[0] = c.Label
	f.show(f.sent[:])
}

// checkSearch returns what is wrong with a text that somebody typed.
func (f *Field) checkSearch(text string) string {
	v := reflect.New(reflect.TypeFor[string]()).Elem()
	as := Field{plan: &fieldPlan{}, lang: f.lang, Size: fieldrules.LineSize, of: f.of}
	if message := as.parseOne(v, text); message != "" {
		return message
	}
	return as.checkOne(text)
}
