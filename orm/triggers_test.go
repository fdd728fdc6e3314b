package orm_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
)

// leaveOut makes a trigger that leaves out what is done to rows that fulfil the
// condition, without an error.
func leaveOut(t *testing.T, db *database.DB, event, table, condition string) {
	t.Helper()
	name := fmt.Sprintf("leave_%s_%s", event, table)
	statements := []string{fmt.Sprintf(`CREATE TRIGGER %s BEFORE %s ON %s WHEN %s BEGIN SELECT RAISE(IGNORE); END`, name, event, table, condition)}
	if db.Dialect().Name() == "postgres" {
		statements = []string{
			fmt.Sprintf(`CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$`, name),
			fmt.Sprintf(`CREATE TRIGGER %s BEFORE %s ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION %[1]s()`, name, event, table, condition),
		}
	}
	for _, s := range statements {
		if _, err := db.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRowsThatATriggerLeavesOut: writes say so, alike on all databases, and those
// of many rows store none.
func TestRowsThatATriggerLeavesOut(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		_, _, ann := seed(t, db)
		leaveOut(t, db, "INSERT", "hr_skill", "new.name LIKE 'bad%'")
		leaveOut(t, db, "UPDATE", "hr_skill", "new.grade LIKE 'bad%'")
		leaveOut(t, db, "DELETE", "hr_skill", "old.name LIKE 'kept%'")
		kept := Skill{Name: "kept", Grade: "novice"}
		if err := orm.Create(ctx, db, &kept); err != nil {
			t.Fatal(err)
		}
		leaveOut(t, db, "INSERT", "hr_employee_skills", fmt.Sprintf("new.skill_id = %d", kept.ID))
		count := func() int64 {
			n, err := orm.From[Skill](db).Count(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		row := func(name string, grade Grade) Skill { return Skill{Name: name, Grade: grade} }
		keyed := func(id int64, name string, grade Grade) Skill { return Skill{ID: id, Name: name, Grade: grade} }
		upsert := func(rows []Skill, c orm.Conflict[Skill]) error {
			_, err := orm.Upsert(ctx, db, rows, c)
			return err
		}
		before := count()
		for name, write := range map[string]func() error{
			"Create": func() error {
				s := row("bad", "")
				err := orm.Create(ctx, db, &s)
				if s.ID != 0 {
					t.Errorf("the row has the key %d", s.ID)
				}
				return err
			},
			"Create with a key": func() error { s := keyed(99, "bad", ""); return orm.Create(ctx, db, &s) },
			"Save":              func() error { s := keyed(99, "bad", ""); return orm.Save(ctx, db, &s) },
			"GetOrCreate": func() error {
				_, _, err := orm.GetOrCreate(ctx, db, orm.By(Skills.Name.Set("bad")), nil)
				return err
			},
			"UpdateOrCreate": func() error {
				_, _, err := orm.UpdateOrCreate(ctx, db, orm.By(Skills.Name.Set("bad")), nil, Skills.Grade.Set("x"))
				return err
			},
			"CreateAll":           func() error { return orm.CreateAll(ctx, db, []Skill{row("a", ""), row("bad", ""), row("b", "")}) },
			"CreateAll of one":    func() error { return orm.CreateAll(ctx, db, []Skill{row("bad", "")}) },
			"CreateAll with keys": func() error { return orm.CreateAll(ctx, db, []Skill{keyed(97, "a", ""), keyed(98, "bad", "")}) },
			"CreateAll mixed":     func() error { return orm.CreateAll(ctx, db, []Skill{row("a", ""), keyed(98, "bad", "")}) },
			"Upsert": func() error {
				return upsert([]Skill{row("a", ""), row("bad", "")}, orm.OnConflict(Skills.Name).Update(Skills.Grade))
			},
			"Upsert of what is there": func() error {
				return upsert([]Skill{row("a", ""), row("kept", "bad")}, orm.OnConflict(Skills.Name).Update(Skills.Grade))
			},
			"Upsert that does nothing": func() error {
				return upsert([]Skill{row("a", ""), row("kept", ""), row("bad", "")}, orm.OnConflict(Skills.Name).DoNothing())
			},
			"Upsert by the key": func() error {
				return upsert([]Skill{keyed(96, "a", ""), keyed(97, "bad", "")}, orm.OnConflict(Skills.ID).DoNothing())
			},
			"Update": func() error { s := keyed(kept.ID, "kept", "bad"); return orm.Update(ctx, db, &s, Skills.Grade) },
			"UpdateAll": func() error {
				return orm.UpdateAll(ctx, db, []Skill{keyed(kept.ID, "kept", "bad")}, Skills.Grade)
			},
			"Delete": func() error { return orm.Delete(ctx, db, &kept) },
			"Add":    func() error { return Employees.Skills.Add(ctx, db, &ann, &kept) },
			"Set":    func() error { return Employees.Skills.Set(ctx, db, &ann, &kept) },
		} {
			err := write()
			if !errors.Is(err, orm.ErrNotStored) || fault.KindOf(err) != fault.Conflict || errors.Is(err, orm.ErrNotFound) {
				t.Errorf("%s: %v (%v)", name, err, fault.KindOf(err))
			}
			if n := count(); n != before {
				t.Fatalf("%s: %d rows, want %d", name, n, before)
			}
		}
		if got, err := orm.From[Employee](db).Where(Employees.ID.Eq(ann.ID)).With(Employees.Skills).Get(ctx); err != nil {
			t.Error(err)
		} else if related, err := got.Skills.All(); err != nil || len(related) != 2 {
			t.Errorf("Set that failed changed the pairs: %v, %v", related, err)
		}
		// What is there already, and what is not there, is told apart from that.
		if err := Employees.Skills.Add(ctx, db, &ann, &Skill{ID: 1}, &Skill{ID: 1}); err != nil {
			t.Errorf("pairs that are there: %v", err)
		}
		gone := keyed(12345, "gone", "x")
		for name, err := range map[string]error{
			"Update": orm.Update(ctx, db, &gone, Skills.Grade), "Delete": orm.Delete(ctx, db, &gone), "UpdateAll": orm.UpdateAll(ctx, db, []Skill{gone}, Skills.Grade),
		} {
			if !errors.Is(err, orm.ErrNotFound) {
				t.Errorf("%s of no row: %v", name, err)
			}
		}
	})
}
