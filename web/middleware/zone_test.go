package middleware_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

// TestZone shows a time to visitors with cookies of all kinds.
func TestZone(t *testing.T) {
	t.Parallel()
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 30, 23, 30, 0, 0, time.UTC)
	show := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			fmt.Fprint(w, i18n.In(r.Context(), at).Format("02 15:04"))
		}
	})
	for _, tt := range []struct {
		cfg                middleware.ZoneConfig
		path, cookie, want string
	}{
		{middleware.ZoneConfig{}, "/", "Europe/Rome", "30 23:30"},
		{middleware.ZoneConfig{Site: rome}, "/", "Asia/Tokyo", "01 00:30"},
		{middleware.ZoneConfig{Site: rome, Visitors: true}, "/", "", "01 00:30"},
		{middleware.ZoneConfig{Site: rome, Visitors: true}, "/", "Asia/Tokyo", "01 08:30"},
		{middleware.ZoneConfig{Site: rome, Visitors: true}, "/", "Etc/GMT+5", "30 18:30"},
		{middleware.ZoneConfig{Site: rome, Visitors: true}, "/", "Local", "01 00:30"},
		{middleware.ZoneConfig{Site: rome, Visitors: true}, "/", "Mars/Olympus", "01 00:30"},
		{middleware.ZoneConfig{Site: rome, Visitors: true}, "/", "../../etc/passwd", "01 00:30"},
		{middleware.ZoneConfig{Site: rome, Visitors: true}, "/", "/etc/localtime", "01 00:30"},
		{middleware.ZoneConfig{Site: rome, Visitors: true}, "/", strings.Repeat("A", 8000), "01 00:30"},
		{middleware.ZoneConfig{Site: rome, Visitors: true}, "/other", "Asia/Tokyo", ""},
	} {
		r := httptest.NewRequest("GET", tt.path, nil)
		r.AddCookie(&http.Cookie{Name: middleware.ZoneCookie, Value: tt.cookie})
		w := httptest.NewRecorder()
		middleware.Zone(tt.cfg)(show).ServeHTTP(w, r)
		if got := w.Body.String(); got != tt.want {
			t.Errorf("%.30q: %q, want %q", tt.cookie, got, tt.want)
		}
		if asked := tt.cfg.Visitors && tt.path == "/"; (w.Header().Get("Vary") == "Cookie") != asked {
			t.Errorf("%.30q: Vary is %q", tt.cookie, w.Header().Get("Vary"))
		}
	}
}

// TestChoices sets the cookies of a language and a zone.
func TestChoices(t *testing.T) {
	t.Parallel()
	w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "https://example.org/", nil)
	middleware.SetLanguage(w, r, languages(t, "en pt-BR").Language("pt"))
	if err := middleware.SetZone(w, r, "America/Sao_Paulo"); err != nil {
		t.Error(err)
	}
	want := "[lang=pt-BR; Path=/; Max-Age=31536000; Secure; SameSite=Lax zone=America/Sao_Paulo; Path=/; Max-Age=31536000; Secure; SameSite=Lax]"
	if got := fmt.Sprint(w.Header()["Set-Cookie"]); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, name := range []string{
		"", "Local", "Mars/Olympus", "Europe/Rome; Domain=x", "../UTC", "Europe//Rome", "Europe/Rome/", "/UTC", "posix/UTC", "right/UTC", "localtime", "posixrules", "Factory", "America",
	} {
		if err := middleware.SetZone(w, r, name); web.Status(err) != 400 || len(w.Header()["Set-Cookie"]) != 2 {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestOneNameOfAZone: Load is not asked for more names than there are, as it may keep what
// it has read.
func TestOneNameOfAZone(t *testing.T) {
	t.Parallel()
	cfg := middleware.ZoneConfig{Visitors: true, Load: func(name string) (*time.Location, error) {
		t.Errorf("%q is asked for", name)
		return time.UTC, nil
	}}
	for _, name := range []string{"Europe//Rome", "Europe///Rome", "Europe/Rome/", "/Europe/Rome", "posix/Europe/Rome", "right/Europe/Rome", "localtime", "./UTC", "UTC/../UTC", "\u00fc"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", middleware.ZoneCookie+"="+name)
		middleware.Zone(cfg)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			i18n.Zone(r.Context())
		})).ServeHTTP(httptest.NewRecorder(), r)
	}
}
