package orm

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
func Via[M, T, V any](relation Relation[M, T], x Expression[T, V], conditions ...Condition[T]) *Expr[*M, V] {
	var r related
	if relation != nil {
		r = relation.relation(nil, nil)
	}
	var e *expr
	if x != nil {
		e = x.expression(nil, nil)
	}
	return (*Expr[*M, V])(&expr{kind: exprVia, field: r.field, back: r.back, args: []*expr{e}, conds: nodes(conditions)})
}
