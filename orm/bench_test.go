package orm_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

// plainRow has the kinds of fields that nearly every model has.
type plainRow struct {
	ID    int64
	Name  string `db:"size=100"`
	Count int32
	On    bool
	At    time.Time
	Note  *string
}

// BenchmarkPlainFields measures what fields cost: compare allocations.
func BenchmarkPlainFields(b *testing.B) {
	db := databasetest.SQLite(b)
	ctx := b.Context()
	models, err := orm.NewModels(orm.Group{Module: "b", Models: []orm.Declaration{orm.Model[plainRow]()}})
	if err != nil {
		b.Fatal(err)
	}
	if err := orm.Use(db, models); err != nil {
		b.Fatal(err)
	}
	if err := models.CreateTables(ctx, db); err != nil {
		b.Fatal(err)
	}
	at, note := time.Date(2026, 11, 23, 1, 2, 3, 4000, time.UTC), "note"
	for i := range 100 {
		r := plainRow{Name: fmt.Sprint("row", i), Count: int32(i) * 1000, At: at, Note: &note}
		if err := orm.Create(ctx, db, &r); err != nil {
			b.Fatal(err)
		}
	}
	id := orm.Descriptor[orm.Number[*plainRow, int64]]("ID")
	b.Run("create", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r := plainRow{Name: "x", At: at, Note: &note}
			if err := orm.Create(ctx, db, &r); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("get", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := orm.From[plainRow](db).Where(id.Eq(50)).Get(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("list", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := orm.From[plainRow](db).Where(id.Le(100)).All(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("build", func(b *testing.B) {
		name, when := orm.Descriptor[orm.Text[*plainRow, string]]("Name"), orm.Descriptor[orm.Ordered[*plainRow, time.Time]]("At")
		b.ReportAllocs()
		for b.Loop() {
			q := orm.From[plainRow](db).Where(id.Ge(3), name.Eq("x")).Where(when.Lt(at)).OrderBy(when.Desc(), id.Asc()).Limit(10)
			if q == nil {
				b.Fatal("no query")
			}
		}
	})
	b.Run("build and keep", func(b *testing.B) {
		name, when := orm.Descriptor[orm.Text[*plainRow, string]]("Name"), orm.Descriptor[orm.Ordered[*plainRow, time.Time]]("At")
		b.ReportAllocs()
		for b.Loop() {
			kept = orm.From[plainRow](db).Where(id.Ge(3), name.Eq("x")).Where(when.Lt(at)).OrderBy(when.Desc(), id.Asc()).Limit(10)
		}
	})
	b.Run("update", func(b *testing.B) {
		b.ReportAllocs()
		r := plainRow{ID: 50, Name: "y", At: at}
		name, when := orm.Descriptor[orm.Text[*plainRow, string]]("Name"), orm.Descriptor[orm.Ordered[*plainRow, time.Time]]("At")
		for b.Loop() {
			if err := orm.Update(ctx, db, &r, name, when); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// kept keeps what a benchmark makes from being left out.
var kept any
