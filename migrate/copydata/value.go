package copydata

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/internal/jsonform"
	"github.com/volaweb/vola/schema"
)

// document is JSON that has no form in common for all databases: SQLite holds
// it, the ORM would not write it, and PostgreSQL refuses it.
type document struct {
	text string
	why  error
}

// common brings a value into the one form that it has whatever database it was
// read from. An error says that the column cannot hold it.
func common(v any, t schema.Type) (any, error) {
	switch x := v.(type) {
	case float64:
		if x == 0 {
			return 0.0, nil // no minus zero, which SQLite does not keep
		}
	case time.Time:
		if x.Nanosecond()%1000 != 0 {
			return nil, fmt.Errorf("the time %s is finer than a microsecond", x.Format(time.RFC3339Nano))
		}
		return x.UTC(), nil
	case string:
		switch t.Kind {
		case schema.Decimal:
			return decimal(x, t)
		case schema.JSON:
			text, err := jsonform.Canonical([]byte(x))
			if err != nil {
				return document{x, err}, nil
			}
			return text, nil
		}
	}
	return v, nil
}

// decimal brings a number into the form that codecs take: with as many digits
// after the point as the type has, no zeros in front, no minus zero.
func decimal(s string, t schema.Type) (string, error) {
	text, negative := strings.CutPrefix(s, "-")
	whole, fraction, _ := strings.Cut(text, ".")
	if whole+fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return "", fmt.Errorf("%.40q is not a decimal number", s)
	}
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if len(fraction) > t.Scale || len(whole) > t.Precision-t.Scale {
		return "", fmt.Errorf("the number %.80s has more digits than the column, a %v", s, t)
	}
	if whole+fraction == "" {
		negative = false
	}
	out := ""
	if negative {
		out = "-"
	}
	if whole == "" {
		whole = "0"
	}
	out += whole
	if t.Scale > 0 {
		out += "." + fraction + strings.Repeat("0", t.Scale-len(fraction))
	}
	return out, nil
}

var (
	errNull = errors.New("the value is NULL, which the column may not be")
	errNUL  = errors.New("the text holds a NUL character, which PostgreSQL cannot store")
	errUTF8 = errors.New("the text is not valid UTF-8, which PostgreSQL cannot store")
	errNaN  = errors.New("the value is not a number (NaN), which SQLite cannot store")
)

// fits returns why a value in its common form cannot be stored in a column of
// the dialect, as far as the codec does not.
func fits(v any, c schema.Column, dialect string) error {
	postgres := dialect == "postgres"
	switch x := v.(type) {
	case nil:
		if !c.Null {
			return errNull
		}
	case float64:
		if math.IsNaN(x) && !postgres {
			return errNaN
		}
	case int64:
		least, most, ok := c.Type.Kind.IntRange()
		if postgres && ok && (x < least || x > most) {
			return fmt.Errorf("the number %d does not fit into the column, which holds %d to %d", x, least, most)
		}
	case document:
		if postgres {
			return x.why
		}
	case string:
		if !postgres || c.Type.Kind == schema.Decimal {
			return nil
		}
		switch {
		case !utf8.ValidString(x):
			return errUTF8
		case strings.IndexByte(x, 0) >= 0:
			return errNUL
		}
		if n := c.Type.Size; c.Type.Kind == schema.Text && n > 0 && len(x) > n {
			if have := utf8.RuneCountInString(x); have > n {
				return fmt.Errorf("the text has %d characters, and the column holds at most %d", have, n)
			}
		}
	}
	return nil
}

// size returns about how many bytes of memory a value takes.
func size(v any) int {
	switch x := v.(type) {
	case string:
		return len(x) + 16
	case []byte:
		return len(x) + 24
	case document:
		return len(x.text) + 32
	}
	return 16
}

// checksum is the number of rows and the sum of their hashes: the same for the
// same rows in whatever order. It is four numbers of 64 bits.
type checksum struct {
	rows  int64
	sum   [4]uint64
	state hash.Hash
	buf   []byte
}

// add counts a row of values in their common form.
func (s *checksum) add(values []any) {
	if s.state == nil {
		s.state = sha256.New()
	}
	s.state.Reset()
	s.buf = s.buf[:0]
	for _, v := range values {
		s.put(v)
	}
	s.state.Write(s.buf)
	s.buf = s.state.Sum(s.buf[:0])
	for i := range s.sum {
		s.sum[i] += binary.BigEndian.Uint64(s.buf[8*i:])
	}
	s.rows++
}

func (s *checksum) equal(o *checksum) bool { return s.rows == o.rows && s.sum == o.sum }

// String returns the sum.
func (s *checksum) String() string {
	return fmt.Sprintf("%016x%016x%016x%016x", s.sum[0], s.sum[1], s.sum[2], s.sum[3])
}

// parseChecksum reads what String wrote.
func parseChecksum(rows int64, text string) (*checksum, error) {
	s := &checksum{rows: rows}
	if _, err := fmt.Sscanf(text, "%16x%16x%16x%16x", &s.sum[0], &s.sum[1], &s.sum[2], &s.sum[3]); err != nil || len(text) != 64 {
		return nil, fmt.Errorf("the checksum %.80q in table %s is not one", text, progressTable)
	}
	return s, nil
}

// put hashes what tells a value from all others of its column: a letter, and its
// bytes after their number.
func (s *checksum) put(v any) {
	switch x := v.(type) {
	case nil:
		s.buf = append(s.buf, 'n')
	case bool:
		s.number('t', 0)
		if x {
			s.buf[len(s.buf)-1] = 1
		}
	case int64:
		s.number('i', uint64(x))
	case float64:
		if math.IsNaN(x) {
			x = math.NaN()
		}
		s.number('d', math.Float64bits(x))
	case string:
		putText(s, 's', x)
	case document:
		putText(s, 'j', x.text)
	case []byte:
		putText(s, 'b', x)
	case time.Time:
		s.number('T', uint64(x.UnixMicro()))
	case civil.Date:
		putText(s, 'D', x.String())
	case civil.Clock:
		s.number('C', uint64(x.SinceMidnight().Microseconds()))
	case time.Duration:
		s.number('L', uint64(x))
	case [16]byte:
		putText(s, 'u', x[:])
	default: // there is no other type
		putText(s, '?', fmt.Sprint(v))
	}
}

func (s *checksum) number(tag byte, n uint64) {
	s.buf = binary.BigEndian.AppendUint64(append(s.buf, tag), n)
}

// putText hashes a text piece by piece: it may be as long as memory allows once.
func putText[T string | []byte](s *checksum, tag byte, text T) {
	const piece = 32 << 10
	s.number(tag, uint64(len(text)))
	for len(text) > 0 {
		n := min(len(text), piece)
		s.buf = append(s.buf, text[:n]...)
		text = text[n:]
		if len(s.buf) >= piece {
			s.state.Write(s.buf)
			s.buf = s.buf[:0]
		}
	}
}
