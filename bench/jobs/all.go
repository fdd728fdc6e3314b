package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// measureAll measures on each database, and writes what came of it.
func measureAll(ctx context.Context, o options, stdout, stderr io.Writer) error {
	dir, err := os.MkdirTemp("", "jobs")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var reports []report
	one := func(at *place) error {
		defer at.drop()
		r, err := measureOn(ctx, o, at, stderr)
		if err != nil {
			return fmt.Errorf("%s: %w", at.name, err)
		}
		reports = append(reports, r)
		_, err = fmt.Fprintln(stdout, r.tables(o))
		return err
	}
	if o.only != "postgresql" {
		if err := one(sqlitePlace(dir)); err != nil {
			return err
		}
	}
	if o.server == "" && o.only == "postgresql" {
		return errors.New("VOLA_TEST_POSTGRES does not name a server")
	}
	if o.server != "" && o.only != "sqlite" {
		at, err := postgresPlace(ctx, o.server)
		if err != nil {
			return err
		}
		if err := one(at); err != nil {
			return err
		}
	}
	if o.write == "" || o.profile != "" {
		return nil
	}
	return writeDocument(o, reports)
}

// measureOn measures on one database.
func measureOn(ctx context.Context, o options, at *place, stderr io.Writer) (r report, err error) {
	r = report{database: at.name, version: at.version, load: load()}
	names := []string{nameVola, nameRiver}
	if o.profile != "" {
		names = names[:1]
	}
	for _, name := range names {
		p, err := newPeer(ctx, name, at)
		if err != nil {
			return r, fmt.Errorf("%s: %w", name, err)
		}
		defer p.close()
		r.peers = append(r.peers, p)
	}
	vola := r.peers[0].engine.(*ours)
	if r.single, err = vola.statements(ctx, 1); err != nil {
		return r, err
	}
	if r.thousand, err = vola.statements(ctx, 1000); err != nil {
		return r, err
	}
	if err := vola.clear(ctx); err != nil {
		return r, err
	}
	for round := range o.rounds {
		fmt.Fprintf(stderr, "%s: round %d of %d\n", at.name, round+1, o.rounds)
		for i := range r.peers {
			p := r.peers[(round+i)%len(r.peers)] // who is first changes
			if err := p.round(ctx, o, stderr); err != nil {
				return r, fmt.Errorf("%s: %w", p.name, err)
			}
		}
	}
	if o.profile != "" {
		return r, nil
	}
	fmt.Fprintf(stderr, "%s: idle processes\n", at.name)
	return r, idleness(ctx, o, r.peers, stderr)
}
