package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
)

// When its context is done, a statement is stopped by a request to the server, on
// a connection of its own. The server passes it on as a signal, which it ignores
// between statements and while it binds one; so it is asked again until the
// statement has ended. A server that does not answer loses the connection.
const (
	askAgain = 50 * time.Millisecond
	giveUp   = 2 * time.Second
)

// stopper stops the statements of one connection. pgx calls its methods one after
// the other.
type stopper struct {
	conn       *pgconn.PgConn
	quit, done chan struct{}
}

func newStopper(c *pgconn.PgConn) ctxwatch.Handler { return &stopper{conn: c} }

// HandleCancel begins to stop the statement.
func (s *stopper) HandleCancel(context.Context) {
	s.quit, s.done = make(chan struct{}), make(chan struct{})
	go s.stop(s.quit, s.done)
}

func (s *stopper) stop(quit, done chan struct{}) {
	defer close(done)
	ctx, end := context.WithTimeout(context.Background(), giveUp)
	defer end()
	for {
		// An error is no reason to end: the next request may arrive.
		_ = s.conn.CancelRequest(ctx)
		select {
		case <-quit:
			return
		case <-ctx.Done():
			_ = s.conn.Conn().SetDeadline(time.Unix(1, 0)) // ends the waiting, and the connection
			return
		case <-time.After(askAgain):
		}
	}
}

// HandleUnwatchAfterCancel waits for the request that is being sent, when the
// statement has ended.
func (s *stopper) HandleUnwatchAfterCancel() {
	close(s.quit)
	<-s.done
	_ = s.conn.Conn().SetDeadline(time.Time{})
	s.conn.CustomData()[stoppedMark] = true
}

// stoppedMark marks a connection on which a statement was stopped, until settle.
const stoppedMark = "vola: stopped"

// settle makes sure that no signal of the server hits the next statement of a
// connection on which one was stopped. The server has sent the signal before it
// ended the request, so it arrives before the server has read what is sent from
// here on: an empty statement takes it. An error says that the connection is
// lost.
func settle(c *pgconn.PgConn) error {
	if c.CustomData()[stoppedMark] == nil {
		return nil
	}
	delete(c.CustomData(), stoppedMark)
	if c.IsClosed() {
		return nil // the next statement has the error
	}
	ctx, end := context.WithTimeout(context.Background(), giveUp)
	defer end()
	if err := c.Exec(ctx, "").Close(); err != nil && !isStopped(err) {
		return errors.Join(err, c.Close(ctx))
	}
	return nil
}

// isStopped reports whether the server stopped the statement because it was asked
// to.
func isStopped(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "57014"
}

// stopError is the error of a statement whose context may be done: then it says so
// rather than that the server was asked to stop it.
func stopError(contextErr func() error, err error) error {
	if isStopped(err) {
		if cause := contextErr(); cause != nil {
			return fmt.Errorf("the statement was stopped: %w", cause)
		}
	}
	return err
}
