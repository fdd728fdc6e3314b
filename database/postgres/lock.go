package postgres

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
)

// Who waits for a lock asks for it again after a pause between these. The
// question is not left open on the server: a statement that waits has a view of
// the rows, for whose end CREATE INDEX CONCURRENTLY would wait in turn.
const leastPause, mostPause = 50 * time.Millisecond, 250 * time.Millisecond

// Lock takes an advisory lock on a connection of its own: one from the pool
// could be the last, and the work under the lock need it. The lock is that of a
// transaction, which stays open: a pooler that works by transaction would run
// each statement of a session on another connection of the server, and leave the
// lock of a session where nobody finds it.
func (b *backend) Lock(ctx context.Context, name string, waiting func()) (unlock func() error, err error) {
	conn, err := pgx.ConnectConfig(ctx, b.pool.Config().ConnConfig)
	if err != nil {
		return nil, mapError(err)
	}
	// The end of the connection frees the lock too, also when it is not in order.
	unlock = func() error {
		ctx := context.WithoutCancel(ctx)
		_, err := conn.Exec(ctx, "ROLLBACK")
		return mapError(errors.Join(err, conn.Close(ctx)))
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	for first := true; ; first = false {
		got, err := tryLock(ctx, conn, int64(h.Sum64()))
		if err == nil && got {
			return unlock, nil
		}
		if err == nil {
			if first {
				waiting()
			}
			select {
			case <-ctx.Done():
				err = ctx.Err()
			case <-time.After(leastPause + rand.N(mostPause-leastPause)):
			}
		}
		if err != nil {
			conn.Close(context.WithoutCancel(ctx))
			return nil, mapError(stopError(ctx.Err, err))
		}
	}
}

// tryLock begins a transaction that has the lock, or none.
func tryLock(ctx context.Context, conn *pgx.Conn, key int64) (got bool, err error) {
	// However long the work takes, the server must not end what is idle here.
	if _, err := conn.Exec(ctx, "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
		return false, err
	}
	// By the simple protocol: the portal of the extended one stays open until the
	// transaction ends, and with it a view of the rows, for whose end CREATE INDEX
	// CONCURRENTLY would wait for ever.
	err = conn.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock($1)", pgx.QueryExecModeSimpleProtocol, key).Scan(&got)
	if err == nil && !got {
		_, err = conn.Exec(ctx, "ROLLBACK")
	}
	return got, err
}
