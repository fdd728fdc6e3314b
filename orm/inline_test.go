package orm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// TestToOneRelationsComeWithTheRow compares rows whose department is read by the
// same statement with those whose department is loaded by another one.
func TestToOneRelationsComeWithTheRow(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, ann := seed(t, db)
		E := Employees
		base := orm.From[Employee](db)
		byName := base.OrderBy(E.Name.Asc())
		first := func(q *orm.Query[Employee]) func(context.Context) ([]Employee, error) {
			return func(ctx context.Context) ([]Employee, error) {
				e, err := q.First(ctx)
				return []Employee{e}, err
			}
		}
		get := func(q *orm.Query[Employee]) func(context.Context) ([]Employee, error) {
			return func(ctx context.Context) ([]Employee, error) {
				e, err := q.Get(ctx)
				return []Employee{e}, err
			}
		}
		for name, tt := range map[string]struct {
			read       func(context.Context) ([]Employee, error)
			want       string
			statements int
		}{
			"one row by key":         {get(base.Where(E.ID.Eq(ann.ID)).With(E.Department)), "Ann IT", 1},
			"the first":              {first(byName.With(E.Department)), "Ann IT", 1},
			"a limit":                {byName.With(E.Department).Limit(2).All, "Ann IT, Bob IT", 1},
			"a limit and offset":     {byName.With(E.Department).Limit(2).Offset(2).All, "Cid IT, Dora Sales", 1},
			"an order by no index":   {base.OrderBy(E.Salary.Desc(), E.ID.Asc()).With(E.Department).Limit(2).All, "Ann IT, Dora Sales", 1},
			"a condition on another": {byName.Where(E.Department.Has(Departments.Name.Eq("IT"))).With(E.Department).Limit(2).Offset(1).All, "Bob IT, Cid IT", 1},
			"an order by an expression": {
				base.OrderBy(orm.Lower(E.Name).Desc()).With(E.Department).Limit(2).All, "Dora Sales, Cid IT", 1},
			"... and an offset":    {base.OrderBy(orm.Lower(E.Name).Desc()).With(E.Department).Limit(2).Offset(1).All, "Cid IT, Bob IT", 2},
			"no limit":             {byName.With(E.Department).All, "Ann IT, Bob IT, Cid IT, Dora Sales", 2},
			"two relations":        {byName.With(E.Department, E.Skills).Limit(4).All, "Ann IT, Bob IT, Cid IT, Dora Sales", 2},
			"one that may be NULL": {byName.With(E.Department, E.Manager).Limit(2).All, "Ann IT, Bob IT", 2},
			"a nested one":         {byName.With(E.Department.Then(Departments.Head)).Limit(1).All, "Ann IT", 2},
			"nothing":              {base.Where(E.Name.Eq("nobody")).With(E.Department).Limit(5).All, "", 1},
		} {
			var s databasetest.Statements
			rows, err := tt.read(s.Observe(t.Context()))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			var got []string
			for _, e := range rows {
				d, err := e.Department.Get()
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if e.Department.ID != d.ID {
					t.Errorf("%s: %s refers to department %d and has %d", name, e.Name, e.Department.ID, d.ID)
				}
				got = append(got, e.Name+" "+d.Name)
			}
			if text := strings.Join(got, ", "); text != tt.want {
				t.Errorf("%s: %s, want %s", name, text, tt.want)
			}
			s.Want(t, tt.statements)
		}

		page, err := byName.With(E.Department).Page(t.Context(), 2, 3)
		if err != nil || len(page.Items) != 1 || page.Items[0].Department.Row().Name != "Sales" {
			t.Errorf("a page: %+v, %v", page, err)
		}
		part, err := byName.With(E.Department).Seek(t.Context(), "", 3)
		if err == nil {
			part, err = byName.With(E.Department).Seek(t.Context(), part.Next, 3)
		}
		if err == nil {
			part, err = byName.With(E.Department).Seek(t.Context(), part.Prev, 3)
		}
		if err != nil || len(part.Items) != 3 || part.Items[2].Name != "Cid" || part.Items[2].Department.Row().Name != "IT" {
			t.Errorf("a part before another: %+v, %v", part, err)
		}
		err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			e, err := orm.From[Employee](tx).Where(E.ID.Eq(ann.ID)).With(E.Department).ForUpdate(orm.Wait).Get(ctx)
			if err == nil && e.Department.Row().ID != it.ID {
				err = fmt.Errorf("department %d", e.Department.Row().ID)
			}
			return err
		})
		if err != nil {
			t.Errorf("locked: %v", err)
		}
	})
}

// owned refers to a row that may come later in the transaction.
type owned struct {
	ID    int64
	Owner orm.Ref[owner] `db:"deferred,on_delete=cascade"`
}

type owner struct {
	ID     int64
	Name   string
	Hidden *string
	inits  int
}

func (o *owner) Init(context.Context) error { o.inits++; return nil }

// TestToOneRelationThatIsMissing reads a row that refers to one that is not stored
// yet: the row comes, and its relation is not loaded.
func TestToOneRelationThatIsMissing(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		use(t, db, orm.Model[owner](), orm.Model[owned]())
		rel := orm.Descriptor[orm.ForeignKey[*owned, *owner, int64]]("Owner")
		id := orm.Descriptor[orm.Number[*owned, int64]]("ID")
		err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			row := owned{Owner: orm.Ref[owner]{ID: 7}}
			if err := orm.Create(ctx, tx, &row); err != nil {
				return err
			}
			q := orm.From[owned](tx).With(rel)
			one, err := q.Where(id.Eq(row.ID)).Get(ctx)
			if err != nil || one.Owner.ID != 7 || one.Owner.Loaded() {
				t.Errorf("one row whose owner is missing: %+v, %v", one, err)
			}
			list, err := q.Limit(5).All(ctx)
			if err != nil || len(list) != 1 || list[0].Owner.Loaded() {
				t.Errorf("rows whose owner is missing: %+v, %v", list, err)
			}
			if err := orm.Create(ctx, tx, &owner{ID: 7, Name: "late"}); err != nil {
				return err
			}
			one, err = q.Where(id.Eq(row.ID)).Get(ctx)
			if err != nil || one.Owner.Row().Name != "late" || one.Owner.Row().inits != 1 || one.Owner.Row().Hidden != nil {
				t.Errorf("with the owner: %+v, %v", one, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Owners by keys of other types, with nothing else that NULL could not be read
// into, and rows that refer to them.
type (
	textOwner struct {
		Code string `db:"primary_key,size=20"`
		Note *string
	}
	uuidOwner struct {
		ID   [16]byte
		Note *string
	}
	ownedByText struct {
		ID    int64
		Owner orm.RefKey[textOwner, string] `db:"deferred,on_delete=cascade"`
	}
	ownedByUUID struct {
		ID    int64
		Owner orm.RefKey[uuidOwner, [16]byte] `db:"deferred,on_delete=cascade"`
	}
)

// TestMissingRowsOfOtherKeys: a missing row is noticed whatever the type of its
// key, and not taken for one of zero values.
func TestMissingRowsOfOtherKeys(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		use(t, db, orm.Model[textOwner](), orm.Model[ownedByText](), orm.Model[uuidOwner](), orm.Model[ownedByUUID]())
		byText := orm.Descriptor[orm.ForeignKey[*ownedByText, *textOwner, string]]("Owner")
		byUUID := orm.Descriptor[orm.ForeignKey[*ownedByUUID, *uuidOwner, [16]byte]]("Owner")
		err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			text, uuid := ownedByText{}, ownedByUUID{}
			text.Owner.ID, uuid.Owner.ID = "late", [16]byte{1}
			if err := errors.Join(orm.Create(ctx, tx, &text), orm.Create(ctx, tx, &uuid)); err != nil {
				return err
			}
			for _, there := range []bool{false, true} {
				a, err1 := orm.From[ownedByText](tx).With(byText).Limit(1).All(ctx)
				b, err2 := orm.From[ownedByUUID](tx).With(byUUID).Limit(1).All(ctx)
				if err := errors.Join(err1, err2); err != nil {
					return err
				}
				if a[0].Owner.Loaded() != there || b[0].Owner.Loaded() != there || there && (a[0].Owner.Row().Code != "late" || b[0].Owner.Row().ID != [16]byte{1}) {
					t.Errorf("there %t: %+v, %+v", there, a, b)
				}
				if there {
					continue
				}
				if err := errors.Join(orm.Create(ctx, tx, &textOwner{Code: "late"}), orm.Create(ctx, tx, &uuidOwner{ID: [16]byte{1}})); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
