package cache

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// DefaultSize is how much a [Memory] holds if it is not told otherwise, in bytes.
const DefaultSize = 64 << 20

// Memory is a [Store] for one process. It holds so many bytes of keys, values and tags; when there
// is no room for more, what is used least goes. It is safe for concurrent use.
type Memory struct {
	// Now is the clock. Defaults to time.Now. It must not be changed once the store is in use.
	Now func() time.Time

	entries *otter.Cache[string, *kept]
	mark    atomic.Int64

	mu   sync.Mutex
	tags map[string]*tagState
	// recent are the tags that were invalidated last, the oldest at next. Those of before are
	// known only as long as an entry has them. forgotten is the last invalidation of one that is not
	// known any more: what was computed before that and has an unknown tag is not kept.
	recent    [recentTags]*tagState
	next      int
	forgotten Mark
}

// recentTags is how many invalidations are known that no entry has.
const recentTags = 4096

// overhead is about what an entry takes beside its bytes.
const overhead = 256

type kept struct {
	Entry
	states []*tagState
}

// tagState is a tag that entries have, or that was invalidated lately.
type tagState struct {
	name string
	at   atomic.Int64 // the mark of the last invalidation
	uses int          // by entries and by recent
}

// NewMemory returns an empty store of at most size bytes. Zero or less is [DefaultSize].
func NewMemory(size int64) *Memory {
	if size <= 0 {
		size = DefaultSize
	}
	m := &Memory{Now: time.Now, tags: map[string]*tagState{}}
	m.mark.Store(1)
	m.entries = otter.Must(&otter.Options[string, *kept]{
		MaximumWeight: uint64(size),
		Weigher:       weigh,
		OnDeletion: func(e otter.DeletionEvent[string, *kept]) {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.leave(e.Value.states)
		},
		Logger: &otter.NoopLogger{},
	})
	return m
}

func weigh(key string, e *kept) uint32 {
	n := overhead + len(key) + len(e.Value)
	for _, tag := range e.Tags {
		n += len(tag) + overhead/2
	}
	return uint32(min(n, 1<<31))
}

// Get implements [Store]. It never fails.
func (m *Memory) Get(_ context.Context, key string) (Found, error) {
	now := Mark(m.mark.Load()) // before the entry is looked at
	e, ok := m.entries.GetIfPresent(key)
	if !ok {
		return Found{Now: now}, nil
	}
	good := m.Now().Before(e.Expires)
	for _, tag := range e.states {
		good = good && Mark(tag.at.Load()) <= e.Mark
	}
	if !good {
		return Found{Now: now}, nil
	}
	return Found{Entry: e.Entry, OK: true, Now: now}, nil
}

// Set implements [Store]. It never fails.
func (m *Memory) Set(_ context.Context, key string, e Entry) error {
	states, ok := m.enter(e)
	if ok {
		m.entries.Set(key, &kept{Entry: e, states: states})
	}
	return nil
}

// enter finds the tags of an entry, and whether it may be kept.
func (m *Memory) enter(e Entry) ([]*tagState, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	states := make([]*tagState, 0, len(e.Tags))
	ok := true
	for _, tag := range e.Tags {
		t := m.tags[tag]
		switch {
		case t == nil && e.Mark < m.forgotten:
			ok = false // it may have been invalidated meanwhile
			continue
		case t == nil:
			t = &tagState{name: tag}
			m.tags[tag] = t
		case e.Mark < Mark(t.at.Load()):
			ok = false
		}
		t.uses++
		states = append(states, t)
	}
	if !ok {
		m.leave(states)
	}
	return states, ok
}

// leave forgets tags that nothing uses any more. The caller has the lock.
func (m *Memory) leave(states []*tagState) {
	for _, t := range states {
		if t.uses--; t.uses == 0 {
			delete(m.tags, t.name)
			m.forgotten = max(m.forgotten, Mark(t.at.Load()))
		}
	}
}

// Invalidate implements [Store]. It never fails.
func (m *Memory) Invalidate(_ context.Context, tags ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := m.mark.Load() + 1
	for _, tag := range tags {
		t := m.tags[tag]
		if t == nil {
			t = &tagState{name: tag}
			m.tags[tag] = t
		}
		t.at.Store(at)
		t.uses++ // first, as it may take the place of itself
		if old := m.recent[m.next]; old != nil {
			m.leave([]*tagState{old})
		}
		m.recent[m.next] = t
		m.next = (m.next + 1) % recentTags
	}
	m.mark.Store(at)
	return nil
}

// MemoryDriver opens stores in memory: "memory:64MB" holds so much, "memory:" [DefaultSize].
var MemoryDriver Driver = memoryDriver{}

type memoryDriver struct{}

// Scheme returns "memory".
func (memoryDriver) Scheme() string { return "memory" }

// Open is that of [Driver].
func (memoryDriver) Open(_ context.Context, url string, _ map[string]string) (Store, error) {
	_, size, _ := strings.Cut(url, ":")
	if size == "" {
		return NewMemory(0), nil
	}
	n, err := parseSize(size)
	if err != nil {
		return nil, fmt.Errorf("cache: %q is not a size in memory, such as memory:64MB: %w", url, err)
	}
	return NewMemory(n), nil
}

// parseSize reads a number of kB, MB or GB, of 1,024 bytes and so on.
func parseSize(text string) (int64, error) {
	for _, unit := range []struct {
		name  string
		shift int
	}{{"kB", 10}, {"MB", 20}, {"GB", 30}} {
		number, ok := strings.CutSuffix(text, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(number, 10, 16)
		if err != nil || n == 0 {
			return 0, fmt.Errorf("%q is not a whole number from 1 to 65535", number)
		}
		return int64(n) << unit.shift, nil
	}
	return 0, errors.New("it ends with none of kB, MB and GB")
}
