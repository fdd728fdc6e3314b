package templates_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/volaweb/vola/templates"
)

// pieces keeps what is written to it piece by piece.
type pieces struct {
	written [][]byte
	flushed int
	fail    int // from which piece on
	refused int
}

func (p *pieces) Write(b []byte) (int, error) {
	if p.fail > 0 && len(p.written) >= p.fail {
		p.refused++
		return 0, errBroken
	}
	p.written = append(p.written, bytes.Clone(b))
	return len(b), nil
}

func (p *pieces) Flush() { p.flushed++ }

func streamSet(t testing.TB) (*templates.Set, templates.PageOf[func(int) (string, error)]) {
	t.Helper()
	page := templates.Page[func(int) (string, error)]("page.html")
	set, err := templates.New(templates.Config{
		Loaders: []templates.Loader{templates.Memory{"page.html": "{{range $i := 1000}}{{call $ $i}}\n{{end}}"}},
		Pages:   []templates.Checked{page},
	})
	if err != nil {
		t.Fatal(err)
	}
	return set, page
}

func TestStream(t *testing.T) {
	t.Parallel()
	set, page := streamSet(t)
	line := strings.Repeat("x", 99)
	calls := 0
	data := page.Data(func(int) (string, error) { calls++; return line, nil })

	var whole bytes.Buffer
	if err := set.Render(t.Context(), &whole, data); err != nil || whole.Len() != 100*1000 {
		t.Fatalf("%d bytes, %v", whole.Len(), err)
	}
	w := &pieces{}
	if sent, err := set.Stream(t.Context(), w, data); err != nil || !sent {
		t.Errorf("sent %t, %v", sent, err)
	}
	if got := bytes.Join(w.written, nil); !bytes.Equal(got, whole.Bytes()) || len(w.written) < 5 || w.flushed != len(w.written) {
		t.Errorf("%d bytes in %d pieces, flushed %d times", len(got), len(w.written), w.flushed)
	}

	calls = 0
	w = &pieces{fail: 2}
	if sent, err := set.Stream(t.Context(), w, data); !errors.Is(err, errBroken) || !sent || err.Error() != "send page page.html: broken" {
		t.Errorf("sent %t, %v", sent, err)
	}
	if before := (3*16<<10)/100 + 3; calls > before || w.refused != 1 {
		t.Errorf("the page went on after the writer had failed: %d calls, %d writes", calls, w.refused)
	}
}

func TestStreamFails(t *testing.T) {
	t.Parallel()
	set, page := streamSet(t)
	for _, tt := range []struct {
		at   int
		sent bool
	}{{3, false}, {900, true}} {
		w := &pieces{}
		sent, err := set.Stream(t.Context(), w, page.Data(func(i int) (string, error) {
			if i == tt.at {
				return "", errBroken
			}
			return strings.Repeat("x", 99), nil
		}))
		if !errors.Is(err, errBroken) || sent != tt.sent || sent != (len(w.written) > 0) {
			t.Errorf("failing at %d: sent %t, %d pieces, %v", tt.at, sent, len(w.written), err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	_, err := set.Stream(ctx, &pieces{}, page.Data(func(i int) (string, error) {
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
