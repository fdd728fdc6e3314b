package accept_test

import (
	"testing"

	"github.com/volaweb/vola/internal/accept"
)

func TestWeight(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		header, offer string
		weight        float64
		specific      int
	}{
		{"", "gzip", 0, 0},
		{"gzip", "gzip", 1, 3},
		{"GZIP", "gzip", 1, 3},
		{"deflate, gzip;q=0.5", "gzip", .5, 3},
		{"gzip;q=0", "gzip", 0, 3},
		{"gzip;q=0.0", "gzip", 0, 3},
		{"gzip ; Q = 0.000", "gzip", 0, 3},
		{"gzip;q=.25", "gzip", .25, 3},
		{"gzip;q=7", "gzip", 1, 3},
		{"gzip;q=", "gzip", 0, 0},
		{"gzip;q=NaN", "gzip", 0, 0},
		{"gzip;q=1e3", "gzip", 0, 0},
		{"gzip;q=-1", "gzip", 0, 0},
		{"gzip;q=0..5", "gzip", 0, 0},
		{"*", "gzip", 1, 1},
		{"gzip;q=0, *", "gzip", 0, 3},
		{"*;q=0", "gzip", 0, 1},
		{"xgzip", "gzip", 0, 0},
		{"text/html, application/json;q=0.9", "application/json", .9, 3},
		{"application/*;q=0.3, */*;q=0.8", "application/json", .3, 2},
		{"text/html;level=1;q=0.4", "text/html", .4, 3},
		{",,;q=1,", "text/html", 0, 0},
	} {
		if w, s := accept.Weight(tt.header, tt.offer); w != tt.weight || s != tt.specific {
			t.Errorf("%q for %q: %v, %d; want %v, %d", tt.header, tt.offer, w, s, tt.weight, tt.specific)
		}
	}
}

func FuzzWeight(f *testing.F) {
	f.Add("text/html;q=0.5, */*;q=0", "text/html")
	f.Add("gzip;q=1;q=0", "gzip")
	f.Fuzz(func(t *testing.T, header, offer string) {
		if w, s := accept.Weight(header, offer); !(w >= 0 && w <= 1) || s < 0 || s > 3 {
			t.Errorf("%q for %q: %v, %d", header, offer, w, s)
		}
	})
}
