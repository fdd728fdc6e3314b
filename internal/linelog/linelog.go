// Package linelog is the log of a site: the lines of slog.TextHandler, and those
// about requests in the same form, but without the cost of a record and, while
// the site is served, of a write for each.
package linelog

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Delay and MaxHeld bound what a handler holds back: the oldest line is written
// after that time, and earlier if the lines are so many bytes.
const (
	Delay   = 100 * time.Millisecond
	MaxHeld = 32 << 10
)

// Handler is a slog.TextHandler that also takes requests. It is safe for
// concurrent use.
type Handler struct {
	slog.Handler
	out *output
}

// New returns a handler that writes to w what has at least that level.
func New(w io.Writer, level slog.Leveler) *Handler {
	out := &output{w: w}
	return &Handler{slog.NewTextHandler(out, &slog.HandlerOptions{Level: level}), out}
}

// Hold lets the handler hold back lines about requests, for at most [Delay] and
// [MaxHeld] bytes. Every other line, and one about a request that has failed, is
// written at once, after those that are held. Release ends it and writes what is
// held.
func (h *Handler) Hold() (release func()) {
	o := h.out
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hold = true
	if o.timer == nil {
		o.timer = time.AfterFunc(Delay, o.flush)
		o.timer.Stop() // until there is a line
	}
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.hold = false
		o.timer.Stop()
		_ = o.writeHeld() // as Log does
	}
}

// Log writes the line about a request, unless its level is too low. What cannot
// be written is lost: there is nowhere to say it.
func (h *Handler) Log(ctx context.Context, r Request) {
	if !h.Enabled(ctx, r.level()) {
		return
	}
	o := h.out
	o.mu.Lock()
	defer o.mu.Unlock()
	o.held = r.append(o.held, &o.clock)
	switch {
	case !o.hold, r.level() > slog.LevelInfo, len(o.held) >= MaxHeld:
		_ = o.writeHeld()
	case !o.waiting:
		o.waiting = true
		o.timer.Reset(Delay)
	}
}

// output writes to w what is held before anything else.
type output struct {
	mu      sync.Mutex
	w       io.Writer
	held    []byte
	clock   clock
	hold    bool
	waiting bool // for the timer
	timer   *time.Timer
}

// Write writes a line of slog.TextHandler.
func (o *output) Write(line []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	_ = o.writeHeld() // as Log does
	return o.w.Write(line)
}

func (o *output) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	_ = o.writeHeld() // as Log does
}

func (o *output) writeHeld() error {
	o.waiting = false
	if len(o.held) == 0 {
		return nil
	}
	_, err := o.w.Write(o.held)
	o.held = o.held[:0]
	if cap(o.held) > 2*MaxHeld {
		o.held = nil // of a line that was long
	}
	return err
}
