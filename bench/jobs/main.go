package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Getenv("VOLA_TEST_POSTGRES"), os.Stdin, os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "jobs:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, server string, stdin io.Reader, stdout, stderr io.Writer) error {
	switch {
	case len(args) == 3 && args[0] == "work":
		return workUntilEOF(ctx, args[1], args[2], stdin, stdout)
	case len(args) > 0 && args[0] == "measure":
		o, err := parseOptions(args[1:], server, stderr)
		if err != nil {
			return err
		}
		return measureAll(ctx, o, stdout, stderr)
	}
	return errors.New("say what to do: measure, or work with the name of an engine and the URL of a database")
}

// options are what measure was asked to do.
type options struct {
	rounds  int
	singles int // jobs enqueued one by one, in a round
	many    int // jobs enqueued in thousands and worked off, in a round
	starts  int // jobs whose start is waited for, in a round
	idle    time.Duration
	only    string
	write   string
	profile string
	line    string
	server  string
}

func parseOptions(args []string, server string, stderr io.Writer) (options, error) {
	o := options{server: server}
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.rounds, "rounds", 5, "measure everything so many times")
	flags.IntVar(&o.singles, "singles", 1000, "enqueue so many jobs one by one in a round")
	flags.IntVar(&o.many, "many", 10_000, "enqueue so many jobs in thousands in a round, and work them off")
	flags.IntVar(&o.starts, "starts", 100, "wait for the start of so many jobs in a round")
	flags.DurationVar(&o.idle, "idle", 20*time.Second, "look so long at processes that have nothing to do")
	flags.StringVar(&o.only, "db", "", "only sqlite or postgresql")
	flags.StringVar(&o.write, "write", "", "document to write the tables into")
	flags.StringVar(&o.profile, "profile", "", "measure only Vola, and write its CPU profile into this file")
	flags.StringVar(&o.line, "line", "", "with -profile: only enqueue, many or work is in the profile")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.rounds < 1 || o.singles < 1 || o.many < 1 || o.starts < 1 || o.idle <= 0 || flags.NArg() > 0 {
		return o, errors.New("numbers and times must be more than 0, and there are no arguments")
	}
	if !slices.Contains([]string{"", "sqlite", "postgresql"}, o.only) {
		return o, fmt.Errorf("-db %s: it is sqlite or postgresql", o.only)
	}
	return o, nil
}
