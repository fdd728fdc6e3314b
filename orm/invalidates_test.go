package orm_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

// Of these, cellar is what all others refer to, in each way that a delete can follow.
type cellar struct {
	ID    int64
	Name  string `db:"unique"`
	Wines orm.HasMany[wine]
}

type wine struct {
	ID     int64
	Cellar orm.Ref[cellar] `db:"on_delete=cascade"`
	Name   string          `db:"unique"`
	Grapes orm.Many[grape]
	Drunk  *time.Time `db:"soft_delete"`
}

type grape struct {
	ID   int64
	Name string
}

type label struct {
	ID   int64
	Wine orm.Ref[wine] `db:"on_delete=cascade"`
}

type glass struct {
	ID   int64
	Wine *orm.Ref[wine] `db:"on_delete=set_null"`
}

var (
	cellarID    = orm.Descriptor[orm.Number[*cellar, int64]]("ID")
	cellarName  = orm.Descriptor[orm.Text[*cellar, string]]("Name")
	cellarWines = orm.Descriptor[orm.Reverse[*cellar, *wine]]("Wines")
	wineGrapes  = orm.Descriptor[orm.ManyToMany[*wine, *grape]]("Grapes")
	grapeID     = orm.Descriptor[orm.Number[*grape, int64]]("ID")
	grapeName   = orm.Descriptor[orm.Text[*grape, string]]("Name")
)

// wines opens a database whose models invalidate tags, which are noted.
func wines(t *testing.T, db *database.DB) (gone func() string) {
	t.Helper()
	models, err := orm.NewModels(orm.Group{Module: "inv", Models: []orm.Declaration{
		orm.Model[cellar](orm.Invalidates("cellars", "all")), orm.Model[wine](orm.Invalidates("wines")), orm.Model[grape](orm.Invalidates("grapes")),
		orm.Model[label](orm.Invalidates("labels")), orm.Model[glass](orm.Invalidates("glasses"), orm.Invalidates("glasses")),
	}})
	var tags []string
	if err == nil {
		models = models.WithInvalidation(func(ctx context.Context, of []string) {
			if database.InTransaction(ctx) {
				t.Error("tags go before the commit")
			}
			tags = append(tags, of...)
		})
		err = orm.Use(db, models)
	}
	if err == nil {
		err = models.CreateTables(t.Context(), db)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() string {
		defer func() { tags = nil }()
		slices.Sort(tags)
		return strings.Join(tags, " ")
	}
}

// TestInvalidates: every write of the package makes the tags of the models go that it concerns.
func TestInvalidates(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		gone := wines(t, db)
		ctx := t.Context()
		first, second := cellar{Name: "a"}, []cellar{{Name: "b"}, {Name: "c"}}
		var red wine
		grapes := []grape{{Name: "x"}, {Name: "y"}}
		named := func(context.Context) (cellar, error) { return cellar{}, nil }
		for _, step := range []struct {
			what string
			do   func() error
			want string
		}{
			{"create", func() error { return orm.Create(ctx, db, &first) }, "all cellars"},
			{"create all", func() error { return orm.CreateAll(ctx, db, second) }, "all cellars"},
			{"create with keys", func() error { return orm.CreateAll(ctx, db, []cellar{{ID: 90, Name: "90"}, {ID: 91, Name: "91"}}) }, "all cellars"},
			{"save", func() error { first.Name = "aa"; return orm.Save(ctx, db, &first) }, "all cellars"},
			{"save with a key", func() error { return orm.Save(ctx, db, &cellar{ID: 77, Name: "z"}) }, "all cellars"},
			{"update", func() error { first.Name = "a"; return orm.Update(ctx, db, &first, cellarName) }, "all cellars"},
			{"update all", func() error { return orm.UpdateAll(ctx, db, second, cellarName) }, "all cellars"},
			{"update of a query", func() error {
				_, err := orm.From[cellar](db).Where(cellarName.Eq("z")).Update(ctx, cellarName.Set("y"))
				return err
			}, "all cellars"},
			{"returning", func() error {
				_, err := orm.Returning[int64](orm.From[cellar](db).Where(cellarName.Eq("y")), cellarID).Update(ctx, cellarName.Set("z"))
				return err
			}, "all cellars"},
			{"upsert", func() error {
				_, err := orm.Upsert(ctx, db, []cellar{{Name: "a"}, {Name: "new"}}, orm.OnConflict(cellarName).Update(cellarName))
				return err
			}, "all cellars"},
			{"upsert of what is there", func() error {
				_, err := orm.Upsert(ctx, db, []cellar{{Name: "newer"}}, orm.OnConflict(cellarName).DoNothing())
				return err
			}, "all cellars"},
			{"get or create", func() error {
				_, _, err := orm.GetOrCreate(ctx, db, orm.By(cellarName.Set("newest")), named)
				return err
			}, "all cellars"},
			{"get", func() error {
				_, _, err := orm.GetOrCreate(ctx, db, orm.By(cellarName.Set("newest")), named)
				return err
			}, ""},
			{"a read", func() error { _, err := orm.From[cellar](db).All(ctx); return err }, ""},
			{"replace all", func() error {
				return orm.ReplaceAll(ctx, db, cellarWines, &first, []wine{{Name: "red"}, {Name: "white"}})
			}, "glasses labels wines wines"}, // those of a delete, and those of a write
			{"another model", func() error { return orm.CreateAll(ctx, db, grapes) }, "grapes"},
			{"a row with others", func() (err error) {
				if red, err = orm.From[wine](db).OrderBy(orm.Descriptor[orm.Number[*wine, int64]]("ID").Asc()).First(ctx); err != nil {
					return err
				}
				at := orm.RefTo[wine](red.ID)
				return errors.Join(orm.Create(ctx, db, &label{Wine: at}), orm.Create(ctx, db, &glass{Wine: &at}))
			}, "glasses labels"},
			{"relate", func() error { return wineGrapes.Add(ctx, db, &red, &grapes[0], &grapes[1]) }, "grapes wines"},
			{"part", func() error { return wineGrapes.Remove(ctx, db, &red, &grapes[1]) }, "grapes wines"},
			{"set pairs", func() error { return wineGrapes.Set(ctx, db, &red, &grapes[1]) }, "grapes wines"},
			{"a related row goes, and its pairs", func() error { return orm.Delete(ctx, db, &grapes[1]) }, "grapes wines"},
			{"mark as deleted", func() error { return orm.Delete(ctx, db, &red) }, "glasses labels wines"},
			{"delete with all that goes with it", func() error { return orm.Delete(ctx, db, &first) }, "all cellars glasses labels wines"},
			{"delete of a query", func() error { _, err := orm.From[cellar](db).Every().Delete(ctx); return err }, "all cellars glasses labels wines"},
			{"returning of deleted rows", func() error {
				_, err := orm.Returning[int64](orm.From[grape](db).Where(grapeName.Eq("x")), grapeID).Delete(ctx)
				return err
			}, "grapes wines"},
		} {
			if err := step.do(); err != nil {
				t.Fatalf("%s: %v", step.what, err)
			}
			if tags := gone(); tags != step.want {
				t.Errorf("%s: the tags %q are gone, want %q", step.what, tags, step.want)
			}
		}
	})
}

// TestInvalidatesAfterCommit: a transaction that is rolled back invalidates nothing, nor does the
// part of one, and one that writes many rows does it once.
func TestInvalidatesAfterCommit(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		gone := wines(t, db)
		stop := errors.New("stop")
		create := func(ctx context.Context, tx *database.Tx, name string) error {
			return orm.Create(ctx, tx, &cellar{Name: name})
		}
		err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			return errors.Join(create(ctx, tx, "a"), stop)
		})
		if tags := gone(); !errors.Is(err, stop) || tags != "" {
			t.Errorf("rolled back: %v, %q", err, tags)
		}
		if err := orm.Create(t.Context(), db, &cellar{ID: 1, Name: "there"}); err != nil {
			t.Fatal(err)
		}
		gone()
		if err := orm.Create(t.Context(), db, &cellar{ID: 1, Name: "again"}); err == nil || gone() != "" {
			t.Errorf("a write that fails: %v", err)
		}
		err = db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			for _, name := range []string{"b", "c", "d"} {
				err := tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
					return errors.Join(create(ctx, tx, name), create(ctx, tx, name+name))
				})
				if err != nil {
					return err
				}
			}
			err := tx.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
				return errors.Join(orm.Create(ctx, tx, &grape{Name: "x"}), stop)
			})
			if !errors.Is(err, stop) {
				t.Error(err)
			}
			return create(ctx, tx, "e")
		})
		if tags := gone(); err != nil || tags != "all cellars" {
			t.Errorf("many rows, and a part that is rolled back: %v, %q", err, tags)
		}
	})
}

func TestInvalidatesRefusesEmptyTags(t *testing.T) {
	t.Parallel()
	_, err := orm.NewModels(orm.Group{Module: "inv", Models: []orm.Declaration{orm.Model[grape](orm.Invalidates("a", ""))}})
	if err == nil || !strings.Contains(err.Error(), "empty tag") {
		t.Error(err)
	}
}
