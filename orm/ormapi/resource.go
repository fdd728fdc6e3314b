package ormapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/api"
)

// Verb is what a program does with rows. The names are those of permissions, and of the verbs of contrib/auth:
// auth.Verb(verb) is the same there. It is a type of its own since a site may have resources without
// accounts, and accounts without resources; neither package imports the other.
type Verb string

// The verbs.
const (
	View   Verb = "view"
	Add    Verb = "add"
	Change Verb = "change"
	Delete Verb = "delete"
)

// Resource is a model with what programs may do with it. DB and Show are needed.
type Resource[T any] struct {
	// DB returns the database, which is not known yet when routes are registered.
	DB func() *database.DB
	// Show are the fields of each row in answers, Write those that a client may set, Filter those
	// by whose values it may choose rows.
	Show, Write, Filter []orm.Field[T]
	// Order is that of lists. Defaults to the key.
	Order []orm.Order[T]
	// Key is the field that the path has. Defaults to the field ID.
	Key orm.Field[T]
	// Rows limits a query to the rows with which the client may do something, as Filter of an [auth.Rule]
	// does. Others are not found. A new row that is not one of those for Add is refused, and so is a
	// change after which a row is not one of those for Change. Nil means all.
	//
	// [auth.Rule]: https://pkg.go.dev/github.com/volaweb/vola/contrib/auth#Rule
	Rows func(ctx context.Context, verb Verb, q *orm.Query[T]) (*orm.Query[T], error)
	// New completes a new row before it is stored, such as with who made it, or refuses it.
	New func(ctx context.Context, row *T) error
	// Name is what the resource is called in names of routes: "book" gives "book-list" and "book".
	// Defaults to the name of the model in small letters.
	Name string
}

// Read registers the list and the detail: GET of "/" and "/{id}/".
func (s Resource[T]) Read(r *web.Router) {
	p, err := s.plan()
	name := s.name()
	api.Untyped(r, http.MethodGet, "/", api.Operation{Summary: "List of " + name, Tag: name, Names: p.names, Input: p.query, Output: p.list}, s.list(p)).
		For(s.Read).Name(name + "-list").Invalid(err)
	api.Untyped(r, http.MethodGet, "/{id}/", api.Operation{Summary: "One " + name, Tag: name, Names: p.names, Input: reflect.TypeFor[oneRow](), Output: p.show.typ}, s.detail(p)).
		For(s.Read).Name(name).Invalid(err)
}

// Change registers create, edit and delete: POST of "/", PATCH and DELETE of "/{id}/". Without
// fields in Write there is only delete.
func (s Resource[T]) Change(r *web.Router) {
	p, err := s.plan()
	name := s.name()
	if len(s.Write) > 0 {
		api.Untyped(r, http.MethodPost, "/", api.Operation{Summary: "Create a " + name, Tag: name, Names: p.names, Status: http.StatusCreated, Unread: true, Input: p.write.typ, Output: p.show.typ}, s.create(p)).
			For(s.Change).Invalid(err)
		api.Untyped(r, http.MethodPatch, "/{id}/", api.Operation{Summary: "Change a " + name, Tag: name, Names: p.names, Unread: true, Partial: true, Input: p.edit, Output: p.show.typ}, s.edit(p)).
			For(s.Change).Invalid(err)
	}
	api.Untyped(r, http.MethodDelete, "/{id}/", api.Operation{Summary: "Delete a " + name, Tag: name, Status: http.StatusNoContent, Input: reflect.TypeFor[oneRow](), Output: reflect.TypeFor[api.Nothing]()}, s.remove(p)).
		For(s.Change).Invalid(err)
}

func (s Resource[T]) name() string {
	return cmp.Or(s.Name, strings.ToLower(reflect.TypeFor[T]().Name()))
}

// oneRow is the input of handlers of one row.
type oneRow struct {
	ID    string `path:"id"`
	Match string `header:"If-Match" help:"The ETag of the row as it was read: 412 if it is another one by now."`
}

// query returns the rows with which the client may do something.
func (s Resource[T]) query(ctx context.Context, h database.Handle, verb Verb) (*orm.Query[T], error) {
	q := orm.From[T](h)
	if s.Rows == nil {
		return q, nil
	}
	return s.Rows(ctx, verb, q)
}

// find returns a row by its key, locked in a transaction if that is asked.
func (s Resource[T]) find(ctx context.Context, h database.Handle, verb Verb, key string, lock bool) (row T, err error) {
	q, err := s.query(ctx, h, verb)
	if err != nil {
		return row, err
	}
	is, err := orm.ParseEq(h, s.key(), key)
	if fault.KindOf(err) == fault.Invalid {
		return row, fault.Wrap(fault.NotFound, err, "")
	} else if err != nil {
		return row, err
	}
	if lock {
		q = q.ForUpdate(orm.Wait)
	}
	return q.Where(is).Get(ctx)
}

func (s Resource[T]) key() orm.Field[T] {
	if s.Key != nil {
		return s.Key
	}
	return orm.Descriptor[orm.Number[*T, int64]]("ID")
}

// list answers with a part of the rows.
func (s Resource[T]) list(p *plan) func(http.ResponseWriter, *http.Request, any) (any, error) {
	return func(w http.ResponseWriter, r *http.Request, in any) (any, error) {
		asked := reflect.ValueOf(in).Elem()
		q, err := s.query(r.Context(), s.DB(), View)
		if err != nil {
			return nil, err
		}
		for i, field := range s.Filter {
			value := asked.Field(firstFilter + i).Interface().(*string)
			if value == nil {
				continue
			}
			is, err := orm.ParseEq(s.DB(), field, *value)
			if err != nil {
				return nil, badParameter(p.filters[i], *value, err)
			}
			q = q.Where(is)
		}
		if len(s.Order) > 0 {
			q = q.OrderBy(s.Order...)
		}
		part, err := q.Seek(r.Context(), asked.Field(0).String(), int(asked.Field(1).Int()))
		if err != nil {
			return nil, badCursor(err)
		}
		out := reflect.New(p.list).Elem()
		items := reflect.MakeSlice(out.Field(0).Type(), len(part.Items), len(part.Items))
		for i := range part.Items {
			p.show.get(reflect.ValueOf(&part.Items[i]).Elem(), items.Index(i))
		}
		out.Field(0).Set(items)
		out.Field(1).SetString(part.Next)
		out.Field(2).SetString(part.Prev)
		for _, link := range [...]struct{ rel, cursor string }{{"prev", part.Prev}, {"next", part.Next}} {
			if link.cursor != "" {
				w.Header().Add("Link", fmt.Sprintf("<%s>; rel=%q", linkTo(r.URL, link.cursor), link.rel))
			}
		}
		return out.Interface(), nil
	}
}

// linkTo returns the address of another part of the list.
func linkTo(u *url.URL, cursor string) string {
	query := u.Query()
	query.Set("cursor", cursor)
	return u.EscapedPath() + "?" + query.Encode()
}

func badParameter(name, value string, err error) error {
	if fault.KindOf(err) != fault.Invalid {
		return err
	}
	return &web.InputError{Problems: []web.InputProblem{{Pointer: name, Parameter: true, Message: i18n.Mark("The value of {name} is {value} and cannot be read."), Values: []any{"name", name, "value", fmt.Sprintf("%.40q", value)}}}}
}

func badCursor(err error) error {
	if fault.KindOf(err) != fault.Invalid {
		return err
	}
	return &web.InputError{Problems: []web.InputProblem{{Pointer: "cursor", Parameter: true, Message: i18n.Mark("The cursor is not one of this list.")}}}
}

// detail answers with a row.
func (s Resource[T]) detail(p *plan) func(http.ResponseWriter, *http.Request, any) (any, error) {
	return func(w http.ResponseWriter, r *http.Request, in any) (any, error) {
		row, err := s.find(r.Context(), s.DB(), View, in.(*oneRow).ID, false)
		if err != nil {
			return nil, err
		}
		return s.answer(p, w, &row)
	}
}

// answer returns what is shown of a row, and sets its ETag.
func (s Resource[T]) answer(p *plan, w http.ResponseWriter, row *T) (any, error) {
	out, tag, err := p.shown(reflect.ValueOf(row).Elem())
	if err == nil {
		w.Header().Set("ETag", tag)
	}
	return out, err
}

// create stores a new row.
func (s Resource[T]) create(p *plan) func(http.ResponseWriter, *http.Request, any) (any, error) {
	return func(w http.ResponseWriter, r *http.Request, _ any) (any, error) {
		row, err := orm.New[T](r.Context(), s.DB())
		if err != nil {
			return nil, err
		}
		at, body := reflect.ValueOf(&row).Elem(), reflect.New(p.write.typ)
		p.write.get(at, body.Elem())
		if err := p.bodies.Fill(r, body.Interface()); err != nil {
			return nil, err
		}
		p.write.set(at, body.Elem())
		if s.New != nil {
			if err := s.New(r.Context(), &row); err != nil {
				return nil, err
			}
		}
		if err := web.Validate(r.Context(), &row); err != nil {
			return nil, p.refused(err)
		}
		err = s.DB().InTx(r.Context(), func(ctx context.Context, tx *database.Tx) error {
			q, err := s.query(ctx, tx, Add) // which may refuse
			if err == nil {
				err = orm.Create(ctx, tx, &row)
			}
			if err != nil {
				return err
			}
			if row, err = s.stored(ctx, tx, q, &row); fault.KindOf(err) == fault.NotFound {
				return fault.Wrap(fault.Forbidden, err, "You may not add this.")
			}
			return err
		})
		if err != nil {
			return nil, p.refused(err)
		}
		return s.answer(p, w, &row)
	}
}

// stored returns a row that was written as it is read from now on: a time has another zone then, and JSON
// another form. It is found in the rows of q.
func (s Resource[T]) stored(ctx context.Context, tx *database.Tx, q *orm.Query[T], row *T) (T, error) {
	key := reflect.ValueOf(row).Elem().FieldByName(orm.FieldName(s.key()))
	is, err := orm.ParseEq(tx, s.key(), fmt.Sprint(key.Interface()))
	if err != nil {
		return *row, err
	}
	return q.Where(is).Get(ctx)
}

// errOther is the error of a row that is not the one that the client has read.
func errOther() error {
	return web.WithStatus(http.StatusPreconditionFailed, fault.New(fault.Conflict, "Somebody else has changed this meanwhile. Read it again."))
}

// edit changes what the body names.
func (s Resource[T]) edit(p *plan) func(http.ResponseWriter, *http.Request, any) (any, error) {
	return func(w http.ResponseWriter, r *http.Request, in any) (any, error) {
		asked := reflect.ValueOf(in).Elem()
		var row T
		err := s.DB().InTx(r.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
			if row, err = s.matching(ctx, tx, p, Change, asked.Field(0).String(), asked.Field(1).String()); err != nil {
				return err
			}
			at, body := reflect.ValueOf(&row).Elem(), reflect.New(p.write.typ)
			p.write.get(at, body.Elem())
			if err := p.bodies.Merge(r, body.Interface()); err != nil {
				return err
			}
			p.write.set(at, body.Elem())
			// The write asks again, but there an error without a kind is a mistake of the program.
			if err := web.Validate(ctx, &row); err != nil {
				return err
			}
			if err := orm.Update(ctx, tx, &row, s.Write...); err != nil {
				return err
			}
			q, err := s.query(ctx, tx, Change)
			if err != nil {
				return err
			}
			if row, err = s.stored(ctx, tx, q, &row); fault.KindOf(err) == fault.NotFound {
				return fault.Wrap(fault.Forbidden, err, "You may not change this so.")
			}
			return err
		})
		if err != nil {
			return nil, p.refused(err)
		}
		return s.answer(p, w, &row)
	}
}

// remove deletes a row.
func (s Resource[T]) remove(p *plan) func(http.ResponseWriter, *http.Request, any) (any, error) {
	return func(w http.ResponseWriter, r *http.Request, in any) (any, error) {
		asked := in.(*oneRow)
		return nil, s.DB().InTx(r.Context(), func(ctx context.Context, tx *database.Tx) error {
			row, err := s.matching(ctx, tx, p, Delete, asked.ID, asked.Match)
			if err != nil {
				return err
			}
			return orm.Delete(ctx, tx, &row)
		})
	}
}

// matching returns a row, locked, if it is the one that the client has read.
func (s Resource[T]) matching(ctx context.Context, tx *database.Tx, p *plan, verb Verb, key, match string) (T, error) {
	row, err := s.find(ctx, tx, verb, key, true)
	if err != nil || match == "" || match == "*" {
		return row, err
	}
	_, tag, err := p.shown(reflect.ValueOf(&row).Elem())
	if err != nil {
		return row, err
	}
	for one := range strings.SplitSeq(match, ",") {
		// One that became weak when the answer was compressed is of the same row.
		if strings.TrimPrefix(strings.TrimSpace(one), "W/") == tag {
			return row, nil
		}
	}
	return row, errOther()
}

// refused makes an error about a field one of the input.
func (p *plan) refused(err error) error {
	field, ok := errors.AsType[*orm.FieldError](err)
	if !ok {
		return err
	}
	problem := web.InputProblem{Message: i18n.Mark("The value of {path} cannot be stored.")}
	for i, f := range p.write.fields {
		if f.Name == field.Field {
			problem.Pointer = "/" + p.write.names[i]
		}
	}
	problem.Values = []any{"path", cmp.Or(problem.Pointer, "/")}
	if message := fault.Message(field.Err); message != "" {
		problem.Message = message
	}
	return errors.Join(&web.InputError{Problems: []web.InputProblem{problem}, Meaning: true}, err)
}
