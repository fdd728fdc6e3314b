package orm_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// TestNothingIsRefused hands over what is nil or the zero value: an error that
// says so, never a panic.
func TestNothingIsRefused(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, _, ann := seed(t, db)
		ctx := t.Context()
		q := orm.From[Employee](db)
		for name, tt := range map[string]struct {
			err  error
			want string
		}{
			"create":     {orm.Create[Employee](ctx, db, nil), "nil pointer"},
			"save":       {orm.Save[Employee](ctx, db, nil), "nil pointer"},
			"update":     {orm.Update(ctx, db, nil, Employees.Name), "nil pointer"},
			"delete":     {orm.Delete[Employee](ctx, db, nil), "nil pointer"},
			"nil field":  {orm.Update(ctx, db, &ann, nil), "nil field"},
			"order":      {second(q.OrderBy(orm.Order[Employee]{}).All(ctx)), "zero value"},
			"condition":  {second(q.Where(orm.Condition[Employee]{}).All(ctx)), "zero Condition"},
			"assignment": {second(q.Every().Update(ctx, orm.Assignment[Employee]{})), "zero Assignment"},
			"relation":   {second(q.With(nil).All(ctx)), "orm:"},
			"seek":       {second(q.Seek(ctx, "", math.MaxInt)), "cannot have"},
			"estimate":   {second(q.CountEstimate(ctx, -1)), "negative"},
		} {
			if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
				t.Errorf("%s: %v, want %q", name, tt.err, tt.want)
			}
		}
		if p, err := q.Page(ctx, 1, math.MaxInt); err != nil || p.Pages != 1 || len(p.Items) != 4 {
			t.Errorf("a page of any size: %+v, %v", p, err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// TestConditionsThatSayNothing asks for the word Every however the conditions
// came to be empty.
func TestConditionsThatSayNothing(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		q := orm.From[Employee](db)
		for _, c := range []orm.Condition[Employee]{orm.And[Employee](), orm.And(orm.And[Employee](), orm.And[Employee]())} {
			if n, err := q.Where(c).Delete(t.Context()); n != 0 || err == nil || !strings.Contains(err.Error(), "Every") {
				t.Errorf("deleted %d, %v", n, err)
			}
		}
		if n, err := q.Where(orm.Or[Employee]()).Delete(t.Context()); n != 0 || err != nil { // true nowhere
			t.Errorf("deleted %d, %v", n, err)
		}
	})
}

// TestManyConditions has more conditions than SQLite takes in a chain, and more
// values than a statement takes.
func TestManyConditions(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		q := orm.From[Employee](db)
		var any []orm.Condition[Employee]
		for i := range 5000 {
			any = append(any, Employees.Name.Eq(fmt.Sprint("nobody", i)))
		}
		any = append(any, Employees.Name.Eq("Ann"))
		if n, err := q.Where(orm.Or(any...)).Count(t.Context()); n != 1 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
		if n, err := q.Where(any[:3000]...).Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
		for len(any) <= 65535 {
			any = append(any, any[:5000]...)
		}
		if _, err := q.Where(orm.Or(any...)).Count(t.Context()); err == nil || !strings.Contains(err.Error(), "arguments") {
			t.Errorf("too many arguments: %v", err)
		}
	})
}

// TestColumnsTwice names a column twice in an update.
func TestColumnsTwice(t *testing.T) {
	eachDocs(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		d := Doc{Slug: "a"}
		ok(t, orm.Create(ctx, db, &d))
		changed := orm.Descriptor[orm.Ordered[*Doc, time.Time]]("Changed")
		d.Slug = "b"
		ok(t, orm.Update(ctx, db, &d, docSlug, docSlug, changed))
		q := orm.From[Doc](db).Where(docID.Eq(d.ID))
		if _, err := q.Update(ctx, docSlug.Set("c"), docSlug.Set("d")); err == nil || !strings.Contains(err.Error(), "Slug") {
			t.Errorf("a column twice: %v", err)
		}
		n, err := q.Update(ctx, changed.Set(noon.Truncate(time.Microsecond)))
		ok(t, err)
		got, err := q.Get(ctx)
		ok(t, err)
		if n != 1 || got.Slug != "b" || !got.Changed.Equal(noon.Truncate(time.Microsecond)) {
			t.Errorf("%d, %+v", n, got)
		}
	})
}

type misnamed struct{ ID int64 }

func (*misnamed) Validate() error                                       { return nil }
func (misnamed) BeforeSave(ctx context.Context) error                   { return nil }
func (*misnamed) AfterSave(ctx context.Context, s *orm.Saving) error    { return nil }
func (*misnamed) BeforeDelete(context.Context, database.Handle) error   { return nil }
func (*misnamed) AfterDelete(ctx context.Context, h *database.DB) error { return nil }

// TestMethodsThatWouldNeverBeCalled are errors of the model.
func TestMethodsThatWouldNeverBeCalled(t *testing.T) {
	t.Parallel()
	_, err := orm.NewModels(orm.Group{Module: "m", Models: []orm.Declaration{orm.Model[misnamed]()}})
	for _, want := range []string{
		"its method Validate is a func() error and would never be called; make it a func(context.Context) error",
		"its method BeforeSave is a func(context.Context) error", "its method AfterDelete is a func(context.Context, *database.DB) error",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if err != nil && (strings.Contains(err.Error(), "AfterSave") || strings.Contains(err.Error(), "BeforeDelete")) {
		t.Errorf("methods of the right type are refused: %v", err)
	}
}
