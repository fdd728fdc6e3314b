package metrics

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/module"
)

// text writes figures in the text form of Prometheus
// (https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4).
type text struct {
	bytes.Buffer
	names map[string]bool
}

// head begins a figure. It is false if the name is none, or was there before: a text with it would be refused whole.
func (t *text) head(name, help, kind string) bool {
	if !isName(name) || t.names[name] {
		return false
	}
	if t.names == nil {
		t.names = map[string]bool{}
	}
	t.names[name] = true
	t.WriteString("# HELP " + name + " " + strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(help) + "\n")
	t.WriteString("# TYPE " + name + " " + kind + "\n")
	return true
}

// metric writes a figure with all its samples, each set of labels once.
func (t *text) metric(m module.Metric) {
	kind := "gauge"
	if m.Grows {
		kind = "counter"
	}
	if !t.head(m.Name, m.Help, kind) {
		return
	}
	lines := map[string]float64{}
	for _, s := range m.Samples {
		lines[labels(s.Labels)] = s.Value
	}
	for _, of := range slices.Sorted(maps.Keys(lines)) {
		t.sample(m.Name, of, lines[of])
	}
}

func (t *text) sample(name, labels string, value float64) {
	t.WriteString(name + labels + " " + strconv.FormatFloat(value, 'g', -1, 64) + "\n")
}

// histograms writes durations by class. Each class counts those that are not longer.
func (t *text) histograms(name, help string, each func(yield func(of map[string]string, s *series))) {
	type one struct {
		labels map[string]string
		key    string
		s      *series
	}
	var all []one
	each(func(of map[string]string, s *series) { all = append(all, one{of, labels(of), s}) })
	slices.SortFunc(all, func(a, b one) int { return cmp.Compare(a.key, b.key) })
	if !t.head(name, help, "histogram") {
		return
	}
	for _, o := range all {
		sum := int64(0)
		class := func(bound string, i int) {
			sum += o.s.classes[i].Load()
			of := maps.Clone(o.labels)
			of["le"] = bound
			t.sample(name+"_bucket", labels(of), float64(sum))
		}
		limits := bounds()
		for i, bound := range limits {
			class(strconv.FormatFloat(bound, 'g', -1, 64), i)
		}
		class("+Inf", len(limits))
		t.sample(name+"_sum", o.key, float64(o.s.nanoseconds.Load())/1e9)
		t.sample(name+"_count", o.key, float64(sum))
	}
}

// labels writes labels by name, "" if there are none. Those whose names are none are left out.
func labels(of map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(of)) {
		if !isName(name) || strings.Contains(name, ":") {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		value := strings.ToValidUTF8(of[name], "\uFFFD")
		b.WriteString(name + `="` + strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`).Replace(value) + `"`)
	}
	if b.Len() == 0 {
		return ""
	}
	return "{" + b.String() + "}"
}

// isName reports whether a text is the name of a figure.
func isName(s string) bool {
	for i, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' || i > 0 && c >= '0' && c <= '9' {
			continue
		}
		return false
	}
	return s != ""
}
