package orm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// TestNilDescriptors gives nil, of its own type and without one, where a
// descriptor is wanted: that is an error, and no panic.
func TestNilDescriptors(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		ctx := t.Context()
		E := Employees
		q := orm.From[Employee](db)
		var (
			text    *orm.Text[*Employee, string]
			number  *orm.Number[*Employee, int64]
			key     *orm.ForeignKey[*Employee, *Department, int64]
			pairs   *orm.ManyToMany[*Employee, *Skill]
			reverse *orm.Reverse[*Employee, *Employee]
			loading *orm.Loading[*Employee, *Skill]
		)
		with := func(p orm.Prefetch[Employee]) error { _, err := q.With(p).All(ctx); return err }
		where := func(c orm.Condition[Employee]) error { _, err := q.Where(c).All(ctx); return err }
		sel := func(x orm.Selected[Employee]) error { _, err := orm.Select[[]any](q, x).All(ctx); return err }
		models, err := orm.ModelsOf(db)
		ok(t, err)
		second := func(_ any, err error) error { return err }
		for name, err := range map[string]error{
			"key": with(key), "pairs": with(pairs), "reverse": with(reverse), "loading": with(loading),
			"zero pairs": with(new(orm.ManyToMany[*Employee, *Skill])), "more loading": with(loading.Limit(1).Where().OrderBy().Then()),
			"text": sel(text), "as": sel(orm.As[Employee]("Name", text)), "aggregate": sel(orm.Max[Employee, int64](number)),
			"no name": sel(orm.As("", E.Name)),
			"via":     sel(orm.Via[Employee, Department, string](nil, Departments.Name)), "via nothing": sel(orm.Via[Employee, Department, string](E.Department, nil)),
			"via a nil key": sel(orm.Via[Employee, Department, string](key, Departments.Name)),
			"set":           second(q.Every().Update(ctx, E.Salary.SetTo(nil))),
			"parse":         second(orm.ParseEq[Employee](db, text, "x")), "parse nothing": second(orm.ParseEq[Employee](db, nil, "x")),
			"info": second(orm.Info[Employee](models, text)), "no models": second(orm.Info(nil, E.Name)),
			"reverse of nil": second(orm.From[Department](db).Where(orm.ReverseOf[Employee, Department, int64](nil).Any()).All(ctx)),
			"accessor":       second(orm.AccessorOf[Employee, string](text)), "accessor of nothing": second(orm.AccessorOf[Employee, string](nil)),
			"compared": where(orm.Eq[Employee, string](text, E.Name)),
		} {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	})
}

// TestNamesOfEmbeddedFields says what is wrong with them.
func TestNamesOfEmbeddedFields(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		type Named struct{ Name string }
		type row struct {
			Named
			ID int64
		}
		_, err := orm.Select[row](orm.From[Employee](db), orm.As("Name", Employees.Name), Employees.ID).All(t.Context())
		if err == nil || !strings.Contains(err.Error(), "in an embedded struct") {
			t.Error(err)
		}
	})
}

// TestAccessorsReadNothingElse: the zero Accessor and a nil row panic, however
// far behind the field is, and a struct that does not hold the field is an error.
func TestAccessorsReadNothingElse(t *testing.T) {
	t.Parallel()
	type far struct {
		ID    int64
		Large [1 << 20]byte
		Name  string
	}
	type behind struct{ *base }
	name, err := orm.AccessorOf(orm.Descriptor[orm.Text[*far, string]]("Name"))
	ok(t, err)
	zero := new(orm.Accessor[*far, string])
	var none *orm.Accessor[*far, string]
	for what, f := range map[string]func(){
		"get of nil": func() { name.Get(nil) }, "set of nil": func() { name.Set(nil, "x") }, "null of nil": func() { name.SetNull(nil) },
		"zero get": func() { zero.Get(new(far)) }, "zero set": func() { zero.Set(new(far), "x") }, "zero null": func() { zero.SetNull(new(far)) },
		"none": func() { none.Get(new(far)) },
	} {
		func() {
			defer func() {
				if r := recover(); r == nil {
					t.Errorf("%s: no panic", what)
				}
			}()
			f()
		}()
	}
	if a, err := orm.AccessorOf(orm.Descriptor[orm.Ordered[*behind, time.Time]]("Made")); a != nil || err == nil || !strings.Contains(err.Error(), "embedded as a pointer") {
		t.Errorf("%v, %v", a, err)
	}
	if a, err := orm.AccessorOf(orm.Descriptor[orm.Text[*int, string]]("Name")); a != nil || err == nil {
		t.Errorf("%v, %v", a, err)
	}
}

// TestOwnersWithoutRows loads relations that fill their memory to the end, and
// owners behind them that have none: these must not point behind it.
func TestOwnersWithoutRows(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		for n := 15; n <= 17; n++ {
			full, empty := Department{Name: fmt.Sprint("full ", n)}, Department{Name: fmt.Sprint("none ", n)}
			create(t, db, &full)
			create(t, db, &empty)
			for range n {
				create(t, db, &Employee{Name: "x", Department: orm.RefTo[Department](full.ID)})
			}
			got, err := orm.From[Department](db).Where(Departments.ID.Ge(full.ID)).OrderBy(Departments.ID.Asc()).With(Departments.Employees).All(ctx)
			if err != nil || len(got) != 2 || len(got[0].Employees.Rows()) != n || len(got[1].Employees.Rows()) != 0 {
				t.Errorf("%d: %v", n, err)
			}
		}
	})
}
