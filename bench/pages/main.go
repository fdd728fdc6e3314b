package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/volaweb/vola/bench/pagepeers"
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
		return serve(ctx, args[1:], stdout, stderr)
	case len(args) > 0 && args[0] == "measure":
		o, err := parseOptions(args[1:], server, stderr)
		if err != nil {
			return err
		}
		return measureAll(ctx, o, stdout, stderr)
	}
	return errors.New("say what to do: serve or measure")
}

// serve runs one of the programs.
func serve(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return errors.New("say which program to serve")
	}
	p, err := pagepeers.Named(args[0])
	if err != nil {
		return err
	}
	o := pagepeers.Options{Stdout: stdout, Stderr: stderr}
	var profiles string
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.Database, "database", "", "URL of the database, which measure has filled")
	flags.StringVar(&o.Addr, "addr", "127.0.0.1:0", "address to listen on")
	flags.StringVar(&profiles, "profiles", "", "another address, to offer the profiles of net/http/pprof on")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if o.Database == "" || flags.NArg() > 0 {
		return errors.New("give the database, and no arguments after the program")
	}
	if profiles != "" {
		listener, err := net.Listen("tcp", profiles)
		if err != nil {
			return err
		}
		defer listener.Close()
		mux := http.NewServeMux()
		mux.HandleFunc("/profile", pprof.Profile)
		mux.Handle("/allocs", pprof.Handler("allocs"))
		fmt.Fprintf(stdout, "profiles are at http://%s/\n", listener.Addr())
		go http.Serve(listener, mux)
	}
	return p.Serve(ctx, o)
}

// options are what measure was asked to do.
type options struct {
	rounds   int
	segment  time.Duration
	starts   int
	conns    int
	lists    int
	only     string
	programs []string
	pages    []string
	write    string
	profile  string
	server   string
	command  []string // that runs this program
}

func parseOptions(args []string, server string, stderr io.Writer) (options, error) {
	o := options{server: server}
	var programs, asked string
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.rounds, "rounds", 21, "measure each page of each program so many times")
	flags.DurationVar(&o.segment, "segment", 200*time.Millisecond, "processor time of one measurement of "+pagepeers.Base)
	flags.IntVar(&o.starts, "starts", 11, "start each program so many times, for the time and memory of that")
	flags.IntVar(&o.conns, "conns", 16, "connections that ask at a time; 2 on a busy machine")
	flags.IntVar(&o.lists, "lists", 20, "ask for the first so many pages of the list")
	flags.StringVar(&o.only, "db", "", "only sqlite or postgresql")
	flags.StringVar(&programs, "programs", "", "only these programs, with commas between, beside "+pagepeers.Base)
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
	o.programs = []string{pagepeers.Base}
	if programs == "" {
		for _, p := range pagepeers.Programs()[1:] {
			o.programs = append(o.programs, p.Name)
		}
	} else {
		for name := range strings.SplitSeq(programs, ",") {
			if _, err := pagepeers.Named(name); err != nil {
				return o, err
			}
			if name != pagepeers.Base {
				o.programs = append(o.programs, name)
			}
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
	self, err := os.Executable()
	o.command = []string{self}
	return o, err
}
