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

// CreateAll stores all rows as new rows of their table, as [Create] stores one,
// but many in one statement. Keys that the database numbers are set in rows, in
// the order of the slice; rows that have a key keep it. Either all rows are
// stored or none; if a trigger leaves one out, none is, and the error is
// [ErrNotStored]. No hooks are called. Without rows it does nothing.
//
// Rows may refer to others of the call, in any order and in circles: those that
// are referred to are stored first.
//
// A value that cannot be stored is an error that begins with the number of its
// row, from 0: "row 3: ...". What only the database refuses, such as a second
// row with a unique value, is known without the number.
func CreateAll[T any](ctx context.Context, h database.Handle, rows []T) error {
	p, err := planOf(h, reflect.TypeFor[T]())
	if err != nil || len(rows) == 0 {
		return err
	}
	b := bulkOf(p, rows)
	given, numbered, forget, err := b.prepareCreate()
	if err != nil {
		return fmt.Errorf("create %s: %w", p.model, err)
	}
	if err := b.create(ctx, h, given, numbered); err != nil {
		forget()
		return err
	}
	return nil
}

// errGaps is returned when the keys of new rows cannot be told from the last
// of them.
var errGaps = errors.New("the new keys have gaps")

// prepareCreate sets what Create sets before a row is stored, and returns the
// positions of the rows that have a key and of those that the database numbers.
// forget takes back keys and versions of rows that are not stored after all.
func (b bulk) prepareCreate() (given, numbered []int, forget func(), err error) {
	forget = b.identities()
	for i := range b.n {
		ptr := b.at(i)
		b.p.stamp(ptr, true)
		b.p.truncateTimes(ptr)
		if b.p.version != nil && *b.p.versionAt(ptr) == 0 {
			*b.p.versionAt(ptr) = 1
		}
		if err := b.p.makeKey(ptr); err != nil {
			forget()
			return nil, nil, nil, rowError(i, err)
		}
		if b.p.key != nil && b.p.key.auto && *b.autoKey(i) == 0 {
			numbered = append(numbered, i)
		} else {
			given = append(given, i)
		}
	}
	return given, numbered, forget, nil
}

// identities keeps the keys and versions of the rows; forget gives them back.
func (b bulk) identities() (forget func()) {
	before := make([]identity, b.n)
	for i := range b.n {
		before[i] = b.p.identityOf(b.at(i))
	}
	return func() {
		for i, id := range before {
			b.p.setIdentity(b.at(i), id)
		}
	}
}

// autoKey returns where a row has the key that the database numbers.
func (b bulk) autoKey(i int) *int64 { return (*int64)(unsafe.Add(b.at(i), b.p.key.offset)) }

// forgetKeys takes back the keys of rows that are to be stored in another way.
func (b bulk) forgetKeys(numbered []int) {
	for _, i := range numbered {
		*b.autoKey(i) = 0
	}
}

// create stores the rows, or none of them.
func (b bulk) create(ctx context.Context, h database.Handle, given, numbered []int) error {
	given, lates, err := b.parentsFirst(given)
	if err != nil {
		return fmt.Errorf("create %s: %w", b.p.model, err)
	}
	if len(lates) > 0 {
		return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			err := b.without(lates, func() error { return b.insertAll(ctx, tx, given, numbered) })
			if err != nil {
				return err
			}
			return b.refer(ctx, tx, lates)
		})
	}
	return b.insertAll(ctx, h, given, numbered)
}

// insertAll stores the rows in their order.
func (b bulk) insertAll(ctx context.Context, h database.Handle, given, numbered []int) (err error) {
	if len(b.p.insertFields(len(numbered) > 0)) == 0 {
		err = errGaps // rows of nothing but a key have no VALUES
	} else {
		err = b.createMany(ctx, h, given, numbered)
	}
	if errors.Is(err, errGaps) {
		err = b.createEach(ctx, h, given, numbered)
	}
	return err
}

// createMany stores the rows in as few statements as it takes.
func (b bulk) createMany(ctx context.Context, h database.Handle, given, numbered []int) error {
	// Also one statement may store some rows and, for a trigger, not others.
	return in(ctx, h, b.n == 1, func(ctx context.Context, h database.Handle) error {
		if err := b.passKeys(ctx, h, given); err != nil {
			return fmt.Errorf("create %s: %w", b.p.model, err)
		}
		fields := b.p.insertFields(false)
		err := b.chunks(given, len(fields), false, func(rows []int) error {
			_, err := b.execInsert(ctx, h, fields, rows)
			return err
		})
		if err != nil {
			return err
		}
		return b.createNumbered(ctx, h, numbered)
	})
}

// chunks calls fn for one statement's rows after the other.
func (b bulk) chunks(rows []int, columns int, firstAlone bool, fn func(rows []int) error) error {
	for len(rows) > 0 {
		n := b.p.chunk(len(rows), columns)
		if firstAlone {
			n, firstAlone = 1, false
		}
		if err := fn(rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// createNumbered stores rows whose keys the database numbers.
//
// PostgreSQL numbers the rows in the order in which a statement's ORDER BY
// gives them, but does not say in which order it returns the numbers: sorted,
// they belong to the rows one by one. SQLite tells only the last number of a
// statement, and numbers upwards from the largest. The first row is stored by
// a statement of its own, so that its number is known; when the last number of
// the next n rows is n more, they have just the numbers in between. Only a
// trigger that adds rows to the table makes it differ.
func (b bulk) createNumbered(ctx context.Context, h database.Handle, rows []int) error {
	fields := b.p.insertFields(true)
	if b.p.arrays() {
		return b.chunks(rows, len(fields), false, func(rows []int) error {
			return b.insertReturning(ctx, h, fields, rows)
		})
	}
	var last int64
	return b.chunks(rows, len(fields), true, func(rows []int) error {
		res, err := b.execInsert(ctx, h, fields, rows)
		if err != nil {
			return err
		}
		if n := int64(len(rows)); n > 1 && res.LastInsertID-last != n {
			return errGaps
		}
		last = res.LastInsertID
		for i, r := range rows {
			*b.autoKey(r) = last - int64(len(rows)-1-i)
		}
		return nil
	})
}

// createEach stores one row after the other.
func (b bulk) createEach(ctx context.Context, h database.Handle, given, numbered []int) error {
	b.forgetKeys(numbered)
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		for _, i := range slices.Concat(given, numbered) {
			if _, err := b.p.insert(ctx, tx, b.at(i), nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// insertFields returns the positions of the fields that an INSERT names.
func (p *plan) insertFields(numbered bool) []int {
	out := make([]int, 0, len(p.fields))
	for i, f := range p.fields {
		if p.inserts(f, numbered) {
			out = append(out, i)
		}
	}
	return out
}

// execInsert stores rows and names the reference that leads nowhere.
func (b bulk) execInsert(ctx context.Context, h database.Handle, fields, rows []int) (database.Result, error) {
	args, text, err := b.insertRows(fields, rows, "")
	if err != nil {
		return database.Result{}, err
	}
	res, err := h.Exec(ctx, text, args...)
	if err != nil {
		return res, fmt.Errorf("create %s: %w", b.p.model, b.blame(ctx, h, rows, err))
	}
	if err := b.stored("create", int(res.RowsAffected), len(rows)); err != nil {
		return res, err
	}
	return res, b.p.wrote(ctx, h, "create")
}

// insertReturning stores rows and sets the keys that they were given.
func (b bulk) insertReturning(ctx context.Context, h database.Handle, fields, rows []int) error {
	args, text, err := b.insertRows(fields, rows, b.p.key.column)
	if err != nil {
		return err
	}
	keys, err := queryKeys(ctx, h, len(rows), text, args)
	if err != nil {
		return fmt.Errorf("create %s: %w", b.p.model, err)
	}
	if err := b.stored("create", len(keys), len(rows)); err != nil {
		return err
	}
	slices.Sort(keys)
	for i, r := range rows {
		*b.autoKey(r) = keys[i]
	}
	return b.p.wrote(ctx, h, "create")
}

// stored returns the error of a statement that stored fewer rows than it was to.
func (b bulk) stored(verb string, n, of int) error {
	if n == of {
		return nil
	}
	return fmt.Errorf("%s %s, %d of %d rows of a statement: %w", verb, b.p.model, of-n, of, ErrNotStored)
}

func queryKeys(ctx context.Context, h database.Handle, n int, text string, args []any) ([]int64, error) {
	found, err := h.Query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	keys := make([]int64, 0, n)
	var key int64
	dest := []any{&key}
	for found.Next() {
		if err := found.Scan(dest...); err != nil {
			found.Close()
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, found.Close()
}

// insertRows returns the INSERT of the rows and its arguments; returning is a
// column or "".
func (b bulk) insertRows(fields, rows []int, returning string) ([]any, string, error) {
	p := b.p
	args, err := b.tuples(fields, rows)
	if err != nil {
		return nil, "", fmt.Errorf("create %s: %w", p.model, err)
	}
	s := &sqlArgs{shape: make([]byte, 0, 128)}
	s.mark('I', p.table)
	s.mark('r', returning)
	s.markTuples(p, fields, len(rows))
	text, err := p.b.texts.get(s.shape, func() (string, error) {
		w := p.b.newText()
		w.insertTuples(p, fields, len(rows), func() { w.Str(cell(len(fields))) })
		if returning != "" {
			w.Str(" RETURNING ")
			w.Name(returning)
		}
		return string(w.B), nil
	})
	return args, text, err
}

// insertTuples writes an INSERT of n rows; where they come from a query, order
// writes by what it is sorted.
func (w *sqlText) insertTuples(p *plan, fields []int, n int, order func()) {
	w.Str("INSERT INTO ")
	w.Name(p.table)
	for i, f := range fields {
		w.item(i, " (")
		w.Name(p.fields[f].column)
	}
	w.Str(") ")
	if !p.arrays() {
		w.values(len(fields), n, false)
		return
	}
	for i := range fields {
		w.item(i, "SELECT ")
		w.Str(cell(i))
	}
	w.Str(" FROM ")
	w.tuples(p, fields, n)
	w.Str(" ORDER BY ")
	order()
}

// blame completes the error of rows that were written: see [plan.blameWrite].
func (b bulk) blame(ctx context.Context, h database.Handle, rows []int, err error) error {
	for _, r := range rows {
		if anonymous(err) == nil {
			break
		}
		err = b.p.blameWrite(ctx, h, b.at(r), err)
	}
	return err
}
