// Package rediscache keeps the values of package cache on a server that speaks the protocol of
// Redis 7 or later, such as Valkey. It is a Go module of its own, so that a site without it does not
// link a client.
//
//	vola.Config{Caches: rediscache.Drivers(), ...}
//
// The setting CACHE_URL is then "redis://host:6379/0", "rediss://..." for TLS, or the same with
// valkey and valkeys. A user and a password are those of the URL, or of REDIS_USERNAME and
// REDIS_PASSWORD in the environment. "?prefix=shop:" is what all keys begin with, "vola:" if it is not said.
//
// It is one server, with replicas if there are any, and not a cluster, as a script looks at a value
// and at its tags in one step. The server may forget whatever it has no room for (maxmemory-policy
// allkeys-lru): a value one of whose tags is forgotten is forgotten too. It must have room for what is
// invalidated while a value is being computed: if it forgets such a tag alone before the value is set,
// nothing tells that.
package rediscache

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/volaweb/vola/cache"
)

// Drivers returns drivers for the schemes redis, rediss, valkey and valkeys.
func Drivers() []cache.Driver {
	return []cache.Driver{driver("redis"), driver("rediss"), driver("valkey"), driver("valkeys")}
}

type driver string

func (d driver) Scheme() string { return string(d) }

// Open does not connect to the server. Its errors do not hold the URL, as a password may be in it.
func (d driver) Open(_ context.Context, raw string, environ map[string]string) (cache.Store, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("rediscache: the URL is not of the form redis://host:6379/0?prefix=shop")
	}
	query := u.Query()
	prefix := "vola:"
	if query.Has("prefix") {
		prefix = query.Get("prefix")
		query.Del("prefix")
	}
	u.RawQuery = query.Encode()
	u.Scheme = "redis"
	if d == "rediss" || d == "valkeys" {
		u.Scheme = "rediss"
	}
	options, err := redis.ParseURL(u.String())
	if err != nil {
		return nil, errors.New("rediscache: the URL is not of the form redis://host:6379/0?prefix=shop")
	}
	if options.Username == "" {
		options.Username = environ["REDIS_USERNAME"]
	}
	if options.Password == "" {
		options.Password = environ["REDIS_PASSWORD"]
	}
	options.ContextTimeoutEnabled = true
	return New(redis.NewClient(options), prefix), nil
}

// Store is a [cache.Store] on a server. It is safe for concurrent use.
type Store struct {
	client redis.UniversalClient
	prefix string
	// Now is the clock. Defaults to time.Now. It must not be changed once the store is in use.
	Now func() time.Time
}

var _ cache.Leaser = (*Store)(nil)

// New returns a store whose keys begin with a prefix.
func New(client redis.UniversalClient, prefix string) *Store {
	return &Store{client: client, prefix: prefix, Now: time.Now}
}

// Close ends the connections.
func (s *Store) Close() error { return s.client.Close() }

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (s *Store) entry(key string) string { return s.prefix + "e:" + hash(key) }
func (s *Store) lease(key string) string { return s.prefix + "l:" + hash(key) }

// Get implements [cache.Store], by one script.
func (s *Store) Get(ctx context.Context, key string) (found cache.Found, err error) {
	answer, err := getScript.Run(ctx, s.client, []string{s.entry(key), s.lease(key)}, s.prefix).Slice()
	if err != nil {
		return found, fmt.Errorf("rediscache: get: %w", err)
	}
	texts := make([]string, len(answer))
	for i, part := range answer {
		texts[i] = fmt.Sprint(part)
	}
	if len(texts) != 2 && len(texts) != 7 {
		return found, fmt.Errorf("rediscache: get: the server answers with %d parts", len(texts))
	}
	now, err := strconv.ParseInt(texts[0], 10, 64)
	if err != nil {
		return found, fmt.Errorf("rediscache: get: %w", err)
	}
	found.Now, found.Busy = cache.Mark(now), texts[1] == "1"
	if len(texts) == 2 {
		return found, nil
	}
	var e cache.Entry
	if texts[3] != "" {
		if err := json.Unmarshal([]byte(texts[3]), &e.Tags); err != nil {
			return found, fmt.Errorf("rediscache: read the tags of a value: %w", err)
		}
	}
	var numbers [3]int64
	for i, text := range texts[4:] {
		if numbers[i], err = strconv.ParseInt(text, 10, 64); err != nil {
			return found, fmt.Errorf("rediscache: read a value: %w", err)
		}
	}
	e.Value, e.Fresh, e.Expires, e.Mark = []byte(texts[2]), time.Unix(0, numbers[0]), time.Unix(0, numbers[1]), cache.Mark(numbers[2])
	if s.Now().Before(e.Expires) {
		found.Entry, found.OK = e, true
	}
	return found, nil
}

// Set implements [cache.Store], by one script.
func (s *Store) Set(ctx context.Context, key string, e cache.Entry) error {
	keys := []string{s.entry(key), s.lease(key)}
	tags := ""
	if len(e.Tags) > 0 {
		raw, err := json.Marshal(e.Tags)
		if err != nil {
			return err
		}
		tags = string(raw)
	}
	hashes := ""
	for _, tag := range e.Tags {
		hashes += hash(tag) + " "
	}
	var fresh, expires, length int64
	if left := e.Expires.Sub(s.Now()); !e.Expires.IsZero() && left > 0 {
		expires, length = e.Expires.UnixNano(), left.Milliseconds()+1
		if !e.Fresh.IsZero() {
			fresh = e.Fresh.UnixNano()
		}
	}
	if err := setScript.Run(ctx, s.client, keys, s.prefix, e.Value, tags, hashes, fresh, expires, int64(e.Mark), length).Err(); err != nil {
		return fmt.Errorf("rediscache: set: %w", err)
	}
	return nil
}

// keepTags is how long an invalidation is remembered at least: longer than any computation takes
// that began before it.
const keepTags = 24 * time.Hour

// Invalidate implements [cache.Store], by one script.
func (s *Store) Invalidate(ctx context.Context, tags ...string) error {
	if len(tags) == 0 {
		return nil
	}
	keys := make([]string, len(tags))
	for i, tag := range tags {
		keys[i] = s.prefix + "t:" + hash(tag)
	}
	if err := invalidateScript.Run(ctx, s.client, keys, s.prefix, keepTags.Milliseconds()).Err(); err != nil {
		return fmt.Errorf("rediscache: invalidate: %w", err)
	}
	return nil
}

// Lease implements [cache.Leaser].
func (s *Store) Lease(ctx context.Context, key, owner string, length time.Duration) (bool, error) {
	err := s.client.SetArgs(ctx, s.lease(key), owner, redis.SetArgs{Mode: "NX", TTL: max(length, time.Millisecond)}).Err()
	switch {
	case errors.Is(err, redis.Nil):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("rediscache: lease: %w", err)
	}
	return true, nil
}

// Release implements [cache.Leaser].
func (s *Store) Release(ctx context.Context, key, owner string) error {
	if err := releaseScript.Run(ctx, s.client, []string{s.lease(key)}, owner).Err(); err != nil {
		return fmt.Errorf("rediscache: release: %w", err)
	}
	return nil
}
