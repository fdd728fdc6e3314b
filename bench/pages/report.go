package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/volaweb/vola/bench/pagepeers"
)

// report is what was measured on one database. The first program is the one by
// hand.
type report struct {
	database string
	version  string // of it, or of its driver, with the name
	load     string // of the machine before
	programs []pagepeers.Program
	pages    []request
	requests []int       // a round, by page
	figures  [][]figures // by page and program
	starts   []starting  // by program
	after    []float64   // bytes resident after all pages, by program
}

// Goals of starts: milliseconds and megabytes.
const (
	goalStart  = 25
	goalMemory = 28
)

// spread is a median with its range.
type spread struct{ low, median, high float64 }

func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return spread{sorted[0], (sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[n-1]}
}

// text writes the spread with so many digits after the point.
func (s spread) text(digits int) string {
	return fmt.Sprintf("%.*f (%.*f-%.*f)", digits, s.median, digits, s.low, digits, s.high)
}

// ratio returns how the CPU of f stands to that of base, round by round.
func (f figures) ratio(base figures) spread {
	ratios := make([]float64, len(f.cpu))
	for i := range ratios {
		ratios[i] = float64(f.cpu[i]) / float64(base.cpu[i])
	}
	return spreadOf(ratios)
}

func micros(ds []time.Duration) []float64 { return in(ds, time.Microsecond) }

func in(ds []time.Duration, unit time.Duration) []float64 {
	out := make([]float64, len(ds))
	for i, d := range ds {
		out[i] = float64(d) / float64(unit)
	}
	return out
}

// tables returns the figures in Markdown.
func (r report) tables() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s: CPU against %s |", r.database, pagepeers.Base)
	for _, q := range r.pages {
		fmt.Fprintf(&b, " %s |", q.name)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(r.pages)) + "\n")
	for i, p := range r.programs[1:] {
		fmt.Fprintf(&b, "| %s |", p.Name)
		for k := range r.pages {
			fmt.Fprintf(&b, " %s |", r.figures[k][i+1].ratio(r.figures[k][0]).text(2))
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "\n| %s: µs CPU a request; requests a second |", r.database)
	for k, q := range r.pages {
		fmt.Fprintf(&b, " %s, %d a round |", q.name, r.requests[k])
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(r.pages)) + "\n")
	for i, p := range r.programs {
		fmt.Fprintf(&b, "| %s |", p.Name)
		for k := range r.pages {
			f := r.figures[k][i]
			fmt.Fprintf(&b, " %s; %.0f |", spreadOf(micros(f.cpu)).text(0), spreadOf(f.rate).median)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "\n| %s | ms to the first page | ms CPU for it | MB resident, idle | of it no file | MB after all pages |\n|---|---|---|---|---|---|\n", r.database)
	for i, p := range r.programs {
		s := r.starts[i]
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %.1f | %.1f |\n", p.Name,
			spreadOf(in(s.wall, time.Millisecond)).text(1), spreadOf(in(s.cpu, time.Millisecond)).text(1),
			spreadOf(megabytes(s.resident)).text(1), spreadOf(megabytes(s.anonymous)).median, r.after[i]/mega)
	}
	return b.String()
}

const mega = 1e6

func megabytes(bytes []float64) []float64 {
	out := make([]float64, len(bytes))
	for i, n := range bytes {
		out[i] = n / mega
	}
	return out
}

// goals returns a table of how Vola stands to what was aimed at.
func (r report) goals() string {
	var b strings.Builder
	var ours []int
	fmt.Fprintf(&b, "| %s | goal |", r.database)
	for i, p := range r.programs {
		if strings.HasPrefix(p.Name, "vola") {
			ours = append(ours, i)
			fmt.Fprintf(&b, " %s |", p.Name)
		}
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(ours)) + "\n")
	row := func(name string, goal string, value func(i int) (text string, ok bool)) {
		fmt.Fprintf(&b, "| %s | %s |", name, goal)
		for _, i := range ours {
			text, ok := value(i)
			if !ok {
				text = "**" + text + "**"
			}
			b.WriteString(" " + text + " |")
		}
		b.WriteString("\n")
	}
	for k, q := range r.pages {
		row(q.name+", CPU against "+pagepeers.Base, fmt.Sprintf("%.2f", q.goal), func(i int) (string, bool) {
			s := r.figures[k][i].ratio(r.figures[k][0])
			return s.text(2), s.median < q.goal+0.005
		})
	}
	row("ms to the first page", fmt.Sprint(goalStart), func(i int) (string, bool) {
		s := spreadOf(in(r.starts[i].wall, time.Millisecond))
		return s.text(1), s.median < goalStart
	})
	row("MB resident, idle", fmt.Sprint(goalMemory), func(i int) (string, bool) {
		s := spreadOf(megabytes(r.starts[i].resident))
		return s.text(1), s.median < goalMemory
	})
	return b.String()
}
