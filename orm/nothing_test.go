package orm_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// TestZeroValues gives nothing where something is wanted: that is an error, and
// no panic.
func TestZeroValues(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		ctx := t.Context()
		E := Employees
		q := orm.From[Employee](db)
		some := orm.Select[int64](q, E.ID)
		var zero *orm.Selection[int64]
		all := func(s *orm.Selection[int64]) error { _, err := s.All(ctx); return err }
		where := func(c orm.Condition[Employee]) error { _, err := q.Where(c).All(ctx); return err }
		first := func() error { _, err := zero.First(ctx); return err }
		get := func() error { _, err := zero.Get(ctx); return err }
		iter := func() (err error) {
			for _, err = range zero.Iter(ctx) {
			}
			return err
		}
		for _, tt := range []struct {
			name string
			err  error
			want string
		}{
			{"select nil", all(orm.Select[int64](q, nil)), "number 1 of what it names is nil"},
			{"select zero", all(orm.Select[int64](q, E.ID, new(orm.Expr[*Employee, int64]))), "number 2 of what it names is nil or the zero value"},
			{"select zero aggregate", all(orm.Select[int64](q.OrderBy(E.Name.Asc()), (*orm.Aggregate[*Employee, int64])(nil))), "number 1 of what"},
			{"select of zero", all(orm.Select[int64](q, orm.Length(new(orm.TextExpr[*Employee])))), "zero value"},
			{"all", all(zero), "zero Selection"},
			{"first", first(), "zero Selection"},
			{"get", get(), "zero Selection"},
			{"iter", iter(), "zero Selection"},
			{"distinct", all(zero.Distinct()), "zero Selection"},
			{"limit", all(zero.Limit(1).Offset(1).OrderBy(1)), "zero Selection"},
			{"union of zero", all(zero.Union(some)), "zero Selection"},
			{"union with zero", all(some.UnionAll(zero)), "zero Selection"},
			{"in", where(orm.In(E.ID, zero)), "zero Selection"},
			{"scalar", where(orm.Eq(E.ID, orm.Scalar[Employee](zero))), "zero Selection"},
			{"selected scalar", all(orm.Select[int64](q, orm.Scalar[Employee](zero))), "zero Selection"},
			{"scalar of nothing", where(orm.Scalar[Employee](orm.Select[int64](q)).Eq(1)), "names nothing"},
			{"in an error", where(orm.In(E.ID, orm.Select[int64](q, nil))), "nil"},
			{"raw nil", where(orm.Raw[Employee, bool]("? IS NULL", nil).Eq(true)), `argument 1 of the SQL "? IS NULL" is nil`},
			{"raw zero", where(orm.Raw[Employee, bool]("? IS NULL", new(orm.Expr[*Employee, int64])).Eq(true)), "zero value"},
			{"raw condition", where(orm.Raw[Employee, int64]("? + ?", 1, E.ID.Eq(1)).Eq(1)), `argument 2 of the SQL "? + ?" is no value`},
			{"raw selection", where(orm.Raw[Employee, int64]("? + 1", some).Eq(1)), "a Selection by orm.Scalar"},
			{"having nothing", all(orm.Select[int64](q.Having(orm.Condition[Employee]{}), orm.Count[Employee]())), "zero Condition"},
			{"order by nothing", all(orm.Select[int64](q.OrderBy(new(orm.Expr[*Employee, int64]).Asc()), orm.Count[Employee]())), "orm:"},
			{"case of nothing", where(orm.Case[Employee, int64]().WhenTo(E.ID.Eq(1), new(orm.Expr[*Employee, int64])).Else(1).Eq(1)), "zero value"},
		} {
			if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
				t.Errorf("%s: error %v, want one with %q", tt.name, tt.err, tt.want)
			}
		}
	})
}

// TestAdviceAboutNull is for NULL only.
func TestAdviceAboutNull(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		const advice = "a pointer or a sql.Null"
		q := orm.From[Employee](db)
		_, err := orm.Select[int8](q.Where(Employees.Salary.Eq(500)), Employees.Salary).All(t.Context())
		if err == nil || strings.Contains(err.Error(), advice) || !strings.Contains(err.Error(), "500") {
			t.Errorf("500 in 8 bits: %v", err)
		}
		_, err = orm.Select[int8](q, Employees.Manager).All(t.Context())
		if err == nil || !strings.Contains(err.Error(), advice) {
			t.Errorf("NULL: %v", err)
		}
	})
}

// paper holds a document.
type paper struct {
	ID  int64
	Doc any `db:"json"`
}

// TestJSONPathOfText refuses names that no document holds, on SQLite as on
// PostgreSQL.
func TestJSONPathOfText(t *testing.T) {
	eachModel[paper](t, func(t *testing.T, db *database.DB) {
		doc := orm.Descriptor[orm.Column[*paper, any]]("Doc")
		for name, want := range map[string]string{"\xff": "not valid UTF-8", "\x00": "NUL character", "a\"": "quote"} {
			_, err := orm.From[paper](db).Where(orm.JSONText(doc, "a", name).Eq("")).All(t.Context())
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("path %q: error %v, want one with %q", name, err, want)
			}
		}
	})
}
