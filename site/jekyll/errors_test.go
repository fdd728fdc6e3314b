package jekyll_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/site/jekyll"
)

func TestParseErrors(t *testing.T) {
	t.Parallel()
	const ok = "---\ntitle: x\ndate: 2013-10-17\n---\n"
	tests := []struct {
		name, text string
		want       string // after "p.md:"
		kind       fault.Kind
	}{
		{"colon in a value", "---\ntitle: a: b\n---\n", "2: the front matter is not YAML: mapping values are not allowed in this context; put the value in quotes", fault.Invalid},
		{"open bracket", "---\na: 1\ntags: [x\nb: 2\n---\n", "3: the front matter is not YAML: did not find expected ',' or ']'", fault.Invalid},
		{"open quote", "---\na: 1\nb: 'x\n---\n", "3: the front matter is not YAML: found unexpected end of stream", fault.Invalid},
		{"at sign", "---\ntitle: @ann\n---\n", "2: the front matter is not YAML: found character that cannot start any token; put the value in quotes", fault.Invalid},
		{"tab", "---\na: 1\n\tb: 2\n---\n", "3: the front matter is not YAML: found a tab character that violates indentation", fault.Invalid},
		{"line without colon", "---\nx: 1\nkey\nz: 2\n---\n", "3: the front matter is not YAML: could not find expected ':'", fault.Invalid},
		{"unknown alias", "---\na: *y\n---\n", "2: the front matter is not YAML: unknown anchor 'y' referenced", fault.Invalid},
		{"a list", "---\n- a\n---\n", "2: the front matter is not a list of keys and values such as title: Two queues", fault.Invalid},
		{"not closed", "---\ntitle: x\n\ntext\n", "1: the front matter that begins here is not closed; write a line --- below it", fault.Invalid},
		{"no date", "---\ntitle: x\n---\n", "1: the post has no date; write one into the front matter, or name the file YYYY-MM-DD-p.md", fault.Invalid},
		{"no such day", "---\ntitle: x\ndate: 2013-02-31\n---\n", `3: date "2013-02-31": it is not a date; write it like 2013-10-17 09:30:00 +0530`, fault.Invalid},
		{"words for a date", "---\ndate: yesterday\n---\n", `2: date "yesterday": it is not a date; write it like 2013-10-17 09:30:00 +0530`, fault.Invalid},
		{"year 0", "---\ndate: 0000-01-01\n---\n", `2: date "0000-01-01": year 0 is outside 1900 to 2999`, fault.Invalid},
		{"year 9999", "---\n\ndate: 9999-12-31 23:59:59 -1200\n---\n", `3: date "9999-12-31 23:59:59 -1200": year 9999 is outside 1900 to 2999`, fault.Invalid},
		{"unknown zone", "---\ndate: 2013-10-17 10:00 IST\n---\n", `2: date "2013-10-17 10:00 IST": time zone "IST" is not known; write an offset such as +05:30, or a name such as Asia/Kolkata`, fault.Invalid},
		{"zone that many mean", "---\ndate: 2013-10-17 10:00 JST\n---\n", `2: date "2013-10-17 10:00 JST": time zone "JST" is not known; write an offset, +09:00 if that is meant, or a name such as Asia/Kolkata`, fault.Invalid},
		{"TOML", "+++\ntitle = \"X\"\ndraft = true\n+++\n\nx\n", "1: the front matter is TOML; only YAML is read, between two lines of three hyphens", fault.Invalid},
		{"TOML after blank lines", "\n+++\n\n[a]\n+++\n\nx\n", "2: the front matter is TOML; only YAML is read, between two lines of three hyphens", fault.Invalid},
		{"JSON", "{\n  \"title\": \"X\",\n  \"draft\": true\n}\n\nx\n", "1: the front matter is JSON; only YAML is read, between two lines of three hyphens", fault.Invalid},
		{"zone of a path", "---\ndate: 2013-10-17 10:00 ../../etc/passwd\n---\n", `2: date "2013-10-17 10:00 ../../etc/passwd": time zone "../../etc/passwd" is not known; write an offset such as +05:30, or a name such as Asia/Kolkata`, fault.Invalid},
		{"zone too far", "---\ndate: 2013-10-17 10:00 +19:00\n---\n", `2: date "2013-10-17 10:00 +19:00": time zone "+19:00" is further from UTC than any`, fault.Invalid},
		{"invalid UTF-8", ok + "caf\xe9\n", "5: byte 0xe9 is not UTF-8; save the file as UTF-8", fault.Invalid},
		{"NUL", ok + "\na\x00b\n", "6: the file contains a NUL byte, so it is not text", fault.Invalid},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00", "3: the file contains a NUL byte, so it is not text", fault.Invalid},
		{"UTF-16", "\xff\xfe-\x00-\x00", "1: the file is UTF-16; save it as UTF-8", fault.Invalid},
		{"tags", "---\ndate: 2013-10-17\ntags: " + strings.Repeat("tag1 ", 3) + list(201) + "\n---\n", "3: the post has 202 topics, more than the 200 that are allowed", fault.Invalid},
		{"front matter without end", "---\nx: " + strings.Repeat("y", 300<<10) + "\n---\n", "1: the front matter has 307204 bytes, more than the 262144 that are read", fault.TooLarge},
		{"quotations", ok + "text\n\n" + strings.Repeat(">", 1000) + "\n", "7: quotations and lists are nested more than 60 deep", fault.Invalid},
		{"footnotes", ok + strings.Repeat("[^1]: ", 1000) + "\n", "5: quotations and lists are nested more than 60 deep", fault.Invalid},
		{"lists", ok + strings.Repeat("- ", 1000) + "\n", "5: quotations and lists are nested more than 60 deep", fault.Invalid},
		{"marks", ok + strings.Repeat("*a _b ", 1<<15) + "\n", "5: the paragraph has more than 20000 marks such as * and [; put blank lines into it", fault.Invalid},
		{"line after code", ok + "{% highlight go %}\na\nb\n{% endhighlight %}\nx {% highlight go %}a{% endhighlight %} y\n" + strings.Repeat("> ", 100) + "\n", "10: quotations and lists are nested more than 60 deep", fault.Invalid},
		{"elements", ok + strings.Repeat("<div>\n", 1000), "5: elements are nested too deep", fault.Invalid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := jekyll.Parse("dir/p.md", []byte(test.text), jekyll.Options{})
			if err == nil {
				t.Fatal("no error")
			}
			if want := "dir/p.md:" + test.want; err.Error() != want {
				t.Errorf("error\n  %s\nwant\n  %s", err, want)
			}
			if kind := fault.KindOf(err); kind != test.kind {
				t.Errorf("kind %v, want %v", kind, test.kind)
			}
		})
	}
}

func list(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" t")
		for range i / 26 {
			b.WriteByte('z')
		}
		b.WriteByte(byte('a' + i%26))
	}
	return b.String()
}

// TestCodeMayHaveMarks: the limits are for Markdown.
func TestCodeMayHaveMarks(t *testing.T) {
	t.Parallel()
	code := strings.Repeat("x[i] = *y_z < 1\n", 10_000)
	for _, text := range []string{"```\n" + code + "```\n", "{% highlight c %}\n" + code + "{% endhighlight %}", "<pre lang=c>" + code + "</pre>", "~~~\n" + strings.Repeat("> ", 100) + "\n~~~"} {
		if _, err := jekyll.Parse("2013-10-17-x.md", []byte(text), jekyll.Options{}); err != nil {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

// TestLimitsCannotBeEscaped has texts that look as if code began in them.
func TestLimitsCannotBeEscaped(t *testing.T) {
	t.Parallel()
	for _, before := range []string{
		"<div>\n```\n\n", "<table>\n\n    x\n```\n\n", "<!--\n\n```\n-->\n\n", "<PRE>\n\n```\n</PRE>\n\n", "- a\n\n  ```\n\nb\n\n", "    ```\n\n", "a\n    ```\n",
		"> ```\n\n", "```a`\n\n", "``\n\n", "```\nx\n````\n\n", "~~~\nx\n   ~~~  \n\n", "<div markdown=\"1\">\n```\n\n```\n", "- <pre>\n```\n\n```\n\n", "<?\n\n~~~\n?>\n\n",
		"<b>x\n```\n\n```\n", "- ```\n\n```\nx\n```\n", "```~\nx\n```\n", "~~~`\nx\n~~~\n", "1. a\n\n   ~~~\n\n   ~~~\n```\nx\n```\n", "<b>\n```\n\n```\n",
	} {
		for _, after := range []string{strings.Repeat("> ", 100), strings.Repeat("*a _b ", 10_001)} {
			if _, err := jekyll.Parse("2013-10-17-x.md", []byte(before+after+"\n"), jekyll.Options{}); err == nil {
				t.Errorf("%.9q after %q is read", after, before)
			}
		}
	}
}

func TestNothingToMakeAnAddressOf(t *testing.T) {
	t.Parallel()
	_, err := jekyll.Parse("???.md", []byte("---\ndate: 2013-10-17\n---\n...\n"), jekyll.Options{})
	if err == nil || !strings.HasPrefix(err.Error(), "???.md:1: the post has neither") {
		t.Errorf("error %v", err)
	}
}

func TestLimitsOfOptions(t *testing.T) {
	t.Parallel()
	text := []byte("---\ndate: 2013-10-17\ntags: a b c\n---\ntext\n")
	if _, err := jekyll.Parse("p.md", text, jekyll.Options{MaxBytes: len(text), MaxTopics: 3}); err != nil {
		t.Errorf("at the limits: %v", err)
	}
	_, err := jekyll.Parse("p.md", text, jekyll.Options{MaxBytes: len(text) - 1})
	if fault.KindOf(err) != fault.TooLarge || err.Error() != "p.md:1: the file has 42 bytes, more than the 41 that are read" {
		t.Errorf("MaxBytes: %v", err)
	}
	if _, err = jekyll.Parse("p.md", text, jekyll.Options{MaxTopics: 2}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("MaxTopics: %v", err)
	}
}
