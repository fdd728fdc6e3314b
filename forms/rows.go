package forms

import (
	"crypto/sha256"
	"encoding/base64"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Rows are the rows of a field: what a form has several of. Each row is told by its key, in
// the names of its fields: the field Name of the row 7 of Lines is sent as "lines.7.name".
// The keys are sent as "lines", in the order of the rows.
type Rows struct {
	// Items are the rows as they are shown, with blank ones at the end to be filled in.
	Items []*Row
	// Gone are the keys of the rows that were there at first and are removed, each with a dot
	// and the version that the page had of it, if rows have versions.
	Gone []string

	field   *Field
	plan    *rowsPlan
	initial reflect.Value // the slice at first
	removed []reflect.Value
	taken   map[string]bool // the keys that were sent, and those that rows got since
	renamed int             // the number in the last key that a row got since
}

// Row is one of the rows of a field.
type Row struct {
	*Values
	Of    *Field // that has the row
	Key   string // as it is sent
	ID    string // of its element in the page
	Label string // what people call it, such as "Line 2"
	First bool   // nothing can be above it
	Last  bool   // nothing can be below it

	blank  bool          // it is new, and nothing is filled in
	unsent bool          // the page did not show it
	was    reflect.Value // the row at first; the zero Value for a new one
	stored reflect.Value // it in the slice, or what it is read into
}

// Version returns the version that the page has of the row, "" for none.
func (row *Row) Version() string {
	for _, f := range row.fields {
		if f.plan.version {
			return f.Value
		}
	}
	return ""
}

// Max returns how many rows there may be.
func (r *Rows) Max() int { return r.plan.most }

// Ordered reports whether the order of the rows matters.
func (r *Rows) Ordered() bool { return r.plan.ordered }

// One is what people call a row, in the visitor's language.
func (r *Rows) One() string { return r.field.lang.T(r.plan.one) }

// Full reports whether there is no room for another row.
func (r *Rows) Full() bool { return len(r.Items) >= r.plan.most }

// Template returns a row for scripts that add rows: its key is "__KEY0__", or "__KEY1__" for
// rows in rows, which a script replaces.
func (r *Rows) Template() *Row {
	row := r.row("__KEY"+strconv.Itoa(strings.Count(r.field.Name, "__KEY"))+"__", reflect.Value{})
	row.blank = true
	row.Label = r.One()
	return row
}

// newRows returns the rows that a field begins with.
func newRows(f *Field) *Rows {
	r := &Rows{field: f, plan: f.plan.rows, initial: reflect.New(f.value.Type()).Elem()}
	r.initial.Set(f.value)
	for i := range f.value.Len() {
		row := r.row(r.keyOf(i), f.value.Index(i))
		row.stored, row.into = f.value.Index(i), f.value.Index(i)
		row.rebind()
		if r.isNew(i) {
			row.was = reflect.Value{}
		}
		r.Items = append(r.Items, row)
	}
	if strings.Contains(f.Name, "__KEY") {
		return r // of a template: rows in it are added by people
	}
	r.addBlank(max(min(r.plan.extra, r.plan.most-len(r.Items)), r.plan.least-len(r.Items)))
	r.number()
	return r
}

// keyOf returns the key of one of the first rows as it is sent: that of the struct or, if it
// has none, its place.
func (r *Rows) keyOf(i int) string {
	switch {
	case r.plan.key == nil:
		return strconv.Itoa(i)
	case r.isNew(i):
		return "ni" + strconv.Itoa(i)
	}
	return r.keyIn(r.initial.Index(i))
}

// isNew reports whether one of the first rows is not stored yet: its key is zero.
func (r *Rows) isNew(i int) bool {
	return r.plan.key != nil && r.initial.Index(i).FieldByIndex(r.plan.key).IsZero()
}

// maxKey is how long a text in the key of a row may be, in bytes; of a longer one it is a
// checksum, so that all keys are short.
const maxKey = 72

// keyIn returns the key that a row has in its struct.
func (r *Rows) keyIn(row reflect.Value) string {
	k := row.FieldByIndex(r.plan.key)
	if k.Kind() == reflect.String {
		if k.Len() > maxKey {
			sum := sha256.Sum256([]byte(k.String()))
			return "h" + base64.RawURLEncoding.EncodeToString(sum[:])
		}
		return "k" + base64.RawURLEncoding.EncodeToString([]byte(k.String()))
	}
	if k.CanUint() {
		return strconv.FormatUint(k.Uint(), 10)
	}
	return strconv.FormatInt(k.Int(), 10)
}

// row returns a row that is read into a struct of its own, which begins as was.
func (r *Rows) row(key string, was reflect.Value) *Row {
	into := reflect.New(r.field.plan.base).Elem()
	if was.IsValid() {
		into.Set(was)
	}
	prefix := r.field.Name + "." + key + "."
	row := &Row{
		Values: newValues(r.field.of.ctx, r.field.of.root, r.plan.plan, prefix, into),
		Of:     r.field, Key: key, ID: r.rowID(key), was: was, stored: into,
	}
	if !was.IsValid() || strings.HasPrefix(key, "n") {
		for _, f := range row.fields {
			f.showNoZero()
		}
	}
	return row
}

// rowID is the id of the element of a row.
func (r *Rows) rowID(key string) string {
	return r.field.of.root.ids + "row-" + r.field.Name + "." + key
}

// rebind makes the fields of a row those of another struct with the same values.
func (row *Row) rebind() {
	for _, f := range row.fields {
		f.value = row.into.FieldByIndex(f.plan.index)
	}
}

// addBlank adds blank rows with keys that are not taken.
func (r *Rows) addBlank(n int) {
	for next := 1; n > 0; next++ {
		key := "n" + strconv.Itoa(next)
		if slices.ContainsFunc(r.Items, func(row *Row) bool { return row.Key == key }) {
			continue
		}
		row := r.row(key, reflect.Value{})
		row.blank = true
		r.Items = append(r.Items, row)
		n--
	}
}

// number gives the rows their labels.
func (r *Rows) number() {
	for i, row := range r.Items {
		row.Label = r.One() + " " + r.field.lang.Plain(strconv.Itoa(i+1))
		row.First, row.Last = i == 0, i == len(r.Items)-1
	}
}
