package routers

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gorilla/mux"
	"github.com/labstack/echo/v5"
)

// NewApp returns the handler of examples/starving, which asks the source for posts.
func NewApp(source string, now func() time.Time) (http.Handler, error) { return newApp(source, now) }

// Server serves what a router leads to. Serve returns after Close, with no error then.
type Server interface {
	// Serve takes connections from the listener until Close.
	Serve(l net.Listener) error
	// Close ends Serve and the connections.
	Close() error
}

// Router is one that a handler can be mounted in.
type Router struct {
	Name  string                      // as its project writes it
	Mount func(h http.Handler) Server // leads all requests to the handler
}

// All returns the routers. The first is that of the standard library.
func All() []Router {
	return []Router{
		{"ServeMux", serveMux}, {"chi", inChi}, {"gin", inGin}, {"echo", inEcho}, {"gorilla/mux", inGorilla}, {"fiber", inFiber},
	}
}

func serveMux(h http.Handler) Server {
	m := http.NewServeMux()
	m.Handle("/", h)
	return newServer(m)
}

func inChi(h http.Handler) Server {
	r := chi.NewRouter()
	r.Mount("/", h)
	return newServer(r)
}

func inGin(h http.Handler) Server {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.Any("/*path", gin.WrapH(h))
	return newServer(e)
}

func inEcho(h http.Handler) Server {
	e := echo.NewWithConfig(echo.Config{Logger: slog.New(slog.DiscardHandler)})
	e.Any("/*", echo.WrapHandler(h))
	return newServer(e)
}

func inGorilla(h http.Handler) Server {
	r := mux.NewRouter()
	r.PathPrefix("/").Handler(h)
	return newServer(r)
}

// server is one of the standard library.
type server struct{ http.Server }

func newServer(h http.Handler) *server {
	return &server{http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}}
}

// Serve takes connections from the listener until Close.
func (s *server) Serve(l net.Listener) error {
	if err := s.Server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
