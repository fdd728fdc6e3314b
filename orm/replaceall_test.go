package orm_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

func TestGetOrCreateEach(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db) // the skills SQL, expert, and Go, novice
		ctx := t.Context()
		if rows, err := orm.GetOrCreateEach(ctx, db, Skills.Name.Set); len(rows) != 0 || err != nil {
			t.Errorf("nothing: %v, %v", rows, err)
		}
		rows, err := orm.GetOrCreateEach(ctx, db, Skills.Name.Set, "Zig", "Go", "Zig", "SQL")
		if err != nil || len(rows) != 4 {
			t.Fatal(rows, err)
		}
		if rows[0].Name != "Zig" || rows[0] != rows[2] || rows[1].Name != "Go" || rows[3].Grade != "expert" || rows[0].ID == 0 {
			t.Errorf("%+v %+v %+v", rows[0], rows[1], rows[3])
		}
		if n, err := orm.From[Skill](db).Count(ctx); n != 3 || err != nil {
			t.Errorf("%d skills, %v", n, err)
		}
		if _, err := orm.GetOrCreateEach(ctx, db, Skills.Grade.Set, "novice"); err == nil || !strings.Contains(err.Error(), "unique") {
			t.Errorf("by a field that is not unique: %v", err)
		}
		// Whoever comes first creates a row, and everybody gets it.
		var wait sync.WaitGroup
		ids := make([]int64, 8)
		for i := range ids {
			wait.Go(func() {
				rows, err := orm.GetOrCreateEach(ctx, db, Skills.Name.Set, "Perl", "Go", "Rust")
				if err != nil {
					t.Error(err)
					return
				}
				ids[i] = rows[2].ID
			})
		}
		wait.Wait()
		for _, id := range ids {
			if id != ids[0] || id == 0 {
				t.Errorf("different rows: %v", ids)
			}
		}
	})
}

// TestGetOrCreateEachInOrder: rows are created in the order of the values, not
// in that of the call, so that two transactions cannot wait for each other.
func TestGetOrCreateEachInOrder(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		rows, err := orm.GetOrCreateEach(ctx, db, Skills.Name.Set, "c", "a", "d", "b", "a")
		if err != nil {
			t.Fatal(err)
		}
		if c, a, d, b := rows[0], rows[1], rows[2], rows[3]; a.Name != "a" || !(a.ID < b.ID && b.ID < c.ID && c.ID < d.ID) || rows[4] != a {
			t.Errorf("created as %d %d %d %d", c.ID, a.ID, d.ID, b.ID)
		}
		_, _, ann := seed(t, db)
		people, err := orm.From[Employee](db).OrderBy(Employees.ID.Desc()).All(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var ids []int64
		for _, e := range people {
			ids = append(ids, e.ID)
		}
		histories, err := orm.GetOrCreateEach(ctx, db, Histories.Employee.Set, ids...)
		if err != nil {
			t.Fatal(err)
		}
		for i, h := range histories {
			if h.Employee.ID != ids[i] || i > 0 && h.ID > histories[i-1].ID {
				t.Errorf("number %d is %+v", i, h)
			}
		}
		mixed := func(id int64) orm.AssignmentOf[*History] {
			if id == ann.ID {
				return Histories.ID.Set(id)
			}
			return Histories.Employee.Set(id)
		}
		if _, err := orm.GetOrCreateEach(ctx, db, mixed, ids...); err == nil || !strings.Contains(err.Error(), "all go by one field") {
			t.Errorf("by two fields: %v", err)
		}
	})
}

func TestReplaceAll(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, _, ann := seed(t, db)
		ctx := t.Context()
		bob, err := orm.From[Employee](db).Where(Employees.Name.Eq("Bob")).Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := orm.From[Leave](db).Every().Delete(ctx); err != nil {
			t.Fatal(err)
		}
		his := Leave{Employee: orm.RefTo[Employee](bob.ID), Start: noon}
		if err := orm.Create(ctx, db, &his); err != nil {
			t.Fatal(err)
		}
		day := func(n int) time.Time { return noon.AddDate(0, 0, n).Truncate(time.Microsecond) }
		replace := func(rows []Leave) error { return orm.ReplaceAll(ctx, db, Employees.Leaves, &ann, rows) }
		stored := func() (starts []time.Time, ids []int64) {
			rows, err := orm.From[Leave](db).Where(Leaves.Employee.Eq(ann.ID)).OrderBy(Leaves.Start.Asc()).All(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				starts, ids = append(starts, r.Start.UTC()), append(ids, r.ID)
			}
			return starts, ids
		}
		rows := []Leave{{Start: day(1)}, {Start: day(2)}, {Start: day(3), Employee: orm.RefTo[Employee](bob.ID)}}
		if err := replace(rows); err != nil {
			t.Fatal(err)
		}
		if starts, ids := stored(); len(starts) != 3 || ids[0] != rows[0].ID || ids[2] != rows[2].ID || rows[2].Employee.ID != ann.ID {
			t.Errorf("after the first: %v %v, %+v", starts, ids, rows)
		}
		// One stays as it is, one is changed, one is new, one goes.
		rows = []Leave{{Start: day(9)}, {ID: rows[0].ID, Start: day(5)}, rows[1]}
		if err := replace(rows); err != nil {
			t.Fatal(err)
		}
		if starts, ids := stored(); len(ids) != 3 || !starts[0].Equal(day(2)) || ids[1] != rows[1].ID || !starts[1].Equal(day(5)) || ids[2] != rows[0].ID {
			t.Errorf("after the second: %v %v, %+v", starts, ids, rows)
		}
		before, _ := stored()
		// Rows of others are not taken over, and all of it or nothing is done.
		for name, tt := range map[string]struct {
			rows []Leave
			want error
		}{
			"another's":    {[]Leave{{Start: day(1)}, {ID: his.ID, Start: day(2)}}, orm.ErrNotFound},
			"not there":    {[]Leave{{ID: 1 << 40, Start: day(2)}}, orm.ErrNotFound},
			"twice":        {[]Leave{rows[1], rows[1]}, nil},
			"not storable": {[]Leave{{Start: day(1)}, {Start: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)}}, nil},
		} {
			if err := replace(tt.rows); err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if after, _ := stored(); len(after) != len(before) {
			t.Errorf("%d rows after refused changes, want %d", len(after), len(before))
		}
		if err := orm.ReplaceAll(ctx, db, Employees.Leaves, nil, rows); err == nil {
			t.Error("no error without an owner")
		}
		if err := orm.ReplaceAll(ctx, db, nil, &ann, rows); err == nil {
			t.Error("no error without a relation")
		}
		if err := replace(nil); err != nil {
			t.Fatal(err)
		}
		if starts, _ := stored(); len(starts) != 0 {
			t.Errorf("%v stay", starts)
		}
		if n, err := orm.From[Leave](db).Count(ctx); n != 1 || err != nil {
			t.Errorf("%d leaves are left, %v, want Bob's", n, err)
		}
	})
}

// TestReplaceAllHooks: the methods of the rows' model are called.
func TestReplaceAllHooks(t *testing.T) {
	eachDocs(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		shelf := Shelf{Name: "a"}
		if err := orm.Create(ctx, db, &shelf); err != nil {
			t.Fatal(err)
		}
		docs := []Doc{{Slug: "one", Kind: "note"}, {Slug: "two", Kind: "note"}}
		if err := orm.ReplaceAll(ctx, db, shelfDocs, &shelf, docs); err != nil {
			t.Fatal(err)
		}
		docs[0].Slug = "veto BeforeSave"
		if err := orm.ReplaceAll(ctx, db, shelfDocs, &shelf, docs[:1]); !errors.Is(err, errVeto) {
			t.Errorf("a veto: %v", err)
		}
		if n, err := orm.From[Doc](db).Count(ctx); n != 2 || err != nil {
			t.Errorf("%d docs, %v", n, err)
		}
		docs[0].Slug = "first"
		if err := orm.ReplaceAll(ctx, db, shelfDocs, &shelf, docs[:1]); err != nil || docs[0].Version != 2 {
			t.Errorf("version %d, %v", docs[0].Version, err)
		}
		if n, err := orm.From[Doc](db).Count(ctx); n != 1 || err != nil {
			t.Errorf("%d docs that are not marked as deleted, %v", n, err)
		}
	})
}

// TestReplaceAllAtOnce: the rows of one of several stay, also where there were
// none to lock.
func TestReplaceAllAtOnce(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		_, _, ann := seed(t, db)
		var wait sync.WaitGroup
		for i := range 20 {
			wait.Go(func() {
				owner, rows := ann, []Leave{{Start: noon.AddDate(i, 0, 0)}, {Start: noon.AddDate(i, 0, 0)}, {Start: noon.AddDate(i, 0, 0)}}
				if err := orm.ReplaceAll(ctx, db, Employees.Leaves, &owner, rows); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		rows, err := orm.From[Leave](db).Where(Leaves.Employee.Eq(ann.ID)).All(ctx)
		if err != nil || len(rows) != 3 || !rows[0].Start.Equal(rows[1].Start) || !rows[0].Start.Equal(rows[2].Start) {
			t.Errorf("%+v, %v", rows, err)
		}
	})
}

// TestReplaceAllAgain calls it again with the rows of a call that failed.
func TestReplaceAllAgain(t *testing.T) {
	eachDocs(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		shelf := Shelf{Name: "a"}
		ok(t, orm.Create(ctx, db, &shelf))
		docs := []Doc{{Slug: "one"}, {Slug: "two"}}
		ok(t, orm.ReplaceAll(ctx, db, shelfDocs, &shelf, docs))
		docs = append(docs, Doc{Slug: "three"}, Doc{Slug: "two"})
		docs[0].Slug = "uno"
		want(t, orm.ReplaceAll(ctx, db, shelfDocs, &shelf, docs), database.ErrUnique)
		if docs[0].Version != 1 || docs[2].ID != 0 || docs[2].Version != 0 {
			t.Errorf("rows that are not stored are left as %+v", docs)
		}
		docs[3].Slug = "four"
		ok(t, orm.ReplaceAll(ctx, db, shelfDocs, &shelf, docs))
		slugs, err := orm.Select[string](orm.From[Doc](db).OrderBy(docID.Asc()), docSlug).All(ctx)
		if err != nil || strings.Join(slugs, " ") != "uno two three four" {
			t.Errorf("stored are %v, %v", slugs, err)
		}
		want(t, orm.ReplaceAll(ctx, db, shelfDocs, &Shelf{Name: "not stored"}, nil), orm.ErrNotFound)
		want(t, orm.ReplaceAll(ctx, db, shelfDocs, &Shelf{Name: "not stored"}, []Doc{{Slug: "five"}}), orm.ErrNotFound)
	})
}

// TestJSON: rows can be encoded with what was loaded of their relations.
func TestJSON(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		_, _, ann := seed(t, db)
		ctx := t.Context()
		text := func(v any) string {
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		E := Employees
		plain, err := orm.From[Employee](db).Where(E.ID.Eq(ann.ID)).Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := orm.From[Employee](db).Where(E.ID.Eq(ann.ID)).With(E.Department, E.Manager, E.Skills, E.Leaves, E.History).Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct{ have, want string }{
			{text(plain.Department), text(ann.Department.ID)},
			{text(plain.Manager), "null"},
			{text(plain.Skills) + text(plain.Leaves) + text(plain.History), "nullnullnull"},
			{text(loaded.Department), text(loaded.Department.Row())},
			{text(loaded.Manager), "null"},
			{text(loaded.Skills), text(loaded.Skills.Rows())},
			{text(loaded.Leaves), text(loaded.Leaves.Rows())},
			{text(loaded.History), text(loaded.History.Row())},
		} {
			if tt.have != tt.want {
				t.Errorf("%s, want %s", tt.have, tt.want)
			}
		}
		if !strings.Contains(text(loaded), `"Name":"SQL"`) {
			t.Error("the skills are not in ", text(loaded))
		}
		var back Employee
		if err := json.Unmarshal([]byte(`{"Department":7,"Manager":null}`), &back); err != nil || back.Department.ID != 7 || back.Manager != nil {
			t.Errorf("%+v, %v", back.Department, err)
		}
		if err := json.Unmarshal([]byte(`{"Department":"x"}`), &back); err == nil || back.Department.ID != 7 {
			t.Errorf("a reference that is not a key was read: %+v", back.Department)
		}
		// The row of another key is not shown for the one that was read.
		if err := json.Unmarshal([]byte(`{"Department":null}`), &loaded); err != nil || !loaded.Department.Loaded() {
			t.Errorf("null left %+v, %v", loaded.Department, err)
		}
		if err := json.Unmarshal([]byte(`{"Department":7}`), &loaded); err != nil || loaded.Department.Loaded() || text(loaded.Department) != "7" {
			t.Errorf("%+v, %v", loaded.Department, err)
		}
		// An encoder that is not to escape what is special in HTML does not.
		loaded.Skills.Rows()[0].Name, loaded.History = "R&D", plain.History
		var plainText strings.Builder
		enc := json.NewEncoder(&plainText)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(loaded); err != nil || !strings.Contains(plainText.String(), `"R&D"`) || !strings.Contains(text(loaded), `"R\u0026D"`) {
			t.Errorf("%s, %v", plainText.String(), err)
		}
	})
}
