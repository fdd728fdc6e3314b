package sessions_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/web/sessions"
)

func TestDevices(t *testing.T) {
	t.Parallel()
	s := serve(t, &sessions.Memory{}, handlers{
		"/in": logIn(sessions.Options{}), "/show": show,
		"/list": func(w http.ResponseWriter, r *http.Request) error {
			all, err := sessions.From(r.Context()).Devices(r.Context())
			for _, d := range all {
				fmt.Fprintf(w, "%s|%s|%v ", d.Agent, d.Network, d.Current)
			}
			return err
		},
		"/others": func(w http.ResponseWriter, r *http.Request) error {
			n, err := sessions.From(r.Context()).EndOthers(r.Context())
			fmt.Fprint(w, n)
			return err
		},
		"/first": func(w http.ResponseWriter, r *http.Request) error {
			all, err := sessions.From(r.Context()).Devices(r.Context())
			if err != nil {
				return err
			}
			return sessions.From(r.Context()).EndDevice(r.Context(), all[len(all)-1].ID)
		},
	})
	a, b, c := s.browser(), s.browser(), s.browser()
	for _, x := range []*browser{a, b, c} {
		x.get("/in")
		s.clock.add(time.Second)
	}
	if _, body := b.get("/list"); body != "Go|127.0.0.0/24|false Go|127.0.0.0/24|true Go|127.0.0.0/24|false " {
		t.Errorf("devices: %s", body)
	}
	b.get("/first")
	if _, body := a.get("/show"); !strings.Contains(body, "user 0") {
		t.Errorf("a device that was ended: %s", body)
	}
	if _, body := b.get("/others"); body != "1" {
		t.Errorf("ended %s others", body)
	}
	if _, body := c.get("/show"); !strings.Contains(body, "user 0") {
		t.Errorf("another device: %s", body)
	}
	b.get("/first") // itself
	if _, body := b.get("/show"); !strings.Contains(body, "user 0") || b.token() != "" {
		t.Errorf("the device itself: %s", body)
	}
	if _, body := b.get("/list"); body != "" {
		t.Errorf("nobody has devices: %s", body)
	}
}

// TestOtherType: a value of an older program counts as not set.
func TestOtherType(t *testing.T) {
	t.Parallel()
	s := serve(t, &sessions.Memory{}, handlers{
		"/set": func(_ http.ResponseWriter, r *http.Request) error {
			return sessions.Key[string]("count").Set(r.Context(), "three")
		},
		"/inc": increment, "/show": show,
	})
	b := s.browser()
	b.get("/set")
	if res, body := b.get("/show"); body != "count 0, user 0, cart map[]" {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	b.get("/inc")
	if _, body := b.get("/show"); body != "count 1, user 0, cart map[]" {
		t.Error(body)
	}
}

// TestWithoutMiddleware: what is missing is said.
func TestWithoutMiddleware(t *testing.T) {
	t.Parallel()
	if _, err := count.Get(t.Context()); err == nil || !strings.Contains(err.Error(), "sessions.Middleware") {
		t.Error(err)
	}
	if _, err := sessions.From(t.Context()).User(t.Context()); err == nil || !strings.Contains(err.Error(), "sessions.Middleware") {
		t.Error(err)
	}
}
