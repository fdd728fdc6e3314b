package forms

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// changed reports whether anything was sent that is not as it was at first; deep counts
// rows in rows too.
func (v *Values) changed(deep bool) bool {
	return slices.ContainsFunc(v.fields, func(f *Field) bool {
		return f.changed() || deep && f.Rows != nil && (len(f.Rows.removed) > 0 || slices.ContainsFunc(f.Rows.Items, func(row *Row) bool {
			return !row.blank && (!row.was.IsValid() || row.changed(true))
		}))
	})
}

// moved reports whether the position of a row is another than at first.
func (r *Rows) moved(row *Row) bool {
	return r.plan.position != nil && !row.was.FieldByIndex(r.plan.position).Equal(row.stored.FieldByIndex(r.plan.position))
}

// Changes says what was done to rows of type R.
type Changes[R any] struct {
	Added   []*R // in the slice, in its order
	Changed []*R // also those that were only moved, if rows have a position
	Removed []R  // as they were
}

// ChangesOf returns what was done to the rows of a slice, which is given as a pointer to it in
// the struct of the form or of one of its rows, after the form was read.
func ChangesOf[R any](form *Values, rows *[]R) (Changes[R], error) {
	var out Changes[R]
	f, err := form.at(rows)
	if err != nil {
		return out, err
	}
	if f.Rows == nil {
		return out, fmt.Errorf("forms: the field %s has no rows", f.Name)
	}
	for _, row := range f.Rows.Items {
		if row.blank {
			continue
		}
		at, _ := row.stored.Addr().Interface().(*R)
		switch {
		case !row.was.IsValid():
			out.Added = append(out.Added, at)
		case row.changed(false) || f.Rows.moved(row):
			out.Changed = append(out.Changed, at)
		}
	}
	for _, was := range f.Rows.removed {
		r, _ := was.Interface().(R)
		out.Removed = append(out.Removed, r)
	}
	return out, nil
}

// PutBack shows a row that was removed again, as it was at first, because it cannot be removed:
// i is its index in Removed of the rows' [Changes]. It returns a pointer to the row, for
// [Values.Add] to say why.
func PutBack[R any](form *Values, rows *[]R, i int) (*R, error) {
	f, err := form.at(rows)
	if err != nil {
		return nil, err
	}
	if f.Rows == nil || f.Rows.plan.key == nil || i < 0 || i >= len(f.Rows.removed) {
		return nil, fmt.Errorf("forms: the field %s has no removed row %d with a key", f.Name, i)
	}
	r := f.Rows
	key := r.keyIn(r.removed[i])
	was := r.removed[i]
	for j := range r.initial.Len() {
		if r.keyOf(j) == key {
			was = r.initial.Index(j) // with its version of now
		}
	}
	row := r.row(key, was)
	r.Items = slices.Insert(r.Items, r.placeOf(row.Key), row)
	r.Gone = slices.DeleteFunc(r.Gone, func(text string) bool {
		key, _, _ := strings.Cut(text, ".")
		return key == row.Key
	})
	r.number()
	at, _ := row.into.Addr().Interface().(*R)
	return at, nil
}

// placeOf returns where a row that was removed stands among the others: before those that came
// after it at first, and before blank ones.
func (r *Rows) placeOf(key string) int {
	place := map[string]int{}
	for i := range r.initial.Len() {
		place[r.keyOf(i)] = i
	}
	at := slices.IndexFunc(r.Items, func(row *Row) bool {
		i, first := place[row.Key]
		return row.blank || first && i > place[key]
	})
	if at < 0 {
		return len(r.Items)
	}
	return at
}

// chosen are the values to choose from for a field of rows.
type chosen struct {
	plan    *fieldPlan
	choices []Choice
}

// ChooseEach gives a field of all rows of type R the values to choose from: those that are
// there and those that people add. field returns a pointer to the field of a row:
//
//	forms.ChooseEach(form.Values, func(l *line) any { return &l.Product }, products...)
//
// It is called before the form is read.
func ChooseEach[R any](form *Values, field func(row *R) any, choices ...Choice) error {
	row := new(R)
	p := reflect.ValueOf(field(row))
	found := false
	form.plan.eachRow(reflect.TypeFor[R](), func(rows *plan) {
		for i := range rows.fields {
			fp := &rows.fields[i]
			at := reflect.ValueOf(row).Elem().FieldByIndex(fp.index)
			if p.Kind() == reflect.Pointer && at.Addr().Pointer() == p.Pointer() && at.Type() == p.Type().Elem() {
				found = true
				form.chosen = append(form.chosen, chosen{fp, choices})
			}
		}
	})
	if !found {
		return fmt.Errorf("forms: a %v does not lead to a field of rows of type %v", p.Kind(), reflect.TypeFor[R]())
	}
	last := form.chosen[len(form.chosen)-1]
	if err := last.plan.checkChoices(choices); err != nil {
		return err
	}
	form.offer()
	return nil
}

// eachRow calls do for the plans of rows of a type.
func (p *plan) eachRow(t reflect.Type, do func(*plan)) {
	for i := range p.fields {
		if rows := p.fields[i].rows; rows != nil {
			if p.fields[i].base == t {
				do(rows.plan)
			}
			rows.plan.eachRow(t, do)
		}
	}
}

// offer gives the rows that there are the values to choose from.
func (v *Values) offer() {
	for _, f := range v.fields {
		for _, c := range v.root.chosen {
			if c.plan == f.plan {
				f.pick(c.choices)
			}
		}
		for _, row := range f.rows() {
			row.offer()
		}
	}
}
