package orm

// Rows of a model with a field tagged soft_delete are not deleted but marked
// with the time of it. Queries do not see them, nor do relations that lead to
// many rows; a reference to one still leads to it.

// alive adds to the shape that marked rows are left out.
func (b *sqlArgs) alive(p *plan) {
	if p.deleted != nil {
		b.shape = append(b.shape, 'A')
	}
}

// alive writes the condition that a row is not marked, after before.
func (w *sqlText) alive(p *plan, alias, before string) {
	if p.deleted == nil {
		return
	}
	w.Str(before)
	w.Col(alias, p.deleted.column)
	w.Str(" IS NULL")
}

// amongLiving writes, after the columns of a conflict, that it is one with a
// row that is not marked; unless the columns are the key.
func (w *sqlText) amongLiving(p *plan, columns []string) {
	if p.deleted != nil && p.seenBy(columns) == deletedHidden {
		w.Str(" WHERE " + p.deletedIsNull())
	}
}

// deletedRows says which rows a query sees.
type deletedRows byte

const (
	deletedHidden deletedRows = iota
	deletedShown
)

// WithDeleted sees rows as well that were deleted, where the model keeps them:
// where it has a field tagged soft_delete.
func (q *Query[T]) WithDeleted() *Query[T] {
	c := new(Query[T])
	(*query)(c).showDeleted((*query)(q))
	return c
}

//go:noinline
func (q *query) showDeleted(other *query) {
	q.from(other)
	q.deleted = deletedShown
}

// visible adds to conditions that rows must not be marked as deleted.
func (p *plan) visible(conditions []*node, d deletedRows) []*node {
	if p.deleted == nil || d == deletedShown {
		return conditions
	}
	return append(conditions[:len(conditions):len(conditions)], &node{op: opIsNull, field: p.deleted.name})
}
