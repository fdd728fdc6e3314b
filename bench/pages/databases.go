package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/volaweb/vola/bench/pagepeers/volablog"
	"github.com/volaweb/vola/database"
)

// copies makes copies of one filled database.
type copies struct {
	name    string // of the kind of database
	version string // of it, or of its driver, with the name
	fresh   func(ctx context.Context, name string) (url string, err error)
	drop    func()
}

// sqliteCopies makes copies in dir.
func sqliteCopies(ctx context.Context, dir string) (*copies, error) {
	seed := filepath.Join(dir, "seed.db")
	if err := volablog.Seed(ctx, "sqlite:"+seed); err != nil {
		return nil, err
	}
	whole, err := os.ReadFile(seed) // closed, so that all is in the one file
	if err != nil {
		return nil, err
	}
	return &copies{
		name: "SQLite", version: "modernc.org/sqlite " + version("modernc.org/sqlite"),
		fresh: func(_ context.Context, name string) (string, error) {
			path := filepath.Join(dir, name+".db")
			for _, old := range []string{path, path + "-wal", path + "-shm"} {
				if err := os.RemoveAll(old); err != nil {
					return "", err
				}
			}
			return "sqlite:" + path, os.WriteFile(path, whole, 0o644)
		},
		drop: func() {},
	}, nil
}

// postgresCopies makes copies on the server, which drop removes.
func postgresCopies(ctx context.Context, server string) (*copies, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, errors.New("the server's URL is not understood")
	}
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return nil, err
	}
	number, _, _ := strings.Cut(conn.PgConn().ParameterStatus("server_version"), " ")
	prefix := "vola_pages_" + strings.ToLower(rand.Text()[:10])
	made := map[string]bool{}
	c := &copies{name: "PostgreSQL", version: "PostgreSQL " + number}
	c.drop = func() {
		for name := range made {
			conn.Exec(context.WithoutCancel(ctx), "DROP DATABASE IF EXISTS "+database.Quote(name)+" WITH (FORCE)")
		}
		conn.Close(context.WithoutCancel(ctx))
	}
	create := func(name, template string) (string, error) {
		made[name] = true
		for _, statement := range []string{
			"DROP DATABASE IF EXISTS " + database.Quote(name) + " WITH (FORCE)",
			"CREATE DATABASE " + database.Quote(name) + " TEMPLATE " + database.Quote(template),
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
	}
	seed, err := create(prefix, "template0")
	if err == nil {
		err = volablog.Seed(ctx, seed)
	}
	if err != nil {
		c.drop()
		return nil, err
	}
	c.fresh = func(_ context.Context, name string) (string, error) {
		return create(prefix+"_"+strings.ReplaceAll(name, "-", "_"), prefix)
	}
	return c, nil
}

// each makes the copies of the kinds of databases that were asked for, calls do
// with each kind, and removes them.
func each(ctx context.Context, o options, dir string, do func(*copies) error) error {
	if o.only != "postgresql" {
		c, err := sqliteCopies(ctx, dir)
		if err != nil {
			return err
		}
		if err := do(c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	switch {
	case o.only == "sqlite":
		return nil
	case o.server == "" && o.only == "":
		return nil
	case o.server == "":
		return errors.New("VOLA_TEST_POSTGRES does not name a server")
	}
	c, err := postgresCopies(ctx, o.server)
	if err != nil {
		return err
	}
	defer c.drop()
	if err := do(c); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	return nil
}
