package middleware_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// seen is what one can learn of a context.
type seen struct {
	Err, Cause, Child, ChildCause, Kept, Value string
	Done, Called                               bool
}

func look(ctx, child, kept context.Context, called *atomic.Bool) seen {
	synctest.Wait()
	s := seen{Called: called.Load()}
	for err, to := range map[*string]error{&s.Err: ctx.Err(), &s.Cause: context.Cause(ctx), &s.Child: child.Err(), &s.ChildCause: context.Cause(child), &s.Kept: kept.Err()} {
		if to != nil {
			*err = to.Error()
		}
	}
	s.Value, _ = ctx.Value(contextKey{}).(string)
	select {
	case <-ctx.Done():
		s.Done = true
	default:
	}
	return s
}

type contextKey struct{}

// TestDeadlineLikeTheStandardLibrary: the context of a request ends as one of
// context.WithDeadline does, whether or not anybody waits for it before, and nothing is left
// of it.
func TestDeadlineLikeTheStandardLibrary(t *testing.T) {
	t.Parallel()
	cause := errors.New("the reason")
	for _, how := range []string{"deadline", "parent", "earlier parent", "done", "late", "unseen", "deadline after", "parent after", "parent before"} {
		for _, waits := range []bool{false, true} {
			results := map[string][]seen{}
			for _, by := range []string{"ours", "theirs"} {
				synctest.Test(t, func(t *testing.T) {
					parent, end := context.WithCancelCause(context.WithValue(t.Context(), contextKey{}, "a value"))
					defer end(nil)
					if how == "earlier parent" {
						var cancel context.CancelFunc
						parent, cancel = context.WithTimeout(parent, time.Millisecond)
						defer cancel()
					}
					results[by] = lifeOf(parent, how, by, waits, func() { end(cause) })
				})
			}
			if d := cmp.Diff(results["theirs"], results["ours"]); d != "" || len(results["ours"]) != 3 {
				t.Errorf("%s, waits %v: %s", how, waits, d)
			}
		}
	}
}

// lifeOf looks at a context with a deadline of a second: at first, when something has
// ended it, and when the request is over.
func lifeOf(parent context.Context, how, by string, waits bool, end func()) (all []seen) {
	var called atomic.Bool
	var ctx, child, kept context.Context
	during := func(c context.Context) {
		ctx, child, kept = c, c, context.WithoutCancel(c)
		if waits {
			var cancel context.CancelFunc
			child, cancel = context.WithCancel(context.WithValue(c, contextKey{}, "a child")) //nolint:govet // ended by its parent
			_ = cancel
			context.AfterFunc(c, func() { called.Store(true) })
			all = append(all, look(ctx, child, kept, &called))
		} else {
			all = append(all, seen{})
		}
		switch how {
		case "deadline":
			time.Sleep(time.Second)
		case "late":
			time.Sleep(2 * time.Second)
			return // nobody has looked when the request is over
		case "parent before":
			end()
			return
		case "unseen", "deadline after", "parent after":
			return
		case "parent":
			end()
		case "earlier parent":
			time.Sleep(time.Millisecond)
		}
		all = append(all, look(ctx, child, kept, &called))
	}
	if by == "theirs" {
		c, cancel := context.WithTimeout(parent, time.Second)
		during(c)
		cancel()
	} else {
		h := middleware.Work(middleware.WorkConfig{Deadline: time.Second})(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { during(r.Context()) }))
		h.ServeHTTP(web.Observe(httptest.NewRecorder()), httptest.NewRequest(http.MethodGet, "/", nil).WithContext(parent))
	}
	if len(all) == 1 {
		all = append(all, seen{})
	}
	switch how {
	case "deadline after":
		time.Sleep(2 * time.Second)
	case "parent after":
		end()
	}
	return append(all, look(ctx, child, kept, &called))
}

// TestDeadlineIsTold: the earlier of two deadlines is that of the request.
func TestDeadlineIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for limit, want := range map[time.Duration]time.Duration{time.Second: time.Second, time.Hour: time.Minute} {
			parent, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			h := middleware.Work(middleware.WorkConfig{Deadline: limit})(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if got, ok := r.Context().Deadline(); !ok || time.Until(got) != want {
					t.Errorf("%v: %v, %v", limit, time.Until(got), ok)
				}
			}))
			h.ServeHTTP(web.Observe(httptest.NewRecorder()), httptest.NewRequest(http.MethodGet, "/", nil).WithContext(parent))
		}
	})
}

// TestWorkAllocations: the places, the deadline and the request with them are one
// allocation, and what gives the places back another.
func TestWorkAllocations(t *testing.T) {
	h := middleware.Work(middleware.WorkConfig{})(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Context().Err() != nil {
			t.Error("it has ended")
		}
	}))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	w := &header{h: http.Header{}}
	if got := testing.AllocsPerRun(100, func() { h.ServeHTTP(w, r) }); got > 3 { // one is the web.Response
		t.Errorf("%v allocations", got)
	}
}
