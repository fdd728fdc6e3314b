package routers

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
	"github.com/gofiber/fiber/v3/middleware/recover"
)

func inFiber(h http.Handler) Server {
	app := fiber.New()
	app.Use(recover.New()) // without it a panic of a handler ends the program
	app.Use(adaptor.HTTPHandler(owned(h)))
	return fiberServer{app}
}

// owned gives the handler a request of its own, with a context that ends when the handler
// returns. The texts of a request of fiber, and its context, are those of the next request over
// the same connection then; but handlers keep them, as keys of a cache or for work in the background.
func owned(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address, err := url.ParseRequestURI(strings.Clone(r.RequestURI))
		if err != nil {
			http.Error(w, "400 Bad Request", http.StatusBadRequest)
			return
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		own := r.WithContext(ctx)
		own.Method, own.Proto, own.Host = strings.Clone(r.Method), strings.Clone(r.Proto), strings.Clone(r.Host)
		own.RequestURI, own.URL = strings.Clone(r.RequestURI), address
		own.TransferEncoding = nil // the body has been read
		own.Header = make(http.Header, len(r.Header))
		for name, values := range r.Header {
			for _, value := range values {
				own.Header[strings.Clone(name)] = append(own.Header[name], strings.Clone(value))
			}
		}
		h.ServeHTTP(w, own)
	})
}

// fiberServer is that of fiber, which is not built on net/http.
type fiberServer struct{ app *fiber.App }

// Serve takes connections from the listener until Close.
func (s fiberServer) Serve(l net.Listener) error {
	return s.app.Listener(l, fiber.ListenConfig{DisableStartupMessage: true})
}

// Close waits for the requests at work, at most ten seconds.
func (s fiberServer) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return s.app.ShutdownWithContext(ctx)
}
