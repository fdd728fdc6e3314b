package sessions

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// maxInMemory is how many sessions a [Memory] holds; those that end first make place.
const maxInMemory = 100_000

// Memory keeps sessions in the memory of the process: for tests, and for a site that may
// forget its visitors when it starts again. It holds 100,000 sessions. The zero value is ready to use.
type Memory struct {
	mu   sync.Mutex
	rows map[string]*Record // by the hash of the token
}

var _ Devices = (*Memory)(nil)

// Load is that of [Store].
func (m *Memory) Load(_ context.Context, token string, now time.Time) (*Record, error) {
	hash, _ := HashToken(token)
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[hash]
	if r == nil || !now.Before(r.Until()) {
		return nil, ErrNone
	}
	return r.Clone(), nil
}

// Create is that of [Store].
func (m *Memory) Create(_ context.Context, r *Record) (string, error) {
	token := NewToken()
	hash, _ := HashToken(token)
	r.ID, r.Version = IDOf(hash), 1
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows == nil {
		m.rows = map[string]*Record{}
	}
	if len(m.rows) >= maxInMemory {
		m.makePlace(r.Created)
	}
	m.rows[hash] = r.Clone()
	return token, nil
}

// makePlace removes the sessions that have expired, or those that end first: a hundredth of
// all, so that it is not done for each new one.
func (m *Memory) makePlace(now time.Time) {
	maps.DeleteFunc(m.rows, func(_ string, r *Record) bool { return !now.Before(r.Until()) })
	if len(m.rows) < maxInMemory {
		return
	}
	hashes := slices.SortedFunc(maps.Keys(m.rows), func(a, b string) int { return m.rows[a].Until().Compare(m.rows[b].Until()) })
	for _, hash := range hashes[:maxInMemory/100] {
		delete(m.rows, hash)
	}
}

// Change is that of [Store].
func (m *Memory) Change(_ context.Context, token string, _ *Record, change func(*Record) error) (string, *Record, error) {
	hash, _ := HashToken(token)
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rows[hash]
	if r == nil {
		return "", nil, ErrNone
	}
	next := r.Clone()
	if err := change(next); err != nil {
		return "", nil, err
	}
	next.ID, next.Version = r.ID, r.Version+1
	m.rows[hash] = next
	return token, next.Clone(), nil
}

// Delete is that of [Store].
func (m *Memory) Delete(_ context.Context, token string) error {
	hash, _ := HashToken(token)
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.rows, hash)
	return nil
}

// List is that of [Devices].
func (m *Memory) List(_ context.Context, user int64, now time.Time) ([]Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Record
	for _, r := range m.rows {
		if r.User == user && now.Before(r.Until()) {
			out = append(out, *r.Clone())
		}
	}
	slices.SortFunc(out, func(a, b Record) int { return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// EndAll is that of [Devices].
func (m *Memory) EndAll(_ context.Context, user int64, but ...string) (int, error) {
	return m.end(func(r *Record) bool { return r.User == user && !slices.Contains(but, r.ID) }), nil
}

// EndOne is that of [Devices].
func (m *Memory) EndOne(_ context.Context, user int64, id string) error {
	m.end(func(r *Record) bool { return r.User == user && r.ID == id })
	return nil
}

func (m *Memory) end(which func(*Record) bool) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for hash, r := range m.rows {
		if which(r) {
			delete(m.rows, hash)
			n++
		}
	}
	return n
}
