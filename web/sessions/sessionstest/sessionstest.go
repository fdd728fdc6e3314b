// Package sessionstest has the tests that every store of package sessions must pass.
package sessionstest

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola/web/sessions"
)

// Options say what a store cannot do by its nature.
type Options struct {
	// InCookies says that the session is in the token itself: it cannot be ended, nor shared
	// by requests that run at the same time.
	InCookies bool
}

// Run tests a store, which open returns empty.
func Run(t *testing.T, o Options, open func(t *testing.T) sessions.Store) {
	tests := []struct {
		name   string
		shared bool // needs a place that requests share
		test   func(t *testing.T, store sessions.Store)
	}{
		{"keeps", false, keeps},
		{"expires", false, expires},
		{"knows no other tokens", false, otherTokens},
		{"changes", false, changes},
		{"undoes a change that fails", false, changeFails},
		{"ends", true, ends},
		{"takes many changes at once", true, manyAtOnce},
		{"lets an end win", true, endWins},
		{"lists and ends those of a user", true, devices},
	}
	for _, test := range tests {
		if test.shared && o.InCookies {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.test(t, open(t))
		})
	}
}

// now is when the tests take place: in whole microseconds, which all stores keep.
func now() time.Time { return time.Date(2026, 11, 30, 12, 0, 0, 123456000, time.UTC) }

func record(user int64) *sessions.Record {
	return &sessions.Record{
		User: user, Created: now(), Seen: now(), Idle: time.Hour, Ends: now().Add(24 * time.Hour), Remember: true,
		Agent: "Firefox on Linux", Network: "203.0.113.0/24",
		Data: map[string]json.RawMessage{"name": json.RawMessage(`"Ann <é> \u0000"`), "n": json.RawMessage("12345678901234567890")},
	}
}

func create(t *testing.T, store sessions.Store, r *sessions.Record) string {
	t.Helper()
	token, err := store.Create(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func keeps(t *testing.T, store sessions.Store) {
	want := record(7)
	token := create(t, store, want)
	if want.ID == "" || want.Version == 0 {
		t.Errorf("Create has not set ID and Version: %+v", want)
	}
	got, err := store.Load(t.Context(), token, now())
	if err != nil {
		t.Fatal(err)
	}
	if g, w := text(t, got), text(t, want); g != w {
		t.Errorf("loaded\n%s, stored\n%s", g, w)
	}
	if other := create(t, store, record(7)); other == token || len(other) < 43 {
		t.Errorf("tokens %q and %q", token, other)
	}
	nobody := create(t, store, &sessions.Record{Created: now(), Seen: now(), Idle: time.Hour, Ends: now().Add(time.Hour)})
	if got, err := store.Load(t.Context(), nobody, now()); err != nil || got.User != 0 || len(got.Data) != 0 || got.Remember || got.Moved {
		t.Errorf("an empty session: %+v, %v", got, err)
	}
}

// text returns a record as text, with its times in one zone.
func text(t *testing.T, record *sessions.Record) string {
	t.Helper()
	r := *record
	r.Created, r.Seen, r.Ends = r.Created.UTC(), r.Seen.UTC(), r.Ends.UTC()
	text, err := json.Marshal(r) // escapes the same in both
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func expires(t *testing.T, store sessions.Store) {
	r := record(7)
	token := create(t, store, r)
	for after, want := range map[time.Duration]bool{
		-48 * time.Hour: true, // a clock that was moved back
		0:               true, time.Hour - time.Microsecond: true, time.Hour: false, 25 * time.Hour: false,
	} {
		if _, err := store.Load(t.Context(), token, now().Add(after)); (err == nil) != want || err != nil && !errors.Is(err, sessions.ErrNone) {
			t.Errorf("after %v: %v", after, err)
		}
	}
	token, r, err := store.Change(t.Context(), token, r, func(r *sessions.Record) error {
		r.Seen = now().Add(50 * time.Minute)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Load(t.Context(), token, now().Add(109*time.Minute)); err != nil {
		t.Errorf("a session that was used does not go on: %v", err)
	}
	token, _, err = store.Change(t.Context(), token, r, func(r *sessions.Record) error {
		r.Seen, r.Idle = now().Add(24*time.Hour-time.Minute), 48*time.Hour
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Load(t.Context(), token, now().Add(24*time.Hour)); !errors.Is(err, sessions.ErrNone) {
		t.Errorf("a session goes on after its end: %v", err)
	}
}

func otherTokens(t *testing.T, store sessions.Store) {
	token := create(t, store, record(7))
	last := "A"
	if token[len(token)-1] == 'A' {
		last = "E"
	}
	for _, other := range []string{
		"", "x", " ", token[1:], token + "A", token + "=", token + "\n", " " + token, token[:len(token)-1] + last,
		sessions.NewToken(), "../../etc/passwd", "' OR 1=1 --", string(make([]byte, 8000)), "\xff\xfe",
	} {
		if r, err := store.Load(t.Context(), other, now()); !errors.Is(err, sessions.ErrNone) || r != nil {
			t.Errorf("token %.50q: %v, %v", other, r, err)
		}
		if err := store.Delete(t.Context(), other); err != nil {
			t.Errorf("delete %.50q: %v", other, err)
		}
	}
	if _, err := store.Load(t.Context(), token, now()); err != nil {
		t.Errorf("the session is gone: %v", err)
	}
}

func changes(t *testing.T, store sessions.Store) {
	r := record(0)
	token := create(t, store, r)
	token, stored, err := store.Change(t.Context(), token, r, func(r *sessions.Record) error {
		r.User, r.Remember, r.Moved, r.Idle = 9, false, true, 2*time.Hour
		r.Data["more"] = json.RawMessage(`[1,2]`)
		delete(r.Data, "n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := store.Load(t.Context(), token, now())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []*sessions.Record{got, stored} {
		if x.User != 9 || x.Remember || !x.Moved || x.Idle != 2*time.Hour || string(x.Data["more"]) != "[1,2]" || x.Data["n"] != nil || x.Data["name"] == nil {
			t.Errorf("after the change: %+v", x)
		}
	}
	if got.Version != stored.Version || got.Version == r.Version || got.ID != r.ID {
		t.Errorf("versions %d, %d, %d, ID %q of %q", r.Version, stored.Version, got.Version, got.ID, r.ID)
	}
	if r.User != 0 || r.Data["more"] != nil {
		t.Errorf("the record that was given is changed: %+v", r)
	}
	token, _, err = store.Change(t.Context(), token, got, func(r *sessions.Record) error { r.User = 0; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if got, err := store.Load(t.Context(), token, now()); err != nil || got.User != 0 {
		t.Errorf("without its user: %+v, %v", got, err)
	}
}

func changeFails(t *testing.T, store sessions.Store) {
	r := record(7)
	token := create(t, store, r)
	mine := errors.New("mine")
	if _, _, err := store.Change(t.Context(), token, r, func(r *sessions.Record) error { r.User = 8; return mine }); !errors.Is(err, mine) {
		t.Errorf("the error of a change: %v", err)
	}
	if got, err := store.Load(t.Context(), token, now()); err != nil || got.User != 7 {
		t.Errorf("after a change that failed: %+v, %v", got, err)
	}
}

func ends(t *testing.T, store sessions.Store) {
	r := record(7)
	token, other := create(t, store, r), create(t, store, record(7))
	if err := store.Delete(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Load(t.Context(), token, now()); !errors.Is(err, sessions.ErrNone) {
		t.Errorf("after its end: %v", err)
	}
	if _, _, err := store.Change(t.Context(), token, r, func(*sessions.Record) error { return nil }); !errors.Is(err, sessions.ErrNone) {
		t.Errorf("change after the end: %v", err)
	}
	if _, err := store.Load(t.Context(), token, now()); !errors.Is(err, sessions.ErrNone) {
		t.Errorf("a change has brought it back: %v", err)
	}
	if err := store.Delete(t.Context(), token); err != nil {
		t.Errorf("end twice: %v", err)
	}
	if _, err := store.Load(t.Context(), other, now()); err != nil {
		t.Errorf("the other session: %v", err)
	}
}

// manyAtOnce has 64 writers who all loaded the same record: each sets a value of its own and
// counts another one up.
func manyAtOnce(t *testing.T, store sessions.Store) {
	const writers = 64
	r := record(7)
	token := create(t, store, r)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			_, _, err := store.Change(t.Context(), token, r, func(r *sessions.Record) error {
				var n int
				if raw := r.Data["count"]; raw != nil {
					if err := json.Unmarshal(raw, &n); err != nil {
						return err
					}
				}
				r.Data["count"] = json.RawMessage(fmt.Sprint(n + 1))
				r.Data[fmt.Sprint("w", i)] = json.RawMessage("true")
				return nil
			})
			if err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	got, err := store.Load(t.Context(), token, now())
	if err != nil {
		t.Fatal(err)
	}
	if string(got.Data["count"]) != fmt.Sprint(writers) || len(got.Data) != writers+3 {
		t.Errorf("count %s, %d values", got.Data["count"], len(got.Data))
	}
}

// endWins ends a session among its writers.
func endWins(t *testing.T, store sessions.Store) {
	r := record(7)
	token := create(t, store, r)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if i == 10 {
				if err := store.Delete(t.Context(), token); err != nil {
					t.Error(err)
				}
				return
			}
			_, _, err := store.Change(t.Context(), token, r, func(r *sessions.Record) error { r.User++; return nil })
			if err != nil && !errors.Is(err, sessions.ErrNone) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, err := store.Load(t.Context(), token, now()); !errors.Is(err, sessions.ErrNone) {
		t.Errorf("the session is there after its end: %v", err)
	}
}

func devices(t *testing.T, store sessions.Store) {
	d, ok := store.(sessions.Devices)
	if !ok {
		t.Fatal("the store cannot list sessions")
	}
	records := make([]*sessions.Record, 5)
	tokens := make([]string, len(records))
	for i := range records {
		records[i] = record(7)
		records[i].Seen = now().Add(time.Duration(i) * time.Minute)
		if i == 4 {
			records[i].User = 8
		}
		tokens[i] = create(t, store, records[i])
	}
	list := func(user int64, at time.Time) (ids []string) {
		t.Helper()
		all, err := d.List(t.Context(), user, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			ids = append(ids, r.ID)
			if r.User != user || r.Agent != "Firefox on Linux" {
				t.Errorf("listed: %+v", r)
			}
		}
		return ids
	}
	want := func(got []string, which ...int) {
		t.Helper()
		var ids []string
		for _, i := range which {
			ids = append(ids, records[i].ID)
		}
		if fmt.Sprint(got) != fmt.Sprint(ids) {
			t.Errorf("sessions %v, want %v", got, ids)
		}
	}
	want(list(7, now()), 3, 2, 1, 0)
	want(list(7, now().Add(time.Hour+time.Minute)), 3, 2)
	want(list(9, now()))
	if err := d.EndOne(t.Context(), 8, records[3].ID); err != nil { // of another user
		t.Fatal(err)
	}
	want(list(7, now()), 3, 2, 1, 0)
	if err := d.EndOne(t.Context(), 7, records[3].ID); err != nil {
		t.Fatal(err)
	}
	want(list(7, now()), 2, 1, 0)
	if n, err := d.EndAll(t.Context(), 7, records[1].ID); n != 2 || err != nil {
		t.Errorf("ended %d, %v", n, err)
	}
	want(list(7, now()), 1)
	want(list(8, now()), 4)
	if _, err := store.Load(t.Context(), tokens[0], now()); !errors.Is(err, sessions.ErrNone) {
		t.Errorf("one that was ended: %v", err)
	}
	if n, err := d.EndAll(t.Context(), 7); n != 1 || err != nil {
		t.Errorf("ended %d, %v", n, err)
	}
}
