// Package dbcache keeps the values of package cache in the database, so that several processes share
// them and a restart does not empty them. Of several processes one computes a value, and the
// others wait, or serve the one that is stale.
//
// The tables, vola_cache and vola_cache_tag, belong to the module that lists them among its models,
// and come with its migrations:
//
//	func (*Shop) Models() []orm.Declaration {
//		return append(dbcache.Models(), ...)
//	}
//
// The site uses them when the setting CACHE_URL is "database:".
//
// What is found costs one statement, and another one if it has tags and something was invalidated
// since it was computed. An invalidation writes a row for each tag, however many values have it. The
// clocks of the processes should agree to a second.
package dbcache

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// Item is an entry as a row, or the lease of one that is not there yet.
type Item struct {
	Key     string `db:"primary_key,size=43"` // SHA-256 of the key
	Value   []byte
	Tags    string // hashes of the tags and their names, as JSON
	Fresh   int64  // in nanoseconds since 1970, as all times
	Expires int64  `db:"index"`
	Mark    int64  `db:"index"`
	Owner   string `db:"size=60"` // of the lease, "" for none
	Leased  int64  // until when
}

// Tag is a tag that was invalidated. The one whose name is "" has the mark of the store.
type Tag struct {
	Tag     string `db:"primary_key,size=43"` // SHA-256 of the tag
	Mark    int64  // of the last invalidation
	Changed int64  `db:"index"` // when that was
}

// Models declares [Item] and [Tag], for the models of a module.
func Models() []orm.Declaration {
	return []orm.Declaration{orm.Model[Item](orm.Table("vola_cache")), orm.Model[Tag](orm.Table("vola_cache_tag"))}
}

// Store is a [cache.Store] in a database. It is safe for concurrent use, also by other processes
// with the same database. Contexts must not belong to a transaction on the database.
type Store struct {
	db func() *database.DB
	// Now is the clock. Defaults to time.Now. It must not be changed once the store is in use.
	Now func() time.Time
}

var _ cache.Leaser = (*Store)(nil)

// New returns a store in a database, which must be used with [Models] among its models. db is
// called whenever the database is needed.
func New(db func() *database.DB) *Store { return &Store{db: db, Now: time.Now} }

// open returns the database.
func (s *Store) open() (*database.DB, error) {
	if db := s.db(); db != nil {
		return db, nil
	}
	return nil, errors.New("the database is not open yet")
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// row is an item with the mark of the store; found is 0 without an item.
type row struct {
	Found, Fresh, Expires, Mark, Leased, Now int64
	Value                                    []byte
	Tags                                     string
}

const get = `SELECT CASE WHEN c."key" IS NULL THEN 0 ELSE 1 END AS found, coalesce(c.fresh, 0) AS fresh, coalesce(c.expires, 0) AS expires,
	coalesce(c.mark, 0) AS mark, coalesce(c.leased, 0) AS leased, coalesce(c.value, ?) AS value, coalesce(c.tags, '') AS tags,
	coalesce((SELECT t.mark FROM vola_cache_tag t WHERE t.tag = ''), 0) + 1 AS now
FROM (SELECT 1 AS one) AS o LEFT JOIN vola_cache c ON c."key" = ?`

// Get implements [cache.Store], by one or two statements.
func (s *Store) Get(ctx context.Context, key string) (found cache.Found, err error) {
	db, err := s.open()
	if err != nil {
		return found, err
	}
	r, err := orm.FromSQL[row](db, get, []byte{}, hash(key)).First(ctx)
	if err != nil {
		return found, fmt.Errorf("get a value from the cache in the database: %w", err)
	}
	now := s.Now().UnixNano()
	found.Now, found.Busy = cache.Mark(r.Now), now < r.Leased
	if r.Found == 0 || r.Expires <= now {
		return found, nil
	}
	var tags []string
	if r.Tags != "" {
		if err := json.Unmarshal([]byte(r.Tags), &tags); err != nil {
			return found, fmt.Errorf("read the tags of a value in the cache: %w", err)
		}
	}
	if len(tags) > 0 && r.Mark < r.Now {
		gone, err := s.invalidated(ctx, db, tags, r.Mark)
		if err != nil || gone {
			return found, err
		}
	}
	found.OK = true
	found.Entry = cache.Entry{Value: r.Value, Tags: tags, Fresh: time.Unix(0, r.Fresh), Expires: time.Unix(0, r.Expires), Mark: cache.Mark(r.Mark)}
	return found, nil
}

// batch is how many tags one statement has.
const batch = 300

// invalidated reports whether one of the tags was invalidated since a mark. That of an invalidation is the
// mark of the store before it.
func (s *Store) invalidated(ctx context.Context, db *database.DB, tags []string, mark int64) (bool, error) {
	for some := range slices.Chunk(tags, batch) {
		args := make([]any, 0, len(some)+1)
		args = append(args, mark)
		for _, tag := range some {
			args = append(args, hash(tag))
		}
		n, err := orm.FromSQL[int64](db, `SELECT count(*) AS n FROM vola_cache_tag WHERE mark >= ? AND tag IN (?`+strings.Repeat(", ?", len(some)-1)+`)`, args...).First(ctx)
		if err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}

// Set implements [cache.Store], by one statement.
func (s *Store) Set(ctx context.Context, key string, e cache.Entry) error {
	db, err := s.open()
	if err != nil {
		return err
	}
	tags := ""
	if len(e.Tags) > 0 {
		raw, err := json.Marshal(e.Tags)
		if err != nil {
			return err
		}
		tags = string(raw)
	}
	value := e.Value
	if value == nil {
		value = []byte{}
	}
	const set = `INSERT INTO vola_cache ("key", value, tags, fresh, expires, mark, owner, leased) VALUES (?, ?, ?, ?, ?, ?, '', 0)
		ON CONFLICT ("key") DO UPDATE SET value = excluded.value, tags = excluded.tags, fresh = excluded.fresh, expires = excluded.expires,
		mark = excluded.mark, owner = '', leased = 0`
	if _, err := orm.ExecSQL(ctx, db, set, hash(key), value, tags, nanoseconds(e.Fresh), nanoseconds(e.Expires), int64(e.Mark)); err != nil {
		return fmt.Errorf("put a value into the cache in the database: %w", err)
	}
	return nil
}

// nanoseconds returns a time as the tables have it; the zero time is 0.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// Invalidate implements [cache.Store], by a transaction. Several wait for each other for as long as
// that takes.
func (s *Store) Invalidate(ctx context.Context, tags ...string) error {
	if len(tags) == 0 {
		return nil
	}
	db, err := s.open()
	if err != nil {
		return err
	}
	now := s.Now().UnixNano()
	tags = slices.Compact(slices.Sorted(slices.Values(tags)))
	// What deletes old tags may lock them in another order.
	err = db.InTxWith(ctx, database.TxOptions{Retry: 3}, func(ctx context.Context, tx *database.Tx) error {
		const next = `INSERT INTO vola_cache_tag AS t (tag, mark, changed) VALUES ('', 1, ?) ON CONFLICT (tag) DO UPDATE SET mark = t.mark + 1, changed = excluded.changed RETURNING mark`
		mark, err := orm.FromSQL[int64](tx, next, now).First(ctx)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(tags, batch) {
			args := make([]any, 0, 3*len(some))
			for _, tag := range some {
				args = append(args, hash(tag), mark, now)
			}
			if _, err := orm.ExecSQL(ctx, tx, `INSERT INTO vola_cache_tag (tag, mark, changed) VALUES (?, ?, ?)`+strings.Repeat(", (?, ?, ?)", len(some)-1)+
				` ON CONFLICT (tag) DO UPDATE SET mark = excluded.mark, changed = excluded.changed`, args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("invalidate tags of the cache in the database: %w", err)
	}
	return nil
}

// Lease implements [cache.Leaser], by one statement.
func (s *Store) Lease(ctx context.Context, key, owner string, length time.Duration) (bool, error) {
	db, err := s.open()
	if err != nil {
		return false, err
	}
	now := s.Now()
	const lease = `INSERT INTO vola_cache AS c ("key", value, tags, fresh, expires, mark, owner, leased) VALUES (?, ?, '', 0, 0, 0, ?, ?)
		ON CONFLICT ("key") DO UPDATE SET owner = excluded.owner, leased = excluded.leased WHERE c.leased <= ?`
	n, err := orm.ExecSQL(ctx, db, lease, hash(key), []byte{}, owner, now.Add(length).UnixNano(), now.UnixNano())
	if err != nil {
		return false, fmt.Errorf("lease a key of the cache in the database: %w", err)
	}
	return n == 1, nil
}

// Release implements [cache.Leaser], by one statement.
func (s *Store) Release(ctx context.Context, key, owner string) error {
	db, err := s.open()
	if err != nil {
		return err
	}
	if _, err := orm.ExecSQL(ctx, db, `UPDATE vola_cache SET owner = '', leased = 0 WHERE "key" = ? AND owner = ?`, hash(key), owner); err != nil {
		return fmt.Errorf("release a key of the cache in the database: %w", err)
	}
	return nil
}
