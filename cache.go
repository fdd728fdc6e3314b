package vola

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/cache/dbcache"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cli"
)

// openCache makes the cache of the site. Nothing is connected to yet.
func (s *Site) openCache() error {
	var store cache.Store
	if s.set.CacheURL == "database:" {
		table := dbcache.New(func() *database.DB { return s.host.DB })
		table.Now = s.opts.Now
		store, s.cacheTable = table, table
	} else {
		var err error
		store, err = cache.Open(context.Background(), s.cfg.Caches, s.set.CacheURL, s.opts.Environ)
		if err != nil {
			return cli.ConfigError{Err: fmt.Errorf("setting CACHE_URL: %w", err)}
		}
		if memory, ok := store.(*cache.Memory); ok {
			memory.Now = s.opts.Now
		}
		s.cacheCloser, _ = store.(io.Closer)
	}
	s.host.Cache = cache.New(cache.Config{Store: store, Direct: database.InTransaction, Now: s.opts.Now, Log: s.opts.Log})
	return nil
}

// checkCache returns what the models lack for a cache in the database.
func (s *Site) checkCache() error {
	if s.cacheTable == nil || s.models == nil {
		return nil
	}
	if _, err := s.models.Fields(reflect.TypeFor[dbcache.Item]()); err == nil {
		return nil
	}
	return cli.ConfigError{Err: errors.New("setting CACHE_URL: no module of the site has the tables of the cache; add dbcache.Models() to the Models of one, and run makemigrations")}
}

// cleanCache deletes what has expired in the database until ctx ends.
func (s *Site) cleanCache(ctx context.Context) {
	if s.cacheTable == nil {
		return
	}
	go s.cacheTable.Run(ctx, s.opts.Log)
}

// closeCache ends what refreshes values in the background.
func (s *Site) closeCache() {
	if s.host == nil || s.host.Cache == nil {
		return
	}
	s.host.Cache.Close()
	if s.cacheCloser != nil {
		if err := s.cacheCloser.Close(); err != nil {
			s.opts.Log.Warn("the connection to the cache was not closed", "error", err)
		}
	}
}

// invalidate makes what the models of the site say go from the cache.
func (s *Site) invalidate(ctx context.Context, tags []string) {
	if s.host.DB == nil {
		return // a command that has no cache
	}
	if err := s.host.Invalidate(ctx, s.host.DB, tags...); err != nil {
		s.opts.Log.Error("cached values are not up to date", "tags", tags, "error", err)
	}
}
