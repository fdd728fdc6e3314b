package middleware

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

// RecoverConfig configures [Recover]. The zero value is ready to use.
type RecoverConfig struct {
	// Logger gets the panics with their stacks. Defaults to [slog.Default].
	Logger *slog.Logger
}

// PanicError is what the [web.ErrorHandler] gets for a panic. Its kind is
// always [fault.Internal], even if the value is an error of another kind.
type PanicError struct {
	Value any    // what was passed to panic
	Stack []byte // as by [debug.Stack]
}

// Error returns the panic's value as text, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// FaultKind returns [fault.Internal].
func (e *PanicError) FaultKind() fault.Kind { return fault.Internal }

// Recover logs a panic with its stack and the id of the request, and answers
// with a [*PanicError] through the ErrorHandler. If part of the response was
// sent already, the connection is aborted instead. A panic of
// [http.ErrAbortHandler] passes through unlogged. If the ErrorHandler itself
// panics, that is logged too and the answer is that of [web.WriteError].
func Recover(cfg RecoverConfig) web.Middleware {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rw := web.Observe(w)
			defer func() {
				if err := recovered(cfg.Logger, rw, r, recover()); err != nil {
					answer(cfg.Logger, rw, r, err)
				}
			}()
			next.ServeHTTP(rw, r)
		})
	}
}

// answer passes err to the ErrorHandler and stands in for one that panics.
func answer(logger *slog.Logger, rw *web.Response, r *http.Request, err error) {
	defer func() {
		again := recovered(logger, rw, r, recover())
		switch {
		case again == nil:
		case rw.Written():
			panic(http.ErrAbortHandler)
		default:
			web.WriteError(rw, r, again)
		}
	}()
	web.Fail(rw, r, err)
}

// recovered logs value, the result of recover, and returns it as an error. It
// returns nil for no panic and panics again to abort the connection.
func recovered(logger *slog.Logger, rw *web.Response, r *http.Request, value any) error {
	switch value {
	case nil:
		return nil
	case http.ErrAbortHandler:
		panic(value)
	}
	err := &PanicError{Value: value, Stack: debug.Stack()}
	logger.LogAttrs(r.Context(), slog.LevelError, "panic",
		slog.String("error", err.Error()),
		slog.String("method", r.Method),
		slog.String("path", web.LogPath(rw, r)),
		slog.String("id", RequestIDFrom(r.Context())),
		slog.String("stack", string(err.Stack)),
	)
	return err
}
