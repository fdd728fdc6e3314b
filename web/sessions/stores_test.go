package sessions_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/volaweb/vola/signing"
	"github.com/volaweb/vola/web/sessions"
	"github.com/volaweb/vola/web/sessions/sessionstest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	sessionstest.Run(t, sessionstest.Options{}, func(*testing.T) sessions.Store { return &sessions.Memory{} })
}

func signer() *signing.Signer { return signing.New(bytes.Repeat([]byte("k"), 32)) }

func TestCookie(t *testing.T) {
	t.Parallel()
	sessionstest.Run(t, sessionstest.Options{InCookies: true}, func(*testing.T) sessions.Store {
		return sessions.Cookie{Signer: signer()}
	})
}

// TestMemoryIsBounded: those that end first make place for new ones.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	var m sessions.Memory
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	var first, last string
	for i := range 100_001 {
		token, err := m.Create(t.Context(), &sessions.Record{Created: now, Seen: now, Idle: time.Duration(i+1) * time.Minute, Ends: now.Add(1 << 62)})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = token
		}
		last = token
	}
	if _, err := m.Load(t.Context(), first, now); err == nil {
		t.Error("the one that ends first is there")
	}
	if _, err := m.Load(t.Context(), last, now); err != nil {
		t.Error(err)
	}
}
