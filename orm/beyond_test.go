package orm_test

import (
	"errors"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
)

type (
	// tight has columns that hold less than its fields.
	tight struct {
		ID    int64  `db:"bits=32"`
		Short int64  `db:"bits=16"`
		Maybe *int64 `db:"bits=32"`
		Long  int64
		Next  *orm.Ref[tight] `db:"on_delete=cascade"`
		Like  orm.Many[tight]
	}
	numbersOf = orm.Number[*tight, int64]
)

var (
	tightID    = orm.Descriptor[numbersOf]("ID")
	tightShort = orm.Descriptor[numbersOf]("Short")
	tightMaybe = orm.Descriptor[orm.NullNumber[*tight, int64]]("Maybe")
	tightLong  = orm.Descriptor[numbersOf]("Long")
	tightNext  = orm.Descriptor[orm.NullForeignKey[*tight, *tight, int64]]("Next")
	tightLike  = orm.Descriptor[orm.ManyToMany[*tight, *tight]]("Like")
)

// TestNumbersBeyondTheColumn asks for numbers that no row can have.
func TestNumbersBeyondTheColumn(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[tight]())
		seven := int64(7)
		rows := []tight{{Short: 1, Maybe: &seven, Long: 1 << 50}, {Short: 2}, {Short: 3}}
		ok(t, orm.CreateAll(ctx, db, rows))
		const big = 1 << 40
		q := orm.From[tight](db)
		for name, tt := range map[string]struct {
			c    orm.Condition[tight]
			want int64
		}{
			"eq":       {tightID.Eq(big), 0},
			"ne":       {tightID.Ne(big), 3},
			"lt":       {tightShort.Lt(big), 3},
			"le":       {tightShort.Le(40_000), 3},
			"gt":       {tightShort.Gt(-big), 3},
			"ge":       {tightMaybe.Ge(big), 0},
			"null lt":  {tightMaybe.Lt(big), 1},
			"between":  {tightShort.Between(-big, big), 3},
			"in":       {tightID.In(rows[0].ID, big), 1},
			"not in":   {tightShort.NotIn(1, 40_000, big), 2},
			"none":     {tightShort.In(), 0},
			"not":      {orm.Not(tightShort.Eq(big)), 3},
			"key":      {tightNext.Eq(big), 0},
			"keys":     {tightNext.In(big, -big), 0},
			"sum":      {orm.Calc(tightShort).Add(big).Gt(big), 3},
			"computed": {orm.Calc(tightShort).Lt(big), 3},
			"coalesce": {orm.Coalesce(tightMaybe, orm.Value[tight](int64(big))).Eq(big), 2},
			"columns":  {orm.Lt(tightShort, tightLong), 1},
			"case":     {orm.Case[tight, int64]().When(tightShort.Eq(1), big).ElseTo(tightShort).Ge(big), 1},
		} {
			if n, err := q.Where(tt.c).Count(ctx); n != tt.want || err != nil {
				t.Errorf("%s: %d rows, want %d, %v", name, n, tt.want, err)
			}
		}
		most, err := orm.Select[int64](q.Having(orm.Max(tightShort).Lt(big), orm.Min(tightShort).In(2, big)), tightShort).All(ctx)
		if err != nil || len(most) != 1 || most[0] != 2 {
			t.Errorf("aggregates: %v, %v", most, err)
		}
		if _, err := q.Where(tightID.Eq(big)).Get(ctx); !errors.Is(err, orm.ErrNotFound) {
			t.Errorf("get: %v", err)
		}
		nobody := tight{ID: big}
		for name, err := range map[string]error{
			"update": orm.Update(ctx, db, &nobody, tightShort),
			"delete": orm.Delete(ctx, db, &nobody),
			"find":   second(orm.Find[tight](ctx, db, int64(big))),
		} {
			if !errors.Is(err, orm.ErrNotFound) {
				t.Errorf("%s of a row that cannot be: %v", name, err)
			}
		}
	})
}

// TestNumbersBeyondTheColumnAreNotStored writes them in every way there is.
func TestNumbersBeyondTheColumnAreNotStored(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[tight]())
		row := tight{Short: 1}
		ok(t, orm.Create(ctx, db, &row))
		big := int64(1 << 40)
		q := orm.From[tight](db).Where(tightID.Eq(row.ID))
		with := func(change func(s *tight)) *tight { s := row; change(&s); return &s }
		for name, err := range map[string]error{
			"create":           orm.Create(ctx, db, &tight{Short: 32_768}),
			"create below":     orm.Create(ctx, db, &tight{Short: -32_769}),
			"create null":      orm.Create(ctx, db, &tight{Maybe: &big}),
			"create key":       orm.Create(ctx, db, &tight{ID: big}),
			"create reference": orm.Create(ctx, db, &tight{Next: &orm.Ref[tight]{ID: big}}),
			"create all":       orm.CreateAll(ctx, db, []tight{{Short: 1}, {Short: 40_000}}),
			"update":           orm.Update(ctx, db, with(func(s *tight) { s.Short = 40_000 }), tightShort),
			"save":             orm.Save(ctx, db, with(func(s *tight) { s.Maybe = &big })),
			"save new":         orm.Save(ctx, db, &tight{ID: big}),
			"update all":       orm.UpdateAll(ctx, db, []tight{*with(func(s *tight) { s.Short = 40_000 })}, tightShort),
			"upsert":           second(orm.Upsert(ctx, db, []tight{{Short: 40_000}}, orm.OnConflict[tight](tightID).Update(tightShort))),
			"set":              second(q.Update(ctx, tightShort.Set(40_000))),
			"set to":           second(q.Update(ctx, tightShort.SetTo(orm.Value[tight](int64(40_000))))),
			"set to a sum":     second(q.Update(ctx, tightShort.SetTo(orm.Calc(tightShort).Add(big)))),
			"increment":        second(q.Update(ctx, tightShort.Increment(32_767))),
			"increment far":    second(q.Update(ctx, tightShort.Increment(big))),
			"add":              tightLike.Add(ctx, db, &row, &tight{ID: big}),
		} {
			if !errors.Is(err, database.ErrOutOfRange) || fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v, of kind %v", name, err, fault.KindOf(err))
			}
		}
		all, err := orm.From[tight](db).All(ctx)
		if err != nil || len(all) != 1 || all[0].Short != 1 || all[0].Maybe != nil {
			t.Errorf("stored %+v, %v", all, err)
		}
		n, err := q.Update(ctx, tightShort.Set(32_767), tightMaybe.Set(-1<<31))
		if n != 1 || err != nil {
			t.Errorf("the limits themselves: %d, %v", n, err)
		}
	})
}
