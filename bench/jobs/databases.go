package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/volaweb/vola/database"
)

// place is a kind of database.
type place struct {
	name    string
	version string // of it, or of its driver, with the name
	// fresh returns the URL of a new database.
	fresh func(ctx context.Context, name string) (url string, err error)
	// backends returns the numbers of the server's processes for the database of a URL.
	backends func(ctx context.Context, url string) ([]int, error)
	drop     func()
}

// sqlitePlace makes databases in dir.
func sqlitePlace(dir string) *place {
	return &place{
		name: "SQLite", version: "modernc.org/sqlite " + version("modernc.org/sqlite"),
		fresh: func(_ context.Context, name string) (string, error) {
			return "sqlite:" + filepath.Join(dir, strings.ToLower(name)+".db"), nil
		},
		backends: func(context.Context, string) ([]int, error) { return nil, nil },
		drop:     func() {},
	}
}

// postgresPlace makes databases on the server, which drop removes.
func postgresPlace(ctx context.Context, server string) (*place, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, errors.New("the server's URL is not understood")
	}
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return nil, err
	}
	number, _, _ := strings.Cut(conn.PgConn().ParameterStatus("server_version"), " ")
	prefix := "vola_jobs_" + strings.ToLower(rand.Text()[:10]) + "_"
	var made []string
	return &place{
		name: "PostgreSQL", version: "PostgreSQL " + number,
		fresh: func(ctx context.Context, name string) (string, error) {
			name = prefix + strings.ToLower(name)
			made = append(made, name)
			for _, statement := range []string{
				"CREATE DATABASE " + database.Quote(name) + " TEMPLATE template0",
				// The server's disk is not what is measured.
				"ALTER DATABASE " + database.Quote(name) + " SET synchronous_commit = off",
			} {
				if _, err := conn.Exec(ctx, statement); err != nil {
					return "", err
				}
			}
			copied := *u
			copied.Path = "/" + name
			return copied.String(), nil
		},
		backends: func(ctx context.Context, address string) ([]int, error) {
			u, err := url.Parse(address)
			if err != nil {
				return nil, err
			}
			rows, err := conn.Query(ctx, "SELECT pid FROM pg_stat_activity WHERE datname = $1", strings.TrimPrefix(u.Path, "/"))
			if err != nil {
				return nil, err
			}
			return pgx.CollectRows(rows, pgx.RowTo[int])
		},
		drop: func() {
			ctx := context.WithoutCancel(ctx)
			for _, name := range made {
				_, _ = conn.Exec(ctx, "DROP DATABASE IF EXISTS "+database.Quote(name)+" WITH (FORCE)")
			}
			_ = conn.Close(ctx)
		},
	}, nil
}
