package orm_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

func TestCreateAllNumbersInOrder(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, _ := seed(t, db)
		for _, n := range []int{0, 1, 2, 3, 100, 129, 1000} {
			rows := make([]Employee, n)
			for i := range rows {
				rows[i] = Employee{Name: fmt.Sprint(n, "/", i), Department: orm.Ref[Department]{ID: it.ID}, Salary: int64(n - i)}
			}
			if err := orm.CreateAll(t.Context(), db, rows); err != nil {
				t.Fatal(err)
			}
			for _, e := range rows {
				if !e.Created.Equal(noon.Truncate(time.Microsecond)) || !e.Changed.Equal(e.Created) {
					t.Fatalf("the times of %s are %v and %v", e.Name, e.Created, e.Changed)
				}
			}
			got, err := orm.From[Employee](db).Where(Employees.Name.HasPrefix(fmt.Sprint(n, "/"))).OrderBy(Employees.ID.Asc()).All(t.Context())
			if err != nil || len(got) != n {
				t.Fatalf("%d rows of %d, %v", len(got), n, err)
			}
			for i := range got {
				if got[i].ID != rows[i].ID || got[i].Name != rows[i].Name || !got[i].Created.Equal(rows[i].Created) {
					t.Fatalf("row %d of %d is %+v, want %+v", i, n, got[i], rows[i])
				}
			}
		}
	})
}

func TestCreateAllKeepsKeys(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		rows := []Skill{{Name: "a"}, {ID: 70, Name: "b"}, {Name: "c"}, {ID: 60, Name: "d"}}
		if err := orm.CreateAll(t.Context(), db, rows); err != nil {
			t.Fatal(err)
		}
		if rows[1].ID != 70 || rows[3].ID != 60 || rows[0].ID == 0 || rows[2].ID != rows[0].ID+1 {
			t.Errorf("keys of %+v", rows)
		}
		got, err := orm.From[Skill](db).OrderBy(Skills.Name.Asc()).All(t.Context())
		if diff := cmp.Diff(rows, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}

// How many statements it takes does not grow with the rows.
func TestCreateAllStatements(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		var s databasetest.Statements
		ctx := s.Observe(t.Context())
		for _, n := range []int{1, 1000} {
			rows := make([]Skill, n)
			for i := range rows {
				rows[i].Name = fmt.Sprint(n, " ", i)
			}
			if err := orm.CreateAll(ctx, db, rows); err != nil {
				t.Fatal(err)
			}
			want := 1
			if n > 1 && db.Dialect().Name() == "sqlite" {
				want = 1 + 7 + 6 // 1000 is 1 and 7 times 128 and 64 + 32 + 4 + 2 + 1
				want--
			}
			s.Want(t, want)
		}
	})
}

func TestCreateAllIsAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		many := func(change func(rows []Skill)) []Skill {
			rows := make([]Skill, 300)
			for i := range rows {
				rows[i].Name = fmt.Sprint(i)
			}
			change(rows)
			return rows
		}
		var field *orm.FieldError
		for name, tt := range map[string]struct {
			rows []Skill
			ok   func(error) bool
		}{
			"a value": {many(func(rows []Skill) { rows[270].Name = "\xff" }), func(err error) bool {
				return errors.As(err, &field) && strings.Contains(err.Error(), "row 270: hr.Skill, field Name")
			}},
			"a unique constraint": {many(func(rows []Skill) { rows[270].Name = "7" }), func(err error) bool {
				var e *database.Error
				return errors.As(err, &e) && errors.Is(err, database.ErrUnique) && slices.Equal(e.Columns, []string{"name"})
			}},
			"a key": {many(func(rows []Skill) { rows[3].ID, rows[4].ID = 9, 9 }), func(err error) bool {
				return errors.Is(err, database.ErrUnique)
			}},
		} {
			err := orm.CreateAll(ctx, db, tt.rows)
			if !tt.ok(err) {
				t.Errorf("%s: %v", name, err)
			}
			if n, err := orm.From[Skill](db).Count(ctx); n != 0 || err != nil {
				t.Errorf("%s: %d rows are stored, %v", name, n, err)
			}
			if i := slices.IndexFunc(tt.rows, func(s Skill) bool { return s.ID != 0 && s.ID != 9 }); i >= 0 {
				t.Errorf("%s: row %d has the key %d, but is not stored", name, i, tt.rows[i].ID)
			}
		}
		// A transaction around it goes on when it is told of the error.
		err := db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			err := tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
				return orm.CreateAll(ctx, tx, many(func(rows []Skill) { rows[1].Name = "0" }))
			})
			if !errors.Is(err, database.ErrUnique) {
				t.Error(err)
			}
			return orm.CreateAll(ctx, tx, many(func([]Skill) {}))
		})
		if n, nerr := orm.From[Skill](db).Count(ctx); n != 300 || err != nil || nerr != nil {
			t.Errorf("%d rows, %v, %v", n, err, nerr)
		}
	})
}

func TestCreateAllNamesTheReference(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, it, _ := seed(t, db)
		rows := make([]Employee, 50)
		for i := range rows {
			rows[i].Department.ID = it.ID
		}
		rows[33].Manager = &orm.Ref[Employee]{ID: 4711}
		err := orm.CreateAll(t.Context(), db, rows)
		var e *database.Error
		if !errors.As(err, &e) || !errors.Is(err, database.ErrForeignKey) || !slices.Equal(e.Columns, []string{"manager_id"}) {
			t.Errorf("%+v, %v", e, err)
		}
	})
}

// A trigger that adds rows makes gaps in the keys.
func TestCreateAllWithATrigger(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		statements := []string{`CREATE TRIGGER echo AFTER INSERT ON hr_skill WHEN new.grade <> 'echo'
			BEGIN INSERT INTO hr_skill (name, grade) VALUES (new.name || '!', 'echo'); END`}
		if db.Dialect().Name() == "postgres" {
			statements = []string{`CREATE FUNCTION echo() RETURNS trigger LANGUAGE plpgsql AS $$
				BEGIN INSERT INTO hr_skill (name, grade) VALUES (new.name || '!', 'echo'); RETURN new; END $$`,
				`CREATE TRIGGER echo BEFORE INSERT ON hr_skill FOR EACH ROW WHEN (new.grade <> 'echo') EXECUTE FUNCTION echo()`}
		}
		for _, s := range statements {
			if _, err := db.Exec(ctx, s); err != nil {
				t.Fatal(err)
			}
		}
		rows := make([]Skill, 20)
		for i := range rows {
			rows[i].Name = fmt.Sprint(i)
		}
		if err := orm.CreateAll(ctx, db, rows); err != nil {
			t.Fatal(err)
		}
		got, err := orm.From[Skill](db).Where(Skills.Grade.Ne("echo")).OrderBy(Skills.ID.Asc()).All(ctx)
		if diff := cmp.Diff(rows, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}

// bare has nothing but a key, computed also what the database computes.
type (
	bare     struct{ ID int64 }
	computed struct {
		ID, A  int64
		Double int64 `db:"generated=a * 2"`
	}
)

func TestCreateAllOfUnusualModels(t *testing.T) {
	t.Parallel()
	databasetest.EachMode(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[bare](), orm.Model[computed](), orm.Model[line](), orm.Model[device]())
		bares := make([]bare, 5)
		if err := orm.CreateAll(ctx, db, bares); err != nil || !cmp.Equal(bares, []bare{{1}, {2}, {3}, {4}, {5}}) {
			t.Errorf("nothing but a key: %v, %v", bares, err)
		}
		comp := []computed{{A: 1}, {A: 2}, {A: 3}}
		if err := orm.CreateAll(ctx, db, comp); err != nil {
			t.Error(err)
		}
		if got, err := orm.From[computed](db).OrderBy(orm.Descriptor[orm.Number[*computed, int64]]("ID").Asc()).All(ctx); err != nil || got[2] != (computed{3, 3, 6}) {
			t.Errorf("a computed column: %v, %v", got, err)
		}
		lines := []line{{Order: 1, Number: 1}, {Order: 1, Number: 2}}
		if err := orm.CreateAll(ctx, db, lines); err != nil {
			t.Errorf("a key of two fields: %v", err)
		}
		devices := make([]device, 3)
		if err := orm.CreateAll(ctx, db, devices); err != nil {
			t.Error(err)
		}
		seen := map[uuid.UUID]bool{}
		for _, d := range devices {
			seen[d.ID] = true
		}
		if len(seen) != 3 || seen[uuid.Nil] {
			t.Errorf("uuid keys: %v", devices)
		}
	})
}
