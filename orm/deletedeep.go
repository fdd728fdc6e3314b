package orm

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// SQLite follows a reference that cascades by recursion: it gives up after 1000
// levels, and every level makes all that follow slower. Where models refer to
// themselves, or to each other in a circle, rows can form chains of any length.
// Then the rows are found first, and deleted from the ends of the chains.
const (
	// deepRows is how many rows the database may delete by itself, as so many
	// cannot form a longer chain.
	deepRows = 100
	// deepLevels is how many levels of a chain one statement deletes.
	deepLevels = 32
	// deepChunk is how many rows one statement names.
	deepChunk = 10_000
)

// chained is the part of a delete that the database must not follow by itself:
// the models whose rows may form chains, and those that lead to them, the model
// of the rows to delete first.
type chained struct {
	models []*model
	edges  []chainEdge
}

// chainEdge is a reference that cascades: rows of the model from refer to those
// of the model to.
type chainEdge struct {
	from, to int // among the models
	field    *field
}

// chains returns for each model the chains that deleting its rows may follow,
// for those where there are any.
func (ms *Models) chains() map[*model]*chained {
	refer := map[*model][]*model{} // by a reference that cascades
	for _, m := range ms.all {
		for _, f := range m.fields {
			if f.cascades() && !slices.Contains(refer[f.ref.model], m) {
				refer[f.ref.model] = append(refer[f.ref.model], m)
			}
		}
	}
	reach := map[*model][]*model{} // in one step or more
	for m, direct := range refer {
		all := slices.Clone(direct)
		for i := 0; i < len(all); i++ {
			for _, other := range refer[all[i]] {
				if !slices.Contains(all, other) {
					all = append(all, other)
				}
			}
		}
		reach[m] = all
	}
	inCircle := func(m *model) bool { return slices.Contains(reach[m], m) }
	leads := func(m *model) bool { return inCircle(m) || slices.ContainsFunc(reach[m], inCircle) }
	out := map[*model]*chained{}
	for _, m := range ms.all {
		if !leads(m) {
			continue
		}
		c := &chained{models: []*model{m}}
		for _, other := range reach[m] {
			if other != m && leads(other) {
				c.models = append(c.models, other)
			}
		}
		for from, other := range c.models {
			for _, f := range other.fields {
				if !f.cascades() {
					continue
				}
				if to := slices.Index(c.models, f.ref.model); to >= 0 {
					c.edges = append(c.edges, chainEdge{from, to, f})
				}
			}
		}
		out[m] = c
	}
	return out
}

func (f *field) cascades() bool { return f.ref != nil && f.tag.onDelete == schema.Cascade }

// deleteDeep deletes the rows that where, a condition in the alias t0, is about
// where SQLite cannot do it in one statement. It returns how many there were,
// and done is false when the statement will do.
func (p *plan) deleteDeep(ctx context.Context, h database.Handle, q *query, where func(*sqlText), args ...any) (n int64, done bool, err error) {
	if p.chains == nil {
		return 0, false, nil
	}
	w := p.chainText(where)
	w.Str("SELECT count(*) FROM (SELECT 1 FROM " + goneTable + " LIMIT " + strconv.Itoa(deepRows+1) + ")")
	limited, cancel := q.limited(ctx)
	err = database.QueryRow(limited, h, []any{&n}, string(w.B), args...)
	cancel()
	if err != nil || n <= deepRows {
		return 0, false, err
	}
	err = h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		d := &deepDelete{chained: p.chains, q: q, plans: p.b}
		if err := d.find(ctx, tx, p.chainText(where), args); err != nil {
			return err
		}
		n = d.roots
		return d.run(ctx, tx)
	})
	return n, true, err
}

// chainText returns an SQL text with the named query of all rows
// that are gone then: which model they are of, their key, by which edge they
// are reached, and the key of the row that they refer to by it.
func (p *plan) chainText(where func(*sqlText)) *sqlText {
	w := p.b.newText()
	w.Str("WITH RECURSIVE " + goneTable + "(s, k, e, p) AS (SELECT 0, ")
	w.Col("t0", p.key.column)
	w.Str(", -1, NULL FROM ")
	w.Name(p.table)
	w.Str(" AS t0")
	where(w)
	for i, e := range p.chains.edges {
		from := p.chains.models[e.from]
		fmt.Fprintf((*textWriter)(w), " UNION SELECT %d, ", e.from)
		w.Col("c", from.key.column)
		fmt.Fprintf((*textWriter)(w), ", %d, d.k FROM "+goneTable+" d JOIN ", i)
		w.Name(from.table)
		fmt.Fprintf((*textWriter)(w), " c ON d.s = %d AND ", e.to)
		w.Col("c", e.field.column)
		w.Str(" = d.k")
	}
	w.Str(") ")
	return w
}

type textWriter sqlText

func (w *textWriter) Write(b []byte) (int, error) {
	w.B = append(w.B, b...)
	return len(b), nil
}

// deepDelete is the rows to delete and how they refer to each other.
type deepDelete struct {
	*chained
	q     *query
	plans *binding
	roots int64
	rows  []deepRow
	ids   []map[any]int32 // of rows, by the key, for each model
}

type deepRow struct {
	model int16
	// blocks is how many rows that are not deleted yet refer to this one.
	blocks int32
	key    any
	refers []deepRef
}

type deepRef struct {
	to   int32
	edge int16
}

// find reads the rows and the references between them.
func (d *deepDelete) find(ctx context.Context, tx *database.Tx, w *sqlText, args []any) error {
	for range d.models {
		d.ids = append(d.ids, map[any]int32{})
	}
	// The plus keeps the engine from reading what is declared a date as one.
	w.Str("SELECT s, +k, e, +p FROM " + goneTable)
	ctx, cancel := d.q.limited(ctx)
	defer cancel()
	rows, err := tx.Query(ctx, string(w.B), args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		var model, edge int
		var key, parent any
		if err := rows.Scan(&model, &key, &edge, &parent); err != nil {
			rows.Close()
			return err
		}
		row := d.row(model, key)
		if edge < 0 {
			d.roots++
		} else if to := d.row(d.edges[edge].to, parent); to != row { // a row may refer to itself
			d.rows[row].refers = append(d.rows[row].refers, deepRef{to, int16(edge)})
			d.rows[to].blocks++
		}
	}
	return rows.Close()
}

// row returns the row of a model with a key.
func (d *deepDelete) row(model int, key any) int32 {
	at := key
	if b, ok := key.([]byte); ok {
		at = deepBytes(b) // slices are not keys of maps
	}
	id, ok := d.ids[model][at]
	if !ok {
		id = int32(len(d.rows))
		d.ids[model][at] = id
		d.rows = append(d.rows, deepRow{model: int16(model), key: key})
	}
	return id
}

type deepBytes string

// run deletes the rows, those that no other refers to first.
func (d *deepDelete) run(ctx context.Context, tx *database.Tx) error {
	d.ids = nil
	left, err := d.levels(ctx, tx)
	if err != nil || len(left) == 0 {
		return err
	}
	// The others are circles, and what leads to them.
	if len(left) > deepRows {
		if err := d.cut(ctx, tx, left); err != nil {
			return err
		}
		if left, err = d.levels(ctx, tx); err != nil {
			return err
		}
	}
	return d.delete(ctx, tx, left)
}

// levels deletes the rows that lie in no circle and lead to none, and returns
// the others.
func (d *deepDelete) levels(ctx context.Context, tx *database.Tx) ([]int32, error) {
	var level, next, batch []int32
	for i := range d.rows {
		if d.rows[i].blocks == 0 {
			level = append(level, int32(i))
		}
	}
	for n := 1; len(level) > 0; n++ {
		next = next[:0]
		for _, i := range level {
			d.rows[i].blocks = -1
			for _, r := range d.rows[i].refers {
				d.rows[r.to].blocks--
				if d.rows[r.to].blocks == 0 {
					next = append(next, r.to)
				}
			}
		}
		batch = append(batch, level...)
		if n%deepLevels == 0 || len(next) == 0 {
			if err := d.delete(ctx, tx, batch); err != nil {
				return nil, err
			}
			batch = batch[:0]
		}
		level, next = next, level
	}
	var left []int32
	for i := range d.rows {
		if d.rows[i].blocks > 0 {
			left = append(left, int32(i))
		}
	}
	return left, nil
}

// cut ends the references between rows, all of which are to be deleted: they
// become NULL, or lead from a row to itself. Those that may not are left.
func (d *deepDelete) cut(ctx context.Context, tx *database.Tx, rows []int32) error {
	for e, edge := range d.edges {
		from := d.models[edge.from]
		to := "NULL"
		if f := edge.field; f.null == notNull {
			if edge.from != edge.to || slices.ContainsFunc(from.unique, func(u []string) bool { return slices.Contains(u, f.column) }) {
				continue
			}
			to = database.Quote(from.key.column)
		}
		var concerned []int32
		for _, i := range rows {
			refers := d.rows[i].refers
			d.rows[i].refers = slices.DeleteFunc(refers, func(r deepRef) bool {
				if int(r.edge) == e {
					d.rows[r.to].blocks--
				}
				return int(r.edge) == e
			})
			if len(d.rows[i].refers) < len(refers) {
				concerned = append(concerned, i)
			}
		}
		err := d.statements(ctx, tx, concerned, "UPDATE "+database.Quote(from.table)+" SET "+database.Quote(edge.field.column)+" = "+to)
		if err != nil {
			return err
		}
	}
	return nil
}

// delete deletes rows of any models.
func (d *deepDelete) delete(ctx context.Context, tx *database.Tx, rows []int32) error {
	for m := len(d.models) - 1; m >= 0; m-- { // those that refer mostly stand after
		var own []int32
		for _, i := range rows {
			if int(d.rows[i].model) == m {
				own = append(own, i)
			}
		}
		if err := d.statements(ctx, tx, own, "DELETE FROM "+database.Quote(d.models[m].table)); err != nil {
			return err
		}
	}
	return nil
}

// statements runs a statement for rows of one model.
func (d *deepDelete) statements(ctx context.Context, tx *database.Tx, rows []int32, begin string) error {
	for chunk := range slices.Chunk(rows, deepChunk) {
		keys := make([]any, len(chunk))
		for i, row := range chunk {
			keys[i] = d.rows[row].key
		}
		p := d.plans.plans[d.models[d.rows[chunk[0]].model].typ]
		w := d.plans.newText()
		w.Str(begin + " WHERE ")
		column := func() { w.Name(p.key.column) }
		args := keys
		if p.b.grammar.Spreads(p.key.store.Kind) {
			w.spread(column, len(keys))
		} else {
			list, err := p.b.grammar.ListArg(keys)
			if err != nil {
				return err
			}
			w.InList(&w.Text, false, column)
			args = []any{list}
		}
		ctx, cancel := d.q.limited(ctx)
		_, err := tx.Exec(ctx, string(w.B), args...)
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}
