package ratelimit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"time"
)

// Key names a bucket. It is a hash: a store does not have the names of users and addresses.
type Key [sha256.Size]byte

// keyOf returns the key of a name, such as an address, for a kind of limit, such as "login". It is
// an HMAC-SHA-256 with secret. Without a secret it is a plain SHA-256, from which whoever has the
// store can find out addresses and names by trying all.
func keyOf(secret []byte, kind, name string) (key Key) {
	if len(secret) == 0 {
		d := sha256.New()
		_, _ = d.Write([]byte(kind + "\x00" + name)) // a hash never fails
		return Key(d.Sum(nil))
	}
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write([]byte(kind + "\x00" + name))
	return Key(mac.Sum(nil))
}

// Store keeps buckets. It must be safe for concurrent use, also by other processes if it is for
// several: of many calls at once no more are allowed than the limit says.
type Store interface {
	// Take takes one from the bucket of a key, if there is one left, in one step that no other
	// call can come between. [Limit.Take] says what happens to a bucket.
	Take(ctx context.Context, key Key, limit Limit, now time.Time) (Result, error)
	// Give makes the bucket of a key full so much earlier. A bucket that does not exist is full
	// already.
	Give(ctx context.Context, key Key, back time.Duration) error
}
