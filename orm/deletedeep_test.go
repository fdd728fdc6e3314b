package orm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

type (
	// reply is in a thread, and is liked.
	reply struct {
		ID     int64
		Thread *orm.Ref[thread] `db:"on_delete=cascade"`
		Parent *orm.Ref[reply]  `db:"on_delete=cascade"`
		Likes  orm.Many[reply]
	}
	thread struct {
		ID    int64
		Title string
	}
	// ring must lead somewhere.
	ring struct {
		ID   int64
		Next orm.Ref[ring] `db:"on_delete=cascade"`
	}
	// door and room make chains of two tables.
	door struct {
		ID   uuid.UUID
		Into *orm.RefKey[room, string] `db:"on_delete=cascade"`
	}
	room struct {
		Code string                       `db:"size=20,primary_key"`
		By   *orm.RefKey[door, uuid.UUID] `db:"on_delete=cascade"`
	}
	keeper struct {
		ID   int64
		Room *orm.RefKey[room, string] `db:"on_delete=protect"`
	}
)

var (
	replyID     = orm.Descriptor[orm.Number[*reply, int64]]("ID")
	replyParent = orm.Descriptor[orm.NullForeignKey[*reply, *reply, int64]]("Parent")
	replyLikes  = orm.Descriptor[orm.ManyToMany[*reply, *reply]]("Likes")
	ringNext    = orm.Descriptor[orm.ForeignKey[*ring, *ring, int64]]("Next")
)

const deep = 1200 // more than the 1,000 that SQLite follows

func rowsOf[T any](t *testing.T, h database.Handle) int64 {
	t.Helper()
	n, err := orm.From[T](h).Count(t.Context())
	ok(t, err)
	return n
}

// TestDeleteOfDeepTrees deletes chains that are longer than SQLite follows.
func TestDeleteOfDeepTrees(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[thread](), orm.Model[reply]())
		// From the second row of the chain on another chain hangs, so that its
		// rows are reached by two ways.
		plant := func() (replies []reply) {
			th := thread{Title: "one"}
			ok(t, orm.Create(ctx, db, &th))
			replies = make([]reply, 2*deep)
			ok(t, orm.CreateAll(ctx, db, replies))
			for i := range replies {
				switch {
				case i == 0:
					replies[i].Thread = &orm.Ref[thread]{ID: th.ID}
				case i == deep:
					replies[i].Parent = &orm.Ref[reply]{ID: replies[1].ID}
					replies[i].Thread = &orm.Ref[thread]{ID: th.ID}
				default:
					replies[i].Parent = &orm.Ref[reply]{ID: replies[i-1].ID}
				}
			}
			ok(t, orm.UpdateAll(ctx, db, replies, replyParent, orm.Descriptor[orm.NullForeignKey[*reply, *thread, int64]]("Thread")))
			ok(t, replyLikes.Add(ctx, db, &replies[deep-1], &replies[0], &replies[1]))
			ok(t, replyLikes.Add(ctx, db, &replies[2], &replies[2*deep-1]))
			ok(t, orm.Create(ctx, db, &reply{})) // stays
			return replies
		}
		pairs := func() (n int64) {
			ok(t, database.QueryRow(ctx, db, []any{&n}, "SELECT count(*) FROM t_reply_likes"))
			return n
		}
		for i, remove := range []func(first *reply) (int64, error){
			func(first *reply) (int64, error) { return 1, orm.Delete(ctx, db, first) },
			func(first *reply) (int64, error) { return orm.From[thread](db).Every().Delete(ctx) },
			func(first *reply) (int64, error) {
				return orm.From[reply](db).Where(replyID.Eq(first.ID)).Delete(ctx)
			},
			func(first *reply) (n int64, err error) {
				err = db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
					n, err = orm.From[reply](tx).Where(replyID.Eq(first.ID)).Purge(ctx)
					return err
				})
				return n, err
			},
		} {
			_, err := orm.From[thread](db).Every().Delete(ctx)
			ok(t, err)
			before := rowsOf[reply](t, db)
			replies := plant()
			n, err := remove(&replies[0])
			if err != nil || n != 1 || rowsOf[reply](t, db) != before+1 || pairs() != 0 {
				t.Errorf("%d: %d deleted, %v; %d replies and %d pairs are left", i, n, err, rowsOf[reply](t, db), pairs())
			}
		}
		replies := plant()
		n, err := orm.From[reply](db).Where(replyID.Ge(replies[0].ID)).Delete(ctx)
		if err != nil || n != 2*deep+1 { // each row of the query counts
			t.Errorf("deleted %d, %v", n, err)
		}
		if err := orm.Delete(ctx, db, &replies[0]); !errors.Is(err, orm.ErrNotFound) {
			t.Errorf("again: %v", err)
		}
	})
}

// TestDeleteOfCircles deletes rows that refer to each other in a circle.
func TestDeleteOfCircles(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[thread](), orm.Model[reply](), orm.Model[ring]())
		replies, rings := make([]reply, deep), make([]ring, deep)
		ok(t, orm.CreateAll(ctx, db, replies))
		for i := range deep {
			replies[i].Parent = &orm.Ref[reply]{ID: replies[(i+1)%deep].ID}
			rings[i].ID, rings[i].Next.ID = int64(i+1), int64(i+1)
		}
		ok(t, orm.UpdateAll(ctx, db, replies, replyParent))
		ok(t, orm.CreateAll(ctx, db, rings))
		for i := range deep {
			rings[i].Next.ID = rings[(i+1)%deep].ID
		}
		ok(t, orm.UpdateAll(ctx, db, rings, ringNext))
		ok(t, orm.Delete(ctx, db, &replies[7]))
		ok(t, orm.Delete(ctx, db, &rings[7]))
		if a, b := rowsOf[reply](t, db), rowsOf[ring](t, db); a+b != 0 {
			t.Errorf("%d replies and %d rings are left", a, b)
		}
	})
}

// TestDeleteOfDeepChainsOfTables has keys of other types, and a row at the end
// that protects.
func TestDeleteOfDeepChainsOfTables(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[door](), orm.Model[room](), orm.Model[keeper]())
		doors, rooms := make([]door, deep), make([]room, deep)
		code := func(i int) string { return fmt.Sprint("room ", i) }
		for i := range deep {
			doors[i].ID = uuid.UUID{1, byte(i >> 8), byte(i)}
			rooms[i].Code = code(i)
		}
		ok(t, orm.CreateAll(ctx, db, doors))
		for i := range deep {
			rooms[i].By = &orm.RefKey[door, uuid.UUID]{ID: doors[i].ID}
		}
		ok(t, orm.CreateAll(ctx, db, rooms))
		for i := range deep - 1 {
			doors[i+1].Into = &orm.RefKey[room, string]{ID: code(i)}
		}
		ok(t, orm.UpdateAll(ctx, db, doors, orm.Descriptor[orm.NullForeignKey[*door, *room, string]]("Into")))
		k := keeper{Room: &orm.RefKey[room, string]{ID: code(deep - 1)}}
		ok(t, orm.Create(ctx, db, &k))
		if err := orm.Delete(ctx, db, &doors[0]); !errors.Is(err, database.ErrForeignKey) || !strings.Contains(err.Error(), "delete") {
			t.Errorf("a protected end: %v", err)
		}
		if a, b := rowsOf[door](t, db), rowsOf[room](t, db); a != deep || b != deep {
			t.Errorf("%d doors and %d rooms are left of a delete that was refused", a, b)
		}
		ok(t, orm.Delete(ctx, db, &k))
		ok(t, orm.Delete(ctx, db, &doors[0]))
		if a, b := rowsOf[door](t, db), rowsOf[room](t, db); a+b != 0 {
			t.Errorf("%d doors and %d rooms are left", a, b)
		}
	})
}
