package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/volaweb/vola/database"
)

// A model takes part in what happens to its rows by methods on its pointer.
// They run in this order; an error of one ends it there:
//
//	New            a row is made by the function New
//	Init           then, and when a row was read from the database
//	Validate       before Create, Save, Update, and the rows that GetOrCreate
//	               and UpdateOrCreate create
//	BeforeSave     then
//	(the statement)
//	AfterSave      then
//	BeforeDelete   before Delete and Purge of a row
//	(the statement)
//	AfterDelete    then
//
// Methods that run before or after a statement share a transaction with it, so
// that an error of any of them leaves nothing written. Statements for many rows
// at once, such as Query.Update, Query.Delete and CreateAll, run no methods.

// Newer is a model that completes a new row: a method called by [New].
type Newer interface {
	// New completes the row, in which the fields tagged auto_now and
	// auto_now_add and the defaults are set. An error refuses it.
	New(ctx context.Context) error
}

// Initer is a model that prepares a row for use: a method called on each row
// that [New] has made or that was read from the database, together with the
// relations that were asked for.
type Initer interface {
	// Init prepares the row. An error is that of the query.
	Init(ctx context.Context) error
}

// Validator is a model that checks a row before it is stored.
type Validator interface {
	// Validate returns why the row must not be stored; the error is returned
	// to the caller as it is.
	Validate(ctx context.Context) error
}

// BeforeSaver is a model that acts before a row is stored.
type BeforeSaver interface {
	// BeforeSave may change the row. An error refuses it.
	BeforeSave(ctx context.Context, s *Saving) error
}

// AfterSaver is a model that acts after a row was stored.
type AfterSaver interface {
	// AfterSave may store other rows. An error undoes the statement.
	AfterSave(ctx context.Context, s *Saving) error
}

// BeforeDeleter is a model that acts before a row is deleted.
type BeforeDeleter interface {
	// BeforeDelete may refuse it by an error. Statements go to h.
	BeforeDelete(ctx context.Context, h database.Handle) error
}

// AfterDeleter is a model that acts after a row was deleted.
type AfterDeleter interface {
	// AfterDelete may change other rows. An error undoes the deletion.
	AfterDelete(ctx context.Context, h database.Handle) error
}

// Saving is what BeforeSave and AfterSave are told.
type Saving struct {
	// Handle is the transaction of the statement.
	Handle database.Handle
	// Options are those given to Save, as they were.
	Options []SaveOption
	// Fields are the Go names of the fields that Update was asked to store;
	// nil for all.
	Fields []string
	// Created is, in AfterSave, whether the row is a new one.
	Created bool
}

type hooks byte

const (
	hookNew hooks = 1 << iota
	hookInit
	hookValidate
	hookSave
	hookDelete
)

// hooksOf returns which methods the pointer to a model has.
func hooksOf(t reflect.Type) hooks {
	p := reflect.PointerTo(t)
	var h hooks
	for _, x := range [...]struct {
		typ  reflect.Type
		hook hooks
	}{
		{reflect.TypeFor[Newer](), hookNew}, {reflect.TypeFor[Initer](), hookInit}, {reflect.TypeFor[Validator](), hookValidate},
		{reflect.TypeFor[BeforeSaver](), hookSave}, {reflect.TypeFor[AfterSaver](), hookSave},
		{reflect.TypeFor[BeforeDeleter](), hookDelete}, {reflect.TypeFor[AfterDeleter](), hookDelete},
	} {
		if p.Implements(x.typ) {
			h |= x.hook
		}
	}
	return h
}

// misnamedHooks returns the errors of methods that have the name of one that
// is called around statements and another type: they would never be called.
func misnamedHooks(t reflect.Type) []error {
	p := reflect.PointerTo(t)
	var errs []error
	for _, typ := range [...]reflect.Type{
		reflect.TypeFor[Validator](), reflect.TypeFor[BeforeSaver](), reflect.TypeFor[AfterSaver](),
		reflect.TypeFor[BeforeDeleter](), reflect.TypeFor[AfterDeleter](),
	} {
		want := typ.Method(0)
		if have, ok := p.MethodByName(want.Name); ok && !p.Implements(typ) {
			method := reflect.Zero(p).Method(have.Index).Type() // without the receiver
			errs = append(errs, fmt.Errorf("its method %s is a %v and would never be called; make it a %v, or give it another name", want.Name, method, want.Type))
		}
	}
	return errs
}

// New makes a row in memory, not in the database: the zero T, with the times of
// fields tagged auto_now and auto_now_add, the defaults of fields that are
// numbers, text or bools, and the values of set; then its methods [Newer] and
// [Initer] run. Nothing is to be stored when it returns an error.
func New[T any](ctx context.Context, h database.Handle, set ...Assignment[T]) (T, error) {
	var row T
	p, err := planOf(h, reflect.TypeFor[T]())
	if err != nil {
		return row, err
	}
	ptr := unsafe.Pointer(&row)
	p.stamp(ptr, true)
	if err := p.setDefaults(ptr); err != nil {
		return row, err
	}
	for _, a := range set {
		if err := p.assign(ptr, a.a); err != nil {
			return row, err
		}
	}
	return row, p.born(ctx, &row)
}

// setDefaults sets the fields that have a default in the schema.
func (p *plan) setDefaults(ptr unsafe.Pointer) error {
	for _, f := range p.fields {
		if !f.defaultSet() {
			continue
		}
		r := receiver{field: f, row: ptr}
		if err := r.Scan(f.def.Value); err != nil {
			return fieldError(p.model, f, err)
		}
	}
	return nil
}

// defaultSet reports whether the field has a default that a new row is made with.
func (f *field) defaultSet() bool {
	switch f.form {
	case formBool, formInt, formFloat, formText, formDecimal:
		return f.def.Value != nil && f.ref == nil
	}
	return false
}

// born runs New and Init of a row that was made.
func (p *plan) born(ctx context.Context, row any) error {
	if n, ok := row.(Newer); ok && p.hooks&hookNew != 0 {
		if err := n.New(ctx); err != nil {
			return err
		}
	}
	return p.initRow(ctx, row)
}

// initRow runs Init of a row.
func (p *plan) initRow(ctx context.Context, row any) error {
	if i, ok := row.(Initer); ok && p.hooks&hookInit != 0 {
		return i.Init(ctx)
	}
	return nil
}

// row returns the struct at ptr as the methods of its model are called on: a
// pointer to it.
func (p *plan) row(ptr unsafe.Pointer) any { return reflect.NewAt(p.typ, ptr).Interface() }

// saving runs a statement that stores a row, with the methods around it. The
// statement reports whether the row is new, and whether anything was stored at
// all.
func (p *plan) saving(ctx context.Context, h database.Handle, row any, s Saving, statement func(ctx context.Context, h database.Handle) (created, stored bool, err error)) error {
	if s.Fields == nil {
		if err := p.checkWhole(reflect.ValueOf(row).UnsafePointer()); err != nil {
			return err
		}
	}
	if v, ok := row.(Validator); ok && p.hooks&hookValidate != 0 {
		if err := v.Validate(ctx); err != nil {
			return err
		}
	}
	ptr := reflect.ValueOf(row).UnsafePointer()
	before := p.identityOf(ptr)
	if p.hooks&hookSave == 0 {
		_, stored, err := statement(ctx, h)
		if err != nil || !stored {
			p.setIdentity(ptr, before)
		}
		return err
	}
	err := h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		s.Handle = tx
		if b, ok := row.(BeforeSaver); ok {
			if err := b.BeforeSave(ctx, &s); err != nil {
				return err
			}
		}
		created, stored, err := statement(ctx, tx)
		if err != nil {
			return err
		}
		if !stored {
			p.setIdentity(ptr, before)
			return nil
		}
		s.Created = created
		if a, ok := row.(AfterSaver); ok {
			return a.AfterSave(ctx, &s)
		}
		return nil
	})
	if err != nil {
		p.setIdentity(ptr, before)
	}
	return err
}

// identity is what the database and Vola count up in a row. A row that is not
// stored after all has neither: stored again it would be taken for another's.
type identity struct{ key, version int64 }

func (p *plan) identityOf(ptr unsafe.Pointer) (id identity) {
	if p.key != nil && p.key.auto {
		id.key = *(*int64)(unsafe.Add(ptr, p.key.offset))
	}
	if p.version != nil {
		id.version = *p.versionAt(ptr)
	}
	return id
}

func (p *plan) setIdentity(ptr unsafe.Pointer, id identity) {
	if p.key != nil && p.key.auto {
		*(*int64)(unsafe.Add(ptr, p.key.offset)) = id.key
	}
	if p.version != nil {
		*p.versionAt(ptr) = id.version
	}
}

// errNoStruct is returned for a nil pointer in place of a row.
var errNoStruct = errors.New("the row is a nil pointer")

// deleting runs a statement that deletes a row, with the methods around it.
func (p *plan) deleting(ctx context.Context, h database.Handle, row any, statement func(ctx context.Context, h database.Handle) error) error {
	if p.hooks&hookDelete == 0 {
		return statement(ctx, h)
	}
	return h.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if b, ok := row.(BeforeDeleter); ok {
			if err := b.BeforeDelete(ctx, tx); err != nil {
				return err
			}
		}
		if err := statement(ctx, tx); err != nil {
			return err
		}
		if a, ok := row.(AfterDeleter); ok {
			return a.AfterDelete(ctx, tx)
		}
		return nil
	})
}
