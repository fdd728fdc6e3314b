package ratelimit

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// defaultSize is how many buckets a [Memory] has if it is not told otherwise. They take about 22
// MB.
const defaultSize = 100_000

// Memory is a [Store] for one process, which loses all buckets at its end. It has at most so many
// buckets that are not full; when there is no room for a new one, the one that was not used for
// the longest time is forgotten, as if it were full. It is safe for concurrent use.
type Memory struct {
	size    int
	mu      sync.Mutex
	buckets map[Key]*list.Element
	used    *list.List // of *bucket, the last used in front
}

type bucket struct {
	key  Key
	full time.Time
}

// NewMemory returns an empty store of at most size buckets. Zero or less is
// 100,000, which take about 22 MB.
func NewMemory(size int) *Memory {
	if size <= 0 {
		size = defaultSize
	}
	return &Memory{size: size, buckets: map[Key]*list.Element{}, used: list.New()}
}

// Take implements [Store]. It never fails.
func (m *Memory) Take(_ context.Context, key Key, limit Limit, now time.Time) (Result, error) {
	now = now.Round(0) // the clock of the wall, as a database has it
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(now)
	at, ok := m.buckets[key]
	if ok {
		m.used.MoveToFront(at)
	} else {
		if len(m.buckets) >= m.size {
			m.remove(m.used.Back())
		}
		at = m.used.PushFront(&bucket{key, now})
		m.buckets[key] = at
	}
	b, allowed := at.Value.(*bucket), false
	b.full, allowed = limit.Take(b.full, now)
	return limit.Result(b.full, allowed, now), nil
}

// Give implements [Store]. It never fails.
func (m *Memory) Give(_ context.Context, key Key, back time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at, ok := m.buckets[key]; ok {
		b := at.Value.(*bucket)
		b.full = b.full.Add(-back)
	}
	return nil
}

// forget removes up to two of the oldest buckets that are full.
func (m *Memory) forget(now time.Time) {
	for range 2 {
		at := m.used.Back()
		if at == nil || at.Value.(*bucket).full.After(now) {
			return
		}
		m.remove(at)
	}
}

func (m *Memory) remove(at *list.Element) {
	delete(m.buckets, at.Value.(*bucket).key)
	m.used.Remove(at)
}
