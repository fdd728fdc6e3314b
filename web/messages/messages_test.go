package messages_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
	"github.com/volaweb/vola/web/sessions"
)

// visit answers with a handler, for a visitor with a cookie, and returns body and cookie.
func visit(t *testing.T, store sessions.Store, cookie string, h web.HandlerFunc) (string, string) {
	t.Helper()
	r := httptest.NewRequest("GET", "/", nil)
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	w := httptest.NewRecorder()
	sessions.Middleware(sessions.Config{Store: store})(h).ServeHTTP(w, r)
	if w.Code != 200 && w.Code != 303 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if set := w.Result().Cookies(); len(set) > 0 {
		cookie = set[0].Name + "=" + set[0].Value
	}
	return w.Body.String(), cookie
}

func show(w http.ResponseWriter, r *http.Request) error {
	all, err := messages.Take(r.Context())
	for _, m := range all {
		fmt.Fprintf(w, "%s/%s/%s ", m.Level, m.Role(), m.Text)
	}
	return err
}

func TestShownOnce(t *testing.T) {
	t.Parallel()
	var store sessions.Memory
	_, cookie := visit(t, &store, "", func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		for _, err := range []error{messages.Info(ctx, "a"), messages.Success(ctx, "b"), messages.Warning(ctx, "c"), messages.Error(ctx, "<d>")} {
			if err != nil {
				return err
			}
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	})
	if body, _ := visit(t, &store, cookie, show); body != "info/status/a success/status/b warning/alert/c error/alert/<d> " {
		t.Errorf("messages: %s", body)
	}
	if body, _ := visit(t, &store, cookie, show); body != "" {
		t.Errorf("once more: %s", body)
	}
}

// TestKept: log-in and log-out keep messages, those of the same request too.
func TestKept(t *testing.T) {
	t.Parallel()
	var store sessions.Memory
	_, cookie := visit(t, &store, "", func(_ http.ResponseWriter, r *http.Request) error {
		return messages.Info(r.Context(), "before")
	})
	_, cookie = visit(t, &store, cookie, func(_ http.ResponseWriter, r *http.Request) error {
		if err := sessions.From(r.Context()).LogIn(r.Context(), 7, sessions.Options{}); err != nil {
			return err
		}
		return messages.Success(r.Context(), "in")
	})
	if body, _ := visit(t, &store, cookie, show); body != "info/status/before success/status/in " {
		t.Errorf("after log-in: %s", body)
	}
	_, cookie = visit(t, &store, cookie, func(_ http.ResponseWriter, r *http.Request) error {
		if err := sessions.From(r.Context()).End(r.Context()); err != nil {
			return err
		}
		return messages.Success(r.Context(), "out")
	})
	if body, _ := visit(t, &store, cookie, show); body != "success/status/out " {
		t.Errorf("after log-out: %s", body)
	}
}

func TestBounded(t *testing.T) {
	t.Parallel()
	var store sessions.Memory
	_, cookie := visit(t, &store, "", func(_ http.ResponseWriter, r *http.Request) error {
		for i := range messages.Max + 5 {
			if err := messages.Info(r.Context(), fmt.Sprint(i)); err != nil {
				return err
			}
		}
		return nil
	})
	body, _ := visit(t, &store, cookie, show)
	if n := strings.Count(body, "info/"); n != messages.Max || !strings.HasPrefix(body, "info/status/5 ") {
		t.Errorf("%d messages: %s", n, body)
	}
}
