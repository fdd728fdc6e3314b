package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"github.com/volaweb/vola/database"
)

// cancelWait is how long a statement of a transaction may go on after it was
// asked to stop. Then its connection is closed, and the transaction lost.
const cancelWait = 2 * time.Second

// cancelKey marks the context of a statement whose connection is to be kept.
type cancelKey struct{}

// keepConn returns the context of a statement in a transaction: when it is done
// the server is asked to stop the statement, so that the transaction can go on
// from its last savepoint. Outside one the connection is closed, which is faster.
func keepConn(ctx context.Context) context.Context {
	if ctx.Done() == nil {
		return ctx
	}
	return context.WithValue(ctx, cancelKey{}, true)
}

// stopper stops the statement of a connection whose context is done, in the way
// that the context says.
type stopper struct {
	cancel pgconn.CancelRequestContextWatcherHandler
	end    pgconn.DeadlineContextWatcherHandler
	asked  bool
}

func newStopper(c *pgconn.PgConn) ctxwatch.Handler {
	return &stopper{
		cancel: pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: cancelWait},
		end:    pgconn.DeadlineContextWatcherHandler{Conn: c.Conn()},
	}
}

// HandleCancel is called when the context of the statement is done.
func (s *stopper) HandleCancel(ctx context.Context) {
	if s.asked = ctx.Value(cancelKey{}) != nil; s.asked {
		s.cancel.HandleCancel(ctx)
		return
	}
	s.end.HandleCancel(ctx)
}

// HandleUnwatchAfterCancel is called after that, when the statement has ended.
func (s *stopper) HandleUnwatchAfterCancel() {
	if s.asked {
		s.cancel.HandleUnwatchAfterCancel()
		return
	}
	s.end.HandleUnwatchAfterCancel()
}

// stopped gives the error of a statement that was stopped because its context was
// done the context's error, which is ended.
func stopped(err, ended error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "57014" && ended != nil {
		return fmt.Errorf("%s: %w", e.Message, ended)
	}
	return err
}

// mapError gives an error of the transaction its kind: if its connection is
// closed, whatever the driver was about to do on it, that of a lost one.
func (t *tx) mapError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	err = inTxError(stopped(err, ctx.Err()))
	if _, known := errors.AsType[*database.Error](err); known || !t.tx.Conn().IsClosed() ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &database.Error{Kind: database.Connection, Cause: err}
}
