// Package cachetest has the tests that every store of package cache must pass.
package cachetest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/volaweb/vola/cache"
)

// Run tests stores with the same entries: what several processes would have, or one alone. Their
// clock is that of the machine.
func Run(t *testing.T, stores ...cache.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, suite){
		"set and get": setAndGet, "any bytes": anyBytes, "expired": expired, "tags": tags, "began before": beganBefore,
		"marks": marks, "at random": atRandom, "at once": atOnce, "leases": leases, "leases at once": leasesAtOnce,
	} {
		t.Run(name, func(t *testing.T) { test(t, suite{t, stores, "test " + fmt.Sprint(rand.Uint64()) + " "}) })
	}
}

// suite is what a test has: its keys and tags begin with prefix, as the stores may have others.
type suite struct {
	t      *testing.T
	stores []cache.Store
	prefix string
}

// store returns one of the stores, another one each time.
func (s suite) store(n int) cache.Store { return s.stores[n%len(s.stores)] }

func (s suite) get(n int, key string) cache.Found {
	s.t.Helper()
	found, err := s.store(n).Get(s.t.Context(), s.prefix+key)
	if err != nil {
		s.t.Fatal(err)
	}
	if found.Now == 0 {
		s.t.Fatal("the mark of the store is zero")
	}
	return found
}

// entry is one that is good for an hour.
func (s suite) entry(value string, mark cache.Mark, tags ...string) cache.Entry {
	// Stores have at least whole microseconds.
	fresh := time.Now().Add(time.Hour).Truncate(time.Microsecond)
	for i, tag := range tags {
		tags[i] = s.prefix + tag
	}
	return cache.Entry{Value: []byte(value), Tags: tags, Fresh: fresh, Expires: fresh.Add(time.Hour), Mark: mark}
}

func (s suite) set(n int, key string, e cache.Entry) {
	s.t.Helper()
	if err := s.store(n).Set(s.t.Context(), s.prefix+key, e); err != nil {
		s.t.Fatal(err)
	}
}

func (s suite) invalidate(n int, tags ...string) {
	s.t.Helper()
	for i, tag := range tags {
		tags[i] = s.prefix + tag
	}
	if err := s.store(n).Invalidate(s.t.Context(), tags...); err != nil {
		s.t.Fatal(err)
	}
}

// want checks that a key has a value in all stores; "" is none.
func (s suite) want(key, value string) {
	s.t.Helper()
	for n := range s.stores {
		if found := s.get(n, key); found.OK != (value != "") || string(found.Value) != value {
			s.t.Errorf("store %d has %q of %q, %v, want %q", n, found.Value, key, found.OK, value)
		}
	}
}

func setAndGet(t *testing.T, s suite) {
	t.Helper()
	s.want("a", "")
	e := s.entry("one", s.get(0, "a").Now, "x", "y")
	s.set(0, "a", e)
	for n := range s.stores {
		found := s.get(n, "a")
		if !found.OK || found.Busy || string(found.Value) != "one" || fmt.Sprint(found.Tags) != fmt.Sprint(e.Tags) || !found.Fresh.Equal(e.Fresh) || !found.Expires.Equal(e.Expires) || found.Mark != e.Mark {
			t.Errorf("store %d: %+v\nwant %+v", n, found, e)
		}
	}
	s.want("b", "")
	s.set(1, "a", s.entry("two", s.get(0, "a").Now))
	s.want("a", "two")
	s.invalidate(0, "x") // which it does not have any more
	s.want("a", "two")
}

func anyBytes(t *testing.T, s suite) {
	t.Helper()
	all := make([]byte, 1<<16)
	for i := range all {
		all[i] = byte(i)
	}
	for i, value := range [][]byte{nil, {0}, []byte("\xff\xfe"), all, bytes.Repeat([]byte("x"), 1<<20)} {
		key := fmt.Sprintf("\x01é%d/?%%'\"", i)
		e := s.entry(string(value), s.get(0, key).Now, "ü '\"\\,\t", "a,b", "a", "b")
		s.set(i, key, e)
		found := s.get(i+1, key)
		if !found.OK || !bytes.Equal(found.Value, value) || fmt.Sprintf("%q", found.Tags) != fmt.Sprintf("%q", e.Tags) {
			t.Errorf("%d: %v, %d bytes, tags %q", i, found.OK, len(found.Value), found.Tags)
		}
	}
}

// expired: an entry is there until it expires, also when it is stale.
func expired(_ *testing.T, s suite) {
	now := time.Now()
	e := s.entry("stale", s.get(0, "a").Now)
	e.Fresh = now.Add(-time.Minute)
	s.set(0, "a", e)
	s.want("a", "stale")
	e.Expires = now.Add(-time.Second)
	s.set(0, "a", e)
	s.want("a", "")
	s.set(0, "a", s.entry("new", s.get(0, "a").Now))
	s.want("a", "new")
}

// tags: what has one of the tags goes, everything else stays.
func tags(_ *testing.T, s suite) {
	now := s.get(0, "a").Now
	s.set(0, "none", s.entry("1", now))
	s.set(0, "x", s.entry("2", now, "x"))
	s.set(0, "xy", s.entry("3", now, "x", "y"))
	s.set(0, "z", s.entry("4", now, "z"))
	s.invalidate(1, "unknown")
	s.invalidate(1)
	for key, value := range map[string]string{"none": "1", "x": "2", "xy": "3", "z": "4"} {
		s.want(key, value)
	}
	s.invalidate(1, "y", "z", "y")
	for key, value := range map[string]string{"none": "1", "x": "2", "xy": "", "z": ""} {
		s.want(key, value)
	}
	s.set(1, "z", s.entry("5", s.get(1, "z").Now, "z"))
	s.want("z", "5")
	s.invalidate(0, "x")
	for key, value := range map[string]string{"none": "1", "x": "", "xy": "", "z": "5"} {
		s.want(key, value)
	}
}

// beganBefore: a value is not kept whose computing began before its tag was invalidated.
func beganBefore(_ *testing.T, s suite) {
	before := s.get(0, "a").Now
	s.invalidate(1, "x")
	s.set(0, "a", s.entry("old", before, "x"))
	s.want("a", "")
	s.set(0, "a", s.entry("other", before, "y"))
	s.want("a", "other")
	s.set(0, "a", s.entry("new", s.get(0, "a").Now, "x"))
	s.want("a", "new")
	// Also after many others.
	before = s.get(0, "b").Now
	s.invalidate(0, "b")
	for i := range 100 {
		var some []string
		for j := range 100 {
			some = append(some, fmt.Sprint("other", i, "-", j))
		}
		s.invalidate(i, some...)
	}
	s.set(1, "b", s.entry("old", before, "b"))
	s.want("b", "")
	s.set(1, "b", s.entry("new", s.get(0, "b").Now, "b"))
	s.want("b", "new")
}

// marks grow with invalidations, and with nothing else.
func marks(t *testing.T, s suite) {
	t.Helper()
	last := s.get(0, "a").Now
	for i := range 10 {
		s.invalidate(i, "x")
		now := s.get(i+1, "a").Now
		if now <= last {
			t.Fatalf("the mark is %d after %d", now, last)
		}
		last = now
		s.set(i, "b", s.entry("1", now))
		if now := s.get(i, "a").Now; now != last {
			t.Fatalf("the mark is %d after %d, and nothing was invalidated", now, last)
		}
	}
}

// atRandom compares the store with a simple one.
func atRandom(t *testing.T, s suite) {
	t.Helper()
	type model struct {
		value string
		tags  []string
	}
	keys, some := []string{"a", "b", "c"}, []string{"x", "y", "z"}
	entries := map[string]model{}
	since := map[string]map[string]bool{} // what was invalidated since each key was read
	seen := map[string]cache.Mark{}
	for _, key := range keys {
		seen[key], since[key] = s.get(0, key).Now, map[string]bool{}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		key, tag := keys[random.IntN(len(keys))], some[random.IntN(len(some))]
		switch random.IntN(5) {
		case 0:
			s.invalidate(i, tag)
			for k, e := range entries {
				if e.tags[0] == tag || e.tags[1] == tag {
					delete(entries, k)
				}
			}
			for _, tags := range since {
				tags[tag] = true
			}
		case 1, 2:
			have := []string{tag, some[random.IntN(len(some))]}
			value := fmt.Sprint(i)
			s.set(i, key, s.entry(value, seen[key], have[0], have[1]))
			if !since[key][have[0]] && !since[key][have[1]] {
				entries[key] = model{value, have}
			} else if found := s.get(i, key); found.OK && string(found.Value) != entries[key].value {
				t.Fatalf("step %d: %q was kept, which is too old", i, found.Value)
			} else if !found.OK {
				delete(entries, key) // a store may lose the one that was there
			}
		default:
			found := s.get(i, key)
			seen[key], since[key] = found.Now, map[string]bool{}
			if want, ok := entries[key]; found.OK != ok || string(found.Value) != want.value {
				t.Fatalf("step %d: key %s has %q, %v, want %+v", i, key, found.Value, found.OK, want)
			}
		}
	}
}

// atOnce: whatever goes on at once, a reader after an invalidation never gets what was computed
// before it.
func atOnce(t *testing.T, s suite) {
	t.Helper()
	var truth atomic.Int64
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			for range 50 {
				found, err := s.store(n).Get(t.Context(), s.prefix+"a")
				if err == nil && !found.OK {
					value := fmt.Sprint(truth.Load())
					err = s.store(n).Set(t.Context(), s.prefix+"a", cache.Entry{
						Value: []byte(value), Tags: []string{s.prefix + "x"}, Expires: time.Now().Add(time.Hour), Mark: found.Now,
					})
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 25 {
		n := truth.Add(1)
		s.invalidate(i, "x")
		if found := s.get(i+1, "a"); found.OK && string(found.Value) != fmt.Sprint(n) {
			t.Errorf("%q after number %d was invalidated", found.Value, n)
		}
	}
	all.Wait()
}

// leases: one has the lease of a key, until it ends or is given back, or the key is set.
func leases(t *testing.T, s suite) {
	t.Helper()
	if _, ok := s.store(0).(cache.Leaser); !ok {
		return // a store for one process
	}
	lease := func(n int, key, owner string, length time.Duration) bool {
		t.Helper()
		got, err := s.store(n).(cache.Leaser).Lease(t.Context(), s.prefix+key, owner, length)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	release := func(n int, key, owner string) {
		t.Helper()
		if err := s.store(n).(cache.Leaser).Release(t.Context(), s.prefix+key, owner); err != nil {
			t.Fatal(err)
		}
	}
	busy := func(key string, want bool) {
		t.Helper()
		for n := range s.stores {
			if found := s.get(n, key); found.Busy != want {
				t.Errorf("%s is busy: %v", key, found.Busy)
			}
		}
	}
	if !lease(0, "a", "one", time.Hour) || lease(1, "a", "two", time.Hour) || !lease(1, "b", "two", time.Hour) {
		t.Error("two have the lease, or none")
	}
	busy("a", true)
	s.want("a", "")
	release(1, "a", "two")
	busy("a", true)
	release(1, "a", "one")
	busy("a", false)
	if !lease(1, "a", "two", time.Hour) {
		t.Error("it was given back")
	}
	s.set(0, "a", s.entry("1", s.get(0, "a").Now))
	busy("a", false)
	if !lease(1, "a", "three", time.Hour) {
		t.Error("it was set")
	}
	busy("a", true)
	s.want("a", "1") // who has the lease does not take it away
	release(0, "a", "three")
	s.want("a", "1")
	// One that is over.
	if !lease(0, "c", "one", time.Nanosecond) {
		t.Error("no lease")
	}
	for s.get(0, "c").Busy {
		continue
	}
	if !lease(1, "c", "two", time.Hour) {
		t.Error("it was over")
	}
	release(0, "c", "one")
	busy("c", true)
	// Setting a value that is too old ends it too.
	before := s.get(0, "d").Now
	if !lease(0, "d", "one", time.Hour) {
		t.Error("no lease")
	}
	s.invalidate(0, "x")
	s.set(0, "d", s.entry("old", before, "x"))
	busy("d", false)
	s.want("d", "")
}

// leasesAtOnce: of many who ask at once one gets it.
func leasesAtOnce(t *testing.T, s suite) {
	t.Helper()
	if _, ok := s.store(0).(cache.Leaser); !ok {
		return
	}
	var got atomic.Int64
	var all sync.WaitGroup
	begin := make(chan bool)
	for n := range 16 {
		all.Go(func() {
			<-begin
			ok, err := s.store(n).(cache.Leaser).Lease(t.Context(), s.prefix+"a", fmt.Sprint(n), time.Hour)
			if err != nil {
				t.Error(err)
			}
			if ok {
				got.Add(1)
			}
		})
	}
	close(begin)
	all.Wait()
	if n := got.Load(); n != 1 {
		t.Errorf("%d have the lease", n)
	}
}
