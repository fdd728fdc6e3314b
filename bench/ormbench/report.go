package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/volaweb/vola/bench/chart"
)

// report is what was measured on one database. The first peer is the one by
// hand, the second Vola.
type report struct {
	database string
	peers    []string
	lines    []line
	figures  [][]figures // by line and peer
}

const (
	byHand = 0
	ours   = 1
)

// moreAllocs is how many allocations more than SQL by hand Vola may make.
const moreAllocs = 12

// table returns the figures in Markdown.
func (r report) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | %s |", r.database, r.peers[byHand])
	for _, name := range r.peers[ours:] {
		fmt.Fprintf(&b, " %s |", name)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(r.peers)) + "\n")
	for i, l := range r.lines {
		base := r.figures[i][byHand]
		fmt.Fprintf(&b, "| %s | %.1f µs, %.0f |", l.name, micro(median(base.cpu)), median(base.allocs))
		for _, f := range r.figures[i][ours:] {
			if !f.offered() {
				b.WriteString(" - |")
				continue
			}
			fmt.Fprintf(&b, " %.2f, %.0f |", f.ratio(base), median(f.allocs))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// goals returns a table of how Vola stands to what was aimed at.
func (r report) goals() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | CPU against by hand | goal | allocations more | goal | less CPU than the best of the others |\n|---|---|---|---|---|---|\n", r.database)
	var gains []float64
	for i, l := range r.lines {
		base, own := r.figures[i][byHand], r.figures[i][ours]
		if !own.offered() {
			continue
		}
		best := math.Inf(1)
		for _, f := range r.figures[i][ours+1:] {
			if f.offered() {
				best = min(best, f.ratio(own))
			}
		}
		gains = append(gains, best)
		fmt.Fprintf(&b, "| %s | %s | %.1f | %s | %d | %s |\n", l.name,
			marked("%.2f", own.ratio(base), own.ratio(base) <= l.goal+0.005), l.goal,
			marked("%+.0f", median(own.allocs)-median(base.allocs), median(own.allocs)-median(base.allocs) < moreAllocs+0.5), moreAllocs,
			than(best))
	}
	if len(gains) > 0 {
		fmt.Fprintf(&b, "\nIn the median %.2f times less CPU than the best of the others (goal: 1.5).\n", median(gains))
	}
	return b.String()
}

// marked writes v, in bold where it misses the goal.
func marked(format string, v float64, ok bool) string {
	text := fmt.Sprintf(format, v)
	if !ok {
		text = "**" + text + "**"
	}
	return text
}

// than writes how much less CPU Vola takes than the best of the others.
func than(best float64) string {
	if math.IsInf(best, 1) {
		return "-"
	}
	return marked("%.2f times", best, best >= 0.995)
}

// svg draws the figures as bars.
func (r report) svg() string {
	c := chart.Chart{
		Title:  r.database + ": processor time against " + r.peers[byHand] + " (1.0; less is better)",
		Format: "%.2f", Mark: 1, Max: 4,
	}
	for i, l := range r.lines {
		g := chart.Group{Name: l.name}
		for k, f := range r.figures[i][ours:] {
			if f.offered() {
				g.Bars = append(g.Bars, chart.Bar{Name: r.peers[ours+k], Value: f.ratio(r.figures[i][byHand]), Strong: k == 0})
			}
		}
		c.Groups = append(c.Groups, g)
	}
	return c.SVG()
}
