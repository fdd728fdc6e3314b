package databasetest

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/volaweb/vola/database"
)

// Statements records the statements that run under a context. It is safe for
// concurrent use; the zero value is ready.
type Statements struct {
	mu  sync.Mutex
	all []database.Statement
}

// Observe returns a context whose statements are recorded.
func (s *Statements) Observe(ctx context.Context) context.Context {
	return database.Observe(ctx, func(_ context.Context, st database.Statement) {
		s.mu.Lock()
		defer s.mu.Unlock()
		st.Args = slices.Clone(st.Args) // which may not be kept
		s.all = append(s.all, st)
	})
}

// All returns the statements so far, in the order in which they ended.
func (s *Statements) All() []database.Statement {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]database.Statement(nil), s.all...)
}

// Reset forgets the statements so far.
func (s *Statements) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = nil
}

// Want fails the test unless exactly n statements were recorded, and lists
// them; then it forgets them.
func (s *Statements) Want(t testing.TB, n int) {
	t.Helper()
	all := s.All()
	s.Reset()
	if len(all) == n {
		return
	}
	t.Errorf("%d statements ran, want %d:", len(all), n)
	for _, st := range all {
		t.Errorf("  %s  (%d rows, from %s)", st.SQL, st.Rows, st.Caller)
	}
}
