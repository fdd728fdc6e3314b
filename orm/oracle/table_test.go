package oracle_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// table is a model without its static type, as the generator and the
// evaluation see it.
type table struct {
	name      string // of the descriptors
	columns   []*column
	relations []*relation

	// types are the Go types that expressions can be of.
	types map[reflect.Type]*typed
	// handle and rows are those of the world: for subqueries.
	handle database.Handle
	rows   []*row

	and, or func(conditions []any) any
	not     func(condition any) any
	is      func(condition any) any
	choose  func(q any, items, having []any) *orm.Selection[result]
	// columnOrder makes the orm's order by a column.
	columnOrder func(o order) any
	newRow      func() any // *M
	createAll   func(ctx context.Context, h database.Handle, rows []any) error
	update      func(ctx context.Context, h database.Handle, row any, c *column) error
	query       func(h database.Handle) query
}

// model is the name of the type.
func (t *table) model() string { return strings.TrimSuffix(t.name, "s") }

// key is the first column of every table.
func (t *table) key() *column { return t.columns[0] }

func (t *table) column(name string) *column {
	for _, c := range t.columns {
		if c.name == name {
			return c
		}
	}
	panic("no column " + name)
}

// column is a stored field.
type column struct {
	table *table
	at    int
	name  string
	kind  *kind
	null  bool
	// condition makes the orm's condition; op is the name of the method.
	condition func(op string, args []any) any
}

// relation leads from the rows of a table to others.
type relation struct {
	from, to *table
	name     string  // field, or orm.ReverseOf(field) of a foreign key of to
	forward  *column // one of these three is set
	reverse  *column
	pairs    *pairTable
	flipped  bool // the pairs are declared by the other side

	some, none func(conditions []any) any // none is nil for foreign keys
	via        func(x any, conditions []any) any
	by         func(order any) any // nil but for foreign keys
	// load makes what a query's With takes, and is nil where there is no field
	// to load the rows into.
	load func(l *loading) any
}

// field is where loaded rows are found.
func (r *relation) field() string { return r.name }

func (r *relation) String() string {
	if r.reverse != nil && r.load == nil {
		return r.to.name + "." + r.reverse.name + ".Reverse()"
	}
	return r.from.name + "." + r.name
}

// pairTable is a many-to-many relation; add relates two rows.
type pairTable struct {
	name string
	add  func(ctx context.Context, h database.Handle, near, far any) error
}

func tableOf[M any](name string) *table {
	return &table{
		name:   name,
		types:  map[reflect.Type]*typed{},
		choose: chooser[M],
		is:     func(kid any) any { return orm.Is(kid.(orm.Condition[M])) },
		columnOrder: func(o order) any {
			c := orm.Descriptor[orm.Column[*M, any]](o.x.column.name)
			if o.desc {
				return withNulls(c.Desc(), o.nulls)
			}
			return withNulls(c.Asc(), o.nulls)
		},
		and:    func(kids []any) any { return orm.And(conditions[M](kids)...) },
		or:     func(kids []any) any { return orm.Or(conditions[M](kids)...) },
		not:    func(kid any) any { return orm.Not(kid.(orm.Condition[M])) },
		newRow: func() any { return new(M) },
		createAll: func(ctx context.Context, h database.Handle, rows []any) error {
			list := make([]M, len(rows))
			for i, r := range rows {
				list[i] = *r.(*M)
			}
			return orm.CreateAll(ctx, h, list)
		},
		update: func(ctx context.Context, h database.Handle, row any, c *column) error {
			return orm.Update(ctx, h, row.(*M), orm.Descriptor[orm.Column[*M, any]](c.name))
		},
		query: func(h database.Handle) query { return typedQuery[M]{orm.From[M](h)} },
	}
}

func conditions[M any](list []any) []orm.Condition[M] {
	out := make([]orm.Condition[M], len(list))
	for i, c := range list {
		out[i] = c.(orm.Condition[M])
	}
	return out
}

func orders[M any](list []order) []orm.Order[M] {
	out := make([]orm.Order[M], len(list))
	for i, o := range list {
		out[i] = o.built().(orm.Order[M])
	}
	return out
}

// addColumn gives t a column of the model M with values of type V.
func addColumn[M, V any](t *table, name string, k *kind) *column {
	var zero M
	field, ok := reflect.TypeOf(zero).FieldByName(name)
	if !ok {
		panic("no field " + name)
	}
	null := field.Type.Kind() == reflect.Pointer || field.Type.Kind() == reflect.Struct && field.Type.NumField() == 2 && field.Type.Field(1).Name == "Valid"
	c := &column{
		table: t, at: len(t.columns), name: name, kind: k, null: null,
		condition: func(op string, args []any) any { return condition[M, V](name, op, args) },
	}
	t.columns = append(t.columns, c)
	return c
}

// condition calls the method op of the field's descriptor.
func condition[M, V any](name, op string, args []any) orm.Condition[M] {
	c := orm.Descriptor[orm.NullText[*M, V]](name)
	values := make([]V, len(args))
	for i, a := range args {
		values[i], _ = a.(V)
	}
	switch op {
	case "Eq":
		return c.Eq(values[0])
	case "Ne":
		return c.Ne(values[0])
	case "Lt":
		return c.Lt(values[0])
	case "Le":
		return c.Le(values[0])
	case "Gt":
		return c.Gt(values[0])
	case "Ge":
		return c.Ge(values[0])
	case "Between":
		return c.Between(values[0], values[1])
	case "In":
		return c.In(values...)
	case "NotIn":
		return c.NotIn(values...)
	case "IsNull":
		return c.IsNull()
	case "IsNotNull":
		return c.IsNotNull()
	case "Contains":
		return c.Contains(args[0].(string))
	case "HasPrefix":
		return c.HasPrefix(args[0].(string))
	case "HasSuffix":
		return c.HasSuffix(args[0].(string))
	case "EqFold":
		return c.EqFold(args[0].(string))
	case "ContainsFold":
		return c.ContainsFold(args[0].(string))
	case "HasPrefixFold":
		return c.HasPrefixFold(args[0].(string))
	case "HasSuffixFold":
		return c.HasSuffixFold(args[0].(string))
	}
	panic("no condition " + op)
}

// addForeignKey gives from a reference to a row of to, and to the way back
// when it has no field for that.
func addForeignKey[M, T, K any](from, to *table, name string, wayBack bool) {
	fk := orm.Descriptor[orm.ForeignKey[*M, *T, K]](name)
	c := addColumn[M, K](from, name, to.key().kind)
	from.relations = append(from.relations, &relation{
		from: from, to: to, name: name, forward: c,
		some: func(kids []any) any { return fk.Has(conditions[T](kids)...) },
		via:  viaOf(orm.Relation[M, T](fk)),
		by:   func(o any) any { return fk.By(o.(orm.Order[T])) },
		load: func(l *loading) any { return fk.Then(prefetches[T](l.nested)...) },
	})
	if wayBack {
		back := orm.ReverseOf(fk)
		to.relations = append(to.relations, &relation{
			from: to, to: from, name: name, reverse: c,
			some: func(kids []any) any { return back.Any(conditions[M](kids)...) },
			none: func(kids []any) any { return back.None(conditions[M](kids)...) },
			via:  viaOf(orm.Relation[T, M](back)),
		})
	}
}

// addReverse gives from the field of the rows of to that refer to it by fk.
func addReverse[M, T any](from, to *table, name, fk string) {
	d := orm.Descriptor[orm.Reverse[*M, *T]](name)
	from.relations = append(from.relations, many(d.Related, d, &relation{
		from: from, to: to, name: name, reverse: to.column(fk),
	}))
}

func addManyToMany[M, T any](from, to *table, name, otherSide string) {
	d := orm.Descriptor[orm.ManyToMany[*M, *T]](name)
	pairs := &pairTable{from.name + "." + name, func(ctx context.Context, h database.Handle, near, far any) error {
		return d.Add(ctx, h, near.(*M), far.(*T))
	}}
	from.relations = append(from.relations, many(d.Related, d, &relation{from: from, to: to, name: name, pairs: pairs}))
	if otherSide != "" {
		back := orm.Descriptor[orm.Reverse[*T, *M]](otherSide)
		to.relations = append(to.relations, many(back.Related, back, &relation{from: to, to: from, name: otherSide, pairs: pairs, flipped: true}))
	}
}

func many[M, T any](d orm.Related[*M, *T], via orm.Relation[M, T], r *relation) *relation {
	r.some = func(kids []any) any { return d.Any(conditions[T](kids)...) }
	r.none = func(kids []any) any { return d.None(conditions[T](kids)...) }
	r.via = viaOf(via)
	r.load = func(l *loading) any {
		out := d.Where(conditions[T](builtAll(l.where))...)
		if len(l.orders) > 0 {
			out = out.OrderBy(orders[T](l.orders)...)
		}
		if l.limit >= 0 {
			out = out.Limit(l.limit)
		}
		return out.Then(prefetches[T](l.nested)...)
	}
	return r
}

// viaOf makes expressions on related rows.
func viaOf[M, T any](r orm.Relation[M, T]) func(x any, conds []any) any {
	return func(x any, conds []any) any {
		where := conditions[T](conds)
		switch x := x.(type) {
		case orm.Expression[T, string]:
			return orm.Via(r, x, where...)
		case orm.Expression[T, bool]:
			return orm.Via(r, x, where...)
		case orm.Expression[T, int64]:
			return orm.Via(r, x, where...)
		case orm.Expression[T, float64]:
			return orm.Via(r, x, where...)
		case orm.Expression[T, time.Time]:
			return orm.Via(r, x, where...)
		case orm.Expression[T, civil.Date]:
			return orm.Via(r, x, where...)
		case orm.Expression[T, uuid.UUID]:
			return orm.Via(r, x, where...)
		}
		panic(fmt.Sprintf("no Via of a %T", x))
	}
}

// addTypes makes known of which types expressions can be: those that every
// table has. Each costs the compiler time.
func addTypes[M any](t *table) {
	register[M, string](t, textCalls[M, string])
	register[M, bool](t)
	register[M, int64](t, numberCalls[M, int64], integerCalls[M, int64])
	register[M, float64](t, numberCalls[M, float64])
	register[M, time.Time](t, dateCalls[M, time.Time])
	register[M, civil.Date](t, dateCalls[M, civil.Date])
	register[M, uuid.UUID](t)
}

// addMoreTypes adds those of which only a Person has columns.
func addMoreTypes(t *table) {
	register[Person, mood](t, textCalls[Person, mood])
	register[Person, int16](t, numberCalls[Person, int16], integerCalls[Person, int16])
	register[Person, float32](t, numberCalls[Person, float32])
	register[Person, civil.Clock](t)
	register[Person, time.Duration](t)
	register[Person, []byte](t)
	register[Person, map[string]any](t, jsonCalls[Person, map[string]any])
}

func prefetches[M any](list []*loading) []orm.Prefetch[M] {
	out := make([]orm.Prefetch[M], len(list))
	for i, l := range list {
		out[i] = l.relation.load(l).(orm.Prefetch[M])
	}
	return out
}

// addScalars gives the tables the columns that are no references.
func addScalars(places, persons, tags *table) {
	addBoth[Person, bool](persons, "Flag", flags())
	addBoth[Person, int16](persons, "Small", smalls())
	addBoth[Person, int64](persons, "Short", shorts())
	addBoth[Person, int64](persons, "Big", bigs())
	addBoth[Person, float32](persons, "Half", halves())
	addBoth[Person, float64](persons, "Ratio", ratios())
	addBoth[Person, string](persons, "Name", texts())
	addBoth[Person, mood](persons, "Mood", moods())
	addBoth[Person, []byte](persons, "Blob", blobs())
	addBoth[Person, time.Time](persons, "At", times())
	addBoth[Person, civil.Date](persons, "Day", days())
	addBoth[Person, civil.Clock](persons, "Hour", hours())
	addBoth[Person, time.Duration](persons, "Wait", waits())
	addBoth[Person, string](persons, "Price", prices())
	addBoth[Person, string](persons, "Exact", exacts())
	addBoth[Person, uuid.UUID](persons, "Token", tokens())
	addBoth[Person, map[string]any](persons, "Doc", docs())

	addColumn[Place, string](places, "Name", texts())
	addColumn[Place, civil.Date](places, "Opened", days())
	addColumn[Place, float64](places, "Rating", ratios())
	addColumn[Place, int64](places, "Size", bigs())

	addColumn[Tag, string](tags, "Label", texts())
	addColumn[Tag, int64](tags, "Weight", bigs())
	addColumn[Tag, bool](tags, "Hidden", flags())
}

// addBoth adds a column, and its twin that may be NULL.
func addBoth[M, V any](t *table, name string, k *kind) {
	addColumn[M, V](t, name, k)
	addColumn[M, V](t, name+"N", k)
}

// tables describes the models.
func tables() []*table {
	places, persons, tags := tableOf[Place]("Places"), tableOf[Person]("Persons"), tableOf[Tag]("Tags")
	addColumn[Place, int64](places, "ID", keys())
	addColumn[Person, int64](persons, "ID", keys())
	addColumn[Tag, uuid.UUID](tags, "ID", tokens())

	addScalars(places, persons, tags)

	addForeignKey[Place, Place, int64](places, places, "Parent", true)
	addForeignKey[Person, Place, int64](persons, places, "Home", false)
	addForeignKey[Person, Place, int64](persons, places, "Work", true)
	addForeignKey[Person, Person, int64](persons, persons, "Boss", true)
	addForeignKey[Person, Tag, uuid.UUID](persons, tags, "Badge", true)
	addForeignKey[Tag, Person, int64](tags, persons, "Owner", true)
	addReverse[Place, Person](places, persons, "People", "Home")
	addReverse[Place, Person](places, persons, "Workers", "Work")
	addReverse[Person, Person](persons, persons, "Reports", "Boss")
	addReverse[Person, Tag](persons, tags, "Owned", "Owner")
	addManyToMany[Person, Tag](persons, tags, "Tags", "People")
	addManyToMany[Person, Person](persons, persons, "Friends", "")
	addTypes[Place](places)
	addTypes[Person](persons)
	addTypes[Tag](tags)
	addMoreTypes(persons)
	return []*table{places, persons, tags}
}

func (c *column) String() string { return fmt.Sprintf("%s.%s", c.table.name, c.name) }
