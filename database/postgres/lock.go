package postgres

import (
	"context"
	"hash/fnv"

	"github.com/jackc/pgx/v5"
)

// Lock takes an advisory lock of the session on a connection of its own: one
// from the pool could be the last, and the work under the lock need it.
func (b *backend) Lock(ctx context.Context, name string, waiting func()) (unlock func() error, err error) {
	conn, err := pgx.ConnectConfig(ctx, b.pool.Config().ConnConfig)
	if err != nil {
		return nil, mapError(err)
	}
	// Closing the connection frees the lock, also when it is not in order.
	unlock = func() error { return mapError(conn.Close(context.WithoutCancel(ctx))) }
	h := fnv.New64a()
	h.Write([]byte(name))
	key := int64(h.Sum64())
	var got bool
	err = conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", key).Scan(&got)
	if err == nil && !got {
		waiting()
		_, err = conn.Exec(ctx, "SELECT pg_advisory_lock($1)", key)
	}
	if err != nil {
		unlock()
		return nil, mapError(err)
	}
	return unlock, nil
}
