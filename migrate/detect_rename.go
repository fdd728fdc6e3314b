package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/schema"
)

// renamedTable is a table that has another name now.
type renamedTable struct{ old, new string }

// findRenames finds the tables of a module that have another name now.
func (d *detector) findRenames(module string) {
	want := d.want[module].Clone()
	want.Normalize()
	gone := slices.DeleteFunc(d.state.schema(func(owner string) bool { return owner == module }).Tables, func(t schema.Table) bool {
		_, wanted := want.Table(t.Name)
		return wanted
	})
	var found []renamedTable
	for _, t := range want.Tables {
		if d.exists(t.Name) {
			continue
		}
		i := slices.IndexFunc(gone, func(old schema.Table) bool {
			// A table of pairs goes with the model whose relation it holds.
			for _, r := range found {
				if rest, ok := strings.CutPrefix(old.Name, r.old+"_"); ok && t.Name == r.new+"_"+rest {
					return sameTypes(old, t)
				}
			}
			return d.wasTable(old, t)
		})
		if i >= 0 {
			found = append(found, renamedTable{gone[i].Name, t.Name})
			gone = slices.Delete(gone, i, i+1)
		}
	}
	d.renamed[module] = found
}

// renameTables renames the tables that have another name now.
func (d *detector) renameTables(module string, want schema.Schema) {
	for _, r := range d.renamed[module] {
		d.do(module, RenameTable{Table: r.old, To: r.new})
	}
	for _, r := range d.renamed[module] {
		d.renamePairs(module, r.old, r.new, want)
	}
}

// renamePairs renames the columns of tables of pairs that are called after a
// model whose table was renamed: blog_post_topics.post_id is to become
// blog_article_topics.article_id.
func (d *detector) renamePairs(module, old, new string, want schema.Schema) {
	model := func(table string) string { return table[strings.LastIndexByte(table, '_')+1:] }
	for _, t := range want.Tables {
		have, ok := d.state.tables[t.Name]
		if !ok || len(have.Columns) != 3 || !sameTypes(have, t) {
			continue
		}
		for _, c := range slices.Clone(have.Columns) {
			rest, ok := strings.CutSuffix(c.Name, model(old)+"_id")
			if to := rest + model(new) + "_id"; ok && to != c.Name {
				_, was := have.Column(to)
				if _, wanted := t.Column(to); wanted && !was {
					d.do(module, RenameColumn{Table: t.Name, Column: c.Name, To: to})
				}
			}
		}
	}
}

// sameTypes reports whether the columns of both tables have the same types in
// the same order.
func sameTypes(a, b schema.Table) bool {
	return slices.EqualFunc(a.Columns, b.Columns, func(c, d schema.Column) bool {
		return c.Type == d.Type && c.Null == d.Null && c.Auto == d.Auto
	})
}

// wasTable reports whether the table old is to be renamed to t, as was given or
// is answered.
func (d *detector) wasTable(old, t schema.Table) bool {
	for _, r := range slices.Concat(d.opts.Renames, d.opts.Tagged) {
		if r.Column == "" && namesTable(r.Table, old.Name) {
			return r.To != "" && namesTable(r.To, t.Name)
		}
	}
	if !sameTypes(old, t) {
		return false
	}
	alike := 0
	for _, c := range t.Columns {
		if _, ok := old.Column(c.Name); ok {
			alike++
		}
	}
	// Every table has an id; more than half of the names must be the same.
	if alike*2 <= len(t.Columns) {
		return false
	}
	return d.yes(Question{
		Kind: WasTableRenamed, Table: old.Name, To: t.Name,
		Text: fmt.Sprintf("was the table %s renamed to %s?", old.Name, t.Name),
	}, fmt.Sprintf("table %s went and %s came, with the same columns: write --rename %s=%s to keep its rows, or --rename %s= to drop them", old.Name, t.Name, old.Name, t.Name, old.Name))
}

// renameColumns finds the columns of a table that have another name now.
func (d *detector) renameColumns(module string, want schema.Table) {
	for _, c := range want.Columns {
		have := d.state.tables[want.Name]
		if _, ok := have.Column(c.Name); ok {
			continue
		}
		for _, old := range have.Columns {
			if _, ok := want.Column(old.Name); ok || !d.wasColumn(have, want, old, c) {
				continue
			}
			d.do(module, RenameColumn{Table: want.Name, Column: old.Name, To: c.Name})
			break
		}
	}
}

func (d *detector) wasColumn(have, want schema.Table, old, c schema.Column) bool {
	for _, r := range slices.Concat(d.opts.Renames, d.opts.Tagged) {
		if r.Column != "" && namesTable(r.Table, want.Name) && namesColumn(r.Column, old.Name) {
			return r.To != "" && namesColumn(r.To, c.Name)
		}
	}
	same := old
	same.Name = c.Name
	if same != c || refersFrom(have, old.Name) != refersFrom(want, c.Name) {
		return false
	}
	return d.yes(Question{
		Kind: WasColumnRenamed, Table: want.Name, Column: old.Name, To: c.Name,
		Text: fmt.Sprintf("was the column %s of %s renamed to %s?", old.Name, want.Name, c.Name),
	}, fmt.Sprintf("column %s of %s went and %s came, of the same type: write --rename %s.%s=%s to keep its values, or --rename %s.%s= to drop them",
		old.Name, want.Name, c.Name, want.Name, old.Name, c.Name, want.Name, old.Name))
}

// refersFrom returns the table that the column refers to, or "".
func refersFrom(t schema.Table, column string) string {
	for _, f := range t.ForeignKeys {
		if slices.Contains(f.Columns, column) {
			return f.RefTable
		}
	}
	return ""
}

// yes asks a question; without anyone to ask, it reports what to write.
func (d *detector) yes(q Question, refusal string) bool {
	if d.opts.Ask == nil {
		d.errs = append(d.errs, fmt.Errorf("%s", refusal))
		return false
	}
	answer, err := d.ask(q)
	answer = strings.ToLower(strings.TrimSpace(answer))
	return err == nil && (answer == "y" || answer == "yes")
}

// ask asks a question. Who does not answer one is not asked another.
func (d *detector) ask(q Question) (answer string, err error) {
	if answer, err = d.opts.Ask(q); err != nil {
		d.errs = append(d.errs, err)
		d.opts.Ask = nil
	}
	return answer, err
}

// renameConstraints gives indexes and constraints that are the same as before
// the names that they have now, because tables or columns are called so.
func (d *detector) renameConstraints(module string, want schema.Table) {
	have := d.state.tables[want.Name]
	rename := func(old, new string) {
		d.do(module, RenameConstraint{Table: want.Name, Name: old, To: new})
	}
	renameSame(have.Uniques, want.Uniques, schema.Unique.Same, func(u schema.Unique) string { return u.Name }, rename)
	renameSame(have.Indexes, want.Indexes, schema.Index.Same, func(x schema.Index) string { return x.Name }, rename)
	renameSame(have.ForeignKeys, want.ForeignKeys, schema.ForeignKey.Same, func(f schema.ForeignKey) string { return f.Name }, rename)
	renameSame(have.Checks, want.Checks, schema.Check.Same, func(c schema.Check) string { return c.Name }, rename)
}

func renameSame[T any](have, want []T, same func(a, b T) bool, name func(T) string, rename func(old, new string)) {
	var taken []string
	for _, x := range have {
		taken = append(taken, name(x))
	}
	for _, x := range have {
		if slices.ContainsFunc(want, func(y T) bool { return name(x) == name(y) }) {
			continue
		}
		i := slices.IndexFunc(want, func(y T) bool { return same(x, y) && !slices.Contains(taken, name(y)) })
		if i >= 0 {
			taken = append(taken, name(want[i]))
			rename(name(x), name(want[i]))
		}
	}
}
