package main

import (
	"context"
	"strings"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
)

// ours is package jobs, in a site with nothing else.
type ours struct {
	db   *database.DB
	site *vola.Site
}

// nothing is a job that does nothing.
type nothing struct {
	N int `json:"n"`
}

// noting is the module that declares it.
type noting struct{ began func(n int) }

func (noting) Name() string { return "noting" }

func (m noting) Jobs() []jobs.Declaration {
	return []jobs.Declaration{jobs.Handle(func(_ context.Context, job jobs.Job[nothing]) error {
		m.began(job.Args.N)
		return nil
	}, jobs.Options{})}
}

func openVola(ctx context.Context, url string, began func(n int)) (_ *ours, err error) {
	drivers := []database.Driver{sqlite.Driver, postgres.Driver}
	db, err := database.Open(ctx, database.Config{URL: url, Drivers: drivers, Create: true, MaxConns: connections})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = db.Close()
		}
	}()
	modules := []module.Module{jobs.New(jobs.Config{Queues: map[string]int{"default": atOnce}, NoMail: true}), noting{began}}
	site, err := vola.New(vola.Config{Name: "jobs", Version: "1", Modules: modules, Drivers: drivers},
		vola.Options{Environ: map[string]string{"SECRET_KEY": strings.Repeat("measure-", 8), "ALLOWED_HOSTS": "*"}})
	if err != nil {
		return nil, err
	}
	if err := site.Runner(db).Apply(ctx, migrate.Target{}); err != nil {
		return nil, err
	}
	if _, err := db.Exec(ctx, ownTable); err != nil {
		return nil, err
	}
	if err := site.Open(ctx, db); err != nil {
		return nil, err
	}
	return &ours{db, site}, nil
}

// ownTable has the rows of the program that enqueues jobs.
const ownTable = "CREATE TABLE IF NOT EXISTS own (n bigint NOT NULL)"

// insertOwn stores one on either database.
const insertOwn = "INSERT INTO own (n) VALUES ($1)"

func (e *ours) enqueue(ctx context.Context, n int, committing func()) error {
	return e.db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		if _, err := tx.Exec(ctx, insertOwn, int64(n)); err != nil {
			return err
		}
		_, err := jobs.Enqueue(ctx, tx, nothing{n})
		committing()
		return err
	})
}

func (e *ours) enqueueMany(ctx context.Context, n int) error {
	args := make([]nothing, n)
	for i := range args {
		args[i].N = i
	}
	_, err := jobs.EnqueueAll(ctx, e.db, args)
	return err
}

func (e *ours) work(ctx context.Context) (func() error, error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- e.site.Work(ctx) }()
	return func() error { cancel(); return <-ended }, nil
}

func (e *ours) clear(ctx context.Context) error {
	return e.db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
		for _, table := range []string{"jobs_job", "own"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *ours) close() {
	e.site.Close()
	_ = e.db.Close()
}

// statements returns how many statements enqueue n jobs, beside those that begin and end a transaction.
func (e *ours) statements(ctx context.Context, n int) (count int, err error) {
	ctx = database.Observe(ctx, func(_ context.Context, s database.Statement) {
		if !strings.Contains(s.SQL, "INTO own") {
			count++
		}
	})
	if n > 1 {
		err = e.enqueueMany(ctx, n)
	} else {
		err = e.enqueue(ctx, 0, func() {})
	}
	return count, err
}
