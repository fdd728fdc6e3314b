package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// What the project aims at.
const (
	mostRatio      = 1.15 // of River's processor time
	mostMedian     = 20 * time.Millisecond
	mostP99        = 100 * time.Millisecond
	mostStatements = 2
)

// report is what was measured on one database. Vola is the first of the peers.
type report struct {
	database, version, load string
	single, thousand        int // statements of Vola that enqueue one job, and a thousand
	peers                   []*peer
}

// tables returns the figures in Markdown.
func (r report) tables(o options) string {
	if len(r.peers) < 2 {
		return r.alone()
	}
	return strings.Join([]string{r.work(o), r.latency(), r.idleness(o), r.statements()}, "\n")
}

// alone returns the figures of Vola, beside a profile.
func (r report) alone() string {
	p := r.peers[0]
	return fmt.Sprintf("%s: enqueued %s, in thousands %s, worked off %s\n", r.database,
		micros(p.enqueued.cpu), micros(p.many.cpu), micros(p.worked.cpu))
}

// work returns the table of what is done as fast as it can be.
func (r report) work(o options) string {
	var b strings.Builder
	server := slices.ContainsFunc(r.peers, func(p *peer) bool { return median(p.worked.server) > 0 })
	head, with := "", func(s series) []time.Duration { return s.cpu }
	if server {
		head, with = ", with the server's", series.all
	}
	fmt.Fprintf(&b, "| %s | µs of CPU a job%s: Vola | River | Vola against River | ", r.database, head)
	if server {
		b.WriteString("the process alone: Vola | River | Vola against River | ")
	}
	b.WriteString("jobs a second: Vola | River |\n|" + strings.Repeat("---|", 6))
	if server {
		b.WriteString("---|---|---|")
	}
	b.WriteString("\n")
	line := func(name string, get func(p *peer) series) {
		ours, theirs := get(r.peers[0]), get(r.peers[1])
		fmt.Fprintf(&b, "| %s | %s | %s | %s |", name, micros(with(ours)), micros(with(theirs)), against(with(ours), with(theirs)))
		if server {
			fmt.Fprintf(&b, " %s | %s | %s |", micros(ours.cpu), micros(theirs.cpu), against(ours.cpu, theirs.cpu))
		}
		fmt.Fprintf(&b, " %s | %s |\n", spread(ours.rate, "%.0f"), spread(theirs.rate, "%.0f"))
	}
	line("enqueue one by one, each in a transaction with a row of one's own", func(p *peer) series { return p.enqueued })
	line("enqueue in thousands", func(p *peer) series { return p.many })
	line(fmt.Sprintf("work off %d jobs that do nothing, %d at once", o.many, atOnce), func(p *peer) series { return p.worked })
	return b.String()
}

// all returns the time with the server's.
func (s series) all() []time.Duration {
	out := slices.Clone(s.cpu)
	for i := range out {
		out[i] += s.server[i]
	}
	return out
}

// latency returns the table of how long it takes until a job begins.
func (r report) latency() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | ms from the commit to the start, Vola: p50 | p99 | most | River: p50 | p99 | most |\n|---|---|---|---|---|---|---|\n", r.database)
	line := func(name string, get func(p *peer) []time.Duration) {
		ours, theirs := get(r.peers[0]), get(r.peers[1])
		if len(ours) == 0 {
			return
		}
		p50, p99 := percentile(ours, 50), percentile(ours, 99)
		fmt.Fprintf(&b, "| %s, %d jobs | %s | %s | %.1f | %.1f | %.1f | %.1f |\n", name, len(ours),
			marked("%.1f", millis(p50), p50 < mostMedian), marked("%.1f", millis(p99), p99 < mostP99), millis(slices.Max(ours)),
			millis(percentile(theirs, 50)), millis(percentile(theirs, 99)), millis(slices.Max(theirs)))
	}
	line("enqueued by the process that works", func(p *peer) []time.Duration { return p.here })
	line("enqueued by another process", func(p *peer) []time.Duration { return p.there })
	return b.String()
}

// idleness returns the table of what a worker takes that has nothing to do.
func (r report) idleness(o options) string {
	most := 2.5
	if r.database == "PostgreSQL" {
		most = 1
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | Vola | River |\n|---|---|---|\n", r.database)
	mean := func(values []float64) float64 {
		sum := 0.0
		for _, v := range values {
			sum += v
		}
		return sum / float64(len(values))
	}
	ours, theirs := mean(r.peers[0].idle), mean(r.peers[1].idle)
	fmt.Fprintf(&b, "| a worker with nothing to do, percent of a core in %v | %s | %.2f |\n", o.idle, marked("%.2f", ours, ours < most), theirs)
	if r.database == "PostgreSQL" {
		fmt.Fprintf(&b, "| the server's processes for it | %.2f | %.2f |\n", mean(r.peers[0].idleServer), mean(r.peers[1].idleServer))
	}
	return b.String()
}

// statements says how many statements of Vola enqueue.
func (r report) statements() string {
	return fmt.Sprintf("Statements of Vola, beside those that begin and end the transaction: %s for one job (goal: at most %d), %d for a thousand.\n",
		marked("%.0f", float64(r.single), r.single <= mostStatements), mostStatements, r.thousand)
}

// against returns the median of the ratios of the rounds, and their range.
func against(ours, theirs []time.Duration) string {
	ratios := make([]float64, len(ours))
	for i := range ratios {
		ratios[i] = float64(ours[i]) / float64(theirs[i])
	}
	text := spread(ratios, "%.2f")
	if median(ratios) > mostRatio {
		text = "**" + text + "**"
	}
	return text
}

// marked writes v, in bold where it misses the goal.
func marked(format string, v float64, ok bool) string {
	text := fmt.Sprintf(format, v)
	if !ok {
		text = "**" + text + "**"
	}
	return text
}

// spread writes the median, and the least and the most in parentheses.
func spread(values []float64, format string) string {
	return fmt.Sprintf(format+" ("+format+" to "+format+")", median(values), slices.Min(values), slices.Max(values))
}

func micros(values []time.Duration) string {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = float64(v) / float64(time.Microsecond)
	}
	return spread(out, "%.0f")
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func median[V float64 | time.Duration](values []V) V {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// percentile returns the least value that so many percent of them do not exceed.
func percentile(values []time.Duration, percent float64) time.Duration {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(int(math.Ceil(percent/100*float64(len(sorted))))-1, 0)]
}
