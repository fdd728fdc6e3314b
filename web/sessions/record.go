package sessions

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ReadRecord reads a session as encoding/json writes it, for stores. The values of the
// record share memory with each other.
//
// It is read on each request that asks for the session, so what json.Marshal makes of a
// record is taken apart here, without the allocations of json.Unmarshal, which reads all
// else.
func ReadRecord(text string) (*Record, error) {
	r := new(Record)
	data := []byte(text)
	if json.Valid(data) && utf8.ValidString(text) {
		if p := (recordText{text: text, data: data}); p.record(r) {
			return r, nil
		}
		*r = Record{}
	}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("the session is not JSON: %w", err)
	}
	return r, nil
}

// recordText is JSON that is valid, as text and as bytes, and how far it is read. Its methods
// read what comes next; ok is false for what json.Marshal does not write of a record.
type recordText struct {
	text string
	data []byte
	at   int
}

func (p *recordText) record(r *Record) bool {
	if !p.sign('{') {
		return false
	}
	for !p.sign('}') {
		name, ok := p.name()
		if !ok {
			return false
		}
		switch name {
		case "id":
			r.ID, ok = p.word()
		case "u":
			r.User, ok = p.number()
		case "d":
			r.Data, ok = p.values(r.Data)
		case "c":
			ok = p.time(&r.Created)
		case "s":
			ok = p.time(&r.Seen)
		case "i":
			var n int64
			n, ok = p.number()
			r.Idle = time.Duration(n)
		case "e":
			ok = p.time(&r.Ends)
		case "r":
			r.Remember, ok = p.flag()
		case "a":
			r.Agent, ok = p.word()
		case "n":
			r.Network, ok = p.word()
		case "m":
			r.Moved, ok = p.flag()
		case "v":
			r.Version, ok = p.number()
		default:
			return false
		}
		if !ok {
			return false
		}
		p.sign(',')
	}
	return p.at == len(p.text)
}

// sign reads a sign, if it comes next.
func (p *recordText) sign(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// name reads the name of a member, and the colon.
func (p *recordText) name() (string, bool) {
	name, ok := p.word()
	return name, ok && p.sign(':')
}

// word reads a string in which nothing is escaped.
func (p *recordText) word() (string, bool) {
	if !p.sign('"') {
		return "", false
	}
	n := strings.IndexAny(p.text[p.at:], `"\`)
	if n < 0 || p.text[p.at+n] != '"' {
		return "", false
	}
	word := p.text[p.at : p.at+n]
	p.at += n + 1
	return word, true
}

func (p *recordText) time(t *time.Time) bool {
	begin := p.at + 1
	if _, ok := p.word(); !ok {
		return false
	}
	return t.UnmarshalText(p.data[begin:p.at-1]) == nil
}

func (p *recordText) number() (int64, bool) {
	n, err := strconv.ParseInt(p.text[p.at:p.at+p.plain()], 10, 64)
	p.at += p.plain()
	return n, err == nil
}

func (p *recordText) flag() (value, ok bool) {
	word := p.text[p.at : p.at+p.plain()]
	p.at += p.plain()
	return word == "true", word == "true" || word == "false"
}

// plain returns the length of a value that is a number or a word such as true.
func (p *recordText) plain() int {
	if n := strings.IndexAny(p.text[p.at:], ",]}"); n >= 0 {
		return n
	}
	return len(p.text) - p.at
}

// values reads the values of a session. Of a second list of them in one record, which
// json.Unmarshal joins with the first, ok is false.
func (p *recordText) values(before map[string]json.RawMessage) (out map[string]json.RawMessage, ok bool) {
	if before != nil || !p.sign('{') {
		return nil, false
	}
	out = map[string]json.RawMessage{}
	for !p.sign('}') {
		name, ok := p.name()
		if !ok {
			return nil, false
		}
		begin := p.at
		p.skip()
		out[name] = p.data[begin:p.at:p.at]
		p.sign(',')
	}
	return out, true
}

// skip reads a value of any kind.
func (p *recordText) skip() {
	for depth := 0; p.at < len(p.text); {
		switch p.text[p.at] {
		case '{', '[':
			depth++
			p.at++
		case '}', ']':
			depth--
			p.at++
		case '"':
			p.skipString()
		case ',', ':':
			p.at++
		default:
			p.at += max(1, strings.IndexAny(p.text[p.at:], ",]}"))
		}
		if depth == 0 {
			return
		}
	}
}

func (p *recordText) skipString() {
	for p.at++; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case '\\':
			p.at++
		case '"':
			p.at++
			return
		}
	}
}
