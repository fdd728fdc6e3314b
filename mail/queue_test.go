package mail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/mail"
)

// senderFunc is a function as a sender.
type senderFunc func(ctx context.Context, m mail.Message) error

func (f senderFunc) Send(ctx context.Context, m mail.Message) error { return f(ctx, m) }

// busy is the error of a server that has no time.
func busy(text string) error { return fault.Wrap(fault.Unavailable, errors.New(text), "") }

// log is a log that can be read.
func log() (*slog.Logger, *bytes.Buffer) {
	var b bytes.Buffer
	return slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelWarn})), &b
}

// TestQueue sends in the background, at most two at a time.
func TestQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		atWork, most, sent := 0, 0, 0
		q := mail.NewQueue(mail.QueueConfig{Sender: senderFunc(func(context.Context, mail.Message) error {
			mu.Lock()
			atWork++
			most = max(most, atWork)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			atWork--
			sent++
			mu.Unlock()
			return nil
		})})
		for range 10 {
			if err := q.Add(letter()); err != nil {
				t.Fatal(err)
			}
		}
		if err := q.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if sent != 10 || most != 2 {
			t.Errorf("%d were sent, at most %d at a time", sent, most)
		}
		if err := q.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if err := q.Add(letter()); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("a closed queue: %v", err)
		}
	})
}

// TestRetries tries again what failed for a moment, after longer and longer times, and nothing
// else. The log has no address.
func TestRetries(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fails int
		err   error
		want  []time.Duration // when attempts are made
		lost  bool
	}{
		"no failure":  {0, nil, []time.Duration{0}, false},
		"once":        {1, busy("450 <bob@example.org> is busy"), []time.Duration{0, 10 * time.Second}, false},
		"three times": {3, busy("450 Bob@EXAMPLE.org"), []time.Duration{0, 10 * time.Second, 70 * time.Second, 370 * time.Second}, false},
		"for ever":    {99, busy("450 bob@example.org"), []time.Duration{0, 10 * time.Second, 70 * time.Second, 370 * time.Second}, true},
		"permanent":   {99, fault.Wrap(fault.Invalid, errors.New("550 no bob@example.org"), ""), []time.Duration{0}, true},
		"unknown":     {99, errors.New("bob@example.org is odd"), []time.Duration{0}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				var got []time.Duration
				out, text := log()
				q := mail.NewQueue(mail.QueueConfig{Log: out, Sender: senderFunc(func(context.Context, mail.Message) error {
					got = append(got, time.Since(begin))
					if len(got) <= test.fails {
						return test.err
					}
					return nil
				})})
				if err := q.Add(letter()); err != nil {
					t.Fatal(err)
				}
				if err := q.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("attempts at %v, want %v", got, test.want)
				}
				if lost := strings.Contains(text.String(), "level=ERROR"); lost != test.lost {
					t.Errorf("lost: %v; the log is\n%s", lost, text)
				}
				if s := strings.ToLower(text.String()); strings.Contains(s, "bob@") || strings.Contains(s, "hello") || test.fails > 0 && !strings.Contains(s, "domain=example.org") {
					t.Errorf("the log is\n%s", text)
				}
			})
		})
	}
}

// TestTimeout ends an attempt that takes too long, and tries again.
func TestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		q := mail.NewQueue(mail.QueueConfig{Sender: senderFunc(func(ctx context.Context, _ mail.Message) error {
			attempts++
			if attempts == 1 {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})})
		begin := time.Now()
		if err := errors.Join(q.Add(letter()), q.Wait(t.Context())); err != nil || attempts != 2 {
			t.Errorf("%d attempts, %v", attempts, err)
		}
		if took := time.Since(begin); took != 40*time.Second { // of the bubble's clock
			t.Errorf("it took %v", took)
		}
	})
}

// TestFull refuses what has no room, by number and by size.
func TestFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		sent := 0
		q := mail.NewQueue(mail.QueueConfig{Max: 5, Workers: 1, Sender: senderFunc(func(context.Context, mail.Message) error {
			<-release
			sent++
			return nil
		})})
		later, err := q.Prepare(letter()) // while there is room
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if err := q.Add(letter()); err != nil {
				t.Fatal(err)
			}
		}
		if err := q.Add(letter()); fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "5 mails") || fault.Message(err) == "" {
			t.Errorf("a full queue: %v", err)
		}
		for range 5 { // after a commit there is twice the room
			if err := later(); err != nil {
				t.Error(err)
			}
		}
		if err := later(); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("a queue with twice its mails: %v", err)
		}
		close(release)
		if err := errors.Join(q.Wait(t.Context()), q.Add(letter()), q.Wait(t.Context())); err != nil || sent != 11 {
			t.Errorf("%d were sent, %v", sent, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		q := mail.NewQueue(mail.QueueConfig{Sender: senderFunc(func(context.Context, mail.Message) error {
			<-release
			return nil
		})})
		m := letter()
		m.Attachments = []mail.Attachment{{Name: "a", Content: make([]byte, 24<<20)}}
		for range 4 {
			if err := q.Add(m); err != nil {
				t.Fatal(err)
			}
		}
		if err := q.Add(m); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("a queue with 96 MB takes more: %v", err)
		}
		close(release)
		if err := q.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestInvalidIsNotQueued: the caller learns of a message that cannot be sent.
func TestInvalidIsNotQueued(t *testing.T) {
	t.Parallel()
	q := mail.NewQueue(mail.QueueConfig{Sender: senderFunc(func(context.Context, mail.Message) error {
		t.Error("it is sent")
		return nil
	})})
	if err := q.Add(mail.Message{}); fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
	if err := q.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestClose sends what waits, for as long as it may.
func TestClose(t *testing.T) {
	t.Parallel()
	t.Run("in time", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			attempts := map[string]int{}
			out, text := log()
			q := mail.NewQueue(mail.QueueConfig{Workers: 1, Log: out, Sender: senderFunc(func(_ context.Context, m mail.Message) error {
				attempts[m.Subject]++
				if m.Subject == "never" || m.Subject == "second" && attempts[m.Subject] == 1 {
					return busy("busy")
				}
				return nil
			})})
			for _, subject := range []string{"first", "second", "never", "last"} {
				m := letter()
				m.Subject = subject
				if err := q.Add(m); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait() // two wait for another attempt
			begin := time.Now()
			if err := q.Close(t.Context()); err != nil {
				t.Error(err)
			}
			if want := map[string]int{"first": 1, "second": 2, "never": 2, "last": 1}; fmt.Sprint(attempts) != fmt.Sprint(want) || time.Since(begin) != 0 {
				t.Errorf("attempts %v, want %v; %v later", attempts, want, time.Since(begin))
			}
			if n := strings.Count(text.String(), "level=ERROR"); n != 1 {
				t.Errorf("%d are logged as lost:\n%s", n, text)
			}
		})
	})
	t.Run("cut off", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			out, text := log()
			q := mail.NewQueue(mail.QueueConfig{Log: out, Sender: senderFunc(func(ctx context.Context, _ mail.Message) error {
				<-ctx.Done()
				return ctx.Err()
			})})
			for range 5 {
				if err := q.Add(letter()); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if err := q.Close(ctx); err == nil || !strings.Contains(err.Error(), "5 mails were not sent") {
				t.Errorf("the error is %v", err)
			}
			synctest.Wait()
			if n := strings.Count(text.String(), "level=ERROR"); n != 5 {
				t.Errorf("%d are logged as lost:\n%s", n, text)
			}
		})
	})
}

// TestPanic: a sender that panics loses its mail, and no more.
func TestPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out, text := log()
		n := 0
		q := mail.NewQueue(mail.QueueConfig{Log: out, Workers: 1, Sender: senderFunc(func(context.Context, mail.Message) error {
			if n++; n == 1 {
				panic("oh")
			}
			return nil
		})})
		if err := errors.Join(q.Add(letter()), q.Add(letter()), q.Wait(t.Context())); err != nil || n != 2 {
			t.Errorf("%d attempts, %v", n, err)
		}
		if !strings.Contains(text.String(), "the sender panicked: oh") {
			t.Errorf("the log is\n%s", text)
		}
	})
}

// TestCloseAsTheLastIsSent: when the time is over at the moment at which the last mail is sent, no
// mail is lost, and none is said to be.
func TestCloseAsTheLastIsSent(t *testing.T) {
	t.Parallel()
	for range 500 {
		ctx, cancel := context.WithCancel(t.Context())
		q := mail.NewQueue(mail.QueueConfig{Sender: senderFunc(func(context.Context, mail.Message) error {
			cancel()
			return nil
		})})
		if err := q.Add(letter()); err != nil {
			t.Fatal(err)
		}
		if err := q.Close(ctx); err != nil && strings.Contains(err.Error(), " 0 mails") {
			t.Fatal(err)
		}
	}
}

// handlerFunc is a log that calls a function for each record.
type handlerFunc func()

func (handlerFunc) Enabled(context.Context, slog.Level) bool    { return true }
func (h handlerFunc) Handle(context.Context, slog.Record) error { h(); return nil }
func (h handlerFunc) WithAttrs([]slog.Attr) slog.Handler        { return h }
func (h handlerFunc) WithGroup(string) slog.Handler             { return h }

// TestLogMayUseTheQueue: the queue is not locked while it writes to its log, so a slow log keeps
// nobody from adding mails.
func TestLogMayUseTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var q *mail.Queue
		logged := 0
		out := slog.New(handlerFunc(func() {
			logged++
			if _, err := q.Prepare(letter()); err != nil && fault.KindOf(err) != fault.Unavailable {
				t.Error(err)
			}
		}))
		attempts := 0
		q = mail.NewQueue(mail.QueueConfig{Log: out, Workers: 1, Sender: senderFunc(func(ctx context.Context, _ mail.Message) error {
			switch attempts++; attempts {
			case 1:
				return nil
			case 2:
				return errors.New("refused")
			case 3:
				return busy("busy")
			}
			<-ctx.Done()
			return ctx.Err()
		})})
		for range 3 {
			if err := q.Add(letter()); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if err := errors.Join(q.Add(letter()), q.Add(letter())); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := q.Close(ctx); err == nil || !strings.Contains(err.Error(), "3 mails") {
			t.Error(err)
		}
		synctest.Wait()
		if logged != 6 {
			t.Errorf("%d lines in the log, want 6", logged)
		}
	})
}
