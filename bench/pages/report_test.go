package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/bench/pagepeers"
)

func TestSpreadAndRatio(t *testing.T) {
	t.Parallel()
	if s := spreadOf([]float64{3, 1, 2}); s != (spread{1, 2, 3}) {
		t.Error(s)
	}
	if s := spreadOf([]float64{4, 1, 3, 2}).text(2); s != "2.50 (1.00-4.00)" {
		t.Error(s)
	}
	// A slow round slows both, and does not change how they stand.
	base := figures{cpu: []time.Duration{10, 100, 10}}
	own := figures{cpu: []time.Duration{12, 120, 12}}
	if r := own.ratio(base); r != (spread{1.2, 1.2, 1.2}) {
		t.Error(r)
	}
}

// TestGoals marks what misses a goal, and nothing else.
func TestGoals(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) figures { return figures{cpu: []time.Duration{d}, rate: []float64{1}} }
	start := func(wall time.Duration, resident float64) starting {
		return starting{wall: []time.Duration{wall}, cpu: []time.Duration{wall}, resident: []float64{resident}, anonymous: []float64{resident}}
	}
	r := report{
		database: "SQLite", programs: []pagepeers.Program{{Name: "nethttp"}, {Name: "vola"}, {Name: "vola-plain"}},
		pages: requestsOf(1)[:2], requests: []int{1, 1},
		figures: [][]figures{{at(1000), at(700), at(720)}, {at(1000), at(900), at(800)}},
		starts:  []starting{start(time.Second, 1), start(24*time.Millisecond, 29e6), start(26*time.Millisecond, 27e6)},
		after:   []float64{1, 1, 1},
	}
	const want = `| SQLite | goal | vola | vola-plain |
|---|---|---|---|
| list, CPU against nethttp | 0.70 | 0.70 (0.70-0.70) | **0.72 (0.72-0.72)** |
| post, CPU against nethttp | 0.85 | **0.90 (0.90-0.90)** | 0.80 (0.80-0.80) |
| ms to the first page | 25 | 24.0 (24.0-24.0) | **26.0 (26.0-26.0)** |
| MB resident, idle | 28 | **29.0 (29.0-29.0)** | 27.0 (27.0-27.0) |
`
	if got := r.goals(); got != want {
		t.Errorf("the table is\n%s", got)
	}
	if got := r.tables(); !strings.Contains(got, "| vola | 0.70 (0.70-0.70) | 0.90 (0.90-0.90) |") {
		t.Errorf("the tables are\n%s", got)
	}
}

// TestProcessTime compares the clock with what the process knows of itself.
func TestProcessTime(t *testing.T) {
	t.Parallel()
	before, err := processTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	var n uint64
	for after := before; after == before; n++ {
		if after, err = processTime(os.Getpid()); err != nil {
			t.Fatal(err)
		}
		if n == 1e9 {
			t.Fatal("the clock does not go")
		}
	}
	if before <= 0 {
		t.Errorf("the clock is at %v", before)
	}
	if _, err := processTime(1 << 22); err == nil {
		t.Error("a process that is not there: no error")
	}
}

func TestDocumentWithoutItsLines(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "<!-- generated: sqlite -->\n", "<!-- generated: postgresql -->\n<!-- end generated -->\n"} {
		if _, err := replacePart([]byte(text), "sqlite", "new"); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
