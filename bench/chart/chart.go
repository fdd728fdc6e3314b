// Package chart draws the bar charts of docs/benchmarks as SVG.
package chart

import (
	"fmt"
	"html"
	"strings"
)

// Chart is groups of horizontal bars that share one scale.
type Chart struct {
	Title  string // one line, with the unit and which end is better
	Label  string // for those who cannot see it; defaults to Title
	Groups []Group
	// Max is where bars are cut off, with their value written after all the
	// same. Defaults to the longest bar.
	Max float64
	// Mark is a value at which a line is drawn. Defaults to none.
	Mark float64
	// Format writes the value of a bar, as for [fmt.Sprintf]. Defaults to "%.0f".
	Format string
}

// Group is bars under one name.
type Group struct {
	Name string // may be empty
	Bars []Bar
}

// Bar is one value.
type Bar struct {
	Name   string
	Value  float64
	Strong bool // drawn in the colour that stands out
}

// The measures of a chart, in pixels.
const (
	width   = 760
	names   = 230 // where the names of bars end
	longest = 400 // of a bar
	top     = 40
	step    = 20 // from bar to bar
	heading = 23 // of a group
)

// SVG returns the chart as an SVG document.
func (c Chart) SVG() string {
	format, most := c.Format, c.Max
	if format == "" {
		format = "%.0f"
	}
	height := top + 8
	for _, g := range c.Groups {
		if g.Name != "" {
			height += heading
		}
		height += step * len(g.Bars)
		for _, b := range g.Bars {
			if c.Max == 0 {
				most = max(most, b.Value)
			}
		}
	}
	label := c.Label
	if label == "" {
		label = c.Title
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13" role="img" aria-label="%s">`+"\n", width, height, html.EscapeString(label))
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(c.Title))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", width, height)
	fmt.Fprintf(&b, `<text x="12" y="24" fill="#333333">%s</text>`+"\n", html.EscapeString(c.Title))
	length := func(v float64) int { return max(1, int(min(v, most)/most*longest+0.5)) }
	if c.Mark > 0 {
		x := names + 10 + length(c.Mark)
		fmt.Fprintf(&b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#333333" stroke-dasharray="4 3"/>`+"\n", x, top, x, height-8)
	}
	y := top
	for _, g := range c.Groups {
		if g.Name != "" {
			fmt.Fprintf(&b, `<text x="12" y="%d" fill="#333333" font-weight="bold">%s</text>`+"\n", y+17, html.EscapeString(g.Name))
			y += heading
		}
		for _, bar := range g.Bars {
			colour := "#9aa5b1"
			if bar.Strong {
				colour = "#0b6e4f"
			}
			n := length(bar.Value)
			fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end" fill="#333333">%s</text><rect x="%d" y="%d" width="%d" height="14" fill="%s"/><text x="%d" y="%d" fill="#333333" stroke="#ffffff" stroke-width="4" paint-order="stroke">%s</text>`+"\n",
				names, y+12, html.EscapeString(bar.Name), names+10, y+1, n, colour, names+16+n, y+12, fmt.Sprintf(format, bar.Value))
			y += step
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}
