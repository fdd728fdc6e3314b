package templates_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

type counter struct{ n int }

func (c *counter) Next() int { c.n++; return c.n }
func (c counter) Count() int { return c.n }

type counterHolder struct{ C counter }

// TestRecursionKeepsData: a template that calls itself has the data it is
// given and no copy of it, so its pointer methods are those of the original,
// and where html/template cannot call them there are none.
func TestRecursionKeepsData(t *testing.T) {
	t.Parallel()
	files := templates.Memory{
		"page.html": "{{template `part.html` .C}}{{.C.Count}}",
		"part.html": "{{.Next}}{{if lt .Count 3}}{{template `part.html` .}}{{end}}{{.Count}},",
	}
	holder := &counterHolder{}
	if got, err := renderString(t, holder, files); err != nil || got != "1233,3,3,3" {
		t.Errorf("%s, %v", got, err)
	}
	// As data of any type, so that the check does not see it first.
	const want = "part.html:1:3: {{.Next}}: can't evaluate field Next in type templates_test.counter"
	if got, err := renderString[any](t, counterHolder{}, files); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%s, %v", got, err)
	}
}
