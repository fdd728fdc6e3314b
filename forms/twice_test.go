package forms_test

import (
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
)

type alarm struct {
	At time.Time `form:"" label:"At"`
}

// TestTimesThatComeTwice: when clocks are set back, an hour has two meanings, and which one is
// meant is asked.
func TestTimesThatComeTwice(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	form := forms.New[alarm]()
	read := func(initial time.Time, values url.Values) (*forms.Bound[alarm], bool) {
		t.Helper()
		bound := form.Bind(i18n.WithZone(t.Context(), zone), alarm{initial})
		r := httptest.NewRequest("POST", "/", strings.NewReader(values.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		ok, err := bound.Read(r)
		if err != nil {
			t.Fatal(err)
		}
		return bound, ok
	}
	sent := url.Values{"at": {"2026-11-01T01:30"}}
	bound, ok := read(time.Time{}, sent)
	f := bound.Fields()[0]
	if ok || f.Error != "Clocks show this time twice on that day. Choose which one you mean." || len(f.Twice) != 2 || f.Type() != "datetime-local" {
		t.Fatalf("%v, %+v", ok, f)
	}
	for i, want := range []time.Time{time.Date(2026, 11, 1, 5, 30, 0, 0, time.UTC), time.Date(2026, 11, 1, 6, 30, 0, 0, time.UTC)} {
		if label := f.Twice[i].Label; !strings.HasSuffix(label, []string{"UTC-04:00", "UTC-05:00"}[i]) {
			t.Errorf("%d is called %s", i, label)
		}
		sent.Set("at.at", f.Twice[i].Value)
		chosen, ok := read(time.Time{}, sent)
		if !ok || !chosen.Value.At.Equal(want) {
			t.Errorf("%d: %v, %v, want %v", i, ok, chosen.Value.At, want)
		}
		// What was there is shown as the time of day alone, and stays.
		if kept, ok := read(want, url.Values{"at": {"2026-11-01T01:30"}}); !ok || !kept.Value.At.Equal(want) {
			t.Errorf("%d is not kept: %v, %v", i, ok, kept.Value.At)
		}
	}
	for _, other := range []string{"", "x", strconv.FormatInt(time.Now().Unix(), 10)} {
		sent.Set("at.at", other)
		if _, ok := read(time.Time{}, sent); ok {
			t.Errorf("%q is taken for one of the two", other)
		}
	}
}
