package templates_test

import (
	"html/template"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/templates"
)

func TestFunctions(t *testing.T) {
	t.Parallel()
	data := struct {
		When, Zero time.Time
		Later, Nil *time.Time
		Name, None string
		Items      []int
		Count      int64
		Small      uint8
		Safe       template.HTML
	}{
		When: time.Date(2012, time.June, 3, 9, 5, 0, 0, time.UTC), Later: new(time.Date(2026, time.May, 1, 0, 0, 0, 0, time.UTC)),
		Name: "<b>Ann &  Bob</b> went   out", Items: []int{1}, Count: 2, Small: 1, Safe: "<i>",
	}
	tests := []struct{ text, want string }{
		{`{{.When | date "2 Jan 2006 15:04"}}`, "3 Jun 2012 09:05"},
		{`{{.Later | date "2006-01-02"}}`, "2026-05-01"},
		{`[{{.Zero | date "2006"}}{{.Nil | date "2006"}}{{date "2006" nil}}]`, "[]"},
		{`{{.When | date "<b>"}}`, "&lt;b&gt;"},
		{`{{.Name | truncatewords 3}}`, "&lt;b&gt;Ann &amp; Bob&lt;/b&gt;…"},
		{`{{.Name | truncatewords 5}}`, "&lt;b&gt;Ann &amp; Bob&lt;/b&gt; went out"},
		{`[{{.Name | truncatewords 0}}] [{{.None | truncatewords 0}}]`, "[…] []"},
		{`{{pluralize "reply" "replies" .Count}} {{pluralize "reply" "replies" .Items}} {{.Small | pluralize "y" "<ies>"}} {{pluralize "y" "<ies>" 0}}`,
			"replies reply y &lt;ies&gt;"},
		{`{{.None | default "<none>"}} {{.Count | default 7}} {{.Items | default 1}} {{.Nil | default "nil"}}`, "&lt;none&gt; 2 [1] nil"},
		{`{{.Name | default "x"}} {{.Safe | default "x"}}`, "&lt;b&gt;Ann &amp;  Bob&lt;/b&gt; went   out <i>"},
		{`<a title={{.None | default "a b"}}>`, "<a title=a&#32;b>"},
		{`{{slugify .Name}}`, "bann-bob-b-went-out"},
		{`{{slugify "  Café Müller -- Straße_Œuvre/2 日本 ! "}}`, "cafe-muller-strasse-oeuvre-2"},
		{`[{{slugify "日本"}}]`, "[]"},
		{`{{.Count | add 1}} {{add .Small -2}} {{add .Count .Small}}`, "3 -1 3"},
	}
	for _, tt := range tests {
		if got, err := renderString(t, data, templates.Memory{"page.html": tt.text}); err != nil || got != tt.want {
			t.Errorf("%s\n got  %q, %v\n want %q", tt.text, got, err, tt.want)
		}
	}
	for text, want := range map[string]string{
		`{{add 1 "2"}}`:                          "add: string is not a whole number",
		`{{add 9223372036854775807 1}}`:          "too large",
		`{{add -9223372036854775808 -1}}`:        "too large",
		`{{add nil 1}}`:                          "is not a whole number",
		`{{truncatewords -1 "x"}}`:               "-1 words cannot be kept",
		`{{pluralize "a" "b" 1.5}}`:              "float64 is neither a whole number nor has it a length",
		`{{pluralize "a" "b" nil}}`:              "nil is not a number",
		`{{date "2006" "yesterday"}}`:            "string is not a time",
		`{{truncatewords "x" .Name}}`:            "argument 1 is string, not int",
		`{{.Name | truncatewords 3 "too many"}}`: "takes 2 arguments, 3 given",
	} {
		if got, err := renderString(t, data, templates.Memory{"page.html": text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestFunctionsOfAProgram(t *testing.T) {
	t.Parallel()
	var missing func() string
	for _, tt := range []struct {
		name     string
		function any
		want     string
	}{
		{"url", func(name string, args ...any) (string, error) { return "/" + name, nil }, ""},
		{"date", func() string { return "replaces ours" }, ""},
		{"", func() int { return 1 }, "a name is a letter"},
		{"_x", func() int { return 1 }, "a name is a letter"},
		{"a-b", func() int { return 1 }, "a name is a letter"},
		{"super", func() int { return 1 }, "a word of the template language"},
		{"eq", func() int { return 1 }, "cannot be replaced"},
		{"none", nil, "not a function"},
		{"missing", missing, "not a function"},
		{"text", "x", "is string, not a function"},
		{"void", func() {}, "must return one value"},
		{"two", func() (int, int) { return 1, 2 }, "must return one value"},
	} {
		_, err := templates.New(templates.Config{Funcs: map[string]any{tt.name: tt.function}})
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}
