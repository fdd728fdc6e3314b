package pagecache

import (
	"encoding/binary"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

// page is an answer that is kept.
type page struct {
	made  time.Time
	fresh time.Time // until when its own header says that it is good
	exact bool      // it must not be served after that
	// header is what the handler has set, sorted by name.
	header []field
	own    []templates.Place
	body   []byte
}

type field struct {
	name   string
	values []string
}

// page returns what was recorded if it may be kept, and for how long.
func (rec *recorder) page(cfg *Config, personal bool) (*page, time.Duration) {
	if rec.status != http.StatusOK || rec.passed || personal || len(rec.body) > rec.max || !rec.varies(cfg) {
		return nil, 0
	}
	now := cfg.Now()
	d := directivesOf(rec.sent)
	life, ok := d.life(rec.sent, now, cfg.For)
	if !ok || d.forbid || rec.setsCookie() {
		return nil, 0
	}
	p := &page{made: now, fresh: now.Add(life), exact: d.exact, own: rec.own, body: rec.body}
	if rec.sent.Get("Etag") == "" {
		rec.sent.Set("Etag", web.PageTag(rec.body, rec.own))
	}
	for _, name := range cfg.Headers[1:] {
		set(rec.sent, "Vary", []string{name})
	}
	for name, values := range rec.sent {
		switch name {
		case "Content-Length", "Date", "Age", "Connection", "Keep-Alive":
			continue // of one answer
		}
		if rec.isOfOthers(name, values) {
			continue
		}
		p.header = append(p.header, field{name, values})
	}
	slices.SortFunc(p.header, func(a, b field) int { return strings.Compare(a.name, b.name) })
	return p, life
}

// isOfOthers reports whether a field is a policy that the handler has left as it was.
func (rec *recorder) isOfOthers(name string, values []string) bool {
	for i, policy := range policyNames {
		if policy == name {
			return slices.Equal(values, rec.policies[i])
		}
	}
	return false
}

// send answers a request with the page.
func (p *page) send(w http.ResponseWriter, r *http.Request, now time.Time, kept bool) error {
	h := w.Header()
	modified := ""
	for _, f := range p.header {
		set(h, f.name, f.values)
		if f.name == "Last-Modified" {
			modified = f.values[0]
		}
	}
	if kept {
		h["Age"] = []string{strconv.FormatInt(max(0, int64(now.Sub(p.made)/time.Second)), 10)}
	}
	if modified != "" && len(r.Header["If-Modified-Since"]) > 0 {
		if at, err := http.ParseTime(modified); err == nil && web.NotModified(w, r, web.Validators{ETag: h.Get("Etag"), LastModified: at}) {
			return nil
		}
	}
	return web.SendPage(w, r, http.StatusOK, p.body, p.own)
}

// formatVersion begins a page as it is kept.
const formatVersion = 1

// encode returns the page as bytes.
func (p *page) encode() []byte {
	b := make([]byte, 0, 256+len(p.body))
	b = append(b, formatVersion, 0)
	if p.exact {
		b[1] = 1
	}
	b = binary.AppendVarint(b, p.made.UnixNano())
	b = binary.AppendVarint(b, p.fresh.UnixNano())
	var texts []byte // of the header, so that they are read as one
	n := 0
	for _, f := range p.header {
		n += len(f.values)
		for _, value := range f.values {
			texts = appendPart(appendPart(texts, f.name), value)
		}
	}
	b = binary.AppendUvarint(b, uint64(n))
	b = appendPart(b, string(texts))
	b = binary.AppendUvarint(b, uint64(len(p.own)))
	for _, place := range p.own {
		b = binary.AppendUvarint(b, uint64(place.At))
		b = append(b, byte(place.Kind))
	}
	return append(b, p.body...)
}

// decode reads a page; false if it is none. The body is part of b.
func decode(b []byte) (p page, ok bool) {
	in := reader{rest: b}
	if in.byte() != formatVersion {
		return p, false
	}
	p.exact = in.byte() == 1
	p.made, p.fresh = time.Unix(0, in.varint()), time.Unix(0, in.varint())
	n := in.length()
	texts := in.text()
	p.header = make([]field, 0, n)
	values := make([]string, 0, n)
	for range n {
		name, ok := cutPart(&texts)
		value, also := cutPart(&texts)
		if !ok || !also {
			return p, false
		}
		values = append(values, value)
		one := values[len(values)-1 : len(values) : len(values)]
		if last := len(p.header) - 1; last >= 0 && p.header[last].name == name {
			p.header[last].values = append(p.header[last].values, value)
		} else {
			p.header = append(p.header, field{name, one})
		}
	}
	in.bad = in.bad || texts != ""
	last := 0
	for range in.length() {
		place := templates.Place{At: int(in.uvarint()), Kind: templates.PlaceKind(in.byte())}
		in.bad = in.bad || place.At < last
		last = place.At
		p.own = append(p.own, place)
	}
	p.body = in.rest
	return p, !in.bad && last <= len(p.body)
}

// reader reads what encode has written, or anything.
type reader struct {
	rest []byte
	bad  bool
}

func (in *reader) byte() byte {
	if len(in.rest) == 0 {
		in.bad = true
		return 0
	}
	b := in.rest[0]
	in.rest = in.rest[1:]
	return b
}

func (in *reader) uvarint() uint64 {
	n, size := binary.Uvarint(in.rest)
	if size <= 0 {
		in.bad = true
		return 0
	}
	in.rest = in.rest[size:]
	return n
}

func (in *reader) varint() int64 {
	n, size := binary.Varint(in.rest)
	if size <= 0 {
		in.bad = true
		return 0
	}
	in.rest = in.rest[size:]
	return n
}

// length reads how many follow, each of which has at least a byte.
func (in *reader) length() int {
	n := in.uvarint()
	if n > uint64(len(in.rest)) {
		in.bad = true
		return 0
	}
	return int(n)
}

// cutPart takes off what appendPart has written.
func cutPart(text *string) (part string, ok bool) {
	n, size := uint64(0), 0
	for i := 0; i < len(*text) && i < binary.MaxVarintLen32; i++ {
		c := (*text)[i]
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			size = i + 1
			break
		}
	}
	if size == 0 || n > uint64(len(*text)-size) {
		return "", false
	}
	part, *text = (*text)[size:size+int(n)], (*text)[size+int(n):]
	return part, true
}

func (in *reader) text() string {
	n := in.length()
	text := string(in.rest[:n])
	in.rest = in.rest[n:]
	return text
}
