package chart_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/volaweb/vola/bench/chart"
)

func TestSVG(t *testing.T) {
	t.Parallel()
	svg := chart.Chart{
		Title: "time, in <units>", Format: "%.1f", Max: 4, Mark: 1,
		Groups: []chart.Group{{Name: "get & put", Bars: []chart.Bar{{Name: "a", Value: 1}, {Name: "b", Value: 8, Strong: true}}}},
	}.SVG()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{`width="100"`, `width="400"`, ">8.0<", "get &amp; put", "<line"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
}
