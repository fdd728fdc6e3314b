package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"github.com/volaweb/vola/database"
)

// load loads relations of the rows: one statement for each relation, whatever
// the number of rows. The statements are those of q.
func load(ctx context.Context, q *query, s rowset, relations []prefetch) error {
	for _, r := range relations {
		if err := loadRelation(ctx, q, s, r); err != nil {
			return fmt.Errorf("load %s.%s: %w", s.plan.model, r.field, err)
		}
	}
	return nil
}

func loadRelation(ctx context.Context, q *query, s rowset, r prefetch) error {
	switch {
	case r.back != nil:
		return fmt.Errorf("there is no field to load %s into; give %s a field of type orm.HasMany[%s]", r.back, s.plan.model, r.back)
	case r.limits && r.limit < 0:
		return fmt.Errorf("limit %d is negative", r.limit)
	}
	via, err := s.plan.routeOf(r.field)
	if err != nil {
		return err
	}
	if via.forward != nil {
		return loadForward(ctx, q, s, via, r)
	}
	return loadMany(ctx, q, s, via, r)
}

// loadForward loads the rows that a foreign key refers to.
func loadForward(ctx context.Context, q *query, s rowset, via route, r prefetch) error {
	f, target := via.forward, via.target
	keys, distinct, err := s.keys(f)
	if err != nil || len(distinct) == 0 {
		return err
	}
	args, width, err := target.b.keyArgs(distinct)
	if err != nil {
		return err
	}
	left, err := target.unread(r.without)
	if err != nil {
		return err
	}
	shape := left.mark(append([]byte{'r', width}, target.table...))
	text, err := target.b.texts.get(shape, func() (string, error) {
		w := target.b.newText()
		w.Str("SELECT ")
		w.selectList(target, left)
		w.Str(" FROM ")
		w.Name(target.table)
		w.Str(" t0 WHERE ")
		w.isKey("t0", target.key.column, width)
		return string(w.B), nil
	})
	if err != nil {
		return err
	}
	found, err := fetch(ctx, q, target, left, nil, nil, text, args...)
	if err != nil {
		return err
	}
	if err := load(ctx, q, found, r.nested); err != nil {
		return err
	}
	if err := found.init(ctx); err != nil {
		return err
	}
	at, err := found.places(distinct)
	if err != nil {
		return err
	}
	for i, k := range keys {
		j, ok := at(k)
		if !ok {
			continue
		}
		ptr := unsafe.Add(s.at(i), f.offset)
		if f.null == nullPointer {
			ptr = *(*unsafe.Pointer)(ptr)
		}
		f.ref.set(ptr, found.at(j))
	}
	return nil
}

// places returns where the row with a key is among rows that were asked for by
// these keys.
func (s rowset) places(distinct []any) (func(key any) (int, bool), error) {
	if len(distinct) == 1 { // all rows, of which there is one or none, have that key
		return func(key any) (int, bool) { return 0, key != nil && s.n > 0 }, nil
	}
	keys, _, err := s.keys(s.plan.key)
	if err != nil {
		return nil, err
	}
	at := make(map[any]int, len(keys))
	for i, k := range keys {
		at[k] = i
	}
	return func(key any) (int, bool) { i, ok := at[key]; return i, ok }, nil
}

// loadMany loads the rows that a relation leads to, together with the keys of
// the rows that they belong to.
func loadMany(ctx context.Context, q *query, s rowset, via route, r prefetch) error {
	target, key := via.target, s.plan.key
	keys, distinct, err := s.keys(key)
	if err != nil {
		return err
	}
	args, width, err := s.plan.b.keyArgs(distinct)
	if err != nil {
		return err
	}
	left, err := target.unread(r.without)
	if err != nil {
		return err
	}
	b := s.plan.b.newArgs()
	b.mark('m', s.plan.table)
	b.shape = append(b.shape, width)
	b.mark('.', r.field)
	b.shape = left.mark(b.shape)
	if r.limits { // the rows are numbered, in their order, before they are chosen
		b.shape = append(b.shape, 'l')
		b.orders(target, r.orders)
	}
	b.args = append(b.args, args...)
	for _, n := range r.where {
		b.node(target, n)
	}
	b.alive(target)
	if r.limits {
		b.args = append(b.args, r.limit)
	} else {
		b.orders(target, r.orders)
	}
	if b.err != nil {
		return b.err
	}
	text, err := target.b.texts.get(b.shape, func() (string, error) {
		w := target.b.newText()
		w.loadMany(via, r, left, width)
		return string(w.B), nil
	})
	if err != nil {
		return err
	}
	owner := reflect.New(key.base)
	at := groups(distinct)
	ownerOf := make([]int, 0, len(distinct)) // of each related row, an index of distinct
	var places []int64                       // of each related row, where it stands in the order of pairs
	var place int64
	lead := []any{owner.Interface()}
	inGo := via.ordersInGo(r)
	if inGo {
		lead = append(lead, &place)
		places = make([]int64, 0, len(distinct))
	}
	starts := make([]int, len(distinct)+1) // at first how many rows each has
	ownerKey := s.plan.indexOf(key.name)
	found, err := fetch(ctx, q, target, left, lead, func() error {
		i := 0
		if len(distinct) > 1 {
			var k any = nil
			if id, ok := owner.Interface().(*int64); ok {
				k = *id
			} else if k, err = s.plan.convertArg(ownerKey, owner.Elem().Interface()); err != nil {
				return err
			}
			var ok bool
			if i, ok = at(k); !ok {
				return fmt.Errorf("the key %v was not asked for", k)
			}
		}
		ownerOf = append(ownerOf, i)
		if inGo {
			places = append(places, place)
		}
		starts[i]++
		return nil
	}, text, b.args...)
	if err != nil {
		return err
	}
	b.release()
	if err := load(ctx, q, found, r.nested); err != nil {
		return err
	}
	if err := found.init(ctx); err != nil {
		return err
	}
	grouped := found.groupedBy(ownerOf, starts, places)
	rel := s.plan.relationNamed(r.field)
	given := make([]bool, len(distinct))
	for i, k := range keys {
		o, _ := at(k)
		rows := grouped.part(starts[o], starts[o+1])
		if given[o] { // the same row twice in s: each has its own slice
			rows = rows.copied()
		}
		given[o] = true
		(*relatedRows)(unsafe.Add(s.at(i), rel.offset)).set(rows.first, rows.n)
	}
	return nil
}

// groups returns where each of the keys is among them.
func groups(distinct []any) func(key any) (int, bool) {
	if len(distinct) == 1 {
		return func(any) (int, bool) { return 0, true }
	}
	at := make(map[any]int, len(distinct))
	for i, k := range distinct {
		at[k] = i
	}
	return func(key any) (int, bool) { i, ok := at[key]; return i, ok }
}

// groupedBy returns the rows with those of one group after each other, the
// groups in their order. group has the group of each row, and counts the number
// of rows of each group; it holds afterwards where each group begins.
func (s rowset) groupedBy(group, counts []int, places []int64) rowset {
	sum := 0
	for i, n := range counts {
		counts[i] = sum
		sum += n
	}
	if len(counts) <= 2 && places == nil { // one group
		return s
	}
	perm, next := make([]int, len(group)), slices.Clone(counts)
	same := true
	for i, g := range group {
		at := next[g]
		next[g]++
		// Groups are small and mostly in order.
		for ; places != nil && at > counts[g] && places[perm[at-1]] > places[i]; at-- {
			perm[at] = perm[at-1]
			same = false
		}
		perm[at] = i
		same = same && at == i
	}
	if same {
		return s
	}
	slice := s.slice()
	out := reflect.MakeSlice(slice.Type(), s.n, s.n)
	for i, from := range perm {
		out.Index(i).Set(slice.Index(from))
	}
	return rowset{s.plan, span{out.UnsafePointer(), s.n}}
}

// ordersInGo reports whether the rows of pairs are put in order here: the sum
// of small sorts costs less than the engine's one large one.
func (via route) ordersInGo(r prefetch) bool {
	return via.pairs != nil && via.pairs.through == nil && len(r.orders) == 0 && !r.limits && via.target.b.traits.SortsSlowly
}

// loadMany writes the statement that loads related rows: the owner's key, then
// the row. With a limit for each owner the rows are numbered within it first.
func (w *sqlText) loadMany(via route, r prefetch, left *unread, width byte) {
	target := via.target
	ownerAlias, ownerColumn := "t0", ""
	if via.pairs != nil {
		ownerAlias, ownerColumn = "p", via.pairs.near
	} else {
		ownerColumn = via.reverse.column
	}
	order := func() {
		switch {
		case len(r.orders) > 0:
			w.orderBy(target, "t0", r.orders)
		case via.pairs != nil:
			w.Str(" ORDER BY ")
			w.Col("p", via.pairs.order)
		default:
			w.Str(" ORDER BY ")
			w.Col("t0", target.key.column)
		}
	}
	w.Str("SELECT ")
	if r.limits {
		w.Str("* FROM (SELECT ")
	}
	w.Col(ownerAlias, ownerColumn)
	w.Str(" AS owner_key, ")
	if via.ordersInGo(r) {
		w.Col("p", via.pairs.order)
		w.Str(" AS owner_place, ")
	}
	w.B = target.appendColumnsAs(w.B, "t0", left)
	if r.limits {
		w.Str(", row_number() OVER (PARTITION BY ")
		w.Col(ownerAlias, ownerColumn)
		order()
		w.Str(") AS owner_row")
	}
	w.Str(" FROM ")
	if via.pairs != nil {
		w.Name(via.pairs.table)
		w.Str(" p JOIN ")
		w.Name(target.table)
		w.Str(" t0 ON ")
		w.Col("t0", target.key.column)
		w.Str(" = ")
		w.Col("p", via.pairs.far)
	} else {
		w.Name(target.table)
		w.Str(" t0")
	}
	w.Str(" WHERE ")
	w.isKey(ownerAlias, ownerColumn, width)
	for _, n := range r.where {
		w.Str(" AND ")
		w.node(target, "t0", n)
	}
	w.alive(target, "t0", " AND ")
	if via.ordersInGo(r) {
		return
	}
	if !r.limits {
		order()
		return
	}
	w.Str(") n WHERE owner_row <= ")
	w.Arg()
	w.Str(" ORDER BY owner_row")
}

// appendColumnsAs is appendColumns with the columns' plain names as labels, so
// that a query around it can take them.
func (p *plan) appendColumnsAs(b []byte, alias string, left *unread) []byte {
	first := true
	for i, f := range p.fields {
		if left.left(i) {
			continue
		}
		if !first {
			b = append(b, ", "...)
		}
		first = false
		b = append(b, p.codecs[i].SelectPrefix...)
		b = append(b, alias...)
		b = append(b, '.')
		b = database.AppendQuoted(b, f.column)
		if p.codecs[i].SelectPrefix != "" {
			b = append(b, " AS "...)
			b = database.AppendQuoted(b, f.column)
		}
	}
	return b
}

// keyArgs returns keys as arguments, and in how many places the text has them:
// one key is one argument, few are so many where that is quicker, the last one
// several times so that lists of other lengths share a statement, and more are one
// list, which has the width 0.
func (b *binding) keyArgs(keys []any) (args []any, width byte, err error) {
	if len(keys) == 1 {
		return keys, 1, nil
	}
	if len(keys) == 0 || len(keys) > b.traits.ShortLists {
		list, err := b.grammar.ListArg(keys)
		return []any{list}, 0, err
	}
	n := 2
	for n < len(keys) {
		n *= 2
	}
	args = slices.Grow(slices.Clip(keys), n-len(keys))
	for len(args) < n {
		args = append(args, keys[len(keys)-1])
	}
	return args, byte(n), nil
}

// isKey writes the condition that a column is one of the keys of keyArgs.
func (w *sqlText) isKey(alias, column string, width byte) {
	switch width {
	case 0:
		w.inList(alias, column)
	case 1:
		w.Col(alias, column)
		w.Str(" = ")
		w.Arg()
	default:
		w.spread(func() { w.Col(alias, column) }, int(width))
	}
}

// inList writes the condition that a column is in the list that is the next
// argument.
func (w *sqlText) inList(alias, column string) {
	w.InList(&w.Text, false, func() { w.Col(alias, column) })
}

// fetch reads rows of a model that is only known at run time; lead, when not
// nil, receives the first column, and each is called after each row. Columns
// after those of the model are dropped.
func fetch(ctx context.Context, q *query, p *plan, left *unread, lead []any, each func() error, text string, args ...any) (s rowset, err error) {
	ctx, cancel := q.limited(ctx)
	defer cancel()
	rows, err := q.h.Query(ctx, text, args...)
	if err != nil {
		return rowset{}, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	r := p.newReader(lead...)
	r.leave(left)
	columns, err := rows.Columns()
	if err != nil {
		return rowset{}, err
	}
	for len(r.dests) < len(columns) {
		r.dests = append(r.dests, new(any))
	}
	b := rowBuffer{rowset: rowset{plan: p}, expect: 16}
	for rows.Next() {
		if err := r.scan(rows, b.next()); err != nil {
			return rowset{}, err
		}
		if each == nil {
			continue
		}
		if err := each(); err != nil {
			return rowset{}, err
		}
	}
	r.release()
	return b.rowset, rows.Err()
}
