// Package postgres opens PostgreSQL databases for package database, with pgx's
// native connection pool. It needs PostgreSQL 13 or later.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
)

// Driver opens "postgres://user:password@host:port/name" URLs; "postgresql" is
// the same. The URL's parameters are libpq's and pgxpool's: sslmode,
// connect_timeout, pool_max_conns, default_query_exec_mode.
//
// Behind a pooler that works by transaction, such as pgbouncer, set
// default_query_exec_mode to "exec": statements are then not prepared, because
// the next one may run on another connection of the server. "cache_describe"
// and "simple_protocol" work there as well. The locks of [database.Locker] hold
// behind such a pooler too.
var Driver database.Driver = opener{}

type opener struct{}

func (opener) Schemes() []string         { return []string{"postgres", "postgresql"} }
func (opener) Dialect() database.Dialect { return dialect{} }

// CheckURL returns the error of a URL that is not understood.
func (opener) CheckURL(url string) error {
	_, err := parse(url)
	return err
}

func parse(url string) (*pgxpool.Config, error) {
	pc, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The driver's text could repeat the password.
		return nil, fault.Newf(fault.Invalid, "database URL %q is not understood; write postgres://user:password@host:5432/name", database.RedactURL(url))
	}
	return pc, nil
}

func (opener) Open(ctx context.Context, cfg database.Config) (database.Backend, error) {
	pc, err := parse(cfg.URL)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(cfg.URL, "pool_max_conns=") { // the URL's own size wins
		pc.MaxConns = int32(cfg.MaxConns)
	}
	if pc.ConnConfig.ConnectTimeout == 0 {
		pc.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	pc.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pc.ConnConfig.RuntimeParams["client_encoding"] = "UTF8" // what Go's strings are
	if pc.ConnConfig.RuntimeParams["application_name"] == "" {
		pc.ConnConfig.RuntimeParams["application_name"] = "vola"
	}
	if sendsText(pc.ConnConfig) {
		pc.ConnConfig.RuntimeParams["datestyle"] = "ISO, MDY"
	}
	pc.AfterConnect = func(_ context.Context, c *pgx.Conn) error {
		// Not set, because poolers refuse a connection that asks for it.
		if style := c.PgConn().ParameterStatus("IntervalStyle"); style != "" && style != "postgres" && sendsText(pc.ConnConfig) {
			return fault.Newf(fault.Invalid, "the database has IntervalStyle %q, in which default_query_exec_mode=%s cannot read durations; "+
				"run ALTER DATABASE %s SET IntervalStyle = 'postgres'", style, modeName(pc.ConnConfig), database.Quote(c.Config().Database))
		}
		c.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID,
			Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
	pc.ShouldPing = shouldPing
	pc.ConnConfig.BuildContextWatcherHandler = newStopper
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", database.RedactURL(cfg.URL), mapError(err))
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database %s: %w", database.RedactURL(cfg.URL), reachError(err))
	}
	if err := checkEncoding(ctx, pool); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database %s: %w", database.RedactURL(cfg.URL), err)
	}
	return newBackend(pool), nil
}

// sendsText reports whether values come from the server as text, whose form
// depends on settings of the database.
func sendsText(c *pgx.ConnConfig) bool { return modeName(c) != "" }

func modeName(c *pgx.ConnConfig) string {
	switch c.DefaultQueryExecMode {
	case pgx.QueryExecModeExec:
		return "exec"
	case pgx.QueryExecModeSimpleProtocol:
		return "simple_protocol"
	}
	return ""
}

// checkEncoding refuses databases that do not hold all texts, or take any bytes
// for one.
func checkEncoding(ctx context.Context, pool *pgxpool.Pool) error {
	var encoding string
	// Not prepared: behind a pooler that may be the first thing to fail, and then
	// with an error that does not say why.
	if err := pool.QueryRow(ctx, "SHOW server_encoding", pgx.QueryExecModeSimpleProtocol).Scan(&encoding); err != nil {
		return reachError(err)
	}
	if encoding != "UTF8" {
		return fault.Newf(fault.Invalid, "the database has the encoding %s and must have UTF8; "+
			"make another with CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0", encoding)
	}
	return nil
}

// reachError says in one sentence why the database cannot be reached.
func reachError(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fault.Wrap(fault.Unavailable, errors.New(e.Message), "the server refused the connection")
	}
	if e, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		// The driver tries each address twice and tells of each try.
		first, _, _ := strings.Cut(e.Unwrap().Error(), "\n")
		return &database.Error{Kind: database.Connection, Cause: errors.New(first)}
	}
	return mapError(err)
}

// Raw returns the transaction as pgx knows it, for libraries that take one. It
// must not be committed or rolled back.
func Raw(tx *database.Tx) pgx.Tx {
	raw, _ := tx.Backend().Raw().(pgx.Tx)
	return raw
}
