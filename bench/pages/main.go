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
	"strings"
	"syscall"
	"time"

	"github.com/volaweb/vola/bench/pagepeers"
	"github.com/volaweb/vola/bench/pagepeers/chitempl"
	"github.com/volaweb/vola/bench/pagepeers/echobun"
	"github.com/volaweb/vola/bench/pagepeers/gingorm"
	"github.com/volaweb/vola/bench/pagepeers/volablog"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv("VOLA_TEST_POSTGRES"), os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "pages:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, server string, stdout, stderr io.Writer) error {
	switch {
	case len(args) > 0 && args[0] == "serve":
		return pagepeers.Serve(ctx, programs(), args[1:], stdout, stderr)
	case len(args) > 0 && args[0] == "measure":
		o, err := parseOptions(args[1:], server, stderr)
		if err != nil {
			return err
		}
		return measureAll(ctx, o, stdout, stderr)
	}
	return errors.New("say what to do: serve or measure")
}

// programs returns all programs, the one that others are compared with first.
func programs() []pagepeers.Program {
	all := append(pagepeers.Standard(), chitempl.Program(), echobun.Program(), gingorm.Program())
	return append(all, volablog.Programs()...)
}

// options are what measure was asked to do.
type options struct {
	rounds   int
	segment  time.Duration
	starts   int
	conns    int
	lists    int
	only     string
	programs []pagepeers.Program
	pages    []string
	write    string
	profile  string
	profiled time.Duration // how long a profile is taken
	server   string
	// command returns what starts a program, before its flags.
	command func(p pagepeers.Program) []string
}

func parseOptions(args []string, server string, stderr io.Writer) (options, error) {
	o := options{server: server, profiled: 8 * time.Second}
	var only, asked string
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.rounds, "rounds", 31, "measure each page of each program so many times")
	flags.DurationVar(&o.segment, "segment", 100*time.Millisecond, "processor time of one measurement of "+pagepeers.Base)
	flags.IntVar(&o.starts, "starts", 11, "start each program so many times, for the time and memory of that")
	flags.IntVar(&o.conns, "conns", 16, "connections that ask at a time; 2 on a busy machine")
	flags.IntVar(&o.lists, "lists", 20, "ask for the first so many pages of the list")
	flags.StringVar(&o.only, "db", "", "only sqlite or postgresql")
	flags.StringVar(&only, "programs", "", "only these programs, with commas between, beside "+pagepeers.Base)
	flags.StringVar(&asked, "pages", "", "only these of the pages list, post, json and hit, with commas between")
	flags.StringVar(&o.write, "write", "", "document to write the tables into")
	flags.StringVar(&o.profile, "profile", "", "measure nothing, but write the CPU profile of each page of each of -programs into this folder")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.rounds < 1 || o.segment <= 0 || o.starts < 1 || o.conns < 1 || o.lists < 1 || flags.NArg() > 0 {
		return o, errors.New("numbers and times must be more than 0, and there are no arguments")
	}
	if !slices.Contains([]string{"", "sqlite", "postgresql"}, o.only) {
		return o, fmt.Errorf("-db %s: it is sqlite or postgresql", o.only)
	}
	for name := range strings.SplitSeq(only, ",") {
		if _, err := pagepeers.Named(programs(), name); only != "" && err != nil {
			return o, err
		}
	}
	for _, p := range programs() {
		if p.Name == pagepeers.Base || only == "" || slices.Contains(strings.Split(only, ","), p.Name) {
			o.programs = append(o.programs, p)
		}
	}
	for _, p := range requestsOf(1) {
		if asked == "" || slices.Contains(strings.Split(asked, ","), p.name) {
			o.pages = append(o.pages, p.name)
		}
	}
	if len(o.pages) == 0 {
		return o, fmt.Errorf("-pages %s: none of them is a page", asked)
	}
	return o, nil
}
