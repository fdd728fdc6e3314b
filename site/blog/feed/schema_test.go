package feed_test

import (
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/volaweb/vola/site/blog/feed"
)

// validate checks a document against a schema in testdata with a program that
// knows nothing of ours.
func validate(t *testing.T, schema, document string) (string, error) {
	t.Helper()
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("needs xmllint, of libxml2-utils")
	}
	command := exec.CommandContext(t.Context(), xmllint, "--noout", "--nonet", "--relaxng", "testdata/"+schema+".rng", "-")
	command.Stdin = strings.NewReader(document)
	out, err := command.CombinedOutput()
	return string(out), err
}

func TestSchemas(t *testing.T) {
	t.Parallel()
	empty := feed.Feed{Title: "T", Link: "https://example.org/", Self: "https://example.org/f"}
	place := []feed.Place{{Link: "https://example.org/blog/", Changed: sample().Entries[0].Published}, {Link: "https://example.org/b/?a=1&b=2"}}
	for _, test := range []struct {
		name, schema string
		write        func(io.Writer) error
	}{
		{"atom", "atom", sample().WriteAtom},
		{"atom, empty", "atom", empty.WriteAtom},
		{"rss", "rss", sample().WriteRSS},
		{"rss, empty", "rss", empty.WriteRSS},
		{"sitemap", "sitemap", func(w io.Writer) error { return feed.WriteSitemap(w, place) }},
		{"index of sitemaps", "sitemap", func(w io.Writer) error { return feed.WriteSitemapIndex(w, place) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			if err := test.write(&out); err != nil {
				t.Fatal(err)
			}
			if said, err := validate(t, test.schema, out.String()); err != nil {
				t.Errorf("%v: %s\n%s", err, said, out.String())
			}
		})
	}
}

// The schemas refuse what the formats do: each change makes a good document bad.
func TestSchemasRefuse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ schema, old, new string }{
		{"atom", "<id>https://example.org/blog/feed/</id>", ""},
		{"atom", "2013-10-17T09:30:00+05:30", "2013-10-17 09:30:00"},
		{"atom", "2013-10-17T09:30:00+05:30", "2013-10-17T09:30:00"},
		{"atom", `rel="self"`, `rel="me"`},
		{"atom", `type="html"`, `type="markdown"`},
		{"atom", "<title>", "<name>"},
		{"rss", "Thu, 17 Oct 2013 09:30:00 +0530", "2013-10-17"},
		{"rss", `version="2.0"`, `version="0.91"`},
		{"rss", "<guid", "<id"},
		{"rss", "<link>https:", "<link>javascript:"},
	} {
		write := sample().WriteAtom
		if test.schema == "rss" {
			write = sample().WriteRSS
		}
		var out strings.Builder
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		document := strings.Replace(out.String(), test.old, test.new, 1)
		if document == out.String() {
			t.Errorf("there is no %q to replace", test.old)
		}
		if _, err := validate(t, test.schema, document); err == nil {
			t.Errorf("%s with %q for %q is taken", test.schema, test.new, test.old)
		}
	}
}
