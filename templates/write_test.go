package templates_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

// pieces keeps what is written to it, write by write.
type pieces struct {
	written [][]byte
	fail    bool
}

func (p *pieces) Write(b []byte) (int, error) {
	if p.fail {
		return 0, errBroken
	}
	p.written = append(p.written, bytes.Clone(b))
	return len(b), nil
}

func TestRenderWritesOnce(t *testing.T) {
	t.Parallel()
	page := templates.Page[func(int) (string, error)]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": "{{range $i := 1000}}{{call $ $i}}\n{{end}}"}},
		Pages:   []templates.Checked{page},
	})
	if err != nil {
		t.Fatal(err)
	}
	line, calls, failAt := strings.Repeat("x", 99), 0, -1
	data := page.Data(func(i int) (string, error) {
		if calls++; i == failAt {
			return "", errBroken
		}
		return line, nil
	})
	w := &pieces{}
	if err := set.Render(t.Context(), w, data); err != nil || len(w.written) != 1 || len(w.written[0]) != 100*1000 {
		t.Errorf("%d pieces, %v", len(w.written), err)
	}
	failAt, w = 900, &pieces{}
	if err := set.Render(t.Context(), w, data); !errors.Is(err, errBroken) || len(w.written) != 0 {
		t.Errorf("a page that failed: %d pieces, %v", len(w.written), err)
	}
	failAt, w = -1, &pieces{fail: true}
	if err := set.Render(t.Context(), w, data); !errors.Is(err, errBroken) || err.Error() != "send page page.html: broken" {
		t.Errorf("a writer that fails: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	calls = 0
	err = set.Render(ctx, &pieces{}, page.Data(func(i int) (string, error) {
		if calls++; i == 500 {
			cancel()
		}
		return "x", nil
	}))
	if !errors.Is(err, context.Canceled) || calls != 501 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

// TestBigData renders 10 MB of text that must be escaped.
func TestBigData(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("<b>&'\"", 10<<20/6)
	got, err := renderString(t, text, templates.Memory{"page.html": "{{.}}"})
	if err != nil || strings.ContainsAny(got, `<>'"`) || strings.Count(got, "&lt;") != 10<<20/6 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
