package orm

import (
	"context"
	"fmt"
	"strings"

	"github.com/volaweb/vola/database"
)

// DeletePlan is what deleting rows would do, as [PlanDelete] found it.
type DeletePlan struct {
	Model string // such as "blog.Post"
	Table string
	Rows  int64 // the rows of the query itself
	// Effects are what would happen beyond that, each after the one that it
	// follows from.
	Effects []DeleteEffect
}

// DeleteEffect is what deleting rows would do to the rows of one table that
// refer to them.
type DeleteEffect struct {
	Kind  DeleteKind
	Model string // "" for the pairs of a many-to-many relation
	Table string
	// Column is the reference by which the rows are concerned, and From the
	// table that it leads to. Rows that are deleted by several references are
	// counted once, under the first.
	Column string
	From   string
	Rows   int64
	// Examples are the keys of some of the rows that protect others, at most
	// [MaxExamples].
	Examples []string
}

// MaxExamples is how many keys a [DeleteEffect] names.
const MaxExamples = 5

// DeleteKind says what would happen to rows.
type DeleteKind byte

// The kinds of effects.
const (
	_ DeleteKind = iota
	// WouldDelete is for rows that are deleted too (on_delete=cascade).
	WouldDelete
	// WouldUnlink is for pairs of a many-to-many relation, which end.
	WouldUnlink
	// WouldSetNull is for rows that stay and refer to nothing any more
	// (on_delete=set_null).
	WouldSetNull
	// WouldRefuse is for rows that stay and protect what they refer to: the
	// delete fails (on_delete=protect, on_delete=no_action).
	WouldRefuse
	// MayRefuse is for rows that protect what they refer to, but would be
	// deleted themselves. Whether the delete fails depends on the database and
	// on which reference it follows first.
	MayRefuse
)

// PlanDelete returns what deleting the rows of the query for good would do in
// the whole database, without doing it: which rows would be deleted with them,
// which would lose a reference, and which would make the delete fail. It
// follows the references that the models declare to any depth, also in circles.
//
// The database counts, in one statement and one more for each table that
// protects rows; no rows are read. The keys of what would be deleted are
// collected in the database, as far as others can refer to them, so its time
// and memory grow with those. The conditions must be fit for [Query.Delete].
func PlanDelete[T any](ctx context.Context, q *Query[T]) (DeletePlan, error) {
	return (*query)(q).own().planDelete(ctx)
}

func (q *query) planDelete(ctx context.Context) (DeletePlan, error) {
	p, err := q.planToWrite("delete plan")
	if err != nil {
		return DeletePlan{}, err
	}
	out := DeletePlan{Model: p.model.String(), Table: p.table}
	b := q.bind(p, 'd')
	if b.err != nil {
		return out, b.err
	}
	g := newDeleteGraph(p)
	g.args = b.args
	g.where = func(w *sqlText) { w.where(p, "t0", p.visible(q.where, q.deleted)) }
	if err := g.count(ctx, q.h, &out); err != nil {
		return out, fmt.Errorf("plan the delete of %s: %w", p.model, err)
	}
	return out, nil
}

// count fills in the counts and the examples.
func (g *deleteGraph) count(ctx context.Context, h database.Handle, out *DeletePlan) error {
	effects := g.effects()
	counts := make([]int64, len(effects)+1)
	dest := make([]any, len(counts))
	for i := range counts {
		dest[i] = &counts[i]
	}
	w := g.text()
	w.Str("SELECT (SELECT count(*) FROM " + rowsTable + ")")
	for _, e := range effects {
		w.Str(", (")
		e.count(w)
		w.Str(")")
	}
	if err := database.QueryRow(ctx, h, dest, string(w.B), g.args...); err != nil {
		return err
	}
	out.Rows = counts[0]
	for i, e := range effects {
		e.Rows = counts[i+1]
		if e.again {
			e.Rows -= out.Rows
		}
		if e.Rows == 0 {
			continue
		}
		if e.Kind == WouldRefuse {
			var err error
			if e.Examples, err = g.examples(ctx, h, e); err != nil {
				return err
			}
		}
		out.Effects = append(out.Effects, e.DeleteEffect)
	}
	return nil
}

// Deleted returns how many rows would be deleted in all, pairs included.
func (p DeletePlan) Deleted() int64 {
	n := p.Rows
	for _, e := range p.Effects {
		if e.Kind == WouldDelete || e.Kind == WouldUnlink {
			n += e.Rows
		}
	}
	return n
}

// Refused reports whether the delete would fail for certain.
func (p DeletePlan) Refused() bool {
	for _, e := range p.Effects {
		if e.Kind == WouldRefuse {
			return true
		}
	}
	return false
}

// String returns the plan for people: a line for each effect, indented under
// the one that it follows from.
func (p DeletePlan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "delete %d %s\n", p.Rows, p.Model)
	p.writeEffects(&b, p.Table, "  ", []string{p.Table})
	return b.String()
}

// writeEffects writes the effects of deleting rows of a table. Tables in above
// are being written already.
func (p DeletePlan) writeEffects(b *strings.Builder, from, indent string, above []string) {
	for _, e := range p.Effects {
		if e.From != from {
			continue
		}
		b.WriteString(indent)
		b.WriteString(e.String())
		b.WriteByte('\n')
		if e.Kind == WouldDelete && e.Table != above[0] && len(above) <= len(p.Effects) {
			p.writeEffects(b, e.Table, indent+"  ", append(above, e.Table))
		}
	}
}

// String returns the effect in words.
func (e DeleteEffect) String() string {
	switch e.Kind {
	case WouldDelete:
		return fmt.Sprintf("delete %d %s (%s)", e.Rows, e.Model, e.Column)
	case WouldUnlink:
		return fmt.Sprintf("remove %d pairs of %s (%s)", e.Rows, e.Table, e.Column)
	case WouldSetNull:
		return fmt.Sprintf("set %s to NULL in %d %s", e.Column, e.Rows, e.Model)
	case WouldRefuse:
		more := ""
		if e.Rows > int64(len(e.Examples)) {
			more = ", ..."
		}
		return fmt.Sprintf("refused by %d %s (%s): key %s%s", e.Rows, e.Model, e.Column, strings.Join(e.Examples, ", "), more)
	case MayRefuse:
		return fmt.Sprintf("perhaps refused by %d %s (%s), which would be deleted too", e.Rows, e.Model, e.Column)
	}
	return ""
}
