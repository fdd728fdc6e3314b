package main

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite"
)

// rivers is River with the transactions of a driver.
type rivers[Tx any] struct {
	driver  riverdriver.Driver[Tx]
	workers *river.Workers
	client  *river.Client[Tx]
	inTx    func(ctx context.Context, do func(tx Tx) error) error
	exec    func(ctx context.Context, tx Tx, query string, args ...any) error
	closing func()
}

// riverNothing is a job that does nothing.
type riverNothing struct {
	N int `json:"n"`
}

func (riverNothing) Kind() string { return "nothing" }

func openRiver[Tx any](ctx context.Context, e *rivers[Tx], began func(n int)) (_ engine, err error) {
	defer func() {
		if err != nil {
			e.closing()
		}
	}()
	migrator, err := rivermigrate.New(e.driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, err
	}
	e.workers = river.NewWorkers()
	river.AddWorker(e.workers, river.WorkFunc(func(_ context.Context, job *river.Job[riverNothing]) error {
		began(job.Args.N)
		return nil
	}))
	if err := e.inTx(ctx, func(tx Tx) error { return e.exec(ctx, tx, ownTable) }); err != nil {
		return nil, err
	}
	e.client, err = e.newClient()
	return e, err
}

// newClient returns one that may work; it has the settings that are right for 100 jobs at once.
func (e *rivers[Tx]) newClient() (*river.Client[Tx], error) {
	return river.NewClient(e.driver, &river.Config{
		Queues:        map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: atOnce}},
		FetchCooldown: 10 * time.Millisecond, Workers: e.workers, Logger: slog.New(slog.DiscardHandler),
	})
}

func openRiverSQLite(ctx context.Context, path string, began func(n int)) (engine, error) {
	params := url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)"},
	}
	db, err := sql.Open("sqlite", "file:"+path+"?"+params.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // as River's driver advises
	return openRiver(ctx, &rivers[*sql.Tx]{
		driver: riversqlite.New(db),
		inTx: func(ctx context.Context, do func(tx *sql.Tx) error) error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			if err := do(tx); err != nil {
				return errors.Join(err, tx.Rollback())
			}
			return tx.Commit()
		},
		exec: func(ctx context.Context, tx *sql.Tx, query string, args ...any) error {
			_, err := tx.ExecContext(ctx, query, args...)
			return err
		},
		closing: func() { _ = db.Close() },
	}, began)
}

func openRiverPostgres(ctx context.Context, address string, began func(n int)) (engine, error) {
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = connections
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return openRiver(ctx, &rivers[pgx.Tx]{
		driver: riverpgxv5.New(pool),
		inTx: func(ctx context.Context, do func(tx pgx.Tx) error) error {
			return pgx.BeginFunc(ctx, pool, do)
		},
		exec: func(ctx context.Context, tx pgx.Tx, query string, args ...any) error {
			_, err := tx.Exec(ctx, query, args...)
			return err
		},
		closing: pool.Close,
	}, began)
}

func (e *rivers[Tx]) enqueue(ctx context.Context, n int, committing func()) error {
	return e.inTx(ctx, func(tx Tx) error {
		if err := e.exec(ctx, tx, insertOwn, int64(n)); err != nil {
			return err
		}
		_, err := e.client.InsertTx(ctx, tx, riverNothing{n}, nil)
		committing()
		return err
	})
}

func (e *rivers[Tx]) enqueueMany(ctx context.Context, n int) error {
	params := make([]river.InsertManyParams, n)
	for i := range params {
		params[i].Args = riverNothing{i}
	}
	_, err := e.client.InsertManyFast(ctx, params)
	return err
}

func (e *rivers[Tx]) work(ctx context.Context) (func() error, error) {
	client, err := e.newClient()
	if err != nil {
		return nil, err
	}
	if err := client.Start(ctx); err != nil {
		return nil, err
	}
	e.client = client
	return func() error { return client.Stop(context.WithoutCancel(ctx)) }, nil
}

func (e *rivers[Tx]) clear(ctx context.Context) error {
	return e.inTx(ctx, func(tx Tx) error {
		return errors.Join(e.exec(ctx, tx, "DELETE FROM river_job"), e.exec(ctx, tx, "DELETE FROM own"))
	})
}

func (e *rivers[Tx]) close() { e.closing() }
