package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/volaweb/vola/bench/ormpeers"
)

// line is one operation that is measured.
type line struct {
	name string
	// goal is the most CPU that Vola may take, against SQL by hand.
	goal float64
	// writes says that rows are added, which are removed after each segment.
	writes bool
	// prepare returns the operation, which is called with 0 to n-1. What it
	// stores is made beforehand, from first on, and is never the same twice.
	prepare func(p ormpeers.Peer, n, first int) func(ctx context.Context, i int) error
}

const (
	bulk     = 1000
	goalOne  = 1.2 // single rows
	goalList = 1.1
)

func lines() []line {
	return []line{
		{"get by key", goalOne, false, func(p ormpeers.Peer, n, first int) func(context.Context, int) error {
			ids := keys(n, first)
			return func(ctx context.Context, i int) error { return p.Get(ctx, ids[i]) }
		}},
		{"list 100", goalList, false, func(p ormpeers.Peer, _, _ int) func(context.Context, int) error {
			return func(ctx context.Context, _ int) error { return p.List(ctx) }
		}},
		{"list 100 and their many-to-many", goalList, false, func(p ormpeers.Peer, _, _ int) func(context.Context, int) error {
			return func(ctx context.Context, _ int) error { return p.ListTopics(ctx) }
		}},
		{"three conditions and one Has", goalList, false, func(p ormpeers.Peer, _, _ int) func(context.Context, int) error {
			f := filter()
			return func(ctx context.Context, _ int) error { return p.Find(ctx, f) }
		}},
		{"insert", goalOne, true, func(p ormpeers.Peer, n, first int) func(context.Context, int) error {
			rows := newRows(n, first)
			return func(ctx context.Context, i int) error { return p.Insert(ctx, rows[i]) }
		}},
		{"update two columns", goalOne, false, func(p ormpeers.Peer, n, first int) func(context.Context, int) error {
			ids, titles := keys(n, first), make([]string, n)
			for i := range titles {
				titles[i] = fmt.Sprintf("Minor Swing, take %d", first+i)
			}
			return func(ctx context.Context, i int) error { return p.Update(ctx, ids[i], titles[i], int64(first+i)) }
		}},
		{"insert 1,000 at once", goalList, true, func(p ormpeers.Peer, n, first int) func(context.Context, int) error {
			rows := newRows(n*bulk, first*bulk)
			return func(ctx context.Context, i int) error { return p.Bulk(ctx, rows[i*bulk:(i+1)*bulk]) }
		}},
		{"get or create, existing", goalOne, false, func(p ormpeers.Peer, _, _ int) func(context.Context, int) error {
			return func(ctx context.Context, i int) error {
				_, err := p.GetOrCreate(ctx, "topic7")
				return err
			}
		}},
		{"get or create, new", goalOne, true, func(p ormpeers.Peer, n, first int) func(context.Context, int) error {
			names := make([]string, n)
			for i := range names {
				names[i] = fmt.Sprintf("new topic %d", first+i)
			}
			return func(ctx context.Context, i int) error {
				created, err := p.GetOrCreate(ctx, names[i])
				if err == nil && !created {
					err = fmt.Errorf("topic %q was there already", names[i])
				}
				return err
			}
		}},
	}
}

// keys returns keys of posts in no order, the same for all peers.
func keys(n, first int) []int64 {
	r := rand.New(rand.NewPCG(1, uint64(first)))
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = r.Int64N(ormpeers.PostCount) + 1
	}
	return ids
}

func newRows(n, first int) []ormpeers.Row {
	rows := make([]ormpeers.Row, n)
	for i := range rows {
		rows[i] = ormpeers.NewRow(ormpeers.PostCount + first + i)
	}
	return rows
}

func filter() ormpeers.Filter {
	return ormpeers.Filter{Before: ormpeers.NewRow(100).Published, Hits: 200, Pinned: true, Username: "author7"}
}
