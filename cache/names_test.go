package cache_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/cache"
)

type (
	Named    struct{ Name string }
	Other    struct{ Name string }
	Again    struct{ Named }
	Distinct struct {
		Named
		Inner Named
		Title string `json:"name"`
		Self  *Distinct
	}
)

// TestNamesInJSON: fields of which JSON would lose one are refused, and others are not.
func TestNamesInJSON(t *testing.T) {
	t.Parallel()
	type (
		untagged struct {
			A int `json:"B"`
			B int
		}
		hides struct {
			Named
			Name string
		}
		two struct {
			Named
			*Other
		}
		twice struct {
			Named
			Again
		}
		inside struct{ Rows map[string][]untagged }
	)
	for want, declare := range map[string]func(){
		`the fields A and B of cache_test.untagged are both called "B"`:                                func() { cache.Of[*untagged]("a", cache.For(time.Hour)) },
		`the fields Named.Name and Name of cache_test.hides are both called "Name"`:                    func() { cache.Of[hides]("a", cache.For(time.Hour)) },
		`the fields Named.Name and Other.Name of cache_test.two are both called "Name"`:                func() { cache.Of[two]("a", cache.For(time.Hour)) },
		`the fields Named.Name and Again.Named.Name of cache_test.twice are both called "Name"`:        func() { cache.Of[twice]("a", cache.For(time.Hour)) },
		`cache: a: the fields A and B of cache_test.untagged are both called "B" in JSON, which keeps`: func() { cache.Of[inside]("a", cache.For(time.Hour)) },
		"": func() { cache.Of[Distinct]("a", cache.For(time.Hour)) },
	} {
		func() {
			defer func() {
				got := ""
				if p := recover(); p != nil {
					got = fmt.Sprint(p)
				}
				if (want == "") != (got == "") || !strings.Contains(got, want) {
					t.Errorf("got %s\nwant %s", got, want)
				}
			}()
			declare()
		}()
	}
}
