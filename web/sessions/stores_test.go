package sessions_test

import (
	"bytes"
	"testing"

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
