package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/internal/split"
)

// QueueConfig configures a [Queue]. Only Sender is needed.
type QueueConfig struct {
	// Sender sends the mails.
	Sender Sender
	// Log takes what was not sent: domains of recipients and errors, never an address or
	// content. Defaults to dropping it.
	Log *slog.Logger
	// Max is how many mails may wait, those at work among them. Defaults to 1,000. They have at
	// most 100 MB together.
	Max int
	// Workers is how many mails are at work at a time. Defaults to 2.
	Workers int
	// Timeout is how long each attempt may take. Defaults to 30 seconds.
	Timeout time.Duration
	// Retries are the times after which a mail is tried again that failed for a moment (see
	// [IsTemporary]). Defaults to 10 seconds, 1 minute and 5 minutes. Empty and not nil
	// means one attempt.
	Retries []time.Duration
}

// Queue sends mails in the background, in the memory of the process: mails that wait are lost when
// it is killed. It may be used by many goroutines. It has none of its own while there is
// nothing to send.
type Queue struct {
	cfg QueueConfig
	// lifetime: from NewQueue until Close gives up waiting; attempts end with it.
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	ready   []*queued
	later   map[*queued]*time.Timer
	pending int // ready, later and at work
	size    int // bytes of those
	workers int
	closed  bool
	idle    chan struct{} // closed when nothing is pending
}

// queued is a mail in the queue.
type queued struct {
	m       Message
	attempt int // how many were made
}

// maxQueued is how many bytes the mails of a Queue have together.
const maxQueued = 100 << 20

// NewQueue returns an empty queue. Close it to send what is in it.
func NewQueue(cfg QueueConfig) *Queue {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Max <= 0 {
		cfg.Max = 1000
	}
	if cfg.Workers <= 0 {
		cfg.Workers = 2
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Retries == nil {
		cfg.Retries = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute}
	}
	q := &Queue{cfg: cfg, later: map[*queued]*time.Timer{}}
	q.ctx, q.cancel = context.WithCancel(context.Background())
	return q
}

// Add puts a mail into the queue. A full or closed queue is an error of kind fault.Unavailable,
// a mail that [Message.Check] refuses one of kind fault.Invalid. The mail must not be changed
// after it.
func (q *Queue) Add(m Message) error {
	add, err := q.Prepare(m)
	if err != nil {
		return err
	}
	return add()
}

// Prepare is Add in two steps, for mails that are sent after a transaction: it returns
// the errors of Add, and a function that adds the mail. That one takes the mail although the
// queue is full by now, up to twice its limits.
func (q *Queue) Prepare(m Message) (add func() error, err error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.room(m, 1); err != nil {
		return nil, err
	}
	return func() error {
		q.mu.Lock()
		defer q.mu.Unlock()
		if err := q.room(m, 2); err != nil {
			return err
		}
		q.pending++
		q.size += m.Size()
		q.ready = append(q.ready, &queued{m: m})
		q.work()
		return nil
	}, nil
}

// room returns an error if the queue is full, with its limits so many times.
func (q *Queue) room(m Message, times int) error {
	switch {
	case q.closed:
		return noRoom(errors.New("mail: the queue is closed, as the site stops"))
	case q.pending >= q.cfg.Max*times || q.size+m.Size() > maxQueued*times:
		return noRoom(fmt.Errorf("mail: the queue is full: %d mails with %d bytes wait, at most %d with %d bytes may",
			q.pending, q.size, q.cfg.Max, maxQueued))
	}
	return nil
}

func noRoom(err error) error {
	return fault.Wrap(fault.Unavailable, err, "Mails cannot be sent at the moment. Please try again later.")
}

// Wait returns when nothing is in the queue, or the error of ctx.
func (q *Queue) Wait(ctx context.Context) error {
	q.mu.Lock()
	if q.pending == 0 {
		q.mu.Unlock()
		return nil
	}
	if q.idle == nil {
		q.idle = make(chan struct{})
	}
	idle := q.idle
	q.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close takes no more mails and returns when those in the queue are sent. Mails that wait for another
// attempt have it at once; it is their last. When ctx ends, attempts at work are given
// up, and the error says how many mails were not sent. They are logged too.
func (q *Queue) Close(ctx context.Context) error {
	q.mu.Lock()
	q.closed = true
	for item, timer := range q.later {
		timer.Stop()
		q.ready = append(q.ready, item)
	}
	clear(q.later)
	q.work()
	q.mu.Unlock()
	err := q.Wait(ctx)
	q.cancel()
	if err == nil {
		return nil
	}
	q.mu.Lock()
	lost, unsent := q.pending, q.ready
	q.ready = nil
	q.mu.Unlock()
	if lost == 0 {
		return nil // the last was sent at the same moment
	}
	for _, item := range unsent {
		q.cfg.Log.Error("a mail was not sent, as the site stops", "domain", domains(item.m))
		q.done(item)
	}
	return fmt.Errorf("mail: %d mails were not sent before the site stopped: %w", lost, err)
}

// work starts a worker if there is something to do; q.mu is held.
func (q *Queue) work() {
	for started := 0; q.workers < q.cfg.Workers && started < len(q.ready); started++ {
		q.workers++
		go q.worker()
	}
}

// worker sends mails until none is ready.
func (q *Queue) worker() {
	for {
		q.mu.Lock()
		if len(q.ready) == 0 {
			q.workers--
			q.mu.Unlock()
			return
		}
		item := q.ready[0]
		q.ready[0] = nil
		q.ready = q.ready[1:]
		q.mu.Unlock()
		q.settle(item, q.attempt(item))
	}
}

// attempt sends a mail. A sender that panics fails.
func (q *Queue) attempt(item *queued) (err error) {
	ctx, cancel := context.WithTimeout(q.ctx, q.cfg.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("mail: the sender panicked: %v\n%s", p, debug.Stack())
		}
	}()
	item.attempt++
	return q.cfg.Sender.Send(ctx, item.m)
}

// settle decides what becomes of a mail after an attempt. The log is written before a mail is
// forgotten, and never while q.mu is held: it may be slow.
func (q *Queue) settle(item *queued, err error) {
	log := q.cfg.Log.With("domain", domains(item.m), "attempt", item.attempt)
	if err == nil {
		log.Debug("a mail was sent")
		q.done(item)
		return
	}
	wait, again := q.postpone(item, err)
	if again {
		log.Warn("a mail was not taken; it is tried again", "in", wait, "error", withoutAddresses(err, item.m))
		return
	}
	log.Error("a mail was not sent", "error", withoutAddresses(err, item.m))
	q.done(item)
}

// postpone puts off a mail that may be taken later, and reports whether it may.
func (q *Queue) postpone(item *queued, err error) (wait time.Duration, again bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	retry := item.attempt - 1
	if !IsTemporary(err) || retry >= len(q.cfg.Retries) || q.closed {
		return 0, false
	}
	wait = q.cfg.Retries[retry]
	q.later[item] = time.AfterFunc(wait, func() { q.retry(item) })
	return wait, true
}

// retry makes a mail ready that waited.
func (q *Queue) retry(item *queued) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, ok := q.later[item]; !ok {
		return // Close was faster
	}
	delete(q.later, item)
	q.ready = append(q.ready, item)
	q.work()
}

// done forgets a mail.
func (q *Queue) done(item *queued) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending--
	q.size -= item.m.Size()
	if q.pending == 0 && q.idle != nil {
		close(q.idle)
		q.idle = nil
	}
}

// domains names the domains of the recipients, at most three.
func domains(m Message) string {
	var out []string
	for _, address := range m.Recipients() {
		_, domain, _ := split.Last(address, "@")
		if domain = strings.ToLower(domain); !slices.Contains(out, domain) {
			out = append(out, domain)
		}
	}
	if len(out) > 3 {
		out = append(out[:3], fmt.Sprintf("and %d more", len(out)-3))
	}
	return strings.Join(out, ", ")
}

// withoutAddresses is the text of an error in which servers repeat whom a mail is for.
func withoutAddresses(err error, m Message) string {
	text := err.Error()
	for _, address := range m.Recipients() {
		_, domain, _ := split.Last(address, "@")
		text = regexp.MustCompile(`(?i)`+regexp.QuoteMeta(address)).ReplaceAllLiteralString(text, "...@"+domain)
	}
	return text
}
