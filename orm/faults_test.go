package orm_test

import (
	"context"
	"errors"
	"runtime"

	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// priced has decimals of several scales.
type priced struct {
	ID    int64
	Price string `db:"decimal=10.2"`
	Fine  string `db:"decimal=10.4"`
	Rough string `db:"decimal=10.0"`
}

// TestSumsKeepTheirDigits adds decimals of several scales in turn, into results
// of one type, while the collector frees what is not kept.
func TestSumsKeepTheirDigits(t *testing.T) {
	eachModel[priced](t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		ok(t, orm.CreateAll(ctx, db, []priced{{Price: "1.25", Fine: "1.0001", Rough: "7"}, {Price: "2.25", Fine: "2.0002", Rough: "8"}}))
		q := orm.From[priced](db)
		for range 20 {
			for name, want := range map[string]string{"Price": "3.50", "Fine": "3.0003", "Rough": "15"} {
				x := orm.Sum[priced, string](orm.Descriptor[orm.Number[*priced, string]](name))
				if got, err := orm.Select[string](q, x).Get(ctx); got != want || err != nil {
					t.Fatalf("sum of %s: %q, %v, want %q", name, got, err, want)
				}
				runtime.GC()
			}
		}
	})
}

// TestUnionsDoNotMixUpFields: the database joins the parts by place, whatever
// the names.
func TestUnionsDoNotMixUpFields(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		ctx := t.Context()
		E := Employees
		q := orm.From[Employee](db)
		type row struct{ ID, Salary int64 }
		first := orm.Select[row](q, E.ID, E.Salary)
		for name, s := range map[string]*orm.Selection[row]{
			"union":     first.Union(orm.Select[row](q, E.Salary, E.ID)),
			"union all": first.UnionAll(first, orm.Select[row](q, E.Salary, E.ID)),
			"by As":     first.UnionAll(orm.Select[row](q, orm.As("Salary", E.ID), orm.As("ID", E.Salary))),
			"nested":    first.UnionAll(orm.Select[row](q, E.Salary, E.ID).UnionAll()),
		} {
			if got, err := s.All(ctx); err == nil || !strings.Contains(err.Error(), "goes into the field") {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
		// The fields of the first may be in another order than those of the struct.
		turned := orm.Select[row](q, E.Salary, E.ID)
		meant := orm.Select[row](q, orm.As("Salary", E.ID), orm.As("ID", E.Salary))
		for _, s := range []*orm.Selection[row]{first.UnionAll(first), turned.UnionAll(turned), turned.UnionAll(meant)} {
			if got, err := s.All(ctx); err != nil || len(got) != 8 {
				t.Errorf("%v, %v", got, err)
			}
		}
		if _, err := orm.Select[[]any](q, E.ID, E.Salary).UnionAll(orm.Select[[]any](q, E.Salary, E.ID)).All(ctx); err != nil {
			t.Errorf("lists have no names: %v", err)
		}
	})
}

// TestTimeoutIsOfEveryStatement stops what loads relations, streams rows, joins
// results and marks rows as deleted as well.
func TestTimeoutIsOfEveryStatement(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		ctx := t.Context()
		E := Employees
		const slow = "(WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3000000000) SELECT count(*) FROM c)"
		raw := orm.Raw[Employee, int64](slow)
		late := orm.Gt(raw, orm.Value[Employee](int64(1)))
		of := func(h database.Handle) *orm.Query[Employee] {
			return orm.From[Employee](h).Timeout(50 * time.Millisecond)
		}
		iter := func(h database.Handle) (err error) {
			for _, err = range of(h).Where(late).Iter(ctx) {
				break
			}
			return err
		}
		for name, do := range map[string]func() error{
			"union": func() error {
				_, err := orm.Select[int64](of(db), raw).UnionAll(orm.Select[int64](orm.From[Employee](db), E.ID)).All(ctx)
				return err
			},
			"with": func() error {
				_, err := of(db).With(E.Skills.Where(orm.Gt(orm.Raw[Skill, int64](slow), orm.Value[Skill](int64(1))))).All(ctx)
				return err
			},
			"nested": func() error {
				_, err := of(db).With(E.Department.Then(Departments.Employees.Where(late))).All(ctx)
				return err
			},
			"iter": func() error { return iter(db) },
			"iter in a transaction": func() error {
				return db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return iter(tx) })
			},
			"delete": func() error { _, err := of(db).Where(late).Delete(ctx); return err },
			"seek":   func() error { _, err := of(db).Where(late).Seek(ctx, "", 3); return err },
			"chunks": func() (err error) {
				for _, err = range of(db).Where(late).Chunks(ctx, 3) {
				}
				return err
			},
		} {
			if err := do(); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", name, err)
			}
			if n, err := orm.From[Employee](db).Count(ctx); n != 4 || err != nil { // the connection is still good
				t.Errorf("after %s: %d, %v", name, n, err)
			}
		}
	})
}

// ordering has columns whose indexes hold any number of rows without a value.
type ordering struct {
	ID    int64
	Code  string  `db:"unique"`
	Nick  *string `db:"unique"`
	Rank  *int64  `db:"index"`
	Group int64
	Name  string
}

type orderingDead struct {
	ID      int64
	Code    string `db:"unique"`
	Name    string
	Deleted *time.Time `db:"soft_delete"`
}

// TestOrderIndexedOfNull: a unique index has many rows of NULL, which have no
// order among them.
func TestOrderIndexedOfNull(t *testing.T) {
	t.Parallel()
	eachOf(t, []orm.Declaration{
		orm.Model[ordering](orm.Unique("Group", "Nick"), orm.Index("Group", "Rank"), orm.Index("Name").Expr("lower(name)").Named("x_name")),
		orm.Model[orderingDead](),
	}, func(t *testing.T, db *database.DB) {
		sqlite := db.Dialect().Name() == "sqlite"
		id := orm.Descriptor[orm.Number[*ordering, int64]]("ID")
		code := orm.Descriptor[orm.Text[*ordering, string]]("Code")
		nick := orm.Descriptor[orm.NullText[*ordering, string]]("Nick")
		rank := orm.Descriptor[orm.NullNumber[*ordering, int64]]("Rank")
		group := orm.Descriptor[orm.Number[*ordering, int64]]("Group")
		name := orm.Descriptor[orm.Text[*ordering, string]]("Name")
		q := orm.From[ordering](db)
		for what, tt := range map[string]struct {
			q    *orm.Query[ordering]
			want bool
		}{
			"unique, and more":           {q.OrderBy(code.Asc(), rank.Desc()), true},
			"unique or NULL":             {q.OrderBy(nick.Desc()), sqlite},
			"unique or NULL, and more":   {q.OrderBy(nick.Asc(), rank.Asc()), false},
			"NULL of a unique":           {q.Where(nick.IsNull()).OrderBy(name.Asc(), id.Asc()), false},
			"a value of a unique":        {q.Where(nick.Eq("x")).OrderBy(code.Asc(), rank.Asc()), true},
			"unique together, with NULL": {q.Where(group.Eq(1)).OrderBy(nick.Asc(), name.Asc()), false},
			"an index may have NULL":     {q.Where(group.Eq(1)).OrderBy(rank.Desc()), true},
			"an expression after it":     {q.OrderBy(name.Asc()), true},
			"an expression, and more":    {q.OrderBy(name.Asc(), rank.Asc()), false},
		} {
			got, err := tt.q.OrderIndexed()
			if got != tt.want || err != nil {
				t.Errorf("%s: %v, %v; want %v", what, got, err, tt.want)
			}
			plan, err := tt.q.Explain(t.Context())
			if err != nil || sqlite && got == strings.Contains(plan, "USE TEMP B-TREE FOR") {
				t.Errorf("%s is %v, and the plan %v\n%s", what, got, err, plan)
			}
		}
		dead := orm.From[orderingDead](db).WithDeleted().OrderBy(orm.Descriptor[orm.Text[*orderingDead, string]]("Code").Asc())
		if got, err := dead.OrderIndexed(); got || err != nil {
			t.Errorf("an index of living rows: %v, %v", got, err)
		}
	})
}

// eachOf runs a test on both databases with the models declared.
func eachOf(t *testing.T, declared []orm.Declaration, fn func(t *testing.T, db *database.DB)) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		use(t, db, declared...)
		fn(t, db)
	})
}
