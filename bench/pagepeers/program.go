package pagepeers

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
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
	Name  string
	About string // what it is made of
	// Serve answers requests until ctx is done. Before, it writes a line to
	// Stdout that has the URL http://HOST:PORT/.
	Serve func(ctx context.Context, o Options) error
}

// Base is the name of the program that the others are compared with.
const Base = "nethttp"

// Programs returns all programs, the one that others are compared with first.
func Programs() []Program {
	return []Program{
		{Base, "net/http, html/template, database/sql with prepared statements", handlerOf(Base, netHTTP)},
		{"limit", "net/http, bytes appended by hand, one statement a request", handlerOf("limit", limit)},
		{"chi", "chi, templ, database/sql with prepared statements", handlerOf("chi", chiTempl)},
		{"echo", "echo, html/template, bun", handlerOf("echo", echoBun)},
		{"gin", "gin, html/template, GORM with prepared statements", handlerOf("gin", ginGORM)},
		{"vola", "a site of Vola with all that is on by default", serveVola(false)},
		{"vola-plain", "the same without request ids, access log and security headers", serveVola(true)},
	}
}

// Named returns the program of that name.
func Named(name string) (Program, error) {
	for _, p := range Programs() {
		if p.Name == name {
			return p, nil
		}
	}
	return Program{}, fmt.Errorf("there is no program %q", name)
}

// handlerOf returns the Serve of a program that is a handler on a database. Its
// server has the limits of time that Vola's has.
func handlerOf(name string, open func(ctx context.Context, s *stores) (http.Handler, error)) func(context.Context, Options) error {
	return func(ctx context.Context, o Options) error {
		s, err := openStores(o.Database)
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
