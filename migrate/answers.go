package migrate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/volaweb/vola/internal/nearest"
	"github.com/volaweb/vola/schema"
)

// Answers that nothing asks for are misspelt, or meant for something else. To
// pass over them would leave people to believe that they were heard.

// readTables collects the tables of all modules as they are in the migrations
// and as they are wanted.
func (d *detector) readTables() {
	d.wantedBy = map[string]string{}
	d.before = d.state.schema(func(owner string) bool { _, ok := d.want[owner]; return ok }).Tables
	for _, module := range sortedKeys(d.want) {
		want := d.want[module].Clone()
		want.Normalize()
		for _, t := range want.Tables {
			if d.wantedBy[t.Name] == "" {
				d.wantedBy[t.Name] = module
				d.after = append(d.after, t)
			}
		}
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// checkValues finds the values for columns that are not there.
func (d *detector) checkValues() {
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

// tableAnswers returns what the answers say about tables, by the name before.
func (d *detector) tableAnswers() map[string]string {
	out, by := map[string]string{}, map[string]Rename{}
	for _, r := range d.opts.Renames {
		if r.Column != "" {
			continue
		}
		pairs, reason := d.tablesNamed(r)
		if reason != "" {
			d.fail("--rename %s: %s", r.text(), reason)
		}
		for _, p := range pairs {
			if now, ok := out[p.old]; ok && now != p.now {
				d.fail("--rename %s: another answer is --rename %s", r.text(), by[p.old].text())
			}
			out[p.old], by[p.old] = p.now, r
		}
	}
	had := func(name string) bool { _, ok := d.old(name); return ok }
	for _, old := range sortedKeys(out) {
		now, r := out[old], by[old].text()
		if now == old && !d.stays(old) {
			continue // moved to another module under the same name
		}
		switch clash(out, old, now, had, d.stays) {
		case clashTwice:
			d.fail("--rename %s: another table is said to be %s now", r, now)
		case clashStill:
			d.fail("--rename %s: the table %s is still there", r, old)
		case clashBefore:
			d.fail("--rename %s: the table %s was there before; say what became of it with --rename %s=NEW, or --rename %s= to drop it", r, now, now, now)
		}
	}
	return out
}

// tablesNamed returns the tables that a rename is about, or why there are none.
func (d *detector) tablesNamed(r Rename) (out []pairing, reason string) {
	olds := meant(r.Table, d.before, func(t schema.Table) string { return d.state.owner[t.Name] })
	if len(olds) == 0 {
		return nil, fmt.Sprintf("no table is called %s in the migrations%s", r.Table, instead(r.Table, "there is", tableNames(d.before)))
	}
	if r.To == "" {
		gone := slices.DeleteFunc(slices.Clone(olds), d.stays)
		switch {
		case len(olds) == 1:
			return []pairing{{old: olds[0]}}, ""
		case len(gone) == 1:
			return []pairing{{old: gone[0]}}, ""
		}
		return nil, fmt.Sprintf("%s may be %s; write the name of the table", r.Table, orList(olds))
	}
	news := meant(r.To, d.after, func(t schema.Table) string { return d.wantedBy[t.Name] })
	if len(news) == 0 {
		return nil, fmt.Sprintf("no model is called %s%s", r.To, instead(r.To, "there is", tableNames(d.after)))
	}
	var same, all []pairing
	for _, old := range olds {
		for _, now := range news {
			all = append(all, pairing{old: old, now: now})
			if d.state.owner[old] == d.wantedBy[now] {
				same = append(same, pairing{old: old, now: now})
			}
		}
	}
	if len(same) > 1 { // the same names in several modules
		same = slices.DeleteFunc(same, func(p pairing) bool { return p.old == p.now || d.stays(p.old) })
	}
	modules := map[string]int{}
	for _, p := range same {
		modules[d.wantedBy[p.now]]++
	}
	switch {
	case len(same) > 0 && len(modules) == len(same):
		return same, ""
	case len(all) == 1:
		return all, ""
	case len(olds) > 1:
		return nil, fmt.Sprintf("%s may be %s; write the name of the table", r.Table, orList(olds))
	}
	return nil, fmt.Sprintf("%s may be %s; write the name of the table", r.To, orList(news))
}

// meant returns the names of the tables that a person means: the table of that
// name, or those of the models of that name, or those that end with it.
func meant(name string, tables []schema.Table, module func(schema.Table) string) []string {
	var exact, model, other []string
	for _, t := range tables {
		switch {
		case t.Name == name:
			exact = append(exact, t.Name)
		case t.Name == module(t)+"_"+strings.ToLower(name):
			model = append(model, t.Name)
		case namesTable(name, t.Name):
			other = append(other, t.Name)
		}
	}
	switch {
	case exact != nil:
		return exact
	case model != nil:
		return model
	}
	return other
}

// columnAnswers returns what the answers say about columns: for each wanted
// table, what becomes of the columns.
func (d *detector) columnAnswers() map[string]map[string]string {
	out := map[string]map[string]string{}
	type placed struct {
		rename     Rename
		table, old string
	}
	var all []placed
	for _, r := range d.opts.Renames {
		if r.Column == "" {
			continue
		}
		found := false
		reason := d.eachTable(r.Table, func(t schema.Table) string {
			old, now, why := d.columnsNamed(r, t)
			if why == "" && old != "" {
				if out[t.Name] == nil {
					out[t.Name] = map[string]string{}
				}
				if _, ok := out[t.Name][old]; ok {
					return fmt.Sprintf("another answer is about column %s of %s", old, t.Name)
				}
				out[t.Name][old] = now
				all = append(all, placed{r, t.Name, old})
				found = true
				return "look at the others too"
			}
			return why
		})
		if !found && reason != "" {
			d.fail("--rename %s: %s", r.text(), reason)
		}
	}
	reasons := map[string]string{}
	good := map[string]bool{}
	var idle []placed
	for _, p := range all {
		text := p.rename.text()
		if why := d.idleColumn(out[p.table], p.table, p.old); why == "" {
			good[text] = true
		} else {
			idle = append(idle, p)
			reasons[text] = cmp.Or(reasons[text], why)
		}
	}
	for _, p := range idle { // of another table than the one that is meant
		delete(out[p.table], p.old)
	}
	for _, text := range sortedKeys(reasons) {
		if !good[text] {
			d.fail("--rename %s: %s", text, reasons[text])
		}
	}
	return out
}

// columnsNamed returns the columns of a wanted table that a rename is about, or
// why there are none.
func (d *detector) columnsNamed(r Rename, want schema.Table) (old, now, reason string) {
	have, ok := d.origin(want)
	if !ok {
		if d.origins.open {
			return "", "", "" // it may be one that is there, under another name
		}
		return "", "", fmt.Sprintf("the table %s is new", want.Name)
	}
	old = columnLike(have, r.Column)
	if old == "" {
		return "", "", fmt.Sprintf("the table %s has no column %s in the migrations%s", have.Name, r.Column, instead(r.Column, "it has", columnNames(have)))
	}
	if r.To == "" {
		return old, "", ""
	}
	if reason := d.missing(want, r.To); reason != "" {
		return "", "", reason
	}
	return old, columnLike(want, r.To), ""
}

// idleColumn says why the answer about a column of a wanted table would do
// nothing, given the other answers; "" if it would.
func (d *detector) idleColumn(answers map[string]string, table, old string) string {
	want, _ := d.wanted(table)
	have, _ := d.origin(want)
	had := func(name string) bool { _, ok := have.Column(name); return ok }
	wanted := func(name string) bool {
		was, _ := have.Column(name)
		c, ok := want.Column(name)
		return ok && !d.replaced(was, c)
	}
	now := answers[old]
	switch clash(answers, old, now, had, wanted) {
	case clashTwice:
		return fmt.Sprintf("another column of %s is said to be %s now", table, now)
	case clashStill:
		return fmt.Sprintf("column %s of %s is still there", old, table)
	case clashBefore:
		return fmt.Sprintf("column %s of %s was there before; say what became of it with --rename %s.%s=NEW, or --rename %s.%s= to drop it", now, table, table, now, table, now)
	}
	return ""
}

// origin returns the table that the wanted one is in the migrations.
func (d *detector) origin(want schema.Table) (schema.Table, bool) {
	old, ok := d.origins.before[want.Name]
	if !ok {
		return schema.Table{}, false
	}
	return d.old(old)
}

// missing says that the wanted table has no such column, "" if it has.
func (d *detector) missing(want schema.Table, column string) string {
	if columnLike(want, column) != "" {
		return ""
	}
	return fmt.Sprintf("the model of %s has no column %s%s", want.Name, column, instead(column, "it has", columnNames(want)))
}

// eachTable returns why nothing is to be done in the wanted tables that name
// may mean, now or before, "" if there is one in which something is.
func (d *detector) eachTable(name string, idle func(schema.Table) string) string {
	reason := ""
	for _, t := range d.after {
		old, renamed := "", false
		if d.origins != nil {
			old, renamed = d.origins.before[t.Name]
		}
		if !d.atHand(d.wantedBy[t.Name]) || !namesTable(name, t.Name) && (!renamed || !namesTable(name, old)) {
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

// columnLike returns the name of the column that a person means, or "": the
// column of that name before one that only sounds like it.
func columnLike(t schema.Table, name string) string {
	if _, ok := t.Column(name); ok {
		return name
	}
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
