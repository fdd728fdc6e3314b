package oracle_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/volaweb/vola/civil"
)

// kind is what the values of a column are like. A value is of the Go type of
// the field, without its pointer or sql.Null, and nil for NULL.
type kind struct {
	name    string
	typ     reflect.Type
	ordered bool
	text    bool
	compare func(a, b any) int // without order: 0 for equal
	random  func(r *rand.Rand) any
	// asked changes a random value into one that may only be asked for.
	asked func(r *rand.Rand, v any) any
	// stored is what the database makes of a value; nil leaves it.
	stored func(v any) any
}

func kindOf[V any](name string, compare func(a, b V) int, random func(r *rand.Rand) V) *kind {
	return &kind{
		name: name, typ: reflect.TypeFor[V](), ordered: true,
		compare: func(a, b any) int { return compare(a.(V), b.(V)) },
		random:  func(r *rand.Rand) any { return random(r) },
	}
}

// oneOf prefers the given values to those that other makes.
func oneOf[V any](other func(r *rand.Rand) V, edges ...V) func(r *rand.Rand) V {
	return func(r *rand.Rand) V {
		if r.IntN(100) < 65 {
			return edges[r.IntN(len(edges))]
		}
		return other(r)
	}
}

func numbers[V cmp.Ordered](name string, other func(r *rand.Rand) V, edges ...V) *kind {
	return kindOf(name, cmp.Compare[V], oneOf(other, edges...))
}

func keys() *kind {
	return numbers("key", func(r *rand.Rand) int64 { return int64(r.Uint64()>>r.IntN(64)) | 1 },
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 20, -1, -7, math.MaxInt64, math.MinInt64, 1<<53+1)
}

func bigs() *kind {
	return numbers("int64", func(r *rand.Rand) int64 { return int64(r.Uint64() >> r.IntN(64)) },
		0, 1, 2, 3, -1, -2, 10, math.MaxInt64, math.MinInt64, 1<<53, 1<<53+1, 1<<31, -1<<31-1)
}

func smalls() *kind {
	return numbers("int16", func(r *rand.Rand) int16 { return int16(r.Uint32()) }, 0, 1, 2, -1, 100, math.MaxInt16, math.MinInt16)
}

// shorts have columns of 16 bits, and may be asked for with more.
func shorts() *kind {
	k := numbers("int64", func(r *rand.Rand) int64 { return int64(int16(r.Uint32())) }, 0, 1, 2, -1, 100, math.MaxInt16, math.MinInt16)
	k.asked = func(r *rand.Rand, v any) any {
		if r.IntN(3) == 0 {
			return bigs().random(r)
		}
		return v
	}
	return k
}

func halves() *kind {
	return numbers("float32", func(r *rand.Rand) float32 { return float32(r.NormFloat64()) },
		0, 0.1, 0.5, -0.5, 1, -1, math.MaxFloat32, math.SmallestNonzeroFloat32, 16777216)
}

func ratios() *kind {
	k := numbers("float64", func(r *rand.Rand) float64 { return r.NormFloat64() * math.Pow(10, float64(r.IntN(40)-20)) },
		0, math.Copysign(0, -1), 0.1, 0.2, 0.30000000000000004, 0.3, 1, -1, 1.5, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 1<<53, 1e15, 1e22)
	k.stored = func(v any) any { return v.(float64) + 0 }
	return k
}

func flags() *kind {
	return kindOf("bool", func(a, b bool) int {
		switch {
		case a == b:
			return 0
		case b:
			return -1
		}
		return 1
	}, func(r *rand.Rand) bool { return r.IntN(2) == 0 })
}

// pieces are what random texts are made of: what LIKE, quoting, JSON, case and
// Unicode make difficult.
func pieces() []string {
	return []string{
		"a", "b", "A", "B", "ab", "aB", "%", "_", `\`, "'", `"`, "ß", "ẞ", "ss", "SS", "İ", "i", "I", "ı", "i\u0307",
		"é", "e\u0301", "É", "σ", "ς", "Σ", "ﬁ", "ǆ", "\U0001F600", "\U00010428", "\U00010400", "日本", "\n", "\t", " ", "|", "?", "$1", "--", ";", "[", "{", ",", "0", "1",
		"\u007f", "\u2028", "<", "&", "\ufffd", "\uffff", "\u0001", "K", "\u212a", "*", "^", ".",
	}
}

func randomText(r *rand.Rand) string {
	all := pieces()
	var b strings.Builder
	for range r.IntN(5) {
		b.WriteString(all[r.IntN(len(all))])
	}
	return b.String()
}

func texts() *kind {
	k := kindOf("text", cmp.Compare[string], oneOf(randomText, "", "a", "A", "ab", "aB", "%", "_", `\`, "a%", "ß", "straße", "STRASSE"))
	k.text = true
	return k
}

func moods() *kind {
	k := kindOf("mood", cmp.Compare[mood], oneOf(func(*rand.Rand) mood { return "" }, "glad", "Glad", "sad_%", "ß"))
	k.text = true
	k.asked = func(r *rand.Rand, v any) any {
		if r.IntN(4) == 0 {
			return mood(randomText(r))
		}
		return v
	}
	return k
}

func blobs() *kind {
	return kindOf("bytes", bytes.Compare, oneOf(func(r *rand.Rand) []byte {
		b := make([]byte, r.IntN(4))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}, []byte{}, []byte{0}, []byte{0, 0}, []byte{0xff}, []byte("a"), []byte("A"), []byte{0x5c, 0x78}))
}

func times() *kind {
	edges := []time.Time{
		time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC),
		time.Unix(0, 0).UTC(), time.Unix(0, 1000).UTC(), time.Unix(-1, 999999000).UTC(), time.Unix(-1, 0).UTC(),
		time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1999, 12, 31, 23, 59, 59, 500000000, time.UTC),
		// Days of which clocks in Santiago, Havana and Toronto skip midnight, or show it twice.
		time.Date(2025, 9, 7, 12, 0, 0, 0, time.UTC), time.Date(2025, 3, 9, 12, 0, 0, 0, time.UTC),
		time.Date(2025, 11, 2, 12, 0, 0, 0, time.UTC), time.Date(2025, 11, 2, 4, 30, 0, 0, time.UTC), time.Date(1919, 3, 31, 12, 0, 0, 0, time.UTC),
		time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC), time.Date(2024, 2, 29, 12, 30, 0, 1000, time.UTC),
	}
	k := kindOf("time", time.Time.Compare, oneOf(func(r *rand.Rand) time.Time {
		first, last := int64(-62135510400), int64(253402214400)
		return time.Unix(first+r.Int64N(last-first), int64(r.IntN(2))*int64(r.IntN(1e6))*1000).UTC()
	}, edges...))
	// Zones, and what is finer than a microsecond, which is cut.
	k.asked = func(r *rand.Rand, v any) any {
		t := v.(time.Time)
		if r.IntN(4) == 0 {
			t = t.Add(time.Duration(r.IntN(1000)))
		}
		if y := t.Year(); r.IntN(3) == 0 && y > 1 && y < 9999 {
			t = t.In(time.FixedZone("", r.IntN(24*3600)-12*3600))
		}
		return t
	}
	k.stored = func(v any) any { return v.(time.Time).Truncate(time.Microsecond) }
	return k
}

func days() *kind {
	return kindOf("date", civil.Date.Compare, oneOf(func(r *rand.Rand) civil.Date {
		return civil.NewDate(1+r.IntN(9999), time.Month(1+r.IntN(12)), 1+r.IntN(28))
	}, civil.NewDate(1, 1, 1), civil.NewDate(9999, 12, 31), civil.NewDate(1969, 12, 31), civil.NewDate(1970, 1, 1), civil.NewDate(2024, 2, 29), civil.NewDate(999, 1, 1)))
}

func hours() *kind {
	return kindOf("clock", civil.Clock.Compare, oneOf(func(r *rand.Rand) civil.Clock {
		return civil.NewClock(r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(2)*r.IntN(1e6))
	}, civil.NewClock(0, 0, 0, 0), civil.NewClock(23, 59, 59, 999999), civil.NewClock(12, 0, 0, 0), civil.NewClock(12, 0, 0, 1)))
}

func waits() *kind {
	const µs = time.Microsecond
	return numbers("duration", func(r *rand.Rand) time.Duration { return time.Duration(int64(r.Uint64()>>r.IntN(64))/1000) * µs },
		0, µs, -µs, time.Second, time.Hour, 24*time.Hour, 30*24*time.Hour, math.MaxInt64/1000*1000, math.MinInt64/1000*1000)
}

func compareDecimals(a, b string) int {
	x, _ := new(big.Rat).SetString(a)
	y, _ := new(big.Rat).SetString(b)
	return x.Cmp(y)
}

// decimals may be asked for with other digits than they are stored with.
func decimals(precision, scale int, edges ...string) *kind {
	k := kindOf(fmt.Sprintf("decimal(%d,%d)", precision, scale), compareDecimals, oneOf(func(r *rand.Rand) string {
		digits := make([]byte, 1+r.IntN(precision))
		for i := range digits {
			digits[i] = byte('0' + r.IntN(10))
		}
		n, _ := new(big.Int).SetString(string(digits), 10)
		if r.IntN(2) == 0 {
			n.Neg(n)
		}
		return new(big.Rat).SetFrac(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)).FloatString(scale)
	}, edges...))
	k.asked = func(r *rand.Rand, v any) any {
		s := v.(string)
		switch r.IntN(6) {
		case 0:
			if strings.Contains(s, ".") {
				s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
			}
		case 1:
			if !strings.HasPrefix(s, "-") {
				s = "+" + s
			}
		}
		return s
	}
	return k
}

func prices() *kind {
	return decimals(9, 2, "0.00", "0.01", "-0.01", "9999999.99", "-9999999.99", "1.00", "10.00", "9.00", "2.50", "-2.50")
}

func exacts() *kind {
	return decimals(30, 10, "0.0000000000", "99999999999999999999.9999999999", "-99999999999999999999.9999999999", "0.0000000001", "-0.0000000001", "9.0000000000", "10.0000000000", "-9.0000000000", "-10.0000000000")
}

func tokens() *kind {
	return kindOf("uuid", func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }, func(r *rand.Rand) (u uuid.UUID) {
		for range 1 + r.IntN(3) {
			u[r.IntN(16)] = [...]byte{1, 9, 0x0a, 0x7f, 0x80, 0xff}[r.IntN(6)]
		}
		return u
	})
}

func docs() *kind {
	k := kindOf("json", func(a, b map[string]any) int {
		if reflect.DeepEqual(a, b) {
			return 0
		}
		return 1
	}, func(r *rand.Rand) map[string]any {
		switch r.IntN(8) {
		case 0:
			return nil // the document null
		case 1:
			return map[string]any{}
		}
		return randomObject(r, 2)
	})
	k.ordered = false
	k.stored = func(v any) any {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		var out map[string]any
		if err := json.Unmarshal(text, &out); err != nil {
			panic(err)
		}
		return out
	}
	return k
}

func randomObject(r *rand.Rand, depth int) map[string]any {
	m := map[string]any{}
	for range r.IntN(3) {
		m[[...]string{"a", "b", "A", "", "ß", `"`, "a.b", "0", "$"}[r.IntN(9)]] = randomJSON(r, depth)
	}
	return m
}

func randomJSON(r *rand.Rand, depth int) any {
	switch n := r.IntN(9); {
	case n == 0:
		return nil
	case n == 1:
		return r.IntN(2) == 0
	case n < 4:
		return [...]float64{0, 1, -1, 1.5, 0.1, 1e21, 1e-7, 1 << 53, math.MaxFloat64, math.Copysign(0, -1)}[r.IntN(10)]
	case n < 6:
		return randomText(r)
	case n == 6 && depth > 0:
		return randomObject(r, depth-1)
	case n == 7 && depth > 0:
		list := []any{}
		for range r.IntN(3) {
			list = append(list, randomJSON(r, depth-1))
		}
		return list
	}
	return "x"
}
