package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/bench/ormpeers"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, os.Args[1:], os.Getenv("VOLA_TEST_POSTGRES"), os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "ormbench:", err)
		os.Exit(1)
	}
}

// options are what the command was asked to do.
type options struct {
	rounds  int
	segment time.Duration
	line    string
	peer    string
	only    string
	write   string
	profile string
	server  string
}

func bench(ctx context.Context, args []string, server string, stdout, stderr io.Writer) error {
	o := options{server: server}
	flags := flag.NewFlagSet("ormbench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.rounds, "rounds", 15, "measure each operation of each peer so many times")
	flags.DurationVar(&o.segment, "segment", 60*time.Millisecond, "processor time of one measurement")
	flags.StringVar(&o.line, "line", "", "only operations whose name begins so")
	flags.StringVar(&o.peer, "peer", "", "only the peer of that name, beside the one by hand")
	flags.StringVar(&o.only, "db", "", "only sqlite or postgresql")
	flags.StringVar(&o.write, "write", "", "folder to write the charts into")
	flags.StringVar(&o.profile, "profile", "", "run the peer alone and write cpu.pprof and allocs.pprof into this folder")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.rounds < 1 || o.segment <= 0 || flags.NArg() > 0 {
		return errors.New("give at least one round, a time for each, and no arguments")
	}
	dir, err := os.MkdirTemp("", "ormbench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if o.only != "postgresql" {
		peers := chosen(ormpeers.SQLite(), o.peer)
		urls, err := sqliteFiles(ctx, dir, len(peers))
		if err != nil {
			return err
		}
		if err := one(ctx, o, "SQLite", peers, ormpeers.SQL, urls, stdout, stderr); err != nil {
			return err
		}
	}
	if o.server == "" || o.only == "sqlite" {
		return nil
	}
	peers := chosen(ormpeers.PostgreSQL(), o.peer)
	urls, drop, err := postgresDatabases(ctx, o.server, len(peers))
	if err != nil {
		return err
	}
	defer drop()
	return one(ctx, o, "PostgreSQL", peers, ormpeers.PGX, urls, stdout, stderr)
}

// chosen returns the peer by hand and the one of that name, or all.
func chosen(peers []ormpeers.Named, name string) []ormpeers.Named {
	if name == "" {
		return peers
	}
	return slices.DeleteFunc(peers, func(p ormpeers.Named) bool { return p.Name != peers[0].Name && !strings.EqualFold(p.Name, name) })
}

// one measures one database and prints what came of it.
func one(ctx context.Context, o options, name string, peers []ormpeers.Named, hand ormpeers.Open, urls []string, stdout, stderr io.Writer) error {
	cs, err := contest(ctx, peers, hand, urls)
	defer closeAll(cs)
	if err != nil {
		return err
	}
	for i := range cs {
		if cs[i].missing, err = check(ctx, cs[i], cs[0].checker); err != nil {
			return err
		}
	}
	r := report{database: name}
	for _, c := range cs {
		r.peers = append(r.peers, c.name)
	}
	for _, l := range lines() {
		if !strings.HasPrefix(l.name, o.line) {
			continue
		}
		if o.profile != "" {
			if err := profile(ctx, o, l, cs[len(cs)-1]); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(stderr, "%s: %s\n", name, l.name)
		f, err := measure(ctx, l, cs, o.rounds, o.segment)
		if err != nil {
			return err
		}
		r.lines, r.figures = append(r.lines, l), append(r.figures, f)
	}
	if o.profile != "" {
		return nil
	}
	fmt.Fprintf(stdout, "%s\n%s\n", r.table(), r.goals())
	if o.write == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(o.write, "orm-"+strings.ToLower(name)+".svg"), []byte(r.svg()), 0o644)
}

// profile runs a line on one peer for as long as all rounds would take, twice:
// noting each allocation would disturb the times.
func profile(ctx context.Context, o options, l line, c contestant) error {
	next := 1
	n, err := calibrate(ctx, l, c, o.segment, &next)
	if err != nil {
		return err
	}
	again := func() error {
		for range o.rounds {
			if _, _, err := run(ctx, l, c, n, next); err != nil {
				return err
			}
			next += n
		}
		return nil
	}
	cpu, err := os.Create(filepath.Join(o.profile, "cpu.pprof"))
	if err != nil {
		return err
	}
	defer cpu.Close()
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return err
	}
	err = again()
	pprof.StopCPUProfile()
	if err != nil {
		return err
	}
	runtime.MemProfileRate = 64
	if err := again(); err != nil {
		return err
	}
	allocs, err := os.Create(filepath.Join(o.profile, "allocs.pprof"))
	if err != nil {
		return err
	}
	defer allocs.Close()
	return pprof.Lookup("allocs").WriteTo(allocs, 0)
}
