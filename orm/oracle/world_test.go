package oracle_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// world is the rows that questions are about, in memory.
type world struct {
	seed   uint64
	tables []*table
	rows   map[*table][]*row
	// pairs are in the order in which they were added.
	pairs map[*pairTable][][2]*row
}

// row is one row: a value for each column, nil for NULL.
type row struct {
	table   *table
	values  []any
	related map[*relation][]*row
	model   any // *M, as it was stored
}

func (r *row) key() any { return r.values[0] }

func (r *row) String() string { return fmt.Sprintf("%v", r.key()) }

// newWorld makes the rows of a seed.
func newWorld(seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 1))
	w := &world{seed: seed, tables: tables(), rows: map[*table][]*row{}, pairs: map[*pairTable][][2]*row{}}
	for i, most := range []int{9, 26, 9} { // places, persons, tags
		n := r.IntN(most + 1)
		if i == 0 {
			n++ // every person has a home
		}
		w.rows[w.tables[i]] = w.newRows(r, w.tables[i], n)
	}
	for _, t := range w.tables {
		for _, rel := range t.relations {
			if rel.forward != nil {
				w.refer(r, rel)
			}
		}
	}
	for _, t := range w.tables {
		for _, rel := range t.relations {
			if rel.pairs != nil && !rel.flipped {
				w.pair(r, rel)
			}
		}
	}
	for _, t := range w.tables {
		for _, x := range w.rows[t] {
			x.related = map[*relation][]*row{}
			for _, rel := range t.relations {
				x.related[rel] = w.relatedBy(rel, x)
			}
		}
	}
	return w
}

func (w *world) newRows(r *rand.Rand, t *table, n int) []*row {
	var out []*row
	seen := map[any]bool{nil: true}
	for range n {
		row := &row{table: t, values: make([]any, len(t.columns))}
		for _, c := range t.columns {
			if !c.null || r.IntN(100) < 70 {
				row.values[c.at] = c.kind.random(r)
			}
		}
		for seen[row.key()] {
			row.values[0] = t.key().kind.random(r)
		}
		seen[row.key()] = true
		out = append(out, row)
	}
	return out
}

// refer gives the foreign keys of a relation rows to refer to.
func (w *world) refer(r *rand.Rand, rel *relation) {
	targets := w.rows[rel.to]
	unique := rel.from.name == "Tags" && rel.name == "Owner"
	order := r.Perm(len(targets))
	for i, row := range w.rows[rel.from] {
		row.values[rel.forward.at] = nil
		switch {
		case rel.forward.null && (r.IntN(3) == 0 || len(targets) == 0):
		case unique:
			if i < len(order) {
				row.values[rel.forward.at] = targets[order[i]].key()
			}
		default:
			row.values[rel.forward.at] = targets[r.IntN(len(targets))].key()
		}
	}
}

func (w *world) pair(r *rand.Rand, rel *relation) {
	if len(w.rows[rel.to]) == 0 {
		return
	}
	seen := map[[2]*row]bool{}
	for range r.IntN(3*len(w.rows[rel.from]) + 1) {
		p := [2]*row{w.rows[rel.from][r.IntN(len(w.rows[rel.from]))], w.rows[rel.to][r.IntN(len(w.rows[rel.to]))]}
		if !seen[p] {
			seen[p] = true
			w.pairs[rel.pairs] = append(w.pairs[rel.pairs], p)
		}
	}
}

// relatedBy returns the rows that a relation leads to: pairs in the order in
// which they were added.
func (w *world) relatedBy(rel *relation, from *row) []*row {
	var out []*row
	if rel.pairs != nil {
		near, far := 0, 1
		if rel.flipped {
			near, far = 1, 0
		}
		for _, p := range w.pairs[rel.pairs] {
			if p[near] == from {
				out = append(out, p[far])
			}
		}
		return out
	}
	for _, to := range w.rows[rel.to] {
		if rel.forward != nil && from.values[rel.forward.at] == to.key() || rel.reverse != nil && to.values[rel.reverse.at] == from.key() {
			out = append(out, to)
		}
	}
	return out
}

// store replaces all rows of the database by those of the world.
func (w *world) store(ctx context.Context, db *database.DB) error {
	for _, t := range w.tables {
		t.handle, t.rows = db, w.rows[t]
	}
	return db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		for i := range w.tables {
			if err := w.tables[len(w.tables)-1-i].query(tx).clear(ctx); err != nil {
				return err
			}
		}
		for _, t := range w.tables {
			var models []any
			for _, row := range w.rows[t] {
				models = append(models, row.structWith(func(c *column) bool { return !c.null || c.refersTo() == nil || c.refersTo() == t }))
			}
			if err := t.createAll(ctx, tx, models); err != nil {
				return fmt.Errorf("store the rows of %s: %w", t.name, err)
			}
		}
		// What may be NULL can refer to rows of tables that come later.
		for _, t := range w.tables {
			for _, row := range w.rows[t] {
				row.model = row.structWith(func(*column) bool { return true })
				for _, c := range t.columns {
					if c.null && c.refersTo() != nil && row.values[c.at] != nil {
						if err := t.update(ctx, tx, row.model, c); err != nil {
							return err
						}
					}
				}
			}
		}
		for _, t := range w.tables {
			for _, rel := range t.relations {
				if rel.pairs == nil || rel.flipped {
					continue
				}
				for _, p := range w.pairs[rel.pairs] {
					if err := rel.pairs.add(ctx, tx, p[0].model, p[1].model); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// refersTo returns the table that the column is a foreign key to, or nil.
func (c *column) refersTo() *table {
	for _, rel := range c.table.relations {
		if rel.forward == c {
			return rel.to
		}
	}
	return nil
}

// structWith returns a *M with the values of the columns that with takes.
func (r *row) structWith(with func(*column) bool) any {
	model := r.table.newRow()
	for _, c := range r.table.columns {
		if v := r.values[c.at]; v != nil && with(c) {
			settable(reflect.ValueOf(model).Elem().FieldByName(c.name)).Set(reflect.ValueOf(v))
		}
	}
	return model
}

// settable makes room for a value in a field and returns it.
func settable(f reflect.Value) reflect.Value {
	switch {
	case f.Kind() == reflect.Pointer:
		f.Set(reflect.New(f.Type().Elem()))
		return settable(f.Elem())
	case f.Kind() == reflect.Struct && f.NumField() == 2 && f.Type().Field(0).Name == "V":
		f.Field(1).SetBool(true)
		return f.Field(0)
	case f.Kind() == reflect.Struct && f.NumField() == 2 && f.Type().Field(0).Name == "ID":
		return f.Field(0)
	}
	return f
}

// valueOf reads the value of a column from a *M.
func valueOf(model any, c *column) any {
	f := reflect.ValueOf(model).Elem().FieldByName(c.name)
	if f.Kind() == reflect.Pointer {
		if f.IsNil() {
			return nil
		}
		f = f.Elem()
	}
	if f.Kind() == reflect.Struct && f.NumField() == 2 {
		switch f.Type().Field(0).Name {
		case "V":
			if !f.Field(1).Bool() {
				return nil
			}
			return f.Field(0).Interface()
		case "ID":
			return f.Field(0).Interface()
		}
	}
	return f.Interface()
}

// sameValues reports the first column in which a *M that was read is not the
// row.
func (r *row) sameValues(model any) error {
	for _, c := range r.table.columns {
		got, want := valueOf(model, c), r.values[c.at]
		if want != nil && c.kind.stored != nil {
			want = c.kind.stored(want)
		}
		if (got == nil) != (want == nil) || got != nil && c.kind.compare(got, want) != 0 {
			return fmt.Errorf("%s of row %v is %#v, want %#v", c, r, got, want)
		}
	}
	return nil
}

// open makes the tables in an empty database.
func open(ctx context.Context, db *database.DB) error {
	models, err := orm.NewModels(orm.Group{Module: "oracle", Models: []orm.Declaration{orm.Model[Place](), orm.Model[Person](), orm.Model[Tag]()}})
	if err != nil {
		return err
	}
	if err := orm.Use(db, models); err != nil {
		return err
	}
	return models.CreateTables(ctx, db)
}
