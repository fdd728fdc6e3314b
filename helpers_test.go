package vola_test

import (
	"bytes"
	"sync"
)

// withKey puts a secret key before an environment, which may have another.
func withKey(environ []string) []string {
	return append([]string{"SECRET_KEY=the key of all sites in tests: it is not secret"}, environ...)
}

// lockedBuffer is a bytes.Buffer for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
