package linelog

import (
	"log/slog"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// Request is what the line about a request says. Its texts may hold anything.
type Request struct {
	Time    time.Time // when it was answered
	Method  string
	Path    string
	Route   string // the pattern
	Status  int
	Bytes   int64
	Took    time.Duration
	Remote  string
	ID      string // left out if it is ""
	Aborted bool   // left out if it is false
}

// level is ERROR for statuses from 500, otherwise INFO.
func (r *Request) level() slog.Level {
	if r.Status >= 500 {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// append appends the line.
func (r *Request) append(b []byte, c *clock) []byte {
	b = append(b, "time="...)
	b = c.append(b, r.Time)
	b = append(append(b, " level="...), r.level().String()...)
	b = appendText(append(b, " msg=request method="...), r.Method)
	b = appendText(append(b, " path="...), r.Path)
	b = appendText(append(b, " route="...), r.Route)
	b = strconv.AppendInt(append(b, " status="...), int64(r.Status), 10)
	b = strconv.AppendInt(append(b, " bytes="...), r.Bytes, 10)
	b = append(append(b, " duration="...), r.Took.String()...)
	b = appendText(append(b, " remote="...), r.Remote)
	if r.ID != "" {
		b = appendText(append(b, " id="...), r.ID)
	}
	if r.Aborted {
		b = append(b, " aborted=true"...)
	}
	return append(b, '\n')
}

// appendText appends a text, in quotation marks where it could be taken for
// something else.
func appendText(b []byte, s string) []byte {
	if isPlain(s) {
		return append(b, s...)
	}
	return strconv.AppendQuote(b, s)
}

// isPlain reports whether slog.TextHandler writes a text without quotation marks.
func isPlain(s string) bool {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c <= ' ' || c == '"' || c == '=' {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return false
		}
		i += size
	}
	return s != ""
}

// clock formats times, as a part of them that stays for a second.
type clock struct {
	second int64
	zone   *time.Location
	start  []byte // to the seconds
	end    []byte // the offset of the zone
}

// append appends a time with its milliseconds, in the form of RFC 3339.
func (c *clock) append(b []byte, t time.Time) []byte {
	if second, zone := t.Unix(), t.Location(); second != c.second || zone != c.zone || len(c.start) == 0 {
		c.second, c.zone = second, zone
		c.start = t.AppendFormat(c.start[:0], "2006-01-02T15:04:05")
		c.end = t.AppendFormat(c.end[:0], "Z07:00")
	}
	ms := t.Nanosecond() / 1e6
	b = append(b, c.start...)
	b = append(b, '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
	return append(b, c.end...)
}
