package pagecache

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"github.com/volaweb/vola/templates"
)

func FuzzDecode(f *testing.F) {
	p := page{
		made: time.Unix(1, 2), fresh: time.Unix(3, 4), exact: true, header: []field{{"A", []string{"b", ""}}},
		own: []templates.Place{{At: 1, Kind: templates.InlineScript}, {At: 3, Kind: templates.ImportMap}}, body: []byte("body"),
	}
	encoded := p.encode()
	if got, ok := decode(encoded); !ok || !reflect.DeepEqual(got, p) {
		f.Fatalf("%+v\n%+v", got, p)
	}
	f.Add(encoded)
	f.Add([]byte{1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, ok := decode(b)
		if !ok {
			return
		}
		again, ok := decode(p.encode())
		if !ok || !bytes.Equal(again.body, p.body) || len(again.header) != len(p.header) || len(again.own) != len(p.own) {
			t.Errorf("%+v\n%+v", p, again)
		}
	})
}
