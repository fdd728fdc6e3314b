package orm_test

import (
	"database/sql"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

// bulkKind is a kind that is written by CreateAll, UpdateAll and Upsert.
type bulkKind interface {
	declare() orm.Declaration
	checkBulk(t *testing.T, db *database.DB)
}

// TestBulkKinds writes values of every kind, and NULL, in bulk, and reads them
// back as they were.
func TestBulkKinds(t *testing.T) {
	t.Parallel()
	databasetest.EachMode(t, func(t *testing.T, db *database.DB) {
		var declared []orm.Declaration
		for _, k := range allKinds() {
			declared = append(declared, k.declare())
		}
		use(t, db, declared...)
		for _, k := range allKinds() {
			k.(bulkKind).checkBulk(t, db)
		}
	})
}

func (k kind[R, V]) checkBulk(t *testing.T, db *database.DB) {
	t.Run(k.name, func(t *testing.T) {
		ctx := t.Context()
		rng := rand.New(rand.NewPCG(5, uint64(len(k.name))))
		const n = 300 // two statements of each length on SQLite
		draw := func(i int) row[V] {
			v := k.random(rng)
			if i < len(k.edges) {
				v = k.edges[i]
			}
			r := row[V]{V: v}
			if i%3 != 0 {
				r.P, r.N = &v, sql.Null[V]{V: v, Valid: true}
			}
			return r
		}
		wanted, stored := make([]row[V], n), make([]R, n)
		for i := range n {
			wanted[i] = draw(i)
			stored[i] = k.to(wanted[i])
		}
		if err := orm.CreateAll(ctx, db, stored); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			wanted[i].ID = k.from(stored[i]).ID
		}
		k.checkRoundTrip(t, db, wanted)

		id, v, p, null := orm.Descriptor[orm.Number[*R, int64]]("ID"), orm.Descriptor[orm.Column[*R, V]]("V"), orm.Descriptor[orm.Column[*R, V]]("P"), orm.Descriptor[orm.Column[*R, V]]("N")
		redraw := func() {
			for i := range n {
				id := wanted[i].ID
				wanted[i] = draw(n - 1 - i)
				wanted[i].ID = id
				stored[i] = k.to(wanted[i])
			}
		}
		redraw()
		if err := orm.UpdateAll(ctx, db, stored, v, p, null); err != nil {
			t.Fatal(err)
		}
		k.checkRoundTrip(t, db, wanted)

		redraw()
		more := make([]R, 10)
		for i := range more {
			more[i] = stored[i]
			reflect.ValueOf(&more[i]).Elem().FieldByName("ID").SetInt(0)
		}
		created, err := orm.Upsert(ctx, db, append(stored, more...), orm.OnConflict(id).Update(v, p, null))
		if err != nil || created != len(more) {
			t.Fatalf("%d rows created, %v", created, err)
		}
		if deleted, err := orm.From[R](db).Where(id.Gt(wanted[n-1].ID)).Delete(ctx); deleted != int64(len(more)) || err != nil {
			t.Errorf("%d rows too many, %v", deleted, err)
		}
		k.checkRoundTrip(t, db, wanted)
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
