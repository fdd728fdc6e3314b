package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/volaweb/vola/bench/ormpeers"
	"github.com/volaweb/vola/database"
)

// check compares what a peer reads and stores with what is right: with what
// the peer by hand has read, and with what that reads from the peer's own
// database. It returns the operations that the peer does not offer.
func check(ctx context.Context, c contestant, hand ormpeers.Peer) (missing []string, err error) {
	for _, step := range []struct {
		line string
		run  func(context.Context, contestant, ormpeers.Peer) error
	}{
		{"get by key", same(func(ctx context.Context, p ormpeers.Peer) error { return p.Get(ctx, 1234) }, 1)},
		{"list 100", same(func(ctx context.Context, p ormpeers.Peer) error { return p.List(ctx) }, 100)},
		{"list 100 and their many-to-many", same(func(ctx context.Context, p ormpeers.Peer) error { return p.ListTopics(ctx) }, 100)},
		{"three conditions and one Has", same(func(ctx context.Context, p ormpeers.Peer) error { return p.Find(ctx, filter()) }, 10)},
		{"insert", checkInsert},
		{"update two columns", checkUpdate},
		{"insert 1,000 at once", checkBulk},
		{"get or create", checkGetOrCreate},
	} {
		err := step.run(ctx, c, hand)
		if errors.Is(err, ormpeers.ErrNotOffered) {
			missing = append(missing, step.line)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", c.name, step.line, err)
		}
	}
	return missing, ormpeers.Clean(ctx, c.admin)
}

// same returns the check that a peer reads what the one by hand does, of at
// least so many rows.
func same(read func(context.Context, ormpeers.Peer) error, least int) func(context.Context, contestant, ormpeers.Peer) error {
	return func(ctx context.Context, c contestant, hand ormpeers.Peer) error {
		if err := errors.Join(read(ctx, c.peer), read(ctx, hand)); err != nil {
			return err
		}
		if n := len(hand.Seen()); n < least {
			return fmt.Errorf("only %d rows", n)
		}
		return equal(c.peer.Seen(), hand.Seen())
	}
}

func equal(got, want []ormpeers.Row) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d rows, not %d", len(got), len(want))
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			return fmt.Errorf("row %d is\n%+v\nnot\n%+v", i, got[i], want[i])
		}
	}
	return nil
}

// stored compares a row of the peer's database.
func stored(ctx context.Context, c contestant, want ormpeers.Row) error {
	if err := c.checker.Get(ctx, want.ID); err != nil {
		return err
	}
	return equal(c.checker.Seen(), []ormpeers.Row{want})
}

func checkInsert(ctx context.Context, c contestant, _ ormpeers.Peer) error {
	want := ormpeers.NewRow(ormpeers.PostCount + 1e6)
	if err := c.peer.Insert(ctx, want); err != nil {
		return err
	}
	seen := c.peer.Seen()
	if len(seen) != 1 || seen[0].ID <= ormpeers.PostCount {
		return fmt.Errorf("the key was not learnt: %+v", seen)
	}
	want.ID = seen[0].ID
	if err := equal(seen, []ormpeers.Row{want}); err != nil {
		return err
	}
	return stored(ctx, c, want)
}

func checkUpdate(ctx context.Context, c contestant, _ ormpeers.Peer) error {
	const id = ormpeers.PostCount - 1 // none that is listed
	want := ormpeers.NewRow(id - 1)
	want.ID, want.Title, want.Hits = id, "Nuages", 0
	if err := c.peer.Update(ctx, id, want.Title, want.Hits); err != nil {
		return err
	}
	if c.peer.Update(ctx, 1e9, "x", 1) == nil {
		return errors.New("no error for a row that is not there")
	}
	return stored(ctx, c, want)
}

func checkBulk(ctx context.Context, c contestant, _ ormpeers.Peer) error {
	if err := ormpeers.Clean(ctx, c.admin); err != nil {
		return err
	}
	rows := newRows(bulk, 1e6)
	if err := c.peer.Bulk(ctx, rows); err != nil {
		return err
	}
	var n, hits, wantHits, last int64
	for _, r := range rows {
		wantHits += r.Hits
	}
	query := fmt.Sprintf("SELECT count(*), CAST(sum(hits) AS bigint), max(id) FROM bench_post WHERE id > %d", ormpeers.PostCount)
	if err := database.QueryRow(ctx, c.admin, []any{&n, &hits, &last}, query); err != nil {
		return err
	}
	if n != bulk || hits != wantHits {
		return fmt.Errorf("%d rows with %d hits, not %d with %d", n, hits, bulk, wantHits)
	}
	want := rows[bulk-1]
	want.ID = last
	return stored(ctx, c, want)
}

func checkGetOrCreate(ctx context.Context, c contestant, _ ormpeers.Peer) error {
	for i, step := range []struct {
		name    string
		created bool
	}{{"topic7", false}, {"a new topic", true}, {"a new topic", false}} {
		created, err := c.peer.GetOrCreate(ctx, step.name)
		if err != nil {
			return err
		}
		var id int64
		if err := database.QueryRow(ctx, c.admin, []any{&id}, "SELECT id FROM bench_topic WHERE name = '"+step.name+"'"); err != nil {
			return err
		}
		if gotID, gotName := c.peer.Topic(); created != step.created || gotID != id || gotName != step.name {
			return fmt.Errorf("step %d: created %v, %d %q, want %v, %d %q", i, created, gotID, gotName, step.created, id, step.name)
		}
	}
	return nil
}
