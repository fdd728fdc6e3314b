package kinds_test

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
