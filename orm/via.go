package orm

// Relation is a way from rows of M to rows of T: the descriptor of a foreign
// key, of the other side of one, or of a many-to-many relation.
type Relation[M, T any] interface {
	relation(*M, *T) related
}

func (r ForeignKey[M, T, K]) relation(*M, *T) related { return related{field: r.name} }
func (r Reverse[M, T]) relation(*M, *T) related       { return r.r }

// Via is an expression on the rows that a relation leads to, seen from a row of
// M: the one row that a foreign key refers to,
//
//	orm.Gt(Employees.Salary, orm.Via(Employees.Manager, Employees.Salary))
//
// or an [Aggregate] of many,
//
//	orm.Select[TopicSize](orm.From[Topic](db), Topics.Name, orm.Via(Topics.Posts, orm.Count[Post]()))
//
// of which conditions may leave some out. It is NULL where there is no row.
func Via[M, T, V any](relation Relation[M, T], x Expression[T, V], conditions ...Condition[T]) Expr[M, V] {
	r := relation.relation(nil, nil)
	return Expr[M, V]{&expr{kind: exprVia, field: r.field, back: r.back, args: []*expr{x.expression(nil, nil)}, conds: nodes(conditions)}}
}

// By orders by a value of the row referred to:
//
//	OrderBy(Posts.Author.By(Authors.Name.Asc()))
//
// Rows that refer to none are ordered as rows without a value.
func (r ForeignKey[M, T, K]) By(o Order[T]) Order[M] {
	e := o.o.expr
	if e == nil {
		e = &expr{kind: exprField, field: o.o.field}
	}
	return Order[M]{order{expr: &expr{kind: exprVia, field: r.name, args: []*expr{e}}, desc: o.o.desc, nulls: o.o.nulls}}
}
