package orm_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

type (
	knot struct {
		ID     int64
		Parent *orm.Ref[knot]
		Other  *orm.Ref[knot]
	}
	rooted struct {
		ID   string
		Root orm.RefKey[rooted, string]
	}
)

// TestReferencesInsideOneCall: rows that refer to others of the same call are
// stored alike on all databases, however many there are and in whatever order.
func TestReferencesInsideOneCall(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[knot](), orm.Model[rooted]())
		id := orm.Descriptor[orm.Number[*knot, int64]]("ID")
		ref := func(id int) *orm.Ref[knot] { return &orm.Ref[knot]{ID: int64(id)} }
		for _, n := range []int{2, 3, 5, 17, 300, 5200} {
			for name, parent := range map[string]func(i int) *orm.Ref[knot]{
				"the last": func(i int) *orm.Ref[knot] { return ref(n) },
				"the next": func(i int) *orm.Ref[knot] { return ref(min(i+1, n)) },
				"a circle": func(i int) *orm.Ref[knot] { return ref(i%n + 1) },
				"itself":   func(i int) *orm.Ref[knot] { return ref(i) },
				"the first, from the last": func(i int) *orm.Ref[knot] {
					if i == n {
						return nil
					}
					return ref(n + 1 - i)
				},
			} {
				rows := make([]knot, n)
				for i := range rows {
					rows[i] = knot{ID: int64(i + 1), Parent: parent(i + 1)}
					if i%3 == 0 {
						rows[i].Other = ref(n - i)
					}
				}
				want := fmt.Sprint(n, name, rows[0].Parent, rows[n-1].Parent)
				if err := orm.CreateAll(ctx, db, rows); err != nil {
					t.Errorf("%s of %d: %v", name, n, err)
					continue
				}
				if got := fmt.Sprint(n, name, rows[0].Parent, rows[n-1].Parent); got != want {
					t.Errorf("%s of %d: the rows are %s, want %s", name, n, got, want)
				}
				got, err := orm.From[knot](db).OrderBy(id.Asc()).All(ctx)
				if err != nil || !reflect.DeepEqual(got, rows) {
					t.Errorf("%s of %d: other rows were stored; %v", name, n, err)
				}
				if _, err := db.Exec(ctx, `UPDATE t_knot SET parent_id = NULL, other_id = NULL`); err != nil {
					t.Fatal(err)
				}
				if _, err := db.Exec(ctx, `DELETE FROM t_knot`); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := orm.CreateAll(ctx, db, []knot{{ID: 1, Parent: ref(2)}, {ID: 2, Parent: ref(99)}}); err == nil {
			t.Error("a reference to no row gives no error")
		}
		words := make([]rooted, 200)
		for i := range words {
			words[i] = rooted{ID: fmt.Sprintf("w%03d", i), Root: orm.RefKey[rooted, string]{ID: "w199"}}
		}
		if err := orm.CreateAll(ctx, db, words); err != nil {
			t.Errorf("keys that are texts: %v", err)
		}
	})
}
