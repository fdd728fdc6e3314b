package auth_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/contrib/auth/authtest"
	"github.com/volaweb/vola/contrib/auth/passwords"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web/webtest"
)

// TestTimingSoak measures how long the answers take to log-ins and resets for accounts of all
// kinds, in random order, and prints the figures: the names must not be told apart by them. It
// fails only if an answer is another one; docs/benchmarks/log-in-timing.md has the figures of a
// run.
func TestTimingSoak(t *testing.T) {
	limit, _ := time.ParseDuration(os.Getenv("VOLA_SOAK"))
	hashing := passwords.Config{} // as on a site
	if limit == 0 {
		hashing = quick()
	}
	clock := volatest.NewClock(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC))
	c := volatest.Start(t, vola.Config{Name: "Papers", Modules: []module.Module{auth.New(auth.Config{SignUp: true, Hashing: hashing})}}, volatest.Options{Now: clock.Now})
	for i := range 20 {
		authtest.User(t, c, fmt.Sprintf("known%d", i))
		authtest.User(t, c, fmt.Sprintf("closed%d", i), func(u *auth.User) { u.Active = false })
		authtest.User(t, c, fmt.Sprintf("passwordless%d", i), func(u *auth.User) { u.Password = "" })
	}
	kinds := []string{"known", "unknown", "closed", "passwordless"}
	for _, page := range []string{"login", "reset"} {
		took := map[string][]time.Duration{}
		for begin := time.Now(); ; {
			for _, i := range rand.Perm(len(kinds)) {
				clock.Add(3 * time.Hour) // no limit is reached
				name := fmt.Sprintf("%s%d", kinds[i], rand.N(20))
				values, want := webtest.Values{"login": name, "password": "a wrong password"}, 422
				if page == "reset" {
					values, want = webtest.Values{"email": name + "@example.org"}, 303
				}
				at := time.Now()
				r := c.Another().Post("/accounts/"+page+"/", values)
				took[kinds[i]] = append(took[kinds[i]], time.Since(at))
				if r.Status != want {
					t.Fatalf("%s of %s: status %d: %s", page, name, r.Status, r.Body)
				}
			}
			if n := len(took["known"]); n >= 3 && time.Since(begin) >= limit/2 {
				break
			}
		}
		t.Logf("%s, %d answers of each kind:\n%s", page, len(took["known"]), timingTable(kinds, took))
	}
}

// timingTable writes the figures as a table: quantiles, and Welch's t of each kind against the first,
// of the answers up to the 90th percentile (as Reparaz, Balasch and Verbauwhede do, "Dude, is my
// code constant time?", 2017, where more than 4.5 says that the two differ).
func timingTable(kinds []string, took map[string][]time.Duration) string {
	var b strings.Builder
	b.WriteString("| account | 10 % | median | 90 % | t |\n|---|---|---|---|---|\n")
	var first []time.Duration
	for i, kind := range kinds {
		all := slices.Sorted(slices.Values(took[kind]))
		at := func(q float64) time.Duration { return all[int(q*float64(len(all)-1))] }
		cropped := all[:max(2, len(all)*9/10)]
		against := "-"
		if i == 0 {
			first = cropped
		} else {
			against = fmt.Sprintf("%.1f", welch(first, cropped))
		}
		fmt.Fprintf(&b, "| %s | %.2f ms | %.2f ms | %.2f ms | %s |\n", kind, ms(at(0.1)), ms(at(0.5)), ms(at(0.9)), against)
	}
	return b.String()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// welch returns the t of two samples.
func welch(a, b []time.Duration) float64 {
	moments := func(s []time.Duration) (mean, variance float64) {
		for _, d := range s {
			mean += float64(d) / float64(len(s))
		}
		for _, d := range s {
			variance += (float64(d) - mean) * (float64(d) - mean) / float64(len(s)-1)
		}
		return mean, variance
	}
	m1, v1 := moments(a)
	m2, v2 := moments(b)
	return (m1 - m2) / math.Sqrt(v1/float64(len(a))+v2/float64(len(b)))
}
