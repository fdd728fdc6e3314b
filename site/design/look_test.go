// Package design_test keeps the promises of the style sheets: contrast in both
// colour schemes, size, logical sides, and nothing that a strict
// Content-Security-Policy would refuse.
package design_test

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sheets are the style sheets that have colours of their own.
var sheets = []string{"../static/site.css", "starter.css", "../../web/devpage/page.css"}

// pairs lists what is drawn on what, and the ratio that WCAG 2.2 asks of it:
// 4.5 for text (1.4.3), 3 for the borders of inputs and the ornament (1.4.11).
// A sheet that has no such colour is not held to its pairs.
var pairs = []struct {
	front, ground string
	least         float64
}{
	{"ink", "paper", 7},
	{"ink", "tint", 7},
	{"ink", "marked", 4.5},
	{"soft", "paper", 4.5},
	{"soft", "tint", 4.5},
	{"accent", "paper", 4.5},
	{"accent", "tint", 4.5},
	{"accent", "marked", 4.5},
	{"good", "paper", 4.5},
	{"good", "tint", 4.5},
	{"quoted", "tint", 4.5},
	{"quoted", "marked", 4.5},
	{"number", "tint", 4.5},
	{"number", "marked", 4.5},
	{"paper", "ink", 4.5},
	{"paper", "accent", 4.5},
	{"edge", "paper", 3},
	{"edge", "tint", 3},
	{"strings", "paper", 3},
}

func TestContrast(t *testing.T) {
	t.Parallel()
	for _, sheet := range sheets {
		light, dark := colours(t, sheet)
		for _, scheme := range []struct {
			name    string
			colours map[string]string
		}{{"light", light}, {"dark", dark}} {
			t.Run(sheet+"/"+scheme.name, func(t *testing.T) {
				t.Parallel()
				for _, p := range pairs {
					front, ground := scheme.colours[p.front], scheme.colours[p.ground]
					if front == "" || ground == "" {
						continue
					}
					got := contrast(t, front, ground)
					t.Logf("%-7s on %-7s %5.2f", p.front, p.ground, got)
					if got < p.least {
						t.Errorf("--%s (%s) on --%s (%s) has a contrast of %.2f, want at least %.1f",
							p.front, front, p.ground, ground, got, p.least)
					}
				}
			})
		}
	}
}

// TestContrastKnown checks the ruler: ratios that follow from the definition.
func TestContrastKnown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want float64
	}{
		{"#000000", "#ffffff", 21},
		{"#ffffff", "#000000", 21},
		{"#808080", "#808080", 1},
		{"#767676", "#ffffff", 4.54},
	} {
		if got := contrast(t, tt.a, tt.b); math.Abs(got-tt.want) > 0.005 {
			t.Errorf("contrast(%s, %s) = %.3f, want %.2f", tt.a, tt.b, got, tt.want)
		}
	}
}

// TestSheets checks that the sheets are small, fetch nothing from elsewhere,
// and name no left or right, so that they serve both directions of writing.
func TestSheets(t *testing.T) {
	t.Parallel()
	elsewhere := regexp.MustCompile(`@import|@font-face|https?://|url\(`)
	sided := regexp.MustCompile(`(?m)(^|[\s;{-])(left|right)\s*:|(margin|padding|border)-(left|right)|(float|text-align|clear):\s*(left|right)`)
	for _, sheet := range sheets {
		t.Run(sheet, func(t *testing.T) {
			t.Parallel()
			text := read(t, sheet)
			if len(text) > 25_000 {
				t.Errorf("%d bytes, want at most 25000", len(text))
			}
			if open, shut := strings.Count(text, "{"), strings.Count(text, "}"); open != shut {
				t.Errorf("%d opening braces, %d closing", open, shut)
			}
			if m := elsewhere.FindString(text); m != "" {
				t.Errorf("%q: a sheet fetches nothing", m)
			}
			if m := sided.FindString(text); m != "" {
				t.Errorf("%q: use logical sides (inline-start, inline-end)", strings.TrimSpace(m))
			}
			for _, use := range regexp.MustCompile(`var\(--([a-z]+)\)`).FindAllStringSubmatch(text, -1) {
				if !strings.Contains(text, "--"+use[1]+":") {
					t.Errorf("--%s is used and never set", use[1])
				}
			}
		})
	}
}

// TestTypeStacks checks that type stays as it was meant where the fonts of
// macOS and Windows are missing: each stack names a font that Debian, Ubuntu
// or Fedora install with a desktop, one that Android has, and at its end what
// the reader's browser takes for such type.
func TestTypeStacks(t *testing.T) {
	t.Parallel()
	text := read(t, "../static/site.css")
	for name, on := range map[string]map[string][]string{
		"serif": {
			"macOS": {"Iowan Old Style"}, "Windows": {"Palatino Linotype"},
			"Linux": {"P052", "Noto Serif", "DejaVu Serif", "Liberation Serif"}, "Android": {"Noto Serif"}, "anywhere": {"serif"},
		},
		"sans": {
			"macOS": {"Avenir Next"}, "Windows": {"Segoe UI"},
			"Linux": {"Ubuntu", "Cantarell", "Noto Sans", "DejaVu Sans", "Liberation Sans"}, "Android": {"Roboto"}, "anywhere": {"sans-serif"},
		},
		"mono": {
			"macOS": {"Menlo"}, "Windows": {"Consolas"},
			"Linux": {"Noto Sans Mono", "DejaVu Sans Mono", "Liberation Mono"}, "Android": {"Droid Sans Mono"}, "anywhere": {"monospace"},
		},
	} {
		m := regexp.MustCompile(`(?m)^  --` + name + `: (.+);$`).FindStringSubmatch(text)
		if m == nil {
			t.Errorf("--%s is not set", name)
			continue
		}
		var stack []string
		for family := range strings.SplitSeq(m[1], ",") {
			stack = append(stack, strings.Trim(strings.TrimSpace(family), `"`))
		}
		for system, families := range on {
			for _, family := range families {
				if !slices.Contains(stack, family) {
					t.Errorf("--%s does not name %q, which %s has", name, family, system)
				}
			}
		}
		if last := stack[len(stack)-1]; last != on["anywhere"][0] {
			t.Errorf("--%s ends with %q, want %q", name, last, on["anywhere"][0])
		}
	}
	for _, m := range regexp.MustCompile(`font-family:\s*([^;]+);`).FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(m[1], "var(--") {
			t.Errorf("font-family: %s: use one of the stacks", m[1])
		}
	}
}

// TestPages checks the mock-ups for what the policy refuses and for the marks
// that people without a mouse or a screen go by.
func TestPages(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("*.html")
	if err != nil || len(pages) == 0 {
		t.Fatalf("found %d pages, error %v", len(pages), err)
	}
	refused := regexp.MustCompile(`<script|<style|\sstyle=|\son[a-z]+=|javascript:`)
	for _, page := range pages {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			text := read(t, page)
			if m := refused.FindString(text); m != "" {
				t.Errorf("%q: the Content-Security-Policy refuses it", m)
			}
			for _, want := range []string{`<html lang="`, `name="viewport"`, "<title>", "<main", "<h1"} {
				if n := strings.Count(text, want); n != 1 {
					t.Errorf("%q stands %d times, want once", want, n)
				}
			}
			if strings.Contains(text, "site.css") && !strings.Contains(text, `<a class="skip" href="#content">`) {
				t.Error("no skip link")
			}
		})
	}
}

// colours reads the custom properties of the light scheme and of the dark one.
func colours(t *testing.T, sheet string) (light, dark map[string]string) {
	t.Helper()
	roots := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(read(t, sheet), 2)
	if len(roots) != 2 {
		t.Fatalf("%s: found %d :root blocks, want the light and the dark", sheet, len(roots))
	}
	property := regexp.MustCompile(`--([a-z]+): (#[0-9a-f]{6});`)
	both := make([]map[string]string, 2)
	for i, root := range roots {
		both[i] = map[string]string{}
		for _, m := range property.FindAllStringSubmatch(root[1], -1) {
			both[i][m[1]] = m[2]
		}
	}
	if len(both[0]) != len(both[1]) || len(both[0]) < 4 {
		t.Errorf("%s: %d colours in light, %d in dark", sheet, len(both[0]), len(both[1]))
	}
	return both[0], both[1]
}

// contrast returns the contrast ratio of two colours, 1 to 21, as WCAG 2.2
// defines it.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance returns the relative luminance of #rrggbb, 0 to 1.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil {
		t.Fatalf("colour %q: %v", colour, err)
	}
	linear := func(c uint64) float64 {
		v := float64(c&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
