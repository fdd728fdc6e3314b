package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/nearest"
	"github.com/volaweb/vola/schema"
)

// Answers that nothing asks for are misspelt, or meant for something else. To
// pass over them would leave people to believe that they were heard.

// checkAnswers finds the renames and values that name what is not there or
// what has not changed, before anything is asked.
func (d *detector) checkAnswers() {
	d.before = d.state.schema(func(owner string) bool { return slices.Contains(d.modules, owner) }).Tables
	for _, module := range d.modules {
		d.after = append(d.after, d.want[module].Tables...)
	}
	for _, r := range d.opts.Renames {
		reason := ""
		if r.Column == "" {
			reason = d.idleTable(r)
		} else {
			reason = d.eachTable(r.Table, func(t schema.Table) string { return d.idleColumn(r, t) })
		}
		if reason != "" {
			d.fail("--rename %s: %s", r.text(), reason)
		}
	}
	for _, v := range d.opts.Values {
		reason := d.eachTable(v.Table, func(t schema.Table) string { return d.missing(t, v.Column) })
		if reason != "" {
			d.fail("--value %s: %s", v.text(), reason)
		}
	}
}

// checkValuesUsed finds the values that no column needed.
func (d *detector) checkValuesUsed() {
	for i, v := range d.opts.Values {
		if d.used[i] {
			continue
		}
		reason := d.eachTable(v.Table, func(t schema.Table) string {
			return fmt.Sprintf("column %s of %s needs no value", columnLike(t, v.Column), t.Name)
		})
		d.fail("--value %s: %s", v.text(), reason)
	}
}

func (r Rename) text() string {
	if r.Column == "" {
		return r.Table + "=" + r.To
	}
	return r.Table + "." + r.Column + "=" + r.To
}

func (v Value) text() string { return v.Table + "." + v.Column + "=" + v.SQL.SQLite }

// idleTable says why the rename of a table would do nothing, "" if it would.
func (d *detector) idleTable(r Rename) string {
	i := slices.IndexFunc(d.before, func(t schema.Table) bool { return namesTable(r.Table, t.Name) })
	if i < 0 {
		return fmt.Sprintf("no table is called %s in the migrations%s", r.Table, instead(r.Table, "there is", tableNames(d.before)))
	}
	old := d.before[i].Name
	if r.To != "" && !slices.ContainsFunc(d.after, func(t schema.Table) bool { return namesTable(r.To, t.Name) }) {
		return fmt.Sprintf("no model is called %s%s", r.To, instead(r.To, "there is", tableNames(d.after)))
	}
	if slices.ContainsFunc(d.after, func(t schema.Table) bool { return t.Name == old }) {
		return fmt.Sprintf("the table %s is still there", old)
	}
	return ""
}

// idleColumn says why the rename of a column would do nothing in a table that
// is wanted, "" if it would.
func (d *detector) idleColumn(r Rename, want schema.Table) string {
	have, ok := d.origin(want)
	if !ok {
		if d.opts.Ask != nil {
			return "" // it may have another name now, which will be asked
		}
		return fmt.Sprintf("the table %s is new", want.Name)
	}
	old := columnLike(have, r.Column)
	if old == "" {
		return fmt.Sprintf("the table %s has no column %s in the migrations%s", have.Name, r.Column, instead(r.Column, "it has", columnNames(have)))
	}
	if _, ok := want.Column(old); ok && (r.To == "" || d.missing(want, r.To) == "") {
		return fmt.Sprintf("column %s of %s is still there", old, want.Name)
	}
	if r.To == "" {
		return ""
	}
	if reason := d.missing(want, r.To); reason != "" {
		return reason
	}
	if to := columnLike(want, r.To); columnLike(have, to) == to {
		return fmt.Sprintf("column %s of %s was there before", to, want.Name)
	}
	return ""
}

// origin returns the table that the wanted one is in the migrations.
func (d *detector) origin(want schema.Table) (schema.Table, bool) {
	for _, t := range d.before {
		if t.Name == want.Name {
			return t, true
		}
	}
	for _, r := range slices.Concat(d.opts.Renames, d.opts.Tagged) {
		if r.Column != "" || !namesTable(r.To, want.Name) {
			continue
		}
		for _, t := range d.before {
			if namesTable(r.Table, t.Name) {
				return t, true
			}
		}
	}
	return schema.Table{}, false
}

// missing says that the wanted table has no such column, "" if it has.
func (d *detector) missing(want schema.Table, column string) string {
	if columnLike(want, column) != "" {
		return ""
	}
	return fmt.Sprintf("the model of %s has no column %s%s", want.Name, column, instead(column, "it has", columnNames(want)))
}

// eachTable returns why nothing is to be done in the wanted tables that name
// may mean, "" if there is one in which something is.
func (d *detector) eachTable(name string, idle func(schema.Table) string) string {
	reason := ""
	for _, t := range d.after {
		if !namesTable(name, t.Name) {
			continue
		}
		why := idle(t)
		if why == "" {
			return ""
		}
		if reason == "" {
			reason = why
		}
	}
	if reason == "" {
		return fmt.Sprintf("no model or table is called %s%s", name, instead(name, "there is", tableNames(d.after)))
	}
	return reason
}

// instead returns the end of a message about a name that is not there: the one
// that was meant, or what there is.
func instead(name, has string, known []string) string {
	short := map[string]string{} // people write Note, and not home_note
	names := slices.Clone(known)
	for _, k := range known {
		if _, model, ok := strings.Cut(k, "_"); ok {
			short[model] = k
			names = append(names, model)
		}
	}
	switch near := nearest.Name(name, names); {
	case near != "" && slices.Contains(known, near):
		return "; did you mean " + near + "?"
	case near != "":
		return "; did you mean " + short[near] + "?"
	case len(known) == 0:
		return ""
	}
	return "; " + has + " " + strings.Join(known, ", ")
}

// columnLike returns the name of the column that a person means, or "".
func columnLike(t schema.Table, name string) string {
	for _, c := range t.Columns {
		if namesColumn(name, c.Name) {
			return c.Name
		}
	}
	return ""
}

func tableNames(tables []schema.Table) []string {
	var out []string
	for _, t := range tables {
		out = append(out, t.Name)
	}
	return out
}

func columnNames(t schema.Table) []string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, c.Name)
	}
	return out
}
