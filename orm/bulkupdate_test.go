package orm_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

func TestUpdateAll(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		_, _, ann := seed(t, db)
		all := orm.From[Employee](db).OrderBy(Employees.ID.Asc())
		staff, err := all.All(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for i := range staff {
			staff[i].Name = strings.ToUpper(staff[i].Name)
			staff[i].Salary += int64(i)
			staff[i].Manager = nil
			staff[i].Remote = !staff[i].Remote // is not named
			staff[i].Changed = time.Time{}
		}
		if err := orm.UpdateAll(ctx, db, staff, Employees.Name, Employees.Salary, Employees.Manager, Employees.Name); err != nil {
			t.Fatal(err)
		}
		got, err := all.All(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range got {
			want := staff[i]
			if e.Name != want.Name || e.Salary != want.Salary || e.Manager != nil || e.Remote == want.Remote || !e.Changed.Equal(want.Changed) || e.Changed.IsZero() {
				t.Errorf("%+v, want %+v", e, want)
			}
		}
		if err := orm.UpdateAll(ctx, db, []Employee(nil), Employees.Name); err != nil {
			t.Errorf("no rows: %v", err)
		}
		for name, tt := range map[string]struct {
			rows   []Employee
			fields []orm.Field[Employee]
			want   string
		}{
			"no field":         {staff, nil, "names no field; name the fields to store (Save stores all fields of a row)"},
			"the key":          {staff, []orm.Field[Employee]{Employees.ID}, "cannot change the key"},
			"twice":            {[]Employee{ann, {ID: 77}, ann}, []orm.Field[Employee]{Employees.Name}, fmt.Sprintf("rows 0 and 2 are for the same row, with ID %d", ann.ID)},
			"a value":          {[]Employee{ann, {ID: 77, Name: "\x00"}}, []orm.Field[Employee]{Employees.Name}, "row 1: hr.Employee, field Name"},
			"a reference":      {[]Employee{{ID: ann.ID}}, []orm.Field[Employee]{Employees.Department}, "department_id"},
			"an unknown field": {staff, []orm.Field[Employee]{orm.Descriptor[orm.Column[*Employee, int]]("Nose")}, "no field Nose"},
		} {
			if err := orm.UpdateAll(ctx, db, tt.rows, tt.fields...); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestUpdateAllIsAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		rows := make([]Skill, 200)
		for i := range rows {
			rows[i].Name = fmt.Sprint(i)
		}
		if err := orm.CreateAll(ctx, db, rows); err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			rows[i].Name = fmt.Sprint("new ", i)
		}
		rows[150].ID, rows[160].ID = 1000, 1001
		err := orm.UpdateAll(ctx, db, rows, Skills.Name)
		if !errors.Is(err, orm.ErrNotFound) || !strings.Contains(err.Error(), "for 2 of 200") {
			t.Errorf("two rows are missing: %v", err)
		}
		if n, err := orm.From[Skill](db).Where(Skills.Name.HasPrefix("new")).Count(ctx); n != 0 || err != nil {
			t.Errorf("%d rows were updated, %v", n, err)
		}
		rows[150].ID, rows[160].ID = 151, 161
		rows[7].Name = rows[190].Name
		if err := orm.UpdateAll(ctx, db, rows, Skills.Name); !errors.Is(err, database.ErrUnique) {
			t.Errorf("two rows become the same: %v", err)
		}
	})
}

func TestUpdateAllWithOtherKeys(t *testing.T) {
	t.Parallel()
	databasetest.EachMode(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[line](), orm.Model[device]())
		lines := []line{{Order: 1, Number: 1}, {Order: 1, Number: 2}, {Order: 2, Number: 1}}
		devices := make([]device, 3)
		for _, err := range []error{orm.CreateAll(ctx, db, lines), orm.CreateAll(ctx, db, devices)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range 3 {
			lines[i].What, lines[i].Day = fmt.Sprint("line ", i), civil.NewDate(2026, 1, 1+i)
			devices[i].Name = fmt.Sprint("device ", i)
		}
		what, name := orm.Descriptor[orm.Text[*line, string]]("What"), orm.Descriptor[orm.Text[*device, string]]("Name")
		if err := orm.UpdateAll(ctx, db, lines, what, orm.Descriptor[orm.Column[*line, civil.Date]]("Day")); err != nil {
			t.Error(err)
		}
		if err := orm.UpdateAll(ctx, db, devices, name); err != nil {
			t.Error(err)
		}
		gotLines, err := orm.From[line](db).OrderBy(what.Asc()).All(ctx)
		if diff := cmp.Diff(lines, gotLines); diff != "" || err != nil {
			t.Error(diff, err)
		}
		gotDevices, err := orm.From[device](db).OrderBy(name.Asc()).All(ctx)
		if diff := cmp.Diff(devices, gotDevices); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if err := orm.UpdateAll(ctx, db, append(lines, lines[1]), what); err == nil || !strings.Contains(err.Error(), "Order 1, Number 2") {
			t.Errorf("the same key twice: %v", err)
		}
	})
}
