package orm_test

import (
	"math"
	"sync"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

type slot struct {
	ID  int64
	Pos int64 `db:"unique"`
}

var (
	slotID  = orm.Descriptor[orm.Number[*slot, int64]]("ID")
	slotPos = orm.Descriptor[orm.Number[*slot, int64]]("Pos")
)

// TestNumbersGoOnBehindGivenKeys stores rows with keys of their own in every way
// there is; the next row is numbered after them.
func TestNumbersGoOnBehindGivenKeys(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[slot]())
		pos := int64(0)
		row := func(id int64) slot { pos++; return slot{ID: id, Pos: pos} }
		for i, tt := range []struct {
			next  int64
			store func() error
		}{
			{2, func() error { s := row(1); return orm.Create(ctx, db, &s) }},
			{3, func() error { return nil }},
			{8, func() error { return orm.CreateAll(ctx, db, []slot{row(5), row(7), row(6)}) }},
			{13, func() error { return orm.CreateAll(ctx, db, []slot{row(0), row(11), row(0), row(10)}) }}, // 12 and one more
			{5001, func() error { s := row(5000); return orm.Save(ctx, db, &s) }},
			{5002, func() error { s := row(4000); return orm.Save(ctx, db, &s, orm.ForceInsert) }},
			{7001, func() error {
				_, err := orm.Upsert(ctx, db, []slot{row(7000), row(4000), row(6000)}, orm.OnConflict[slot](slotID).Update(slotPos))
				return err
			}},
			{9001, func() error {
				_, err := orm.Upsert(ctx, db, []slot{row(9000)}, orm.OnConflict[slot](slotPos).DoNothing())
				return err
			}},
			{9002, func() error { s := row(-7); return orm.Create(ctx, db, &s) }},
			{1<<40 + 1, func() error { s := row(1 << 40); return orm.Create(ctx, db, &s) }},
		} {
			ok(t, tt.store())
			s := row(0)
			ok(t, orm.Create(ctx, db, &s))
			if tt.next == 13 && s.ID == 14 {
				continue // both rows without a key came after 11
			}
			if s.ID != tt.next {
				t.Errorf("%d: the next row is %d, want %d", i, s.ID, tt.next)
			}
		}
		// Behind the last number there is none, and nothing is stored.
		s := row(math.MaxInt64)
		ok(t, orm.Create(ctx, db, &s))
		s = row(0)
		if err := orm.Create(ctx, db, &s); err == nil {
			t.Errorf("a row after the last number: %d", s.ID)
		}
	})
}

// TestGivenKeysByMany has keys given by several at the same time.
func TestGivenKeysByMany(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[slot]())
		const people, each = 4, 25
		var wait sync.WaitGroup
		errs := make(chan error, people*each)
		for p := range int64(people) {
			wait.Go(func() {
				for i := range int64(each) {
					n := 1 + p + people*i
					errs <- orm.Create(ctx, db, &slot{ID: n * n * 10, Pos: n})
				}
			})
		}
		wait.Wait()
		for range people * each {
			ok(t, <-errs)
		}
		for i := range int64(50) {
			s := slot{Pos: 1000 + i}
			ok(t, orm.Create(ctx, db, &s))
			if least := int64(people*each*people*each*10) + 1 + i; s.ID < least {
				t.Fatalf("numbered %d, want at least %d", s.ID, least)
			}
		}
	})
}

// TestSmallerKeyBesideALarger gives one sequence a large and smaller keys at once,
// many times: whoever is last must not set it back.
func TestSmallerKeyBesideALarger(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[slot]())
		const rounds, people = 150, 6
		for round := range int64(rounds) {
			start, errs := make(chan struct{}), make(chan error, people)
			for i := range int64(people) {
				key := (round+1)*1_000_000 - i*100_000
				go func() {
					<-start
					errs <- orm.Create(ctx, db, &slot{ID: key, Pos: key})
				}()
			}
			close(start)
			for range people {
				ok(t, <-errs)
			}
			s := slot{Pos: round + 1}
			ok(t, orm.Create(ctx, db, &s))
			if want := (round+1)*1_000_000 + 1; s.ID != want {
				t.Fatalf("round %d: the next row is %d, want %d", round, s.ID, want)
			}
		}
	})
}

// TestGivenKeysWithoutASequence has a table that someone else made.
func TestGivenKeysWithoutASequence(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		models, err := orm.NewModels(orm.Group{Module: "t", Models: []orm.Declaration{orm.Model[slot]()}})
		ok(t, err)
		ok(t, orm.Use(db, models))
		_, err = db.Exec(ctx, "CREATE TABLE t_slot (id bigint NOT NULL PRIMARY KEY, pos bigint)")
		ok(t, err)
		ok(t, orm.Create(ctx, db, &slot{ID: 3, Pos: 1}))
		ok(t, orm.CreateAll(ctx, db, []slot{{ID: 5, Pos: 2}, {ID: 4, Pos: 3}}))
	})
}
