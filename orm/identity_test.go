package orm_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

// Draft is a model whose methods may refuse or change a row.
type Draft struct {
	ID      int64
	Name    string `db:"unique"`
	Version int64  `db:"version"`
	refuse  bool
}

var (
	draftID   = orm.Descriptor[orm.Number[*Draft, int64]]("ID")
	draftName = orm.Descriptor[orm.Text[*Draft, string]]("Name")
)

func (d *Draft) BeforeSave(context.Context, *orm.Saving) error {
	d.Name = strings.ToLower(d.Name)
	return nil
}

func (d *Draft) Init(context.Context) error {
	if d.Name == "initial" {
		d.Name = "changed by Init"
	}
	return nil
}

func (d *Draft) AfterSave(context.Context, *orm.Saving) error {
	if d.refuse {
		return errVeto
	}
	return nil
}

// eachModel runs fn on databases with the table of one model.
func eachModel[M any](t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		use(t, db, orm.Model[M]())
		fn(t, db)
	})
}

// TestRefusedRowsHaveNoIdentity stores rows again that were refused: they must
// not be taken for those that others stored meanwhile.
func TestRefusedRowsHaveNoIdentity(t *testing.T) {
	eachModel[Draft](t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		mine, theirs := Draft{Name: "mine", refuse: true}, Draft{Name: "theirs"}
		want(t, orm.Save(ctx, db, &mine), errVeto)
		if mine.ID != 0 || mine.Version != 0 {
			t.Errorf("a refused row is left as %+v", mine)
		}
		ok(t, orm.Save(ctx, db, &theirs))
		mine.refuse = false
		ok(t, orm.Save(ctx, db, &mine))
		names, err := orm.Select[string](orm.From[Draft](db).OrderBy(draftName.Asc()), draftName).All(ctx)
		if err != nil || strings.Join(names, " ") != "mine theirs" {
			t.Errorf("stored are %v, %v", names, err)
		}
		mine.refuse, mine.Name = true, "other"
		want(t, orm.Save(ctx, db, &mine), errVeto)
		mine.refuse = false
		ok(t, orm.Save(ctx, db, &mine)) // nobody else wrote: no conflict

		many := []Draft{{Name: "new"}, {Name: "theirs"}}
		want(t, orm.CreateAll(ctx, db, many), database.ErrUnique)
		if many[0] != (Draft{Name: "new"}) || many[1] != (Draft{Name: "theirs"}) {
			t.Errorf("rows that are not stored are left as %+v", many)
		}
		many[1].Name = "newer"
		ok(t, orm.Save(ctx, db, &many[1]))
	})
}

// TestLookupsAndMethods has a lookup whose value a method of the model changes.
func TestLookupsAndMethods(t *testing.T) {
	eachModel[Draft](t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		for range 2 {
			_, created, err := orm.GetOrCreate(ctx, db, orm.By(draftName.Set("ABC")), nil)
			if err == nil || created || !strings.Contains(err.Error(), `looked up by "ABC", and a method of the model made that "abc"`) {
				t.Errorf("%v, %v", created, err)
			}
		}
		if n, err := orm.From[Draft](db).Count(ctx); n != 0 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
		_, _, err := orm.GetOrCreate(ctx, db, orm.By(draftID.Set(0)), nil)
		if err == nil || !strings.Contains(err.Error(), "key 0") {
			t.Errorf("a lookup by no key: %v", err)
		}
		ok(t, orm.Create(ctx, db, &Draft{Name: "abc"}))
		_, _, err = orm.UpdateOrCreate(ctx, db, orm.By(draftName.Set("abc")), nil, draftName.Set("renamed"))
		if err == nil || !strings.Contains(err.Error(), "cannot be changed") {
			t.Errorf("a lookup that is changed: %v", err)
		}
	})
}

// TestSeekBeforeInit divides rows whose Init changes what they are ordered by.
func TestSeekBeforeInit(t *testing.T) {
	eachModel[Draft](t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		for _, name := range []string{"a", "initial", "k", "z"} {
			ok(t, orm.Create(ctx, db, &Draft{Name: name}))
		}
		cursor, seen := "", ""
		for range 5 {
			s, err := orm.From[Draft](db).OrderBy(draftName.Asc()).Seek(ctx, cursor, 1)
			ok(t, err)
			seen += s.Items[0].Name + ";"
			if cursor = s.Next; cursor == "" {
				break
			}
		}
		if seen != "a;changed by Init;k;z;" {
			t.Errorf("seen %q", seen)
		}
	})
}

// TestMarkedRowKnows brings back a row that was deleted softly.
func TestMarkedRowKnows(t *testing.T) {
	eachDocs(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		d := Doc{Slug: "a"}
		ok(t, orm.Create(ctx, db, &d))
		ok(t, orm.Delete(ctx, db, &d))
		stored, err := orm.From[Doc](db).WithDeleted().Get(ctx)
		ok(t, err)
		if d.Deleted == nil || stored.Deleted == nil || !d.Deleted.Equal(*stored.Deleted) || d.Version != stored.Version {
			t.Errorf("the struct is %+v, the row %+v", d, stored)
		}
		_, err = orm.Upsert(ctx, db, []Doc{stored}, orm.OnConflict[Doc](docSlug).Update(docKind))
		if err == nil || !strings.Contains(err.Error(), "marked as deleted") {
			t.Errorf("upsert of a row that is marked: %v", err)
		}
		d.Deleted = nil
		ok(t, orm.Update(ctx, db, &d, docDeleted))
		if _, err := orm.From[Doc](db).Get(ctx); err != nil {
			t.Errorf("brought back: %v", err)
		}
		if err := orm.Create(ctx, db, &Doc{Slug: "a"}); !errors.Is(err, database.ErrUnique) {
			t.Errorf("beside it: %v", err)
		}
	})
}
