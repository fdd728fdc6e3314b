package ratelimit

// Len returns how many buckets there are.
func Len(m *Memory) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.buckets)
}

// KeyOf is what names the bucket of a name.
func KeyOf(secret []byte, kind, name string) Key { return keyOf(secret, kind, name) }
