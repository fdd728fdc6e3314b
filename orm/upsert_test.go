package orm_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

func TestUpsert(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		byName := orm.OnConflict(Skills.Name)
		for _, n := range []int{1, 3, 400} {
			if _, err := orm.From[Skill](db).Every().Delete(ctx); err != nil {
				t.Fatal(err)
			}
			old := make([]Skill, n)
			for i := range old {
				old[i] = Skill{Name: fmt.Sprint(i), Grade: "old", Notes: new("kept")}
			}
			if err := orm.CreateAll(ctx, db, old); err != nil {
				t.Fatal(err)
			}
			draw := func(grade Grade) []Skill { // the second half is there
				rows := make([]Skill, 2*n)
				for i := range rows {
					rows[i] = Skill{Name: fmt.Sprint(2*n - 1 - i), Grade: grade}
				}
				return rows
			}
			check := func(rows []Skill, created, wantCreated int, err error, oldGrade Grade) {
				t.Helper()
				if err != nil || created != wantCreated {
					t.Fatalf("%d rows created, want %d, %v", created, wantCreated, err)
				}
				for i, s := range rows[n:] {
					if want := old[n-1-i].ID; s.ID != want {
						t.Fatalf("%s has the key %d, and is %d", s.Name, s.ID, want)
					}
				}
				for _, s := range rows {
					got, err := orm.From[Skill](db).Where(Skills.ID.Eq(s.ID)).Get(ctx)
					if err != nil || got.Name != s.Name {
						t.Fatalf("%+v is stored as %+v, %v", s, got, err)
					}
					isOld := got.Notes != nil && *got.Notes == "kept"
					if got.Grade != map[bool]Grade{true: oldGrade, false: "new"}[isOld] {
						t.Fatalf("%+v, old is %v", got, isOld)
					}
				}
			}
			rows := draw("new")
			created, err := orm.Upsert(ctx, db, rows, byName.DoNothing())
			check(rows, created, n, err, "old")
			rows = draw("new")
			created, err = orm.Upsert(ctx, db, rows, byName.Update(Skills.Grade))
			check(rows, created, 0, err, "new")
		}
	})
}

func TestUpsertRefuses(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		taken := Skill{ID: 50, Name: "taken"}
		if err := orm.Create(ctx, db, &taken); err != nil {
			t.Fatal(err)
		}
		byName, byID := orm.OnConflict(Skills.Name), orm.OnConflict(Skills.ID)
		for name, tt := range map[string]struct {
			rows     []Skill
			conflict orm.Conflict[Skill]
			want     string
		}{
			"twice":              {[]Skill{{Name: "a"}, {Name: "b"}, {Name: "a"}}, byName.DoNothing(), `rows 0 and 2 are for the same row, with Name "a"`},
			"nothing said":       {[]Skill{{Name: "a"}}, byName, "does not say what to do"},
			"not unique":         {[]Skill{{Name: "a"}}, orm.OnConflict(Skills.Grade).DoNothing(), "not just the columns of its key"},
			"no field":           {[]Skill{{Name: "a"}}, orm.OnConflict[Skill]().DoNothing(), "not just the columns"},
			"the key":            {[]Skill{{Name: "a"}}, byName.Update(Skills.ID), "cannot change the key"},
			"a value":            {[]Skill{{Name: "a"}, {Name: "b", Grade: "\x00"}}, byName.DoNothing(), "row 1: hr.Skill, field Grade"},
			"another constraint": {[]Skill{{Name: "a"}, {ID: 60, Name: "taken"}}, byID.DoNothing(), "same name exists"},
		} {
			_, err := orm.Upsert(ctx, db, tt.rows, tt.conflict)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v", name, err)
			}
			if tt.rows[0].ID != 0 {
				t.Errorf("%s: the row has the key %d", name, tt.rows[0].ID)
			}
		}
		if n, err := orm.From[Skill](db).Count(ctx); n != 1 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
		if n, err := orm.Upsert(ctx, db, nil, byName.DoNothing()); n != 0 || err != nil {
			t.Errorf("no rows: %d, %v", n, err)
		}
		var field *orm.FieldError
		_, err := orm.Upsert(ctx, db, []Department{{Name: "a"}}, orm.OnConflict(Departments.Head).DoNothing())
		if !errors.As(err, &field) || field.Field != "Head" {
			t.Errorf("NULL in the conflict: %v", err)
		}
	})
}

// Rows that are there, rows with a key and rows that are numbered, by the key.
func TestUpsertByKey(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		if err := orm.CreateAll(ctx, db, []Skill{{Name: "a"}, {Name: "b"}}); err != nil {
			t.Fatal(err)
		}
		rows := []Skill{{Name: "c"}, {ID: 1, Name: "A"}, {ID: 50, Name: "d"}, {Name: "e"}}
		created, err := orm.Upsert(ctx, db, rows, orm.OnConflict(Skills.ID).Update(Skills.Name))
		if created != 3 || err != nil {
			t.Errorf("%d rows created, %v", created, err)
		}
		got, err := orm.From[Skill](db).OrderBy(Skills.ID.Asc()).All(ctx)
		if want := []Skill{{ID: 1, Name: "A"}, {ID: 2, Name: "b"}, rows[2], rows[0], rows[3]}; err != nil || !cmp.Equal(want, got) {
			t.Error(cmp.Diff(want, got), err)
		}
	})
}

// keyed is a model with a unique field of a kind.
type keyed[V any] struct {
	ID   int64
	Key  V `db:"unique"`
	Text string
}

// checkKeyed upserts rows by a unique field of a kind.
func checkKeyed[V any](values ...V) func(*testing.T, *database.DB) {
	return func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[keyed[V]](orm.Table("keyed")))
		key, text := orm.Descriptor[orm.Column[*keyed[V], V]]("Key"), orm.Descriptor[orm.Text[*keyed[V], string]]("Text")
		first := []keyed[V]{{Key: values[0], Text: "a"}, {Key: values[1], Text: "b"}}
		if err := orm.CreateAll(ctx, db, first); err != nil {
			t.Fatal(err)
		}
		for _, c := range []orm.Conflict[keyed[V]]{orm.OnConflict[keyed[V]](key).Update(text), orm.OnConflict[keyed[V]](key).DoNothing()} {
			again := []keyed[V]{{Key: values[1], Text: "c"}, {Key: values[2], Text: "d"}, {Key: values[0], Text: "e"}}
			if _, err := orm.Upsert(ctx, db, again, c); err != nil {
				t.Fatal(err)
			}
			if again[0].ID != first[1].ID || again[2].ID != first[0].ID || again[1].ID == 0 {
				t.Errorf("keys are %v, were %v", again, first)
			}
		}
		if n, err := orm.From[keyed[V]](db).Where(text.In("c", "d", "e")).Count(ctx); n != 3 || err != nil {
			t.Errorf("%d rows were written, %v", n, err)
		}
	}
}

func TestUpsertByOtherKinds(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]func(*testing.T, *database.DB){
		"text":     checkKeyed("a", "B", "ä"),
		"bytes":    checkKeyed([]byte{0}, []byte{}, []byte{0xff, 0}),
		"uuid":     checkKeyed([16]byte{1}, [16]byte{2}, [16]byte{}),
		"date":     checkKeyed(civil.NewDate(2026, 1, 2), civil.NewDate(1, 1, 1), civil.NewDate(2026, 1, 3)),
		"time":     checkKeyed(noon, noon.Add(time.Second), noon.Add(-time.Hour)),
		"duration": checkKeyed(time.Second, -time.Second, 0),
		"float":    checkKeyed(0.1, -1e300, 0),
		"bool":     nil,
	} {
		if check == nil {
			continue // has not three values
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.EachMode(t, check)
		})
	}
}

// guarded has a version and rows that are marked as deleted.
type guarded struct {
	ID      int64
	Slug    string `db:"size=20,unique"`
	Title   string
	Version int64      `db:"version"`
	Deleted *time.Time `db:"soft_delete"`
}

func TestBulkWithVersionsAndDeletedRows(t *testing.T) {
	t.Parallel()
	databasetest.EachMode(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[guarded]())
		slug, title := orm.Descriptor[orm.Text[*guarded, string]]("Slug"), orm.Descriptor[orm.Text[*guarded, string]]("Title")
		rows := []guarded{{Slug: "a"}, {Slug: "b"}, {Slug: "c"}}
		if err := orm.CreateAll(ctx, db, rows); err != nil {
			t.Fatal(err)
		}
		stale := []guarded{rows[0], rows[1]}
		rows[1].Title = "new"
		if err := orm.UpdateAll(ctx, db, rows, title); err != nil || rows[0].Version != 2 {
			t.Fatalf("%+v, %v", rows, err)
		}
		if err := orm.UpdateAll(ctx, db, stale, title); !errors.Is(err, orm.ErrConflict) || stale[0].Version != 1 {
			t.Errorf("stale rows: %+v, %v", stale, err)
		}
		if err := orm.UpdateAll(ctx, db, []guarded{rows[0], {ID: 99}}, title); !errors.Is(err, orm.ErrNotFound) {
			t.Errorf("a row that is not there: %v", err)
		}
		if err := orm.Delete(ctx, db, &rows[2]); err != nil {
			t.Fatal(err)
		}
		again := []guarded{{Slug: "c"}, {Slug: "a", Title: "newer"}}
		created, err := orm.Upsert(ctx, db, again, orm.OnConflict(slug).Update(title))
		if created != 1 || err != nil || again[0].ID == rows[2].ID || again[1].ID != rows[0].ID || again[1].Version != 3 || again[0].Version != 1 {
			t.Errorf("%d created, %+v, %v", created, again, err)
		}
		again[1].Title = "newest"
		if err := orm.UpdateAll(ctx, db, again, title); err != nil {
			t.Errorf("an update after an upsert: %v", err)
		}
	})
}

// Many store the same rows at once, in any order: each row is created once.
func TestUpsertUnderRace(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		const goroutines, n = 8, 200
		var created atomic.Int64
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				rows := make([]Skill, n)
				for i := range rows {
					rows[i].Name = fmt.Sprint((i*7 + g*31) % n)
				}
				c := orm.OnConflict(Skills.Name).Update(Skills.Grade)
				if g%2 == 0 {
					c = c.DoNothing()
				}
				made, err := orm.Upsert(t.Context(), db, rows, c)
				if err != nil {
					t.Error(err)
				}
				created.Add(int64(made))
			})
		}
		wg.Wait()
		if count, err := orm.From[Skill](db).Count(t.Context()); count != n || created.Load() != n || err != nil {
			t.Errorf("%d rows, %d created, %v", count, created.Load(), err)
		}
	})
}
