package pagepeers

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/pprof"
	"time"
)

// Options are what a program is served with.
type Options struct {
	Database string    // the URL, as Vola writes them
	Addr     string    // HOST:PORT to listen on; port 0 takes a free one
	Stdout   io.Writer // gets a line with the address
	Stderr   io.Writer // gets the log, if the program has one
}

// Program is one way to write the blog.
type Program struct {
	Name    string
	About   string // what it is made of
	Command string // the folder of bench/pageprograms that has it
	// Serve answers requests until ctx is done. Before, it writes a line to
	// Stdout that has the URL http://HOST:PORT/.
	Serve func(ctx context.Context, o Options) error
}

// Base is the name of the program that the others are compared with.
const Base = "nethttp"

// Standard returns the programs that use the standard library alone: the one
// that others are compared with, and one that shows what is possible.
func Standard() []Program {
	return []Program{
		{Base, "net/http, html/template, database/sql with prepared statements", "nethttp", HandlerOf(Base, netHTTP)},
		{"limit", "net/http, bytes appended by hand, one statement a request", "nethttp", HandlerOf("limit", limit)},
	}
}

// HandlerOf returns the Serve of a program that is a handler on a database. Its
// server has the limits of time that Vola's has.
func HandlerOf(name string, open func(ctx context.Context, s *Stores) (http.Handler, error)) func(context.Context, Options) error {
	return func(ctx context.Context, o Options) error {
		s, err := OpenStores(o.Database)
		if err != nil {
			return err
		}
		defer s.Close()
		handler, err := open(ctx, s)
		if err != nil {
			return err
		}
		listener, err := net.Listen("tcp", o.Addr)
		if err != nil {
			return err
		}
		server := &http.Server{
			Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
			WriteTimeout: 60 * time.Second, IdleTimeout: 120 * time.Second,
		}
		stop := context.AfterFunc(ctx, func() { server.Close() })
		defer stop()
		fmt.Fprintf(o.Stdout, "%s is at http://%s/\n", name, listener.Addr())
		if err := server.Serve(listener); err != http.ErrServerClosed {
			return err
		}
		return nil
	}
}

// Serve runs one of the programs as args say: its name, --database URL, --addr
// HOST:PORT and --profiles HOST:PORT.
func Serve(ctx context.Context, programs []Program, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return errors.New("say which program to serve")
	}
	p, err := Named(programs, args[0])
	if err != nil {
		return err
	}
	o := Options{Stdout: stdout, Stderr: stderr}
	var profiles string
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.Database, "database", "", "URL of the database, which must be filled")
	flags.StringVar(&o.Addr, "addr", "127.0.0.1:0", "address to listen on")
	flags.StringVar(&profiles, "profiles", "", "another address, to offer the CPU profile on")
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
		mux.HandleFunc("/profile", profile)
		fmt.Fprintf(stdout, "profiles are at http://%s/\n", listener.Addr())
		go http.Serve(listener, mux)
	}
	return p.Serve(ctx, o)
}

// profile answers with the CPU profile of the time that the parameter "for"
// says.
func profile(w http.ResponseWriter, r *http.Request) {
	d, err := time.ParseDuration(r.FormValue("for"))
	if err == nil {
		err = pprof.StartCPUProfile(w)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	select {
	case <-time.After(d):
	case <-r.Context().Done():
	}
	pprof.StopCPUProfile()
}

// Named returns the program of that name.
func Named(programs []Program, name string) (Program, error) {
	for _, p := range programs {
		if p.Name == name {
			return p, nil
		}
	}
	return Program{}, fmt.Errorf("there is no program %q", name)
}
