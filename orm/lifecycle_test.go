package orm_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
)

// Doc is a model with every method, a version and a soft delete.
type Doc struct {
	ID      int64
	Slug    string `db:"unique"`
	Kind    string `db:"default=note"`
	Shelf   *orm.Ref[Shelf]
	Created time.Time  `db:"auto_now_add"`
	Changed time.Time  `db:"auto_now"`
	Deleted *time.Time `db:"soft_delete"`
	Version int64      `db:"version"`
}

// Shelf holds documents and protects itself by them.
type Shelf struct {
	ID      int64
	Name    string     `db:"unique"`
	Deleted *time.Time `db:"soft_delete"`
	Docs    orm.HasMany[Doc]
}

var (
	docID      = orm.Descriptor[orm.Number[*Doc, int64]]("ID")
	docSlug    = orm.Descriptor[orm.Text[*Doc, string]]("Slug")
	docKind    = orm.Descriptor[orm.Text[*Doc, string]]("Kind")
	docDeleted = orm.Descriptor[orm.NullOrdered[*Doc, time.Time]]("Deleted")
	docVersion = orm.Descriptor[orm.Number[*Doc, int64]]("Version")
	shelfDocs  = orm.Descriptor[orm.Reverse[*Shelf, *Doc]]("Docs")
)

type logKey struct{}

func (d *Doc) note(ctx context.Context, what string) error {
	if log, ok := ctx.Value(logKey{}).(*[]string); ok {
		*log = append(*log, what)
	}
	if name, vetoed := strings.CutPrefix(d.Slug, "veto "); vetoed && strings.HasPrefix(what, name) {
		return errVeto
	}
	return nil
}

var errVeto = errors.New("vetoed")

func (d *Doc) New(ctx context.Context) error {
	if d.Created.IsZero() {
		return errors.New("Created is not set before New")
	}
	return d.note(ctx, "New")
}
func (d *Doc) Init(ctx context.Context) error     { return d.note(ctx, "Init") }
func (d *Doc) Validate(ctx context.Context) error { return d.note(ctx, "Validate") }
func (d *Doc) BeforeSave(ctx context.Context, s *orm.Saving) error {
	return d.note(ctx, fmt.Sprint("BeforeSave", s.Options, s.Fields))
}
func (d *Doc) AfterSave(ctx context.Context, s *orm.Saving) error {
	return d.note(ctx, fmt.Sprint("AfterSave ", s.Created))
}
func (d *Doc) BeforeDelete(ctx context.Context, h database.Handle) error {
	return d.note(ctx, "BeforeDelete")
}
func (d *Doc) AfterDelete(ctx context.Context, h database.Handle) error {
	return d.note(ctx, "AfterDelete")
}

func eachDocs(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		models, err := orm.NewModels(orm.Group{Module: "docs", Models: []orm.Declaration{orm.Model[Shelf](), orm.Model[Doc](orm.LookupBy("Slug"))}})
		if err != nil {
			t.Fatal(err)
		}
		var seconds atomic.Int64
		clock := func() time.Time { return noon.Add(time.Duration(seconds.Add(1)) * time.Second) }
		if err := orm.Use(db, models.WithClock(clock)); err != nil {
			t.Fatal(err)
		}
		if err := models.CreateTables(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		fn(t, db)
	})
}

// use makes the tables of models in an empty database.
func use(t testing.TB, db *database.DB, declared ...orm.Declaration) *orm.Models {
	t.Helper()
	models, err := orm.NewModels(orm.Group{Module: "t", Models: declared})
	if err != nil {
		t.Fatal(err)
	}
	if err := orm.Use(db, models); err != nil {
		t.Fatal(err)
	}
	if err := models.CreateTables(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	return models
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error %v, want %v", err, target)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestMethodsRunInOrder(t *testing.T) {
	eachDocs(t, func(t *testing.T, db *database.DB) {
		var log []string
		ctx := context.WithValue(t.Context(), logKey{}, &log)
		check := func(want string) {
			t.Helper()
			if got := strings.Join(log, ", "); got != want {
				t.Errorf("order %s\n want %s", got, want)
			}
			log = nil
		}
		d, err := orm.New(ctx, db, docSlug.Set("a"))
		ok(t, err)
		if d.Kind != "note" || d.ID != 0 {
			t.Errorf("New made %+v", d)
		}
		ok(t, orm.Create(ctx, db, &d))
		check("New, Init, Validate, BeforeSave[] [], AfterSave true")
		ok(t, orm.Save(ctx, db, &d, orm.ForceUpdate))
		check("Validate, BeforeSave[2] [], AfterSave false")
		ok(t, orm.Update(ctx, db, &d, docKind))
		check("Validate, BeforeSave[] [Kind], AfterSave false")
		_, err = orm.From[Doc](db).Where(docSlug.Eq("a")).Get(ctx)
		ok(t, err)
		check("Init")
		for range orm.From[Doc](db).Iter(ctx) {
		}
		check("Init")
		_, created, err := orm.GetOrCreate(ctx, db, orm.By(docSlug.Set("b")), nil)
		if !created || err != nil {
			t.Error(created, err)
		}
		check("New, Init, Validate, BeforeSave[] [], AfterSave true")
		ok(t, orm.Delete(ctx, db, &d))
		check("BeforeDelete, AfterDelete")
	})
}

func TestARefusalWritesNothing(t *testing.T) {
	eachDocs(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		for _, what := range []string{"New", "Init"} {
			_, err := orm.New(ctx, db, docSlug.Set("veto "+what))
			want(t, err, errVeto)
			_, _, err = orm.GetOrCreate(ctx, db, orm.By(docSlug.Set("veto "+what)), nil)
			want(t, err, errVeto)
		}
		for _, what := range []string{"Validate", "BeforeSave", "AfterSave"} {
			d := Doc{Slug: "veto " + what}
			want(t, orm.Create(ctx, db, &d), errVeto)
			want(t, orm.Save(ctx, db, &d, orm.ForceInsert), errVeto)
		}
		if n, err := orm.From[Doc](db).WithDeleted().Count(ctx); n != 0 || err != nil {
			t.Errorf("%d rows were written, %v", n, err)
		}
		for _, what := range []string{"BeforeDelete", "AfterDelete"} {
			d := Doc{Slug: "veto " + what}
			ok(t, orm.Create(ctx, db, &d))
			want(t, orm.Delete(ctx, db, &d), errVeto)
			want(t, orm.Purge(ctx, db, &d), errVeto)
			if n, err := orm.From[Doc](db).Where(docSlug.Eq(d.Slug)).Count(ctx); n != 1 || err != nil {
				t.Errorf("%s: %d rows left, %v", what, n, err)
			}
		}
		_, err := orm.From[Doc](db).Where(docSlug.Eq("veto BeforeDelete")).All(ctx)
		ok(t, err)
	})
}

func TestSave(t *testing.T) {
	eachDocs(t, func(t *testing.T, db *database.DB) {
		var s databasetest.Statements
		ctx := s.Observe(t.Context())
		shelf := Shelf{Name: "one"}
		want(t, orm.Save(ctx, db, &shelf, orm.ForceInsert, orm.ForceUpdate), orm.ErrForceBoth)
		s.Want(t, 0)
		ok(t, orm.Save(ctx, db, &shelf))
		if shelf.ID == 0 {
			t.Error("Save set no key")
		}
		shelf.Name = "two"
		ok(t, orm.Save(ctx, db, &shelf))
		if got, err := orm.From[Shelf](db).Get(ctx); err != nil || got.Name != "two" {
			t.Errorf("saved %+v, %v", got, err)
		}
		want(t, orm.Save(ctx, db, &Shelf{ID: shelf.ID, Name: "three"}, orm.ForceInsert), database.ErrUnique)
		want(t, orm.Save(ctx, db, &Shelf{ID: 99, Name: "x"}, orm.ForceUpdate), orm.ErrNotFound)
		ok(t, orm.Save(ctx, db, &Shelf{ID: 99, Name: "given"}))
		if n, err := orm.From[Shelf](db).Count(ctx); n != 2 || err != nil {
			t.Errorf("%d shelves, %v", n, err)
		}
	})
}

func TestAStaleSaveIsAConflict(t *testing.T) {
	eachDocs(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		a := Doc{Slug: "a"}
		ok(t, orm.Create(ctx, db, &a))
		b, err := orm.From[Doc](db).Get(ctx)
		ok(t, err)
		if a.Version != 1 || b.Version != 1 {
			t.Errorf("versions %d and %d, want 1", a.Version, b.Version)
		}
		a.Kind = "first"
		ok(t, orm.Update(ctx, db, &a, docKind))
		b.Kind = "second"
		err = orm.Save(ctx, db, &b)
		want(t, err, orm.ErrConflict)
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("the error is of kind %v", fault.KindOf(err))
		}
		want(t, orm.Update(ctx, db, &b, docKind), orm.ErrConflict)
		want(t, orm.Delete(ctx, db, &b), orm.ErrConflict)
		want(t, orm.Purge(ctx, db, &b), orm.ErrConflict)
		ok(t, orm.Save(ctx, db, &a))
		if n, err := orm.From[Doc](db).Where(docSlug.Eq("a")).Update(ctx, docKind.Set("third")); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		want(t, orm.Save(ctx, db, &a), orm.ErrConflict)
		now, err := orm.From[Doc](db).Get(ctx)
		if err != nil || now.Kind != "third" || now.Version != 4 {
			t.Errorf("the row is %+v, %v", now, err)
		}
		if _, err := orm.From[Doc](db).Every().Update(ctx, docVersion.Set(1)); err == nil {
			t.Error("a version was set")
		}
		ok(t, orm.Purge(ctx, db, &now))
		want(t, orm.Save(ctx, db, &now), orm.ErrNotFound)
	})
}

func TestNoUpdateIsLost(t *testing.T) {
	eachDocs(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		d := Doc{Slug: "a", Kind: ""}
		ok(t, orm.Create(ctx, db, &d))
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 10 {
					for {
						d, err := orm.From[Doc](db).Get(ctx)
						if err != nil {
							t.Error(err)
							return
						}
						d.Kind += "x"
						err = orm.Save(ctx, db, &d)
						if err == nil {
							break
						}
						if !errors.Is(err, orm.ErrConflict) {
							t.Error(err)
							return
						}
					}
				}
			})
		}
		wg.Wait()
		if d, err := orm.From[Doc](db).Get(ctx); err != nil || len(d.Kind) != 80 || d.Version != 81 {
			t.Errorf("80 saves left %d letters and version %d, %v", len(d.Kind), d.Version, err)
		}
	})
}

func TestSoftDelete(t *testing.T) {
	eachDocs(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		shelf := Shelf{Name: "s"}
		ok(t, orm.Create(ctx, db, &shelf))
		a := Doc{Slug: "a", Shelf: &orm.Ref[Shelf]{ID: shelf.ID}}
		ok(t, orm.Create(ctx, db, &a))
		want(t, orm.Delete(ctx, db, &shelf), database.ErrForeignKey)
		_, err := orm.From[Shelf](db).Every().Delete(ctx)
		want(t, err, database.ErrForeignKey)
		ok(t, orm.Delete(ctx, db, &a))
		want(t, orm.Delete(ctx, db, &a), orm.ErrNotFound)
		docs := orm.From[Doc](db)
		count := func(q *orm.Query[Doc], want int64) {
			t.Helper()
			if n, err := q.Count(ctx); n != want || err != nil {
				t.Errorf("%d rows, want %d, %v", n, want, err)
			}
		}
		count(docs, 0)
		count(docs.WithDeleted(), 1)
		count(docs.WithDeleted().Where(docDeleted.IsNotNull()), 1)
		if s, err := orm.From[Shelf](db).Where(shelfDocs.Any()).All(ctx); len(s) != 0 || err != nil {
			t.Errorf("a deleted row counts for Any: %v, %v", s, err)
		}
		if n, err := orm.Select[int64](orm.From[Shelf](db), orm.Via(shelfDocs, orm.Count[Doc]())).Get(ctx); n != 0 || err != nil {
			t.Errorf("a deleted row counts for Via: %v, %v", n, err)
		}
		loaded, err := orm.From[Shelf](db).With(shelfDocs).Get(ctx)
		ok(t, err)
		if rows, err := loaded.Docs.All(); len(rows) != 0 || err != nil {
			t.Errorf("a deleted row was loaded: %v, %v", rows, err)
		}
		// Its value is free, and the living protect again.
		again, created, err := orm.GetOrCreate(ctx, db, orm.By(docSlug.Set("a")), func(context.Context) (Doc, error) {
			return Doc{Shelf: &orm.Ref[Shelf]{ID: shelf.ID}}, nil
		})
		if !created || err != nil {
			t.Fatal(created, err)
		}
		if _, created, err := orm.GetOrCreate(ctx, db, orm.By(docSlug.Set("a")), nil); created || err != nil {
			t.Error(created, err)
		}
		want(t, orm.Create(ctx, db, &Doc{Slug: "a"}), database.ErrUnique)
		want(t, orm.Delete(ctx, db, &shelf), database.ErrForeignKey)
		// It cannot come back while another has its value.
		a, err = docs.WithDeleted().Where(docDeleted.IsNotNull()).Get(ctx)
		ok(t, err)
		_, err = docs.WithDeleted().Where(docID.Eq(a.ID)).Update(ctx, docDeleted.SetNull())
		want(t, err, database.ErrUnique)
		ok(t, orm.Delete(ctx, db, &again))
		ok(t, orm.Delete(ctx, db, &shelf))
		if n, err := docs.WithDeleted().Where(docID.Eq(a.ID)).Update(ctx, docDeleted.SetNull()); n != 1 || err != nil {
			t.Error(n, err)
		}
		count(docs, 1)
		if n, err := docs.Every().Delete(ctx); n != 1 || err != nil {
			t.Error(n, err)
		}
		if n, err := docs.Every().Purge(ctx); n != 0 || err != nil {
			t.Error(n, err)
		}
		if n, err := docs.WithDeleted().Every().Purge(ctx); n != 2 || err != nil {
			t.Error(n, err)
		}
		count(docs.WithDeleted(), 0)
	})
}

func TestLookupsAreRefusedAtStart(t *testing.T) {
	t.Parallel()
	_, err := orm.NewModels(orm.Group{Module: "docs", Models: []orm.Declaration{orm.Model[Shelf](), orm.Model[Doc](orm.LookupBy("Kind"), orm.LookupBy("Kin"))}})
	for _, want := range []string{`rows are looked up by Kind, but no unique constraint`, `orm.Unique("Kind")`, "names Kin, which is no field"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// card and letter are what documents become.
type reader interface{ Read() string }
type card struct{ Doc }
type letter struct{ Doc }

func (c card) Read() string   { return "card " + c.Slug }
func (l letter) Read() string { return "letter " + l.Slug }

func TestVariants(t *testing.T) {
	eachDocs(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		for _, d := range []Doc{{Slug: "a", Kind: "card"}, {Slug: "b", Kind: "letter"}, {Slug: "c", Kind: "card"}} {
			ok(t, orm.Create(ctx, db, &d))
		}
		kinds := orm.VariantsBy[reader](docKind).
			Variant("card", func(d Doc) reader { return card{d} }).
			Variant("letter", func(d Doc) reader { return letter{d} })
		all, err := kinds.From(orm.From[Doc](db).OrderBy(docSlug.Asc())).All(ctx)
		ok(t, err)
		var got []string
		for _, r := range all {
			got = append(got, r.Read())
		}
		if !slices.Equal(got, []string{"card a", "letter b", "card c"}) {
			t.Errorf("read %v", got)
		}
		ok(t, orm.Create(ctx, db, &Doc{Slug: "d", Kind: "map"}))
		one := orm.From[Doc](db).Where(docSlug.Eq("d"))
		if _, err := kinds.From(one).Get(ctx); err == nil || !strings.Contains(err.Error(), "Kind map is none of the variants") {
			t.Errorf("an unknown kind: %v", err)
		}
		if r, err := kinds.Other(func(d Doc) reader { return card{d} }).From(one).First(ctx); err != nil || r.Read() != "card d" {
			t.Errorf("Other: %v, %v", r, err)
		}
	})
}

func TestForUpdate(t *testing.T) {
	eachDocs(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		for _, s := range []string{"a", "b"} {
			ok(t, orm.Create(ctx, db, &Doc{Slug: s}))
		}
		if _, err := orm.From[Doc](db).ForUpdate(orm.Wait).All(ctx); err == nil || !strings.Contains(err.Error(), "outside a transaction") {
			t.Errorf("a lock outside a transaction: %v", err)
		}
		ok(t, db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
			a, err := orm.From[Doc](tx).OrderBy(docSlug.Asc()).ForUpdate(orm.Wait).First(ctx)
			if err != nil || a.Slug != "a" {
				return fmt.Errorf("locked %v: %w", a.Slug, err)
			}
			if db.Dialect().Name() == "sqlite" {
				return nil // nobody else gets in
			}
			return db.InTx(context.WithoutCancel(t.Context()), func(ctx context.Context, other *database.Tx) error {
				q := orm.From[Doc](other).OrderBy(docSlug.Asc())
				free, err := q.ForUpdate(orm.SkipLocked).All(ctx)
				if err != nil || len(free) != 1 || free[0].Slug != "b" {
					t.Errorf("SkipLocked read %v, %v", free, err)
				}
				err = other.InTx(ctx, func(ctx context.Context, sp *database.Tx) error {
					_, err := orm.From[Doc](sp).ForUpdate(orm.NoWait).All(ctx)
					return err
				})
				want(t, err, database.ErrSerialization)
				return nil
			})
		}))
	})
}
