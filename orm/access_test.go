package orm_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/schema"
)

func TestFind(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		ctx := t.Context()
		ann, err := orm.From[Employee](db).Where(Employees.Name.Eq("Ann")).Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []any{ann.ID, int(ann.ID), uint8(ann.ID)} {
			if got, err := orm.Find[Employee](ctx, db, key); err != nil || got.Name != "Ann" {
				t.Errorf("key %T: %v, %v", key, got, err)
			}
		}
		for want, key := range map[string][]any{
			"no row matches": {int64(9999)},
			"the key 1 is a string, and the field is a int64": {"1"},
			"the key is nil":         {nil},
			"out of range":           {uint64(1) << 63},
			"and 0 values are given": {},
			"and 2 values are given": {1, 2},
			"the key 1.5 is a float64, and the field is a int64": {1.5},
		} {
			if _, err := orm.Find[Employee](ctx, db, key...); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v: error %v, want %q", key, err, want)
			}
		}
		row, ok, err := orm.From[Employee](db).Where(Employees.Name.Eq("Nobody")).Lookup(ctx)
		if ok || err != nil || row.ID != 0 {
			t.Errorf("lookup of nobody: %v, %v, %v", row, ok, err)
		}
		row, ok, err = orm.From[Employee](db).OrderBy(Employees.Name.Desc()).With(Employees.Department).Lookup(ctx)
		if !ok || err != nil || row.Department.Row().Name == "" {
			t.Errorf("lookup: %v, %v, %v", row, ok, err)
		}
	})
}

func TestRowsThatWereNotLoaded(t *testing.T) {
	t.Parallel()
	e := Employee{Department: orm.RefTo[Department](3)}
	if e.Department.ID != 3 || e.Department.Loaded() {
		t.Errorf("%+v", e.Department)
	}
	for name, f := range map[string]func(){
		"reference": func() { e.Department.Row() }, "many": func() { e.Skills.Rows() },
		"has many": func() { e.Reports.Rows() }, "has one": func() { e.History.Row() },
	} {
		func() {
			defer func() {
				if err, _ := recover().(error); err == nil || !strings.Contains(err.Error(), "name the relation in With of the query") {
					t.Errorf("%s: %v", name, err)
				}
			}()
			f()
		}()
	}
}

// thing has a field of every form that an accessor tells apart.
type thing struct {
	ID    int64
	Name  string
	Note  *string
	Count sql.Null[int64]
	Owner orm.Ref[thing]
	Twin  *orm.Ref[thing]
	base
}

type base struct{ Made time.Time }

func TestAccessors(t *testing.T) {
	t.Parallel()
	name, err := orm.AccessorOf(orm.Descriptor[orm.Text[*thing, string]]("Name"))
	note, err2 := orm.AccessorOf(orm.Descriptor[orm.NullText[*thing, string]]("Note"))
	count, err3 := orm.AccessorOf(orm.Descriptor[orm.NullNumber[*thing, int64]]("Count"))
	owner, err4 := orm.AccessorOf(orm.Descriptor[orm.ForeignKey[*thing, *thing, int64]]("Owner"))
	twin, err5 := orm.AccessorOf(orm.Descriptor[orm.NullForeignKey[*thing, *thing, int64]]("Twin"))
	made, err6 := orm.AccessorOf(orm.Descriptor[orm.Ordered[*thing, time.Time]]("Made"))
	if err := errors.Join(err, err2, err3, err4, err5, err6); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	var x thing
	if _, ok := note.Get(&x); ok {
		t.Error("a nil note has a value")
	}
	if _, ok := twin.Get(&x); ok {
		t.Error("a nil twin has a value")
	}
	name.Set(&x, "a")
	note.Set(&x, "b")
	count.Set(&x, 3)
	owner.Set(&x, 4)
	twin.Set(&x, 5)
	made.Set(&x, now)
	if x.Name != "a" || *x.Note != "b" || x.Count != (sql.Null[int64]{V: 3, Valid: true}) || x.Owner.ID != 4 || x.Twin.ID != 5 || !x.Made.Equal(now) {
		t.Errorf("%+v", x)
	}
	a, _ := name.Get(&x)
	b, _ := note.Get(&x)
	c, _ := count.Get(&x)
	d, _ := owner.Get(&x)
	e, _ := twin.Get(&x)
	f, _ := made.Get(&x)
	if got := fmt.Sprintln(a, b, c, d, e, f.Equal(now)); got != "a b 3 4 5 true\n" {
		t.Error(got)
	}
	if name.SetNull(&x) || owner.SetNull(&x) || !note.SetNull(&x) || !count.SetNull(&x) || !twin.SetNull(&x) || x.Note != nil || x.Count.Valid || x.Twin != nil {
		t.Errorf("%+v", x)
	}
	_, err = orm.AccessorOf(orm.Descriptor[orm.Text[*thing, string]]("Nmae"))
	_, err2 = orm.AccessorOf(orm.Descriptor[orm.Number[*thing, int64]]("Name"))
	_, err3 = orm.AccessorOf(orm.Lower(orm.Descriptor[orm.Text[*thing, string]]("Name")))
	for _, err := range []error{err, err2, err3} {
		if err == nil {
			t.Error("no error for a field that is not there, of another type, or an expression")
		}
	}
}

func TestInfo(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		models, err := orm.ModelsOf(db)
		if err != nil {
			t.Fatal(err)
		}
		fields, err := models.Fields(reflect.TypeFor[Employee]())
		if err != nil || fields[0].Name != "ID" || !fields[0].Key || !fields[0].Auto || !fields[0].Index {
			t.Errorf("%+v, %v", fields, err)
		}
		info, err := orm.Info(models, Employees.Manager)
		if err != nil || !info.Null || info.References != reflect.TypeFor[Employee]() || info.Column != "manager_id" || info.Kind != schema.Int64 || !info.Index {
			t.Errorf("%+v, %v", info, err)
		}
		if info, err = orm.Info(models, Skills.Name); err != nil || info.Size != 50 || !info.Unique || info.Null || info.Type != reflect.TypeFor[string]() {
			t.Errorf("%+v, %v", info, err)
		}
		if _, err := models.Fields(reflect.TypeFor[thing]()); err == nil {
			t.Error("the fields of what is not a model")
		}
	})
}

// seat is unique in several ways.
type seat struct {
	Row   int64  `db:"primary_key"`
	Place int64  `db:"primary_key"`
	Name  string `db:"unique"`
	Open  bool
	Note  string
	Free  bool
}

// TestInfoOfUnique tells fields that are unique by themselves from parts of what
// is.
func TestInfoOfUnique(t *testing.T) {
	t.Parallel()
	models, err := orm.NewModels(orm.Group{Module: "m", Models: []orm.Declaration{
		orm.Model[seat](orm.Unique("Row", "Open"), orm.Unique("Note").Where("open"), orm.Index("Free", "Row"))}})
	if err != nil {
		t.Fatal(err)
	}
	fields, err := models.Fields(reflect.TypeFor[seat]())
	if err != nil {
		t.Fatal(err)
	}
	var unique, in []string
	for _, f := range fields {
		if f.Unique {
			unique = append(unique, f.Name)
		}
		if f.UniqueIn {
			in = append(in, f.Name)
		}
	}
	if !slices.Equal(unique, []string{"Name"}) || !slices.Equal(in, []string{"Row", "Place", "Open", "Note"}) {
		t.Errorf("unique are %v, and in what is unique %v", unique, in)
	}
}

// TestInfoOfChoices: a choice without a label has its value as label.
func TestInfoOfChoices(t *testing.T) {
	t.Parallel()
	models, err := orm.NewModels(orm.Group{Module: "m", Models: []orm.Declaration{orm.Model[article]()}})
	if err != nil {
		t.Fatal(err)
	}
	if list := models.List(); len(list) != 1 || list[0] != (orm.ModelInfo{Type: reflect.TypeFor[article](), Module: "m", Table: "m_article"}) {
		t.Errorf("the models are %+v", list)
	}
	info, err := orm.Info(models, orm.Descriptor[orm.Text[*article, status]]("Status"))
	if err != nil || len(info.Choices) < 2 || slices.ContainsFunc(info.Choices, func(c orm.Choice) bool { return c.Label == "" }) {
		t.Errorf("%+v, %v", info, err)
	}
}

// parsed has a column of every form that can be given as text.
type parsed struct {
	ID    int64
	Small int16
	Plus  uint8
	Real  float64
	Yes   bool
	Text  string `db:"size=5"`
	At    time.Time
	Day   civil.Date
	Clock civil.Clock
	Wait  time.Duration
	Price string `db:"decimal=6.2"`
	Key   [16]byte
	Data  []byte
}

func TestParseEq(t *testing.T) {
	eachModel[parsed](t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		row := parsed{Small: -3, Plus: 200, Real: 1.5, Yes: true, Text: "ä'b", At: time.Date(2026, 1, 31, 18, 0, 0, 0, time.UTC),
			Day: civil.NewDate(2026, 1, 31), Clock: civil.NewClock(18, 0, 0, 0), Wait: 90 * time.Second, Price: "12.50", Key: [16]byte{15: 1}}
		if err := orm.Create(ctx, db, &row); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct{ field, text, want string }{
			{"ID", "1", ""}, {"Small", "-3", ""}, {"Plus", "200", ""}, {"Real", "1.5", ""}, {"Yes", "true", ""}, {"Text", "ä'b", ""},
			{"At", "2026-01-31T19:00:00+01:00", ""}, {"Day", "2026-01-31", ""}, {"Clock", "18:00:00", ""}, {"Wait", "1m30s", ""},
			{"Price", "12.5", ""}, {"Key", "00000000-0000-0000-0000-000000000001", ""},
			{"ID", "x", `"x" is not a whole number`}, {"Small", "40000", "out of range"}, {"Plus", "-1", "not negative"}, {"Plus", "256", "out of range"},
			{"Real", "NaN", "is not a number"}, {"Yes", "yes", "true or false"}, {"Text", "\xff", "valid text"}, {"Text", "longer", "at most 5"},
			{"At", "yesterday", "is not a time"}, {"Day", "2026-02-30", "is not a date"}, {"Clock", "25:00:00", "time of day"}, {"Wait", "5", "duration"},
			{"Price", "1.234", "decimal"}, {"Key", "12", "uuid"}, {"Data", "x", "cannot be given as text"}, {"Nose", "x", "no field Nose"},
			{"Text", strings.Repeat("x", 9000), "at most 8192"},
			{"Real", "0x1p4", "is not a number"}, {"Real", "1_0", "is not a number"}, {"Key", "0000-0000000000000000000000000000001", "uuid"},
			{"At", "0000-01-01T00:00:00Z", "cannot be stored"}, {"At", "9999-12-31T23:59:59-23:59", "cannot be stored"},
			{"At", "2026-01-31T18:00:00,5Z", "is not a time"}, {"At", "2026-01-31T1:00:00Z", "is not a time"}, {"Wait", "1ns", "cannot be stored"},
			{"Key", "00000000000000000000000000000001", ""},
		} {
			column := orm.Descriptor[orm.Column[*parsed, any]](tt.field)
			got := row
			errSet := orm.ParseSet(db, &got, column, tt.text)
			got.At = got.At.UTC()
			if (errSet == nil) != (tt.want == "") || !reflect.DeepEqual(got, row) {
				t.Errorf("%s %q makes %+v, %v", tt.field, tt.text, got, errSet)
			}
			c, err := orm.ParseEq(db, column, tt.text)
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error()+fault.Message(err), tt.want) || strings.Contains(err.Error(), "strconv.") {
					t.Errorf("%s %.20q: error %v, want %q", tt.field, tt.text, err, tt.want)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s %q: %v", tt.field, tt.text, err)
				continue
			}
			if n, err := orm.From[parsed](db).Where(c).Count(ctx); n != 1 || err != nil {
				t.Errorf("%s %q: %d rows, %v", tt.field, tt.text, n, err)
			}
		}
	})
}

// TestParseSet sets fields that may be NULL, and references.
func TestParseSet(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		var e Employee
		E := Employees
		for _, tt := range []struct {
			column orm.Field[Employee]
			text   string
		}{{E.Name, "Zoe"}, {E.Department, "3"}, {E.Manager, "4"}, {E.Joined, "2026-01-31T18:00:00Z"}, {E.Salary, "-5"}, {E.Remote, "true"}} {
			if err := orm.ParseSet(db, &e, tt.column, tt.text); err != nil {
				t.Error(err)
			}
		}
		joined := time.Date(2026, 1, 31, 18, 0, 0, 0, time.UTC)
		if e.Name != "Zoe" || e.Department.ID != 3 || e.Manager == nil || e.Manager.ID != 4 || e.Joined == nil || !e.Joined.Equal(joined) || e.Salary != -5 || !e.Remote {
			t.Errorf("%+v", e)
		}
		for _, column := range []orm.Field[Employee]{E.Manager, E.Joined, E.Name} {
			if err := orm.ParseSet(db, &e, column, ""); err != nil {
				t.Error(err)
			}
		}
		if e.Manager != nil || e.Joined != nil || e.Name != "" {
			t.Errorf("empty texts leave %+v", e)
		}
		for _, column := range []orm.Field[Employee]{E.Department, E.Salary, E.Remote} {
			if err := orm.ParseSet(db, &e, column, ""); err == nil {
				t.Errorf("an empty text was taken: %+v", e)
			}
		}
		if err := orm.ParseSet(db, nil, E.Name, "x"); err == nil {
			t.Error("no error without a row")
		}
	})
}

func TestOrderIndexed(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		E := Employees
		q := orm.From[Employee](db)
		for name, tt := range map[string]struct {
			q    *orm.Query[Employee]
			want bool
		}{
			"key":                     {q.OrderBy(E.ID.Desc()), true},
			"key and more":            {q.OrderBy(E.ID.Asc(), E.Salary.Desc()), true},
			"no index":                {q.OrderBy(E.Salary.Asc()), false},
			"reference":               {q.OrderBy(E.Department.Asc()), true},
			"fixed, then no index":    {q.Where(E.Department.Eq(1)).OrderBy(E.Department.Asc(), E.Salary.Asc()), false},
			"all of it fixed":         {q.Where(E.Salary.Eq(1)).OrderBy(E.Salary.Asc()), true},
			"NULL where it is":        {q.OrderBy(E.Manager.Asc()), true},
			"NULL at the other end":   {q.OrderBy(E.Manager.Asc().NullsLast()), false},
			"an expression":           {q.OrderBy(orm.Lower(E.Name).Asc()), false},
			"not fixed by a disjunct": {q.Where(orm.Or(E.Salary.Eq(1), E.Salary.Eq(2))).OrderBy(E.Salary.Asc()), false},
		} {
			if got, err := tt.q.OrderIndexed(); got != tt.want || err != nil {
				t.Errorf("%s: %v, %v; want %v", name, got, err, tt.want)
			}
		}
		if _, err := q.OrderIndexed(); err == nil {
			t.Error("no error without an order")
		}
	})
}

func TestSelectOfAList(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		ctx := t.Context()
		E := Employees
		items := []orm.Selected[Employee]{E.Name, E.Manager, orm.Via(E.Department, Departments.Name), orm.Via(E.Skills, orm.Count[Skill]())}
		rows, err := orm.Select[[]any](orm.From[Employee](db).OrderBy(E.Name.Asc()), items...).All(ctx)
		if err != nil || len(rows) != 4 {
			t.Fatal(rows, err)
		}
		if rows[0][0] != "Ann" || rows[0][3] != int64(2) {
			t.Errorf("%v", rows[0])
		}
		if !slices.ContainsFunc(rows, func(r []any) bool { return r[1] == nil }) {
			t.Errorf("nobody without a manager: %v", rows)
		}
		// Parts of it, forwards and back, are all of it.
		type named struct{ Name string }
		q := orm.From[Employee](db).OrderBy(E.Salary.Desc())
		want, err := orm.Select[named](q.OrderBy(E.Salary.Desc(), E.ID.Desc()), E.Name).All(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var there, back []named
		var lists [][]any
		for cursor := ""; ; {
			part, err := orm.Select[named](q, E.Name).Seek(ctx, cursor, 3)
			if err != nil {
				t.Fatal(err)
			}
			list, err := orm.Select[[]any](q, E.Name, E.Salary).Seek(ctx, cursor, 3)
			if err != nil || list.Next != part.Next {
				t.Fatal(list, err)
			}
			there, lists = append(there, part.Items...), append(lists, list.Items...)
			if cursor = part.Next; cursor == "" {
				for cursor = part.Prev; cursor != ""; cursor = part.Prev {
					if part, err = orm.Select[named](q, E.Name).Seek(ctx, cursor, 1); err != nil {
						t.Fatal(err)
					}
					back = append(part.Items, back...)
				}
				break
			}
		}
		if !slices.Equal(there, want) || !slices.Equal(back, want[:3]) || len(lists) != 4 || lists[0][0] != want[0].Name {
			t.Errorf("there %v, back %v, lists %v; want %v", there, back, lists, want)
		}
		for name, s := range map[string]*orm.Selection[named]{
			"groups": orm.Select[named](q.Having(orm.Count[Employee]().Ge(1)), E.Name), "distinct": orm.Select[named](q, E.Name).Distinct(),
			"an expression": orm.Select[named](q.OrderBy(orm.Lower(E.Name).Asc()), E.Name),
		} {
			if _, err := s.Seek(ctx, "", 2); err == nil {
				t.Errorf("Seek of %s is not refused", name)
			}
		}
	})
}

// TestSelectGoesByName: fields of one type cannot be mixed up.
func TestSelectGoesByName(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		E := Employees
		q := orm.From[Employee](db).Where(E.Name.Eq("Ann"))
		type row struct {
			Salary, ID     int64
			DepartmentName string
			N              int64
		}
		got, err := orm.Select[row](q, E.ID, orm.Via(E.Department, Departments.Name), E.Salary, orm.Via(E.Skills, orm.Count[Skill]())).Get(t.Context())
		if err != nil || got.ID == got.Salary || got.Salary != 500 || got.DepartmentName == "" || got.N != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		type two struct{ A, B int64 }
		for want, s := range map[string]*orm.Selection[two]{
			"name them with orm.As":  orm.Select[two](q, orm.Count[Employee](), orm.Sum(E.Salary)),
			"no field C":             orm.Select[two](q, orm.As("C", E.ID), E.Salary),
			"go into the field A":    orm.Select[two](q, orm.As("A", E.ID), orm.As("A", E.Salary)),
			"each field takes one":   orm.Select[two](q, E.ID),
			"is nil or the zero val": orm.Select[two](q, orm.As("A", orm.Selected[Employee](nil)), E.ID),
		} {
			if _, err := s.All(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
		}
	})
}

type counted struct {
	ID    int64
	State string
	N     int64
}

func TestChunks(t *testing.T) {
	eachModel[counted](t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		rows := make([]counted, 25)
		for i := range rows {
			rows[i].State = []string{"old", "kept"}[i%5/4]
		}
		if err := orm.CreateAll(ctx, db, rows); err != nil {
			t.Fatal(err)
		}
		id, state := orm.Descriptor[orm.Number[*counted, int64]]("ID"), orm.Descriptor[orm.Text[*counted, string]]("State")
		n := orm.Descriptor[orm.Number[*counted, int64]]("N")
		old := orm.From[counted](db).Where(state.Eq("old"))
		var sizes []int64
		for chunk, err := range old.Chunks(ctx, 8) {
			if err != nil {
				t.Fatal(err)
			}
			did, err := chunk.Update(ctx, n.Increment(1))
			if err != nil {
				t.Fatal(err)
			}
			sizes = append(sizes, did)
			// What comes later is in no chunk.
			if err := orm.Create(ctx, db, &counted{State: "old"}); err != nil {
				t.Fatal(err)
			}
		}
		if fmt.Sprint(sizes) != "[8 8 4]" {
			t.Errorf("chunks of %v", sizes)
		}
		parts := 0
		for range orm.From[counted](db).Where(id.Le(10)).Chunks(ctx, 5) {
			parts++
		}
		if parts != 2 {
			t.Errorf("10 rows come in %d chunks of 5", parts)
		}
		if left, err := old.Where(n.Eq(1)).Count(ctx); left != 20 || err != nil {
			t.Errorf("%d rows were changed once, %v", left, err)
		}
		for chunk, err := range orm.From[counted](db).Where(id.Lt(0)).Chunks(ctx, 8) {
			t.Errorf("a chunk of nothing: %v, %v", chunk, err)
		}
		for name, q := range map[string]*orm.Query[counted]{"order": old.OrderBy(id.Asc()), "limit": old.Limit(3), "timeout": old.Timeout(-1)} {
			for _, err := range q.Chunks(ctx, 8) {
				if err == nil || name != "timeout" && !strings.Contains(err.Error(), "call OrderBy, With and ForUpdate on each chunk") {
					t.Errorf("chunks with %s: error %v", name, err)
				}
			}
		}
	})
}

// TestTimeout stops a statement in the database.
func TestTimeout(t *testing.T) {
	eachModel[counted](t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		if err := orm.CreateAll(ctx, db, make([]counted, 500)); err != nil {
			t.Fatal(err)
		}
		n := orm.Descriptor[orm.Number[*counted, int64]]("N")
		slow := orm.Raw[counted, int64]("(SELECT count(*) FROM t_counted a, t_counted b, t_counted c, t_counted d WHERE a.n = b.n + ? - ?)", 1, 1)
		q := orm.From[counted](db).Timeout(50 * time.Millisecond)
		_, err := q.Where(orm.Gt(n, slow)).Count(ctx)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("count: %v", err)
		}
		if _, err := q.Where(orm.Gt(n, slow)).Update(ctx, n.Increment(1)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("update: %v", err)
		}
		if _, err := orm.From[counted](db).Limit(3).All(ctx); err != nil { // the connection is still good
			t.Error(err)
		}
	})
}

func TestExecSQL(t *testing.T) {
	eachModel[counted](t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		if err := orm.CreateAll(ctx, db, []counted{{State: "a?"}, {State: "b"}}); err != nil {
			t.Fatal(err)
		}
		n, err := orm.ExecSQL(ctx, db, "UPDATE t_counted SET n = n + ? WHERE state = ? AND state LIKE '%?' /* ? */", 5, "a?")
		if n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if _, err := orm.ExecSQL(ctx, db, "UPDATE t_counted SET n = ?"); err == nil || !strings.Contains(err.Error(), "question marks") {
			t.Errorf("%v", err)
		}
	})
}
