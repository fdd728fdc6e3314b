package orm_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/volaweb/vola/database"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// TestBulkWritesDoNotWaitInCircles: several write the same rows at once, each in
// an order of its own, and none gets in the way of another for good.
func TestBulkWritesDoNotWaitInCircles(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		_, _, ann := seed(t, db)
		const n, writers, rounds = 300, 6, 4
		skills := make([]Skill, n)
		for i := range skills {
			skills[i] = Skill{Name: fmt.Sprintf("skill %03d", i*7%n), Grade: "novice"}
		}
		if err := orm.CreateAll(ctx, db, skills); err != nil {
			t.Fatal(err)
		}
		shuffled := func(w, seed uint64) []Skill {
			out := slices.Clone(skills)
			rand.New(rand.NewPCG(w, seed)).Shuffle(n, func(i, j int) { out[i], out[j] = out[j], out[i] })
			return out
		}
		pointers := func(rows []Skill) []*Skill {
			var out []*Skill
			for i := range rows {
				out = append(out, &rows[i])
			}
			return out
		}
		for name, write := range map[string]func(h database.Handle, rows []Skill) error{
			"UpdateAll": func(h database.Handle, rows []Skill) error { return orm.UpdateAll(ctx, h, rows, Skills.Grade) },
			"Upsert": func(h database.Handle, rows []Skill) error {
				_, err := orm.Upsert(ctx, h, rows, orm.OnConflict(Skills.Name).Update(Skills.Grade))
				return err
			},
			"Add": func(h database.Handle, rows []Skill) error {
				return Employees.Skills.Add(ctx, h, &ann, pointers(rows)...)
			},
			"Set": func(h database.Handle, rows []Skill) error {
				return Employees.Skills.Set(ctx, h, &ann, pointers(rows[:n/2])...)
			},
			"Remove": func(h database.Handle, rows []Skill) error {
				return Employees.Skills.Remove(ctx, h, &ann, pointers(rows)...)
			},
			"Delete": func(h database.Handle, rows []Skill) error {
				q := orm.From[Skill](h).Where(Skills.Name.HasPrefix("skill"))
				if rows[0].ID%2 == 0 {
					q = orm.From[Skill](h).Where(Skills.ID.Ge(0))
				}
				if _, err := q.Where(Skills.Grade.Ne("")).Delete(ctx); err != nil {
					return err
				}
				return errUndo
			},
		} {
			for round := range uint64(rounds) {
				var wg sync.WaitGroup
				for w := range uint64(writers) {
					wg.Go(func() {
						rows := shuffled(w, round)
						err := db.InTx(ctx, func(_ context.Context, tx *database.Tx) error { return write(tx, rows) })
						if err != nil && !errors.Is(err, errUndo) {
							t.Errorf("%s: %v", name, err)
						}
					})
				}
				wg.Wait()
			}
		}
		// Pairs still come in the order in which they were added.
		rows := shuffled(9, 9)
		if err := Employees.Skills.Set(ctx, db, &ann); err != nil {
			t.Fatal(err)
		}
		if err := Employees.Skills.Add(ctx, db, &ann, pointers(rows)...); err != nil {
			t.Fatal(err)
		}
		got, err := orm.From[Employee](db).With(Employees.Skills).Where(Employees.ID.Eq(ann.ID)).Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if related, err := got.Skills.All(); err != nil || !slices.Equal(related, rows) {
			t.Errorf("the pairs are not in the order in which they were added; %v", err)
		}
	})
}

// TestUpdateAllOfManyStatements: more rows than one statement takes are written
// once each, whatever their order.
func TestUpdateAllOfManyStatements(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		const n = 6000
		rows := make([]Skill, n)
		for i := range rows {
			rows[i] = Skill{Name: fmt.Sprintf("skill %d", i), Grade: "novice"}
		}
		if err := orm.CreateAll(ctx, db, rows); err != nil {
			t.Fatal(err)
		}
		rand.New(rand.NewPCG(1, 2)).Shuffle(n, func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		for i := range rows {
			rows[i].Grade = []Grade{"novice", "expert"}[rows[i].ID%2]
		}
		if err := orm.UpdateAll(ctx, db, rows, Skills.Grade); err != nil {
			t.Fatal(err)
		}
		if _, err := orm.Upsert(ctx, db, rows, orm.OnConflict(Skills.Name).Update(Skills.Grade)); err != nil {
			t.Fatal(err)
		}
		got, err := orm.From[Skill](db).OrderBy(Skills.ID.Asc()).All(ctx)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(rows, func(a, b Skill) int { return int(a.ID - b.ID) })
		if !slices.Equal(got, rows) {
			t.Error("what was stored differs")
		}
	})
}
