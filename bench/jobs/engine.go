package main

import (
	"context"
	"fmt"
	"strings"
)

// atOnce is how many jobs run at once.
const atOnce = 100

// connections are those to PostgreSQL that each engine has at most.
const connections = 8

// engine enqueues jobs and works on them. The jobs do nothing but tell that they began.
type engine interface {
	// enqueue stores the job of a number, in a transaction with a row of the program's own. It calls
	// committing before it commits.
	enqueue(ctx context.Context, n int, committing func()) error
	// enqueueMany stores jobs from 0 on, as many at a time as it is told.
	enqueueMany(ctx context.Context, n int) error
	// work works until stop is called, which returns when all that was begun is stored.
	work(ctx context.Context) (stop func() error, err error)
	// clear deletes all jobs.
	clear(ctx context.Context) error
	// close gives the connections back.
	close()
}

const (
	nameVola  = "Vola"
	nameRiver = "River"
)

// open opens the engine of a name on a database, and makes its tables if they are not there. began is called by each job with its number.
func open(ctx context.Context, name, url string, began func(n int)) (engine, error) {
	switch {
	case name == nameVola:
		return openVola(ctx, url, began)
	case name == nameRiver && strings.HasPrefix(url, "sqlite:"):
		return openRiverSQLite(ctx, strings.TrimPrefix(url, "sqlite:"), began)
	case name == nameRiver:
		return openRiverPostgres(ctx, url, began)
	}
	return nil, fmt.Errorf("there is no engine %q", name)
}
