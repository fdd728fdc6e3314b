package sessions

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"time"
)

// ErrNone is the error of a store that has no such session: it never had it, it was ended, or
// it has expired.
var ErrNone = errors.New("sessions: no such session")

// Record is a session as it is stored.
type Record struct {
	// ID tells the sessions of a user apart, on a page that lists them. It is no secret and
	// no token. The store sets it.
	ID string `json:"id,omitempty"`
	// User is the key of the user who is logged in, 0 for nobody.
	User int64 `json:"u,omitempty"`
	// Data has the values by their names, as JSON. Names of packages begin with an underscore.
	Data map[string]json.RawMessage `json:"d,omitempty"`
	// Created is when the session began.
	Created time.Time `json:"c"`
	// Seen is when it was last used, to the minute.
	Seen time.Time `json:"s"`
	// Idle is how long the session may go unused.
	Idle time.Duration `json:"i,omitempty"`
	// Ends is when the session ends however much it is used.
	Ends time.Time `json:"e"`
	// Remember says that the cookie outlives the browser.
	Remember bool `json:"r,omitempty"`
	// Agent says by what the session was begun, such as "Firefox on Linux".
	Agent string `json:"a,omitempty"`
	// Network says from where, such as "203.0.113.0/24".
	Network string `json:"n,omitempty"`
	// Moved says that the session has another token now, and this one opens nothing.
	Moved bool `json:"m,omitempty"`
	// Version counts the changes. The store sets it.
	Version int64 `json:"v,omitempty"`
}

// Until returns when the session ends if it is not used any more.
func (r *Record) Until() time.Time {
	if idle := r.Seen.Add(r.Idle); idle.Before(r.Ends) {
		return idle
	}
	return r.Ends
}

// Clone returns a copy whose values can be replaced.
func (r *Record) Clone() *Record {
	c := *r
	c.Data = maps.Clone(r.Data)
	if c.Data == nil {
		c.Data = map[string]json.RawMessage{}
	}
	return &c
}

// Store keeps sessions. Errors are those of the store itself, but for [ErrNone]. It must be
// safe for concurrent use, and pass the tests of package sessionstest.
//
// size: a store is a seam, as that to databases is, and each of these is one statement.
type Store interface {
	// Load returns the session of a token, which may be any text. One that has expired at the
	// time now is [ErrNone].
	Load(ctx context.Context, token string, now time.Time) (*Record, error)
	// Create stores a new session and returns its token, which nobody can guess.
	Create(ctx context.Context, r *Record) (token string, err error)
	// Change calls change with the session of a token and stores what it makes of it, without
	// losing what others store at the same time; change may be called several times. last is
	// the session as it was loaded, from which the store may start. It returns the session as
	// stored, and its token, which is the same one for all stores but cookies. An error of
	// change is returned as it is, and nothing is stored.
	Change(ctx context.Context, token string, last *Record, change func(*Record) error) (newToken string, stored *Record, err error)
	// Delete ends a session. That there is none is not an error.
	Delete(ctx context.Context, token string) error
}

// Devices is a [Store] that can list the sessions of a user and end them.
type Devices interface {
	// List returns the sessions of a user that have not expired, the last used first.
	List(ctx context.Context, user int64, now time.Time) ([]Record, error)
	// EndAll ends the sessions of a user but for those whose ID is listed, and returns how
	// many they were.
	EndAll(ctx context.Context, user int64, but ...string) (int, error)
	// EndOne ends the session of a user that has the ID. That there is none is not an error.
	EndOne(ctx context.Context, user int64, id string) error
}

// tokenBytes is the size of a token: 256 bits, twice what OWASP ASVS 5.0 asks for (7.2.3).
const tokenBytes = 32

// textBytes is how many characters of base64 these are.
const textBytes = (tokenBytes*8 + 5) / 6

// NewToken returns a random token, for stores: 43 letters, digits, hyphens and underscores.
func NewToken() string {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// HashToken returns what a store keeps in place of a token: its SHA-256, in 43 characters.
// ok is false for a text that is not a token.
//
// A hash without salt is enough for values that are random (OWASP ASVS 5.0, 6.5.2).
func HashToken(token string) (hash string, ok bool) {
	var b, sum [tokenBytes]byte
	var text [textBytes]byte
	if len(token) != len(text) {
		return "", false
	}
	copy(text[:], token)
	if n, err := base64.RawURLEncoding.Strict().Decode(b[:], text[:]); err != nil || n != tokenBytes {
		return "", false
	}
	sum = sha256.Sum256(b[:])
	base64.RawURLEncoding.Encode(text[:], sum[:])
	return string(text[:]), true
}

// IDOf returns the ID of the session with a hash.
func IDOf(hash string) string { return hash[:min(16, len(hash))] }
