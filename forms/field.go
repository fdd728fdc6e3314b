package forms

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/volaweb/vola/i18n"
)

// Field is a field of a form with its value, for templates.
type Field struct {
	Name   string // as it is sent
	ID     string // of its control in the page
	Label  string // in the visitor's language
	Help   string // "" for none
	Error  string // what is wrong with what was sent, "" for nothing
	Widget string // what it is shown as: text, email, url, tel, password, textarea, number, date, time, datetime-local, checkbox, select, radio, checkboxes, hidden, file, search or rows
	// Value is the value as the control has it; that of a password is never there.
	Value    string
	Checked  bool // of a checkbox
	Required bool
	Size     int      // of a text, in characters
	Min, Max string   // of numbers and dates, "" for none
	Complete string   // of the attribute autocomplete, "" for none
	Decimal  bool     // the number may have a fraction
	Rows     *Rows    // of a field with rows, else nil
	Files    []Kept   // of a field with files: those that it has
	Accept   string   // of a field with files: the extensions that browsers offer
	Multiple bool     // several files can be chosen
	Twice    []Option // of a time that clocks show twice: which one, sent as the name with ".at"
	Found    []Option // of a search: what was found, one of which is sent as the name with ".pick"

	plan        *fieldPlan
	lang        *i18n.Language
	of          *Values
	value       reflect.Value // of the field in the struct
	shown       []string      // what it was shown as first
	chosen      []Choice
	find        Finder    // of a search
	unread      bool      // what was sent could not be read
	which       string    // of a time that clocks show twice and of a search, what was chosen
	parsed      bool      // what was sent is another text than the first
	current     []string  // what is shown now
	first, sent [1]string // of shown and current, for fields of one value
	listed      bool      // no other value than the choices is taken, even if there are none
	given       []string  // of a field with files: what was sent, with the checksums of files
	data        bool      // the labels of choices are not texts of the program, and not translated
}

// Option is one of the values of a list.
type Option struct {
	Value    string // as it is sent
	Label    string // in the visitor's language
	ID       string // of its control, where each has one
	Selected bool
}

// begin makes a zero field one with the value that it begins with.
func (f *Field) begin(v *Values, p *fieldPlan) {
	f.Name, f.ID, f.Widget = p.name, p.id, p.widget
	f.Required = !p.optional && (p.kind != boolean || p.ticked)
	f.Size, f.Min, f.Max, f.Complete = p.size, p.least, p.most, p.complete
	f.Decimal = p.kind == decimal || p.kind == exact
	f.plan, f.lang, f.of, f.value = p, v.lang, v, p.in(v.into)
	f.chosen, f.listed = p.choices, p.listed || p.many || len(p.choices) > 0
	if v.prefix != "" || v.root.ids != "" {
		f.Name = v.prefix + p.name
		f.ID = v.root.ids + idPrefix + f.Name
	}
	f.Label, f.Help, f.data = p.label, p.help, p.record
	if !p.record { // what is data is in the language of whoever wrote it
		f.Label = v.lang.T(p.label)
		if p.help != "" {
			f.Help = v.lang.T(p.help)
		}
	}
	if p.rows != nil {
		f.Rows = newRows(f)
		return
	}
	if p.kind == file {
		f.startFiles()
		return
	}
	f.shown = f.texts(f.value, &f.first)
	for _, c := range v.root.chosen {
		if c.plan == p {
			f.pick(c.choices)
		}
	}
	f.show(f.shown)
}

// showNoZero shows nothing for a number that nobody has given yet.
func (f *Field) showNoZero() {
	if (f.plan.kind == whole || f.plan.kind == decimal || f.plan.kind == clock) && !f.plan.many && !f.plan.pointer && !f.listed && f.value.IsZero() {
		f.shown = []string{""}
		f.show(f.shown)
	}
}

// rows returns the rows of the field; most fields have none.
func (f *Field) rows() []*Row {
	if f.Rows == nil {
		return nil
	}
	return f.Rows.Items
}

// choose gives the field the values to choose from.
func (f *Field) choose(choices []Choice) error {
	if err := f.plan.checkChoices(choices); err != nil {
		return err
	}
	f.pick(choices)
	return nil
}

// pick makes the field a list.
func (f *Field) pick(choices []Choice) {
	f.chosen, f.listed, f.data = choices, true, true
	if !f.Grouped() {
		f.Widget = "select"
	}
	if f.plan.kind == whole && !f.plan.many && !f.plan.pointer && f.value.IsZero() && !f.offers("0") {
		f.shown = []string{""} // nothing is chosen yet
	}
	f.show(f.shown)
}

// checkChoices checks that choices are values of the field.
func (p *fieldPlan) checkChoices(choices []Choice) error {
	for i, c := range choices {
		if t := reflect.TypeOf(c.Value); t != p.base {
			return fmt.Errorf("forms: choice %d of the field %s is a %v and not a %v", i+1, p.name, t, p.base)
		}
	}
	return nil
}

// DescribedBy returns the ids of the help and the error, for aria-describedby; "" for none.
func (f *Field) DescribedBy() string {
	switch {
	case f.Help != "" && f.Error != "":
		return f.HelpID() + " " + f.ErrorID()
	case f.Help != "":
		return f.HelpID()
	case f.Error != "":
		return f.ErrorID()
	}
	return ""
}

// HelpID is the id of the element with the help.
func (f *Field) HelpID() string { return f.ID + "-help" }

// ErrorID is the id of the element with the error.
func (f *Field) ErrorID() string { return f.ID + "-error" }

// Focus is the id of the control that a link to the error leads to.
func (f *Field) Focus() string {
	if f.Grouped() && len(f.chosen) > 0 {
		return f.ID + "-0"
	}
	return f.ID
}

// Grouped reports whether the field has several controls, which stand in a fieldset.
func (f *Field) Grouped() bool { return f.Widget == "radio" || f.Widget == "checkboxes" }

// InputMode is the keyboard that phones show, "" for that of the type.
func (f *Field) InputMode() string {
	switch {
	case f.Widget != "number":
		return ""
	case f.Decimal:
		return "decimal"
	}
	return "numeric"
}

// Type is the attribute type of an input. Numbers are texts: a browser would drop what it
// cannot read, and knows no other language than its own. So are dates and times that were
// sent in another form than the one of such controls, and are wrong: the value is kept.
func (f *Field) Type() string {
	switch f.Widget {
	case "number":
		return "text"
	case "date", "time", "datetime-local":
		if f.unread {
			return "text"
		}
	}
	return f.Widget
}

func (f *Field) fail(message string) {
	if f.Error == "" {
		f.Error = message
	}
}

// show gives the controls what they show.
func (f *Field) show(texts []string) {
	f.Value = ""
	if len(texts) > 0 && f.Widget != "password" {
		f.Value = texts[0]
	}
	f.Checked = f.plan.kind == boolean && f.Value == "on"
	f.current = texts
}

// Options returns the values of a list: of select, radio and checkboxes.
func (f *Field) Options() []Option {
	if len(f.chosen) == 0 && f.Widget != "select" && !f.Grouped() {
		return nil
	}
	out := make([]Option, 0, len(f.chosen)+1)
	if f.Widget == "select" && !f.plan.many && (f.plan.optional || f.Value == "" || !f.offers(f.Value)) {
		out = append(out, Option{Label: "–", Selected: f.Value == ""})
	}
	for i, c := range f.chosen {
		sent := f.textOf(reflect.ValueOf(c.Value))
		label := c.Label
		switch {
		case label == "":
			label = sent
		case !f.data:
			label = f.lang.T(label)
		}
		out = append(out, Option{
			Value: sent, Label: label, ID: f.ID + "-" + itoa(i), Selected: slices.Contains(f.current, sent),
		})
	}
	for i, text := range f.retired() {
		out = append(out, Option{Value: text, Label: text, ID: f.ID + "-" + itoa(len(f.chosen)+i), Selected: slices.Contains(f.current, text)})
	}
	return out
}

// retired returns the values that the field began with and that are no choices any more. One that
// may be left out is offered all the same: it would be lost without a word if the page were
// sent without it.
func (f *Field) retired() (out []string) {
	for _, text := range f.shown {
		if f.plan.optional && text != "" && !(f.plan.kind == whole && text == "0") && !f.offers(text) {
			out = append(out, text)
		}
	}
	return out
}

// offers reports whether a text is one of the choices.
func (f *Field) offers(text string) bool {
	return slices.ContainsFunc(f.chosen, func(c Choice) bool { return f.textOf(reflect.ValueOf(c.Value)) == text })
}

// read reads what was sent for the field.
func (f *Field) read(sent url.Values) {
	if f.Rows != nil {
		f.Rows.read(sent)
		return
	}
	if f.plan.kind == file {
		f.readFiles(sent)
		return
	}
	if f.plan.version {
		f.readVersion(sent.Get(f.Name))
		return
	}
	if f.find != nil {
		f.readSearch(sent)
		return
	}
	texts := sent[f.Name]
	switch {
	case f.plan.many:
		texts = slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return text == "" })
	case len(texts) > 0:
		f.sent[0] = texts[0] // the first counts
		texts = f.sent[:]
	}
	for i := range texts {
		texts[i] = f.clean(texts[i])
	}
	if f.plan.kind == moment {
		f.which = sent.Get(f.Name + ".at")
	}
	f.show(texts)
	if f.plan.ticked && !f.Checked {
		f.value.SetBool(false)
		f.fail(f.lang.T("Tick this box to go on."))
		return
	}
	if f.asShown(texts) || len(texts) == 0 && len(f.shown) == 1 && f.shown[0] == "" {
		f.unchanged()
		return
	}
	f.parse(texts)
	f.parsed = true
}

// changed reports whether what was sent is another value than the first.
func (f *Field) changed() bool {
	if f.plan.kind == file {
		return f.parsed
	}
	return f.parsed && (f.Error != "" || !slices.Equal(f.texts(f.value, new([1]string)), f.shown))
}

// readVersion reads the version that the page was made of. That of a new row stays as it is;
// what is not a version is one that no row has.
func (f *Field) readVersion(text string) {
	switch {
	case f.value.IsZero():
		return
	case text == "":
		f.of.incomplete()
		return
	case f.parseWhole(f.value, text) != "":
		setWhole(f.value, 0)
	}
	f.show([]string{text})
}

// renewVersion shows the version that the row has now.
func (f *Field) renewVersion() {
	if f.plan.version {
		f.show(f.shown)
	}
	for _, row := range f.rows() {
		for _, in := range row.fields {
			in.renewVersion()
		}
	}
}

// asShown reports whether texts are those that were shown first, as a control sends them that
// nobody has touched: it changes line breaks.
func (f *Field) asShown(texts []string) bool {
	return slices.EqualFunc(texts, f.shown, func(sent, shown string) bool { return sent == shown || sent == f.clean(shown) })
}

// clean takes from a text what is not part of it. A text of one line has no line breaks, as
// controls send none.
func (f *Field) clean(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if f.Widget == "password" {
		return text
	}
	text = strings.ReplaceAll(text, "\r", "\n")
	switch f.Widget {
	case "textarea":
		return text
	case "text", "email", "url", "tel":
		text = strings.ReplaceAll(text, "\n", "")
	}
	return strings.TrimSpace(text)
}

// missing says that a field which must be filled in is empty.
func (f *Field) missing() {
	if f.listed {
		f.fail(f.lang.T("Choose one of the options."))
		return
	}
	f.fail(f.lang.T("Fill in this field."))
}

// unchanged checks a value that was sent as it was shown.
func (f *Field) unchanged() {
	if f.Required && (len(f.shown) == 0 || f.shown[0] == "") {
		f.missing()
		return
	}
	f.check(f.shown)
}
