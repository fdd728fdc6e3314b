package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/volaweb/vola/bench/ormpeers"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
)

// contest opens a database for each peer, all copies of one.
func contest(ctx context.Context, peers []ormpeers.Named, hand ormpeers.Open, urls []string) ([]contestant, error) {
	var cs []contestant
	for i, p := range peers {
		peer, err := p.Open(ctx, urls[i])
		if err != nil {
			return cs, fmt.Errorf("%s: %w", p.Name, err)
		}
		c := contestant{name: p.Name, peer: peer}
		if c.checker, err = hand(ctx, urls[i]); err != nil {
			return cs, err
		}
		c.admin, err = database.Open(ctx, database.Config{URL: urls[i], Drivers: []database.Driver{sqlite.Driver, postgres.Driver}})
		if err != nil {
			return cs, err
		}
		cs = append(cs, c)
	}
	return cs, nil
}

func closeAll(cs []contestant) {
	for _, c := range cs {
		c.peer.Close()
		c.checker.Close()
		c.admin.Close()
	}
}

// sqliteFiles makes n copies of a filled database in dir and returns their URLs.
func sqliteFiles(ctx context.Context, dir string, n int) ([]string, error) {
	seed := "sqlite:" + filepath.Join(dir, "seed.db")
	if err := ormpeers.Seed(ctx, seed); err != nil {
		return nil, err
	}
	db, err := database.Open(ctx, database.Config{URL: seed, Drivers: []database.Driver{sqlite.Driver}})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	backuper, ok := db.Backend().(database.Backuper)
	if !ok {
		return nil, errors.New("the database cannot be copied")
	}
	var urls []string
	for i := range n {
		path := filepath.Join(dir, fmt.Sprintf("peer%d.db", i))
		if err := backuper.Backup(ctx, path); err != nil {
			return nil, err
		}
		urls = append(urls, "sqlite:"+path)
	}
	return urls, nil
}

// postgresDatabases makes n copies of a filled database on the server and
// returns their URLs, and a function that drops them.
func postgresDatabases(ctx context.Context, server string, n int) (urls []string, drop func(), err error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, nil, fmt.Errorf("the server's URL is not understood")
	}
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return nil, nil, err
	}
	prefix := "vola_bench_" + strings.ToLower(rand.Text()[:10])
	var made []string
	drop = func() {
		for _, name := range made {
			conn.Exec(context.WithoutCancel(ctx), "DROP DATABASE IF EXISTS "+database.Quote(name)+" WITH (FORCE)")
		}
		conn.Close(context.WithoutCancel(ctx))
	}
	create := func(name, template string) string {
		if err == nil {
			_, err = conn.Exec(ctx, "CREATE DATABASE "+database.Quote(name)+" TEMPLATE "+database.Quote(template))
			made = append(made, name)
		}
		if err == nil {
			// The server's disk is not what is measured.
			_, err = conn.Exec(ctx, "ALTER DATABASE "+database.Quote(name)+" SET synchronous_commit = off")
		}
		copied := *u
		copied.Path = "/" + name
		return copied.String()
	}
	seed := create(prefix, "template0")
	if err == nil {
		err = ormpeers.Seed(ctx, seed)
	}
	for i := range n {
		urls = append(urls, create(fmt.Sprintf("%s_%d", prefix, i), prefix))
	}
	if err != nil {
		drop()
		return nil, nil, err
	}
	return urls, drop, nil
}
