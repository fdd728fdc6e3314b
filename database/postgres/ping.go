package postgres

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5"
)

// pinger has a connection outside the pool, for the question whether the
// database answers.
type pinger struct {
	// busy has an element while the connection is used.
	busy chan struct{}
	mu   sync.Mutex
	conn *pgx.Conn
	shut bool
}

// Ping asks the database on a connection that no statement of the site waits
// for. Where the server has no connection for it, one of the pool is used.
func (b *backend) Ping(ctx context.Context) error {
	select {
	case b.ping.busy <- struct{}{}:
		defer func() { <-b.ping.busy }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if c := b.ping.take(); c != nil {
		if err := c.Ping(ctx); err == nil {
			b.ping.keep(ctx, c)
			return nil
		}
		// It may have been ended while it was idle: a new one tells.
		c.Close(context.WithoutCancel(ctx))
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	c, err := pgx.ConnectConfig(ctx, b.pool.Config().ConnConfig)
	if noMore(err) {
		l, err := b.acquire(ctx)
		if err != nil {
			return mapError(err)
		}
		defer l.release()
		return mapError(stopError(ctx.Err, l.Ping(ctx)))
	}
	if err != nil {
		return mapError(err)
	}
	b.ping.keep(ctx, c)
	return mapError(stopError(ctx.Err, c.Ping(ctx)))
}

func (p *pinger) take() *pgx.Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.conn
	p.conn = nil
	return c
}

// keep puts the connection aside for the next time.
func (p *pinger) keep(ctx context.Context, c *pgx.Conn) {
	p.mu.Lock()
	shut := p.shut
	if !shut {
		p.conn = c
	}
	p.mu.Unlock()
	if shut {
		c.Close(context.WithoutCancel(ctx))
	}
}

func (p *pinger) close() {
	p.mu.Lock()
	c := p.conn
	p.conn, p.shut = nil, true
	p.mu.Unlock()
	if c != nil {
		c.Close(context.Background())
	}
}
