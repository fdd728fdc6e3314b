package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/volaweb/vola/database"
)

var _ database.Listener = (*backend)(nil)

// Listen is that of [database.Listener], by LISTEN (https://www.postgresql.org/docs/current/sql-listen.html).
func (b *backend) Listen(ctx context.Context, channel string, listening func(), notified func(payload string)) error {
	conn, err := pgx.ConnectConfig(ctx, b.pool.Config().ConnConfig.Copy())
	if err != nil {
		return mapError(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx) // there is nothing on it any more
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+database.Quote(channel)); err != nil {
		return mapError(err)
	}
	listening()
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return mapError(err)
		}
		notified(n.Payload)
	}
}

// Notify is that of [database.Listener].
func (b *backend) Notify(ctx context.Context, channel, payload string) error {
	_, err := b.Exec(ctx, "SELECT pg_notify($1, $2)", []any{channel, payload})
	return err
}
