package database

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/volaweb/vola/fault"
)

// ErrHeld is the error of a statement that waited for a database with one writer
// while a transaction held that and did nothing: 10 seconds on SQLite. Mostly the
// statement is one of that transaction's function, run on the wrong handle. It is
// of kind [fault.Unavailable].
var ErrHeld = fault.New(fault.Unavailable, "the writer of the database is held by a transaction that does nothing")

// openTxs are the transactions of a database that have not ended.
type openTxs struct {
	mu  sync.Mutex
	all map[*Tx]struct{}
}

func (o *openTxs) add(tx *Tx) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all == nil {
		o.all = map[*Tx]struct{}{}
	}
	o.all[tx] = struct{}{}
}

func (o *openTxs) remove(tx *Tx) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.all, tx)
}

// heldBy adds to [ErrHeld] where the transactions that are open were begun.
func (o *openTxs) heldBy(err error) error {
	if err == nil || !errors.Is(err, ErrHeld) {
		return err
	}
	o.mu.Lock()
	var places []string
	for tx := range o.all {
		places = append(places, lineOf(tx.begun[:]))
	}
	o.mu.Unlock()
	slices.Sort(places)
	places = slices.Compact(places)
	if len(places) == 0 {
		return fmt.Errorf("database: %s: %w", callerLine(), err)
	}
	return fmt.Errorf("database: %s waits for the transaction begun at %s; inside that use its own handle, and its context: %w",
		callerLine(), strings.Join(places, " or "), err)
}
