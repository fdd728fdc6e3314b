package cache_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/cache/cachetest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	cachetest.Run(t, cache.NewMemory(0))
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := cache.NewMemory(1 << 20)
	value := make([]byte, 10_000)
	for i := range 1000 { // 10 MB
		if err := m.Set(t.Context(), fmt.Sprint(i), cache.Entry{Value: value, Tags: []string{fmt.Sprint("tag", i)}, Expires: time.Now().Add(time.Hour), Mark: 1}); err != nil {
			t.Fatal(err)
		}
	}
	there := func() (n int) {
		for i := range 1000 {
			if found, _ := m.Get(t.Context(), fmt.Sprint(i)); found.OK {
				n++
			}
		}
		return n
	}
	n := there()
	for n > 110 { // what goes, goes a moment later
		runtime.Gosched()
		n = there()
	}
	if n < 50 {
		t.Errorf("%d of 1,000 are there", n)
	}
}

// TestTagsInvalidatedInTurn: a tag that takes the place of itself among those invalidated last is
// known as before.
func TestTagsInvalidatedInTurn(t *testing.T) {
	t.Parallel()
	m := cache.NewMemory(0)
	const recent = 4096 // how many are known that no entry has
	invalidate := func(tag string) {
		t.Helper()
		if err := m.Invalidate(t.Context(), tag); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		for i := range recent {
			invalidate(fmt.Sprint("tag", i))
		}
	}
	now := func() cache.Mark { found, _ := m.Get(t.Context(), "a"); return found.Now }
	if err := m.Set(t.Context(), "a", cache.Entry{Tags: []string{"tag0"}, Expires: time.Now().Add(time.Hour), Mark: now()}); err != nil {
		t.Fatal(err)
	}
	for i := range recent {
		invalidate(fmt.Sprint("other", i))
	}
	invalidate("tag0")
	if found, _ := m.Get(t.Context(), "a"); found.OK {
		t.Error("the value is there after its tag was invalidated")
	}
}

// TestOneTagInvalidatedOften keeps values with other tags from nothing.
func TestOneTagInvalidatedOften(t *testing.T) {
	t.Parallel()
	m := cache.NewMemory(0)
	for range 10_000 {
		if err := m.Invalidate(t.Context(), "often"); err != nil {
			t.Fatal(err)
		}
	}
	before, _ := m.Get(t.Context(), "a")
	if err := m.Invalidate(t.Context(), "often"); err != nil {
		t.Fatal(err)
	}
	if err := m.Set(t.Context(), "a", cache.Entry{Tags: []string{"new"}, Expires: time.Now().Add(time.Hour), Mark: before.Now}); err != nil {
		t.Fatal(err)
	}
	if found, _ := m.Get(t.Context(), "a"); !found.OK {
		t.Error("a value is not kept, though none of its tags was invalidated")
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"memory:", "memory:1kB", "memory:64MB", "memory:2GB"} {
		if s, err := cache.Open(t.Context(), nil, url, nil); err != nil || s == nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{"", "memory", "memory:0MB", "memory:-1MB", "memory:64", "memory:64mb", "memory:99999MB", "memory:1.5GB", "redis:x"} {
		if _, err := cache.Open(t.Context(), nil, url, nil); err == nil {
			t.Errorf("%s: no error", url)
		}
	}
}
