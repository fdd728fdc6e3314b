package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/schema"
)

// renameTables gives tables the names and modules that they have now. One whose
// new name is another's still waits until that one has moved on; where they wait
// for each other, one gets a third name meanwhile.
func (d *detector) renameTables() {
	type move struct{ at, now string } // at is what the table is called so far
	var moves []move
	for _, now := range sortedKeys(d.origins.before) {
		old, module := d.origins.before[now], d.wantedBy[now]
		if d.atHand(module) && (old != now || d.state.owner[old] != module) {
			moves = append(moves, move{old, now})
		}
	}
	for len(moves) > 0 {
		i := slices.IndexFunc(moves, func(m move) bool { return m.at == m.now || !d.exists(m.now) })
		if i >= 0 {
			if at := moves[i].at; onlyCase(at, moves[i].now) && d.atHand(d.state.owner[at]) {
				moves[i].at = d.spare(at, d.exists)
				d.renameTable(at, moves[i].at, d.state.owner[at])
			}
			d.renameTable(moves[i].at, moves[i].now, d.wantedBy[moves[i].now])
			moves = slices.Delete(moves, i, i+1)
			continue
		}
		name := moves[0].now
		owner := d.state.owner[name]
		if !d.atHand(owner) {
			d.fail("the table %s of module %s is in the way of the one that is called so now; name that module too", name, owner)
			return
		}
		if now, ok := d.origins.now[name]; ok && now == "" && len(d.state.referring(name)) == 0 {
			if d.do(owner, DropTable{Table: name}); len(d.errs) > 0 {
				return
			}
			continue
		}
		spare := d.spare(name, d.exists)
		d.renameTable(name, spare, owner)
		if len(d.errs) > 0 {
			return
		}
		for j := range moves {
			if moves[j].at == name {
				moves[j].at = spare
			}
		}
	}
}

func (d *detector) renameTable(old, now, module string) {
	op := RenameTable{Table: old, To: now}
	if owner := d.state.owner[old]; owner != module {
		op.From = owner
	}
	d.do(module, op)
}

// onlyCase reports whether two names are the same to SQLite, which gives no
// table or column one that it has.
func onlyCase(a, b string) bool { return a != b && strings.EqualFold(a, b) }

// spare returns a name for what has to leave its own to another.
func (d *detector) spare(name string, taken func(string) bool) string {
	const prefix = "vola_old_"
	for n := 1; ; n++ {
		suffix := ""
		if n > 1 {
			suffix = fmt.Sprintf("_%d", n)
		}
		out := prefix + name[:min(len(name), maxName-len(prefix)-len(suffix))] + suffix
		if !taken(out) {
			return out
		}
	}
}

// spareNames gives indexes whose names another table's have now third names:
// the names of indexes are the whole database's. now returns what a table will
// be called.
func (d *detector) spareNames(now func(table string) string) {
	wanted := map[string]string{} // name to table
	for _, t := range d.after {
		for _, name := range indexNames(t) {
			wanted[name] = t.Name
		}
	}
	taken := func(name string) bool {
		if wanted[name] != "" {
			return true
		}
		for _, t := range d.state.tables {
			if slices.Contains(indexNames(t), name) {
				return true
			}
		}
		return false
	}
	for _, table := range sortedKeys(d.state.tables) {
		module := d.state.owner[table]
		for _, name := range indexNames(d.state.tables[table]) {
			want, _ := d.wanted(now(table))
			if other := wanted[name]; d.atHand(module) && other != "" && other != now(table) && !slices.Contains(indexNames(want), name) {
				d.do(module, RenameConstraint{Table: table, Name: name, To: d.spare(name, taken)})
			}
		}
	}
}

// indexNames returns the names of the table's indexes and of its unique
// constraints, which are indexes too.
func indexNames(t schema.Table) []string {
	var out []string
	for _, u := range t.Uniques {
		out = append(out, u.Name)
	}
	for _, x := range t.Indexes {
		out = append(out, x.Name)
	}
	return out
}

// renameColumns gives the columns of a table the names that they have now, in
// the same way.
func (d *detector) renameColumns(module string, want schema.Table) {
	s := d.columns[want.Name]
	if s == nil {
		return
	}
	type move struct{ at, now string }
	var moves []move
	for _, now := range sortedKeys(s.before) {
		if s.before[now] != now {
			moves = append(moves, move{s.before[now], now})
		}
	}
	for len(moves) > 0 {
		has := func(name string) bool { _, ok := d.state.tables[want.Name].Column(name); return ok }
		i := slices.IndexFunc(moves, func(m move) bool { return !has(m.now) })
		spare := func(name string) string {
			return d.spare(name, func(name string) bool { _, wanted := want.Column(name); return wanted || has(name) })
		}
		if i >= 0 {
			if at := moves[i].at; onlyCase(at, moves[i].now) {
				moves[i].at = spare(at)
				d.do(module, RenameColumn{Table: want.Name, Column: at, To: moves[i].at})
			}
			d.do(module, RenameColumn{Table: want.Name, Column: moves[i].at, To: moves[i].now})
			moves = slices.Delete(moves, i, i+1)
			continue
		}
		name := moves[0].now
		third := spare(name)
		d.do(module, RenameColumn{Table: want.Name, Column: name, To: third})
		if len(d.errs) > 0 {
			return
		}
		for j := range moves {
			if moves[j].at == name {
				moves[j].at = third
			}
		}
	}
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
