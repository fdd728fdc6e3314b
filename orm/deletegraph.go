package orm

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// A delete plan is counted by one statement with two named queries: the keys
// of the rows to be deleted, and the keys of all rows that are gone then. The
// second has a column for the key of each table in which rows are deleted and
// that others refer to; each of its rows has one key and else NULL, so that
// keys of different types stand side by side. It starts with the first and
// grows by the rows that refer, by a reference that cascades, to a key in it,
// until there are no more; a key that comes again is left out, so that circles
// end.
const (
	rowsTable = "vola_rows"
	goneTable = "vola_gone"
)

// deleteGraph is the references of a database as a delete sees them.
type deleteGraph struct {
	root  *plan
	edges []deleteEdge
	// reached are the tables in which rows may be deleted, the root's first,
	// each with the edge by which it was reached first.
	reached []reachedTable
	// sets are the models among them that others refer to: the columns of the
	// gone keys.
	sets  []*model
	args  []any
	where func(*sqlText) // the condition on the rows of the root, in alias t0
}

// deleteEdge is one reference: rows of a table refer to those of a model.
type deleteEdge struct {
	table string
	model *model // nil for a table of pairs
	keys  []string
	fk    schema.ForeignKey
}

func (e deleteEdge) column() string { return e.fk.Columns[0] }

type reachedTable struct {
	table string
	via   deleteEdge
}

func newDeleteGraph(p *plan) *deleteGraph {
	g := &deleteGraph{root: p, reached: []reachedTable{{table: p.table}}}
	for _, m := range p.b.models.all {
		for i, t := range m.tables() {
			for _, fk := range t.ForeignKeys {
				e := deleteEdge{table: t.Name, keys: t.PrimaryKey, fk: fk}
				if i == 0 {
					e.model = m
				}
				g.edges = append(g.edges, e)
			}
		}
	}
	for i := 0; i < len(g.reached); i++ {
		for _, e := range g.edges {
			if e.fk.RefTable == g.reached[i].table && e.fk.OnDelete == schema.Cascade && !g.reaches(e.table) {
				g.reached = append(g.reached, reachedTable{e.table, e})
			}
		}
	}
	for _, m := range append([]*model{p.model}, p.b.models.all...) {
		refers := func(e deleteEdge) bool { return e.fk.RefTable == m.table }
		if g.reaches(m.table) && !slices.Contains(g.sets, m) && slices.ContainsFunc(g.edges, refers) {
			g.sets = append(g.sets, m)
		}
	}
	return g
}

func (g *deleteGraph) reaches(table string) bool {
	return slices.ContainsFunc(g.reached, func(r reachedTable) bool { return r.table == table })
}

// set returns which column of the gone keys a table has, negative for none.
func (g *deleteGraph) set(table string) int {
	return slices.IndexFunc(g.sets, func(m *model) bool { return m.table == table })
}

func goneColumn(i int) string { return "k" + strconv.Itoa(i) }

// text returns an SQL text in which the named queries are written.
func (g *deleteGraph) text() *sqlText {
	w := g.root.b.newText()
	w.Str("WITH RECURSIVE " + rowsTable + "(k) AS (SELECT ")
	w.Col("t0", g.root.keys[0].column) // of several only for the count
	w.Str(" FROM ")
	w.Name(g.root.table)
	w.Str(" AS t0")
	g.where(w)
	w.Str(")")
	if len(g.sets) == 0 {
		w.Str(" ")
		return w
	}
	w.Str(", " + goneTable + "(")
	for i := range g.sets {
		w.item(i, "")
		w.Str(goneColumn(i))
	}
	w.Str(") AS (SELECT ")
	for i := range g.sets {
		w.item(i, "")
		if i == 0 {
			w.Str("k")
		} else {
			g.null(w, i)
		}
	}
	w.Str(" FROM " + rowsTable)
	g.recursion(w)
	w.Str(") ")
	return w
}

// recursion writes how the gone keys grow. PostgreSQL lets the growing query be
// named once, and SQLite has no LATERAL.
func (g *deleteGraph) recursion(w *sqlText) {
	lateral := g.root.b.traits.Lateral
	first := true
	for _, e := range g.edges {
		from, to := g.set(e.table), g.set(e.fk.RefTable)
		if from < 0 || to < 0 || e.fk.OnDelete != schema.Cascade {
			continue
		}
		switch {
		case !lateral:
			w.Str(" UNION SELECT ")
		case first:
			w.Str(" UNION SELECT x.* FROM " + goneTable + " d CROSS JOIN LATERAL (SELECT ")
		default:
			w.Str(" UNION ALL SELECT ")
		}
		first = false
		for i, m := range g.sets {
			w.item(i, "")
			if i == from {
				w.Col("c", m.key.column)
			} else {
				g.null(w, i)
			}
		}
		w.Str(" FROM ")
		if !lateral {
			w.Str(goneTable + " d JOIN ")
		}
		w.Name(e.table)
		if lateral {
			w.Str(" c WHERE ")
		} else {
			w.Str(" c ON ")
		}
		w.Col("c", e.column())
		w.Str(" = d." + goneColumn(to))
	}
	if lateral && !first {
		w.Str(") x")
	}
}

// null writes the NULL of a column of the gone keys.
func (g *deleteGraph) null(w *sqlText, i int) {
	w.Null(&w.Text, g.sets[i].table, g.sets[i].key.column)
}

// refers writes the condition that a row of the edge's table, in the alias c,
// refers to one that is gone.
func (g *deleteGraph) refers(w *sqlText, e deleteEdge) {
	g.among(w, e.column(), g.set(e.fk.RefTable))
}

func (g *deleteGraph) among(w *sqlText, column string, set int) {
	k := goneColumn(set)
	w.Col("c", column)
	w.Str(" IN (SELECT " + k + " FROM " + goneTable + " WHERE " + k + " IS NOT NULL)")
}

// cascades returns the edges by which rows of a table are deleted.
func (g *deleteGraph) cascades(table string) []deleteEdge {
	var out []deleteEdge
	for _, e := range g.edges {
		if e.table == table && e.fk.OnDelete == schema.Cascade && g.set(e.fk.RefTable) >= 0 {
			out = append(out, e)
		}
	}
	return out
}

// gone writes the condition that a row of the table, in the alias c, is gone.
func (g *deleteGraph) gone(w *sqlText, table string) {
	if i := g.set(table); i >= 0 {
		g.among(w, g.sets[i].key.column, i)
		return
	}
	edges := g.cascades(table)
	for i, e := range edges {
		if i > 0 {
			w.Str(" OR ")
		}
		g.refers(w, e)
	}
	if len(edges) == 0 {
		w.Str("1=0")
	}
}

// plannedEffect is an effect and how it is counted.
type plannedEffect struct {
	DeleteEffect
	edge  deleteEdge
	count func(*sqlText)
	// again says that the count includes the rows of the query itself.
	again bool
}

// effects returns what may happen, each after what it follows from.
func (g *deleteGraph) effects() []plannedEffect {
	var out []plannedEffect
	for _, r := range g.reached {
		if e, ok := g.deletes(r); ok {
			out = append(out, e)
		}
		for _, e := range g.edges {
			if e.fk.RefTable == r.table && g.set(r.table) >= 0 && e.fk.OnDelete != schema.Cascade {
				out = append(out, g.keeps(e)...)
			}
		}
	}
	return out
}

// deletes returns the effect that rows of a table are deleted.
func (g *deleteGraph) deletes(r reachedTable) (plannedEffect, bool) {
	edges := g.cascades(r.table)
	if len(edges) == 0 {
		return plannedEffect{}, false
	}
	via := r.via
	if r.table == g.root.table {
		via = edges[0] // rows deleted because others of their table are
		if i := slices.IndexFunc(edges, func(e deleteEdge) bool { return e.fk.RefTable == r.table }); i >= 0 {
			via = edges[i]
		}
	}
	p := plannedEffect{DeleteEffect: via.effect(WouldDelete), edge: via, again: r.table == g.root.table}
	set := g.set(r.table)
	switch {
	case set >= 0:
		p.count = func(w *sqlText) { w.Str("SELECT count(" + goneColumn(set) + ") FROM " + goneTable) }
	case len(edges) == 1:
		p.count = func(w *sqlText) { g.countRows(w, via, func() { g.refers(w, via) }) }
	default: // a row that is deleted twice is one; each part can use an index
		p.count = func(w *sqlText) {
			w.Str("SELECT count(*) FROM (")
			for i, e := range edges {
				if i > 0 {
					w.Str(" UNION ")
				}
				for j, k := range e.keys {
					w.item(j, "SELECT ")
					w.Col("c", k)
				}
				w.Str(" FROM ")
				w.Name(e.table)
				w.Str(" c WHERE ")
				g.refers(w, e)
			}
			w.Str(") u")
		}
	}
	return p, true
}

// keeps returns the effects on rows that are not deleted by the edge.
func (g *deleteGraph) keeps(e deleteEdge) []plannedEffect {
	kind := WouldRefuse
	if e.fk.OnDelete == schema.SetNull {
		kind = WouldSetNull
	}
	out := []plannedEffect{{DeleteEffect: e.effect(kind), edge: e, count: func(w *sqlText) {
		g.countRows(w, e, func() { g.stays(w, e) })
	}}}
	late := e.fk.Deferred && e.fk.OnDelete == schema.NoAction // checked when all is done
	if kind == WouldRefuse && !late && g.reaches(e.table) {
		out = append(out, plannedEffect{DeleteEffect: e.effect(MayRefuse), edge: e, count: func(w *sqlText) {
			g.countRows(w, e, func() {
				g.refers(w, e)
				w.Str(" AND (")
				g.gone(w, e.table)
				w.Str(")")
			})
		}})
	}
	return out
}

// stays writes the condition that a row refers to one that is gone, and is not
// gone itself.
func (g *deleteGraph) stays(w *sqlText, e deleteEdge) {
	g.refers(w, e)
	w.Str(" AND (")
	g.gone(w, e.table)
	w.Str(") IS NOT TRUE")
}

func (g *deleteGraph) countRows(w *sqlText, e deleteEdge, where func()) {
	w.Str("SELECT count(*) FROM ")
	w.Name(e.table)
	w.Str(" c WHERE ")
	where()
}

func (e deleteEdge) effect(kind DeleteKind) DeleteEffect {
	out := DeleteEffect{Kind: kind, Table: e.table, Column: e.column(), From: e.fk.RefTable}
	if e.model != nil {
		out.Model = e.model.String()
	} else {
		out.Kind = WouldUnlink
	}
	return out
}

// examples returns the keys of some of the rows that protect others.
func (g *deleteGraph) examples(ctx context.Context, h database.Handle, e plannedEffect) ([]string, error) {
	p := g.root.b.plans[e.edge.model.typ]
	keys := p.only(p.keyFields())
	w := g.text()
	w.Str("SELECT ")
	w.B = keys.appendColumns(w.B, "c")
	w.Str(" FROM ")
	w.Name(p.table)
	w.Str(" c WHERE ")
	g.stays(w, e.edge)
	for i, f := range keys.fields {
		w.item(i, " ORDER BY ")
		w.Col("c", f.column)
	}
	w.Str(" LIMIT " + strconv.Itoa(MaxExamples))
	rows, err := h.Query(ctx, string(w.B), g.args...)
	if err != nil {
		return nil, err
	}
	var out []string
	r := keys.newReader()
	row := reflect.New(p.typ)
	for rows.Next() {
		if err := r.scan(rows, row.UnsafePointer()); err != nil {
			rows.Close()
			return nil, err
		}
		var parts []string
		for _, f := range keys.fields {
			v, err := f.get(row.UnsafePointer())
			if err != nil {
				rows.Close()
				return nil, err
			}
			parts = append(parts, f.show(v))
		}
		out = append(out, strings.Join(parts, "/"))
	}
	return out, rows.Close()
}
