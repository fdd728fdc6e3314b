package linelog_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/internal/linelog"
)

// record is the line of a request as slog.TextHandler writes it.
func record(r linelog.Request) string {
	var out bytes.Buffer
	level := slog.LevelInfo
	if r.Status >= 500 {
		level = slog.LevelError
	}
	entry := slog.NewRecord(r.Time, level, "request", 0)
	entry.AddAttrs(slog.String("method", r.Method), slog.String("path", r.Path), slog.String("route", r.Route),
		slog.Int("status", r.Status), slog.Int64("bytes", r.Bytes), slog.Duration("duration", r.Took), slog.String("remote", r.Remote))
	if r.ID != "" {
		entry.AddAttrs(slog.String("id", r.ID))
	}
	if r.Aborted {
		entry.AddAttrs(slog.Bool("aborted", true))
	}
	if err := slog.NewTextHandler(&out, nil).Handle(context.Background(), entry); err != nil {
		panic(err)
	}
	return out.String()
}

// FuzzRequest: a line about a request is the one that slog.TextHandler writes for
// the same attributes.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "/posts/caf%C3%A9", "GET /posts/{slug:slug}/", "127.0.0.1", "0a1b", 200, int64(1234), int64(1_234_567), int64(1_700_000_000_123_456_789), 0, false)
	f.Add("", "/a\nlevel=ERROR", "\t=", "x y", "\"", 503, int64(-1), int64(0), int64(999_999), -12600, true)
	f.Add("PURGE\x00", "/ü\u2028", "\xff", "::1%eth0", "\\", 99, int64(1<<62), int64(-3), int64(4_102_444_799_999_999_999), 50400, true)
	f.Add("\x7f", "<a>&'", "😀", "\u00a0", "\ufffd", 0, int64(0), int64(1<<62), int64(-1), 1, false)
	f.Fuzz(func(t *testing.T, method, path, route, remote, id string, status int, size, took, at int64, offset int, aborted bool) {
		r := linelog.Request{
			Time: time.Unix(0, at).In(time.FixedZone("", offset%(24*3600))), Method: method, Path: path, Route: route, Status: status,
			Bytes: size, Took: time.Duration(took), Remote: remote, ID: id, Aborted: aborted,
		}
		var out bytes.Buffer
		h := linelog.New(&out, slog.LevelInfo)
		h.Log(context.Background(), r)
		if diff := cmp.Diff(record(r), out.String()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestTimes: what is kept of a time is not used for another second or zone.
func TestTimes(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	h := linelog.New(&out, slog.LevelInfo)
	start := time.Date(1999, 12, 31, 23, 59, 58, 999_999_999, time.UTC)
	var want string
	for i := range 3000 {
		at := start.Add(time.Duration(i) * 7 * time.Millisecond)
		if i%3 == 0 {
			at = at.In(time.FixedZone("east", i))
		}
		r := linelog.Request{Time: at, Method: "GET"}
		h.Log(context.Background(), r)
		want += record(r)
	}
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// writes counts what is written, and may fail.
type writes struct {
	all  []string
	fail error
}

func (w *writes) Write(p []byte) (int, error) {
	if w.fail != nil {
		return 0, w.fail
	}
	w.all = append(w.all, string(p))
	return len(p), nil
}

// lines returns the paths and messages of each write.
func (w *writes) lines() (out []string) {
	for _, text := range w.all {
		var names []string
		for line := range strings.Lines(text) {
			_, name, _ := strings.Cut(line, "msg=")
			if _, path, ok := strings.Cut(line, "path="); ok {
				name = path
			}
			names = append(names, strings.Fields(name)[0])
		}
		out = append(out, strings.Join(names, " "))
	}
	return out
}

func request(path string, status int) linelog.Request {
	return linelog.Request{Time: time.Now(), Method: "GET", Path: path, Status: status}
}

// TestHold: lines about requests are held for a moment, all others are written
// at once, in the order in which they were logged.
func TestHold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &writes{}
		h := linelog.New(w, slog.LevelInfo)
		log, ctx := slog.New(h), t.Context()
		h.Log(ctx, request("/before", 200)) // nothing is held before Hold
		release := h.Hold()
		h.Log(ctx, request("/a", 200))
		time.Sleep(linelog.Delay / 2)
		h.Log(ctx, request("/b", 404))
		time.Sleep(linelog.Delay/2 + time.Millisecond) // Delay after the first of them
		synctest.Wait()
		h.Log(ctx, request("/c", 200))
		log.Info("started")
		h.Log(ctx, request("/d", 200))
		h.Log(ctx, request("/failed", 500))
		log.With("module", "blog").Warn("odd")
		log.Debug("nothing")
		h.Log(ctx, request("/e", 200))
		release()
		h.Log(ctx, request("/after", 200))
		time.Sleep(10 * linelog.Delay)
		synctest.Wait()
		want := []string{"/before", "/a /b", "/c", "started", "/d /failed", "odd", "/e", "/after"}
		if diff := cmp.Diff(want, w.lines()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestHoldIsBounded: lines are written before they are too many.
func TestHoldIsBounded(t *testing.T) {
	t.Parallel()
	w := &writes{}
	h := linelog.New(w, slog.LevelInfo)
	defer h.Hold()()
	const n = 1000
	path := "/" + strings.Repeat("x", 200)
	for range n {
		h.Log(t.Context(), request(path, 200))
	}
	h.Log(t.Context(), request(path, 500))
	lines := 0
	for _, text := range w.all {
		lines += strings.Count(text, "\n")
		if len(text) > linelog.MaxHeld+1000 {
			t.Errorf("%d bytes were held", len(text))
		}
	}
	if lines != n+1 || len(w.all) > n/10 {
		t.Errorf("%d lines in %d writes", lines, len(w.all))
	}
}

// TestWriterFails: what could not be written is not tried again, and later lines are.
func TestWriterFails(t *testing.T) {
	t.Parallel()
	w := &writes{fail: errors.New("full")}
	h := linelog.New(w, slog.LevelInfo)
	h.Log(t.Context(), request("/lost", 200))
	w.fail = nil
	h.Log(t.Context(), request("/a", 200))
	if diff := cmp.Diff([]string{"/a"}, w.lines()); diff != "" {
		t.Error(diff)
	}
}

// TestLevel: the level is asked for at each request.
func TestLevel(t *testing.T) {
	t.Parallel()
	var level slog.LevelVar
	w := &writes{}
	h := linelog.New(w, &level)
	level.Set(slog.LevelWarn)
	h.Log(t.Context(), request("/a", 200))
	h.Log(t.Context(), request("/failed", 500))
	level.Set(slog.LevelInfo)
	h.Log(t.Context(), request("/b", 200))
	if diff := cmp.Diff([]string{"/failed", "/b"}, w.lines()); diff != "" {
		t.Error(diff)
	}
}
