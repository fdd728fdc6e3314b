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

// Conflict says what [Upsert] does with rows that exist already: made by
// [OnConflict]. It never changes; its methods return changed copies.
type Conflict[M any] = ConflictOf[*M]

// ConflictOf is the type behind [Conflict], as [ConditionOf] is behind
// [Condition].
type ConflictOf[P any] struct{ c conflict }

type conflict struct {
	by, update []string
	keep       bool
}

// OnConflict returns the conflict with a row that has the same values in the
// fields. They must be just those of the primary key or of one unique
// constraint of the model, as in [By]. Update or DoNothing says what is done.
func OnConflict[M any](by ...Field[M]) Conflict[M] {
	return Conflict[M]{conflict{by: fieldNames(by)}}
}

// Update gives the existing row the new row's values of the fields, and of
// those tagged auto_now. All other fields keep what the database has.
func (c ConflictOf[P]) Update(fields ...FieldOf[P]) ConflictOf[P] {
	c.c.update, c.c.keep = fieldNames(fields), false
	return c
}

// DoNothing leaves the existing row as it is.
func (c ConflictOf[P]) DoNothing() ConflictOf[P] {
	c.c.update, c.c.keep = nil, true
	return c
}

// Upsert stores each of rows as a new row, or does what conflict says when
// there is one with the same values:
//
//	created, err := orm.Upsert(ctx, db, posts,
//		orm.OnConflict(Posts.Slug).Update(Posts.Title, Posts.Body))
//
// It returns how many rows were created; all others were there. Afterwards each
// of rows has the key of its row in the database, old or new; other fields that
// were not updated stay in it as they were given, but for a version. Either all is done or
// nothing, also if a trigger leaves out a row, which is [ErrNotStored]. A conflict with another constraint is an error, and so are two of
// rows that conflict with each other, or NULL in a field of the conflict. No
// hooks are called. Without rows it does nothing.
//
// It is one statement for many rows, and safe against others who do the same at
// the same time. On PostgreSQL a number of the key's sequence is lost for each
// row that was there.
func Upsert[T any](ctx context.Context, h database.Handle, rows []T, conflict Conflict[T]) (created int, err error) {
	p, err := planOf(h, reflect.TypeFor[T]())
	if err != nil {
		return 0, err
	}
	u, err := newUpsert(bulkOf(p, rows), conflict.c)
	if err != nil {
		return 0, err
	}
	if u.n == 0 {
		return 0, nil
	}
	given, numbered, forget, err := u.prepareCreate()
	if err != nil {
		return 0, fmt.Errorf("upsert %s: %w", p.model, err)
	}
	unlike := u.all()
	if u.keyed {
		unlike = given // the others get keys that are new
	}
	if err := u.refuse(unlike); err != nil {
		forget()
		return 0, err
	}
	err = h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return u.run(ctx, tx, given, numbered) })
	if err != nil {
		forget()
		return 0, err
	}
	return u.created, nil
}

// upsert is one call of Upsert.
type upsert struct {
	bulk
	by     []int // the fields of the conflict
	update []int // none: the row that is there stays as it is
	// keyed says that the fields of the conflict are the key, so that rows
	// know theirs.
	keyed   bool
	created int
}

func newUpsert(b bulk, c conflict) (*upsert, error) {
	u := &upsert{bulk: b, keyed: true}
	var columns []string
	for _, name := range c.by {
		i := b.p.indexOf(name)
		if i < 0 {
			return nil, unknownField(b.p, name)
		}
		u.by = append(u.by, i)
		u.keyed = u.keyed && b.p.isKey(b.p.fields[i])
		columns = append(columns, b.p.fields[i].column)
	}
	if !b.p.identifies(columns) {
		return nil, fmt.Errorf("orm: the conflict of %s is by %v, which is not just the columns of its key or of one unique constraint", b.p.model, columns)
	}
	if c.keep {
		return u, nil
	}
	if len(c.update) == 0 {
		return nil, fmt.Errorf("orm: the conflict of %s does not say what to do; add Update with fields, or DoNothing", b.p.model)
	}
	var err error
	u.update, err = updateFields(b.p, c.update)
	return u, err
}

// refuse refuses rows that are for the same row, and those marked as deleted:
// they are in nobody's way, and nobody is in theirs.
func (u *upsert) refuse(unlike []int) error {
	if f := u.p.deleted; f != nil {
		for i := range u.n {
			if v, err := f.get(u.at(i)); err != nil || v != nil {
				return fmt.Errorf("orm: upsert %s: %w", u.p.model, rowError(i, fieldError(u.p.model, f, errMarked)))
			}
		}
	}
	return u.distinct("upsert", u.by, unlike)
}

var errMarked = errors.New("the row is marked as deleted, and such rows stand beside those that are not; store it with Create or Save")

// run stores all rows.
func (u *upsert) run(ctx context.Context, tx *database.Tx, given, numbered []int) error {
	u.created = 0
	if err := u.passKeys(ctx, tx, given); err != nil {
		return fmt.Errorf("upsert %s: %w", u.p.model, err)
	}
	if err := u.storeAll(ctx, tx, given, false); err != nil {
		return err
	}
	if u.keyed && len(numbered) > 0 {
		u.created += len(numbered)
		return u.create(ctx, tx, nil, numbered)
	}
	return u.storeAll(ctx, tx, numbered, true)
}

func (u *upsert) storeAll(ctx context.Context, tx *database.Tx, rows []int, numbered bool) error {
	fields := u.p.insertFields(numbered)
	if !numbered || !u.keyed {
		var err error
		if rows, err = u.inOrder(rows, u.by); err != nil {
			return fmt.Errorf("upsert %s: %w", u.p.model, err)
		}
	}
	if !numbered && u.p.key != nil {
		var err error
		if rows, _, err = u.parentsFirst(rows); err != nil {
			return fmt.Errorf("upsert %s: %w", u.p.model, err)
		}
	}
	err := u.chunks(rows, len(fields), false, func(rows []int) error { return u.store(ctx, tx, fields, rows) })
	if err != nil {
		return fmt.Errorf("upsert %s: %w", u.p.model, err)
	}
	return nil
}

// store stores the rows of one statement. SQLite does not tell which of them
// were there; they are counted before: its transactions write one after the
// other, so that the count holds.
func (u *upsert) store(ctx context.Context, tx *database.Tx, fields, rows []int) error {
	if u.update != nil && !u.p.arrays() {
		there, err := u.count(ctx, tx, rows)
		if err != nil {
			return err
		}
		u.created += len(rows) - there
	}
	for range maxRounds {
		n, err := u.insert(ctx, tx, fields, rows)
		if err != nil {
			return u.blame(ctx, tx, rows, err)
		}
		u.created += n
		if u.keyed && u.p.version == nil && (u.update != nil || n == len(rows)) {
			return nil
		}
		found, err := u.find(ctx, tx, rows)
		if err != nil || found == len(rows) {
			return err
		}
		// Someone deleted a row that was in the way after the statement had
		// seen it: what was stored is there, and does nothing the next time.
	}
	return fmt.Errorf("%w; or others deleted rows all the time", ErrNotStored)
}

// insert runs the statement and returns how many rows it created, as far as
// the database can tell.
func (u *upsert) insert(ctx context.Context, h database.Handle, fields, rows []int) (int, error) {
	p := u.p
	args, err := u.tuples(fields, rows)
	if err != nil {
		return 0, err
	}
	s := &sqlArgs{shape: make([]byte, 0, 128)}
	s.mark('J', p.table)
	s.markTuples(p, fields, len(rows))
	for _, list := range [...][]int{u.by, u.update} {
		s.shape = append(s.shape, ';')
		for _, f := range list {
			s.mark('f', p.fields[f].name)
		}
	}
	text, err := p.b.texts.get(s.shape, func() (string, error) {
		w := p.b.newText()
		u.write(w, fields, len(rows))
		return string(w.B), nil
	})
	if err != nil {
		return 0, err
	}
	if u.update != nil && p.arrays() {
		var made, all int
		if err := database.QueryRow(ctx, h, []any{&made, &all}, text, args...); err != nil {
			return 0, err
		}
		return made, errors.Join(u.left(all, len(rows)), p.wrote(ctx, h, "upsert"))
	}
	res, err := h.Exec(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	if err := p.wrote(ctx, h, "upsert"); err != nil {
		return 0, err
	}
	if u.update != nil {
		return 0, u.left(int(res.RowsAffected), len(rows))
	}
	return int(res.RowsAffected), nil
}

// left returns the error of rows that were neither created nor updated.
func (u *upsert) left(n, of int) error {
	if n == of {
		return nil
	}
	return fmt.Errorf("%d of %d rows of a statement: %w", of-n, of, ErrNotStored)
}

// write writes the statement. A row that PostgreSQL has just made has no
// transaction that locked or replaced it, xmax. Sorted rows are locked in the
// same order by everyone, so that nobody waits in a circle.
func (u *upsert) write(w *sqlText, fields []int, n int) {
	p := u.p
	counts := u.update != nil && p.arrays()
	if counts {
		w.Str("WITH done AS (")
	}
	w.insertTuples(p, fields, n, func() {
		for i, f := range u.by {
			w.item(i, "")
			at := slices.Index(fields, f)
			if at < 0 { // a key that the database numbers conflicts with none
				at = len(fields)
			}
			w.Str(cell(at))
		}
	})
	var columns []string
	for i, f := range u.by {
		w.item(i, " ON CONFLICT (")
		w.Name(p.fields[f].column)
		columns = append(columns, p.fields[f].column)
	}
	w.Str(")")
	w.amongLiving(p, columns)
	if u.update == nil {
		w.Str(" DO NOTHING")
		return
	}
	w.Str(" DO UPDATE SET ")
	for i, f := range u.update {
		w.item(i, "")
		w.Name(p.fields[f].column)
		w.Str(" = excluded.")
		w.Name(p.fields[f].column)
	}
	w.countVersion(p, database.Quote(p.table))
	if counts {
		w.Str(" RETURNING xmax = 0 AS made) SELECT count(*) FILTER (WHERE made), count(*) FROM done")
	}
}

// count returns how many of the rows are in the database.
func (u *upsert) count(ctx context.Context, h database.Handle, rows []int) (n int, err error) {
	args, text, err := u.match(u.by, rows, 'C', !u.keyed, func(w *sqlText) { w.Str("count(*)") })
	if err != nil {
		return 0, err
	}
	return n, database.QueryRow(ctx, h, []any{&n}, text, args...)
}

// find sets the keys and versions of the rows that are in the database, and
// returns how many are.
func (u *upsert) find(ctx context.Context, h database.Handle, rows []int) (n int, err error) {
	read := u.p.keyFields()
	if u.p.version != nil {
		read = append(read, u.p.indexOf(u.p.version.name))
	}
	keys := u.p.only(read)
	args, text, err := u.match(u.by, rows, 'K', !u.keyed, func(w *sqlText) {
		w.Str("v." + cell(len(u.by)) + ", ")
		w.B = keys.appendColumns(w.B, "t0")
	})
	if err != nil {
		return 0, err
	}
	found, err := h.Query(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	var number int
	r := keys.newReader(&number)
	row := reflect.New(u.p.typ) // which row it is for comes with the key
	for ; found.Next(); n++ {
		if err := r.scan(found, row.UnsafePointer()); err != nil {
			found.Close()
			return 0, err
		}
		for _, f := range keys.fields {
			to := unsafe.Add(u.at(rows[number-1]), f.offset)
			reflect.NewAt(f.typ, to).Elem().Set(row.Elem().FieldByIndex(f.path))
		}
	}
	return n, found.Close()
}

// only returns a plan of some of the fields, for reading no more than those.
func (p *plan) only(fields []int) *plan {
	m := *p.model
	m.fields = nil
	out := &plan{model: &m, b: p.b}
	for _, f := range fields {
		m.fields = append(m.fields, p.fields[f])
		out.codecs = append(out.codecs, p.codecs[f])
	}
	return out
}
