package web_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

func ExampleQuery() {
	r := httptest.NewRequest("GET", "/soups?q=leek&page=2&max=soon", nil)

	// snippet: query
	q := web.Query(r)
	fmt.Println(q.String("q", ""), q.IntBetween("page", 1, 1, 1000), q.OneOf("sort", "name", "minutes"))
	fmt.Println(q.Err())

	minutes := q.Int("max", 60)
	fmt.Println(minutes, web.Status(q.Err()), fault.Message(q.Err()))
	// end snippet

	// Output:
	// leek 2 name
	// <nil>
	// 60 400 The value of max is "soon" and must be a whole number.
}

func TestQuery(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		query string
		read  func(*web.Values) any
		want  any
		err   string // "" for none
	}{
		{"", func(q *web.Values) any { return q.Int("n", 7) }, 7, ""},
		{"n=", func(q *web.Values) any { return q.Int("n", 7) }, 7, ""},
		{"n=-3", func(q *web.Values) any { return q.Int("n", 7) }, -3, ""},
		{"n=3&n=4", func(q *web.Values) any { return q.Int("n", 7) }, 3, ""},
		{"n=3.5", func(q *web.Values) any { return q.Int("n", 7) }, 7, `n is "3.5" and must be a whole number.`},
		{"n=99999999999999999999", func(q *web.Values) any { return q.Int("n", 7) }, 7, "must be a whole number."},
		{"n=0", func(q *web.Values) any { return q.IntBetween("n", 1, 1, 9) }, 1, `n is "0" and must be from 1 to 9.`},
		{"n=10", func(q *web.Values) any { return q.IntBetween("n", 1, 1, 9) }, 1, "must be from 1 to 9."},
		{"n=9", func(q *web.Values) any { return q.IntBetween("n", 1, 1, 9) }, 9, ""},
		{"f=1.5", func(q *web.Values) any { return q.Float("f", 0) }, 1.5, ""},
		{"f=NaN", func(q *web.Values) any { return q.Float("f", 2) }, 2.0, "must be a number."},
		{"f=1e999", func(q *web.Values) any { return q.Float("f", 2) }, 2.0, "must be a number."},
		{"b=on", func(q *web.Values) any { return q.Bool("b", false) }, true, ""},
		{"b=No", func(q *web.Values) any { return q.Bool("b", true) }, false, ""},
		{"b=maybe", func(q *web.Values) any { return q.Bool("b", true) }, true, "must be true or false."},
		{"d=2026-11-29", func(q *web.Values) any { return q.Date("d", time.Time{}) }, day, ""},
		{"d=29.11.2026", func(q *web.Values) any { return q.Date("d", day) }, day, "must be a day, written as 2006-01-02."},
		{"s=a%20b", func(q *web.Values) any { return q.String("s", "x") }, "a b", ""},
		{"s=%ff", func(q *web.Values) any { return q.String("s", "x") }, "x", "must be text."},
		{"s=a%00", func(q *web.Values) any { return q.String("s", "x") }, "x", "must be text."},
		{"t=a&t=&t=b", func(q *web.Values) any { return q.Strings("t") }, []string{"a", "b"}, ""},
		{"o=up", func(q *web.Values) any { return q.OneOf("o", "down", "up") }, "up", ""},
		{"o=sideways", func(q *web.Values) any { return q.OneOf("o", "down", "up") }, "down", "must be one of down, up."},
		{"h", func(q *web.Values) any { return q.Has("h") && !q.Has("i") }, true, ""},
		{"n=%zz", func(q *web.Values) any { return q.Int("n", 7) }, 7, "is damaged."},
		{"n=" + strings.Repeat("%e2%82%ac", 500), func(q *web.Values) any { return q.Int("n", 7) }, 7, `€...`},
	} {
		q := web.Query(httptest.NewRequest("GET", "/?"+tt.query, nil))
		if diff := cmp.Diff(tt.want, tt.read(q)); diff != "" {
			t.Errorf("%.60s: %s", tt.query, diff)
		}
		err := q.Err()
		if message := fault.Message(err); (err != nil) != (tt.err != "") || !strings.Contains(message, tt.err) || len(message) > 150 {
			t.Errorf("%.60s: %v", tt.query, err)
		}
		if err != nil && web.Status(err) != 400 {
			t.Errorf("%.60s: status %d", tt.query, web.Status(err))
		}
	}
}
