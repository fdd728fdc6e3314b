package rediscache_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/cache"
	"github.com/volaweb/vola/cache/cachetest"
	"github.com/volaweb/vola/contrib/rediscache"
)

// server starts a server on a socket of the file system and returns its path. It ends with the test.
func server(t *testing.T, args ...string) string {
	t.Helper()
	program := os.Getenv("VOLA_TEST_REDIS")
	if program == "" {
		t.Skip("needs a Redis server: set VOLA_TEST_REDIS to the path of redis-server")
	}
	dir, err := os.MkdirTemp("", "vola-redis")
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "socket")
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, append([]string{"--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", dir}, args...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	t.Cleanup(func() { cancel(); <-ended; _ = os.RemoveAll(dir) })
	for {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			conn.Close()
			return socket
		}
		select {
		case <-ended:
			t.Fatalf("the server does not start: %s", &out)
		default:
		}
	}
}

func open(t *testing.T, socket string) *rediscache.Store {
	t.Helper()
	s := rediscache.New(redis.NewClient(&redis.Options{Network: "unix", Addr: socket}), "test:")
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	socket := server(t)
	cachetest.Run(t, open(t, socket))
	cachetest.Run(t, open(t, socket), open(t, socket))
}

// TestForgottenTags: a value of which the server has forgotten a tag, and with it perhaps that it
// was invalidated, is not found any more, also when the tag is there again.
func TestForgottenTags(t *testing.T) {
	t.Parallel()
	socket := server(t)
	s := open(t, socket)
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
	defer client.Close()
	ctx := t.Context()
	set := func(key string) {
		t.Helper()
		found, err := s.Get(ctx, key)
		if err == nil {
			err = s.Set(ctx, key, cache.Entry{Value: []byte(key), Tags: []string{"x"}, Expires: time.Now().Add(time.Hour), Mark: found.Now})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want := func(key string, want bool) {
		t.Helper()
		if found, err := s.Get(ctx, key); found.OK != want || err != nil {
			t.Errorf("%s: %v, %v", key, found.OK, err)
		}
	}
	set("a")
	want("a", true)
	if err := s.Invalidate(ctx, "x"); err != nil {
		t.Fatal(err)
	}
	want("a", false)
	tags, err := client.Keys(ctx, "test:t:*").Result()
	if err != nil || len(tags) != 1 {
		t.Fatal(tags, err)
	}
	if err := client.Del(ctx, tags...).Err(); err != nil {
		t.Fatal(err)
	}
	want("a", false)
	set("b")
	want("b", true)
	want("a", false)
}

// TestForgottenWhileComputing: a value that was being computed when the server forgot everything, such
// as by a restart, is not found if it has tags, as these may have been invalidated meanwhile.
func TestForgottenWhileComputing(t *testing.T) {
	t.Parallel()
	socket := server(t)
	s := open(t, socket)
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
	defer client.Close()
	ctx := t.Context()
	before, err := s.Get(ctx, "a")
	if err == nil {
		err = s.Invalidate(ctx, "x")
	}
	if err == nil {
		err = client.FlushAll(ctx).Err()
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{false, true} {
		if err := s.Set(ctx, "a", cache.Entry{Tags: []string{"x"}, Expires: time.Now().Add(time.Hour), Mark: before.Now}); err != nil {
			t.Fatal(err)
		}
		found, err := s.Get(ctx, "a")
		if found.OK != want || err != nil {
			t.Errorf("found is %v, %v, want %v", found.OK, err, want)
		}
		before = found // the next one begins after that
	}
}

// TestManyProcesses: of those who ask with caches of their own, one computes.
func TestManyProcesses(t *testing.T) {
	t.Parallel()
	socket := server(t)
	numbers := cache.Of[int64]("numbers", cache.For(time.Hour))
	var computed atomic.Int64
	var all sync.WaitGroup
	begin := make(chan bool)
	for range 4 {
		c := cache.New(cache.Config{Store: open(t, socket), Lease: time.Minute})
		t.Cleanup(c.Close)
		for range 250 {
			all.Go(func() {
				<-begin
				n, err := numbers.Get(t.Context(), c, "a", func(context.Context) (int64, error) { return computed.Add(1), nil })
				if n != 1 || err != nil {
					t.Errorf("%d, %v", n, err)
				}
			})
		}
	}
	close(begin)
	all.Wait()
	if n := computed.Load(); n != 1 {
		t.Errorf("computed %d times", n)
	}
}

// TestNoServer is an error of the store, and none of what is asked.
func TestNoServer(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "none"))
	if _, err := s.Get(t.Context(), "a"); err == nil {
		t.Error("no error")
	}
	c := cache.New(cache.Config{Store: s})
	defer c.Close()
	numbers := cache.Of[int]("numbers", cache.For(time.Hour))
	if n, err := numbers.Get(t.Context(), c, "a", func(context.Context) (int, error) { return 7, nil }); n != 7 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if err := c.Invalidate(t.Context(), "x"); err == nil {
		t.Error("invalidate: no error")
	}
}

// TestURLs: those that cannot be are errors without the password.
func TestURLs(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"redis://localhost", "rediss://u:secret@localhost:6379/2?prefix=a:", "valkey://localhost:1/0", "valkeys://h"} {
		s, err := vola.New(vola.Config{Caches: rediscache.Drivers()}, vola.Options{Environ: map[string]string{"CACHE_URL": url}})
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		s.Close()
	}
	for _, url := range []string{"redis://u:secret@h:port/0", "redis://u:secret@h/x", "redis://u:secret@h/?nothing=1", "redis://u:secret@%zz"} {
		_, err := cache.Open(t.Context(), rediscache.Drivers(), url, nil)
		if err == nil || strings.Contains(fmt.Sprint(err), "secret") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
