package vola_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/volatest"
)

// TestStorageURL: the setting says where files are; nothing is made before the first.
func TestStorageURL(t *testing.T) {
	t.Parallel()
	dir := filepath.ToSlash(filepath.Join(t.TempDir(), "files"))
	s, err := vola.New(vola.Config{}, vola.Options{Environ: map[string]string{"STORAGE_URL": "disk:" + dir}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is there already: %v", err)
	}
	if _, err := s.Host().Storage.Create(t.Context(), "a.txt", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "a.txt")); string(b) != "x" {
		t.Errorf("%q, %v", b, err)
	}
	for _, url := range []string{"files", "s3://key:word@bucket", "disk:", ":"} {
		_, err := vola.New(vola.Config{}, vola.Options{Environ: map[string]string{"STORAGE_URL": url}})
		if err == nil || !strings.Contains(err.Error(), "STORAGE_URL") || strings.Contains(err.Error(), "word") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

// TestSecretKey: what one site signs, another with the same key accepts, also as an old one.
func TestSecretKey(t *testing.T) {
	t.Parallel()
	one, two := strings.Repeat("one-", 8), strings.Repeat("two-", 8)
	site := func(environ map[string]string, log *bytes.Buffer) *vola.Site {
		opts := vola.Options{Environ: environ}
		if log != nil {
			opts.Log = slog.New(slog.NewTextHandler(log, nil))
		}
		s, err := vola.New(vola.Config{}, opts)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	until, now := time.Unix(2000, 0), time.Unix(1000, 0)
	signed := site(map[string]string{"SECRET_KEY": one}, nil).Host().Signer.Sign("p", "v", until)
	var log bytes.Buffer
	tests := []struct {
		environ map[string]string
		good    bool
	}{
		{map[string]string{"SECRET_KEY": one}, true},
		{map[string]string{"SECRET_KEY": two}, false},
		{map[string]string{"SECRET_KEY": two, "SECRET_KEY_FALLBACKS": strings.Repeat("x", 32) + ", " + one}, true},
		{map[string]string{"SECRET_KEY": two, "SECRET_KEY_FALLBACKS": ","}, false},
	}
	for _, tt := range tests {
		if err := site(tt.environ, &log).Host().Signer.Check("p", "v", signed, now); (err == nil) != tt.good {
			t.Errorf("%v: %v", tt.environ, err)
		}
	}
	if log.Len() > 0 {
		t.Errorf("logged %s", &log)
	}
	random := site(nil, &log).Host().Signer
	if log.Len() > 0 {
		t.Errorf("logged before the first use: %s", &log)
	}
	for range 2 {
		if err := random.Check("p", "v", random.Sign("p", "v", until), now); err != nil {
			t.Error(err)
		}
		if err := random.Check("p", "v", signed, now); fault.KindOf(err) != fault.Forbidden {
			t.Error(err)
		}
	}
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "SECRET_KEY") || !strings.Contains(got, "WARN") {
		t.Errorf("logged %s", got)
	}
}

// TestSecretKeyIsSecret: a key is neither in errors nor in what the command settings prints.
func TestSecretKeyIsSecret(t *testing.T) {
	t.Parallel()
	for _, environ := range []map[string]string{
		{"SECRET_KEY": "hunter2"},
		{"SECRET_KEY": "éééééééééééééééé-hunter2"},
		{"SECRET_KEY": strings.Repeat("x", 32) + ",hunter2"},
		{"SECRET_KEY": strings.Repeat("x", 32) + "hunter2 "},
		{"SECRET_KEY": strings.Repeat("x", 32), "SECRET_KEY_FALLBACKS": strings.Repeat("y", 32) + ",hunter2"},
	} {
		_, err := vola.New(vola.Config{}, vola.Options{Environ: environ})
		if err == nil || !strings.Contains(err.Error(), "SECRET_KEY") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v: %v", environ, err)
		}
	}
	var out bytes.Buffer
	status := vola.Run(t.Context(), vola.Config{}, []string{"settings"}, []string{
		"SECRET_KEY=" + strings.Repeat("hunter2", 5), "SECRET_KEY_FALLBACKS=" + strings.Repeat("hunter2", 5), "STORAGE_URL=s3://ann:hunter2@bucket/x",
	}, nil, &out, &out)
	if status != 0 || strings.Contains(out.String(), "hunter2") || strings.Count(out.String(), "(set, not shown)") != 2 {
		t.Errorf("%d\n%s", status, &out)
	}
}

// TestFilesInTests: the sites of tests keep files in memory of their own, and agree on the key.
func TestFilesInTests(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	var log bytes.Buffer
	a := volatest.Start(t, vola.Config{}, volatest.Options{Now: func() time.Time { return now }, Log: &log})
	b := volatest.New(t, vola.Config{})
	info, err := a.Site.Host().Storage.Create(t.Context(), "a.txt", strings.NewReader("x"))
	if err != nil || !info.Created.Equal(now) {
		t.Error(info, err)
	}
	if _, err := b.Site.Host().Storage.Open(t.Context(), "a.txt"); fault.KindOf(err) != fault.NotFound {
		t.Error("two sites have the same files")
	}
	if _, ok := a.Site.Host().Storage.(*storage.Memory); !ok {
		t.Errorf("files are kept in %T", a.Site.Host().Storage)
	}
	signed := a.Site.Host().Signer.Sign("p", "v", now.Add(time.Hour))
	if err := b.Site.Host().Signer.Check("p", "v", signed, now); err != nil {
		t.Error(err)
	}
	if strings.Contains(log.String(), "SECRET_KEY") {
		t.Errorf("logged %s", &log)
	}
}
