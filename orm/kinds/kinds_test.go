// Package kinds_test stores and reads values of every kind that a field can have, in
// every form, one by one and in bulk, in each mode of both databases, and compares
// conditions and orders with those of Go. It is apart from the tests of package orm,
// which take long enough.
package kinds_test

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

// row is a model with a value in the three forms that a field can have.
type row[V any] struct {
	ID int64
	V  V
	P  *V
	N  sql.Null[V]
}

// The same with tags.
type (
	shortRow struct {
		ID int64
		V  string           `db:"decimal=9.2"`
		P  *string          `db:"decimal=9.2"`
		N  sql.Null[string] `db:"decimal=9.2"`
	}
	fullRow struct {
		ID int64
		V  string           `db:"decimal=15.15"`
		P  *string          `db:"decimal=15.15"`
		N  sql.Null[string] `db:"decimal=15.15"`
	}
	longRow struct {
		ID int64
		V  string           `db:"decimal=40.10"`
		P  *string          `db:"decimal=40.10"`
		N  sql.Null[string] `db:"decimal=40.10"`
	}
	bigRow struct {
		ID int64
		V  big.Int           `db:"decimal=30.0"`
		P  *big.Int          `db:"decimal=30.0"`
		N  sql.Null[big.Int] `db:"decimal=30.0"`
	}
	documentRow struct {
		ID int64
		V  document           `db:"json"`
		P  *document          `db:"json"`
		N  sql.Null[document] `db:"json"`
	}
	timeoutRow struct {
		ID int64
		V  timeout           `db:"duration"`
		P  *timeout          `db:"duration"`
		N  sql.Null[timeout] `db:"duration"`
	}
	colourRow struct {
		ID int64
		V  colour           `db:"type=text"`
		P  *colour          `db:"type=text"`
		N  sql.Null[colour] `db:"type=text"`
	}
)

type (
	flag     bool
	small    int8
	count    uint64
	ratio    float32
	word     string
	blob     []byte
	moment   time.Time
	birthday civil.Date
	opening  civil.Clock
	timeout  time.Duration
	token    [16]byte
	document struct {
		Name string
		List []float64
		More map[string]int
	}
)

// colour converts itself into text.
type colour struct{ r, g, b uint8 }

func (c colour) Value() (driver.Value, error) {
	return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b), nil
}

func (c *colour) Scan(src any) error {
	_, err := fmt.Sscanf(src.(string), "#%02x%02x%02x", &c.r, &c.g, &c.b)
	return err
}

// kind is one kind of values, in rows of type R.
type kind[R, V any] struct {
	name    string
	edges   []V
	random  func(*rand.Rand) V
	compare func(a, b V) int  // nil when they have no order
	same    func(a, b V) bool // nil for compare
	to      func(row[V]) R
	from    func(R) row[V]
}

type anyKind interface {
	declare() orm.Declaration
	check(t *testing.T, db *database.DB)
}

func same[T any](v T) T { return v }

// plain is a kind without tags.
func plain[V any](name string, compare func(a, b V) int, random func(*rand.Rand) V, edges ...V) anyKind {
	return kind[row[V], V]{name, edges, random, compare, nil, same[row[V]], same[row[V]]}
}

func number[V cmp.Ordered](random func(*rand.Rand) V, edges ...V) anyKind {
	return plain(reflect.TypeFor[V]().String(), cmp.Compare[V], random, edges...)
}

func compareTimes(a, b time.Time) int { return a.Compare(b) }

func compareDecimals(a, b string) int {
	x, _ := new(big.Rat).SetString(a)
	y, _ := new(big.Rat).SetString(b)
	return x.Cmp(y)
}

// compareBytes also tells nil from empty: what is stored is never nil.
func compareBytes(a, b []byte) int {
	if a == nil || b == nil {
		panic("bytes were read as nil")
	}
	return bytes.Compare(a, b)
}

// decimal returns a random number with that many digits at most.
func decimal(precision, scale int) func(*rand.Rand) string {
	return func(r *rand.Rand) string {
		var b strings.Builder
		if r.IntN(2) == 0 {
			b.WriteByte('-')
		}
		digits := func(n int) {
			for range n {
				b.WriteByte(byte('0' + r.IntN(10)))
			}
		}
		digits(r.IntN(precision - scale + 1))
		b.WriteString("0"[:1-min(1, b.Len())])
		if n := r.IntN(scale + 1); n > 0 || b.String() == "-" {
			if strings.TrimPrefix(b.String(), "-") == "" {
				b.WriteByte('0')
			}
			b.WriteByte('.')
			digits(max(n, 1))
		}
		return b.String()
	}
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(4) {
		// Around the borders of UTF-8 and UTF-16, where orders differ.
		pools := [...]rune{'A', 'a', 'é', '\u07ff', '\u0800', '\ud7ff', '\ue000', '\uffff', '\U00010000', '\U0010ffff'}
		b.WriteRune(pools[r.IntN(len(pools))])
	}
	return b.String()
}

func randomTime(r *rand.Rand) time.Time {
	first, last := int64(-62135596800), int64(253402300799)
	t := time.Unix(first+r.Int64N(last-first), int64(r.IntN(2))*int64(r.IntN(1e6))*1000)
	return t.In(time.FixedZone("", r.IntN(24*3600)-12*3600))
}

func bits[V any](of func(uint64) V) func(*rand.Rand) V {
	// Small numbers too, so that some are equal.
	return func(r *rand.Rand) V { return of(r.Uint64() >> r.IntN(64)) }
}

func allKinds() []anyKind {
	return append(basicKinds(), []anyKind{
		plain("time", compareTimes, randomTime, time.Time{}, time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC), time.Unix(0, 0), time.Unix(0, 1000)),
		plain("moment", func(a, b moment) int { return compareTimes(time.Time(a), time.Time(b)) },
			func(r *rand.Rand) moment { return moment(randomTime(r)) }, moment{}),
		plain("date", civil.Date.Compare, func(r *rand.Rand) civil.Date { return civil.DateOf(randomTime(r).UTC()) },
			civil.Date{}, civil.NewDate(9999, 12, 31), civil.NewDate(2024, 2, 29)),
		plain("birthday", func(a, b birthday) int { return civil.Date(a).Compare(civil.Date(b)) },
			func(r *rand.Rand) birthday { return birthday(civil.DateOf(randomTime(r).UTC())) }),
		plain("clock", civil.Clock.Compare, func(r *rand.Rand) civil.Clock { return civil.ClockOf(randomTime(r)) },
			civil.Clock{}, civil.NewClock(23, 59, 59, 999999), civil.NewClock(12, 0, 0, 1), civil.NewClock(12, 0, 0, 0)),
		plain("opening", func(a, b opening) int { return civil.Clock(a).Compare(civil.Clock(b)) },
			func(r *rand.Rand) opening { return opening(civil.ClockOf(randomTime(r))) }),
		plain("duration", cmp.Compare[time.Duration], bits(func(n uint64) time.Duration { return time.Duration(n) / 1000 * 1000 }),
			0, -1000, math.MaxInt64/1000*1000, math.MinInt64/1000*1000),
		kind[timeoutRow, timeout]{"timeout", []timeout{0, -1000}, bits(func(n uint64) timeout { return timeout(n) / 1000 * 1000 }), cmp.Compare[timeout], nil,
			func(r row[timeout]) timeoutRow { return timeoutRow(r) }, func(r timeoutRow) row[timeout] { return row[timeout](r) }},
		plain("array", func(a, b [16]byte) int { return bytes.Compare(a[:], b[:]) },
			func(r *rand.Rand) (u [16]byte) { u[r.IntN(16)] = byte(r.Uint32()); return u }, [16]byte{}),
		plain("token", func(a, b token) int { return bytes.Compare(a[:], b[:]) },
			func(r *rand.Rand) (u token) { u[r.IntN(16)] = byte(r.Uint32()); return u }),
		plain("uuid", func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) },
			func(r *rand.Rand) (u uuid.UUID) { u[r.IntN(16)] = byte(r.Uint32()); return u }, uuid.Nil, uuid.Max),
		kind[shortRow, string]{"short decimal", []string{"0", "-0.00", "9999999.99", "-9999999.99", "0.01", "-0.01", "1e2", "+7", "12.50"}, decimal(9, 2), compareDecimals, nil,
			func(r row[string]) shortRow { return shortRow(r) }, func(r shortRow) row[string] { return row[string](r) }},
		kind[fullRow, string]{"decimal of 15 digits", []string{"0", "0.999999999999999", "-0.999999999999999", "0.000000000000001", "0.1"}, decimal(15, 15), compareDecimals, nil,
			func(r row[string]) fullRow { return fullRow(r) }, func(r fullRow) row[string] { return row[string](r) }},
		kind[longRow, string]{"long decimal", []string{"0", "-0", strings.Repeat("9", 30) + ".9999999999", "-" + strings.Repeat("9", 30) + ".9999999999", "0.0000000001", "-0.0000000001", "10", "9", "-9", "-10"},
			decimal(40, 10), compareDecimals, nil,
			func(r row[string]) longRow { return longRow(r) }, func(r longRow) row[string] { return row[string](r) }},
		kind[bigRow, big.Int]{"decimal type", []big.Int{{}, *big.NewInt(-1), *big.NewInt(1), *big.NewInt(math.MaxInt64)},
			func(r *rand.Rand) big.Int {
				n := big.NewInt(r.Int64())
				return *n.Mul(n, big.NewInt(int64(r.IntN(7)-3)))
			},
			func(a, b big.Int) int { return a.Cmp(&b) }, nil,
			func(r row[big.Int]) bigRow { return bigRow(r) }, func(r bigRow) row[big.Int] { return row[big.Int](r) }},
		kind[documentRow, document]{"json", []document{{}, {Name: "é\u2028<&>\ufffd\U0010ffff", List: []float64{1e300, -0.5}, More: map[string]int{"b": 1, "a": math.MaxInt64}}},
			func(r *rand.Rand) document { return document{Name: randomText(r)} }, nil,
			func(a, b document) bool { return reflect.DeepEqual(a, b) },
			func(r row[document]) documentRow { return documentRow(r) }, func(r documentRow) row[document] { return row[document](r) }},
		kind[colourRow, colour]{"valuer", []colour{{}}, func(r *rand.Rand) colour { return colour{uint8(r.IntN(3)), 2, 255} },
			func(a, b colour) int {
				return cmp.Or(cmp.Compare(a.r, b.r), cmp.Compare(a.g, b.g), cmp.Compare(a.b, b.b))
			}, nil,
			func(r row[colour]) colourRow { return colourRow(r) }, func(r colourRow) row[colour] { return row[colour](r) }},
	}...)
}

func basicKinds() []anyKind {
	bools := func(a, b bool) int { return map[bool]int{true: 1}[a] - map[bool]int{true: 1}[b] }
	return []anyKind{
		plain("bool", bools, func(r *rand.Rand) bool { return r.IntN(2) == 0 }),
		plain("flag", func(a, b flag) int { return bools(bool(a), bool(b)) }, func(r *rand.Rand) flag { return r.IntN(2) == 0 }),
		number(bits(func(n uint64) int { return int(n) }), math.MinInt, math.MaxInt, 0),
		number(bits(func(n uint64) int8 { return int8(n) }), math.MinInt8, math.MaxInt8),
		number(bits(func(n uint64) int16 { return int16(n) }), math.MinInt16, math.MaxInt16),
		number(bits(func(n uint64) int32 { return int32(n) }), math.MinInt32, math.MaxInt32),
		number(bits(func(n uint64) int64 { return int64(n) }), math.MinInt64, math.MaxInt64),
		number(bits(func(n uint64) uint { return uint(n >> 1) }), 0, math.MaxInt64),
		number(bits(func(n uint64) uint8 { return uint8(n) }), 0, math.MaxUint8),
		number(bits(func(n uint64) uint16 { return uint16(n) }), 0, math.MaxUint16),
		number(bits(func(n uint64) uint32 { return uint32(n) }), 0, math.MaxUint32),
		number(bits(func(n uint64) uint64 { return n >> 1 }), 0, math.MaxInt64),
		number(bits(func(n uint64) small { return small(n) })),
		number(bits(func(n uint64) count { return count(n >> 1) })),
		number(finite, math.Copysign(0, -1), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 0.1, 1<<53),
		number(func(r *rand.Rand) float32 { return float32(r.NormFloat64()) }, math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, 0.1),
		number(func(r *rand.Rand) ratio { return ratio(r.NormFloat64()) }, math.MaxFloat32),
		number(randomText, "", " ", "a", "A", "\t", "'", `"`, "\\", "%"),
		number(func(r *rand.Rand) word { return word(randomText(r)) }, ""),
		plain("bytes", compareBytes, func(r *rand.Rand) []byte { return []byte(randomText(r)) }, []byte{}, []byte{0}, []byte{0, 0}, []byte{0xff}),
		plain("blob", func(a, b blob) int { return bytes.Compare(a, b) }, func(r *rand.Rand) blob { return blob(randomText(r)) }, blob{0xfe, 0}),
	}
}

// finite returns a float64 of any size.
func finite(r *rand.Rand) float64 {
	for {
		if f := math.Float64frombits(r.Uint64()); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f
		}
	}
}

// TestKinds stores random values of every kind and compares what each database
// finds, and in which order, with what Go's own comparison says.
func TestKinds(t *testing.T) {
	t.Parallel()
	databasetest.EachMode(t, func(t *testing.T, db *database.DB) {
		var declared []orm.Declaration
		for _, k := range allKinds() {
			declared = append(declared, k.declare())
		}
		use(t, db, declared...)
		for _, k := range allKinds() {
			k.check(t, db)
		}
	})
}

// use makes the tables of models in an empty database.
func use(t testing.TB, db *database.DB, declared ...orm.Declaration) *orm.Models {
	t.Helper()
	models, err := orm.NewModels(orm.Group{Module: "t", Models: declared})
	if err != nil {
		t.Fatal(err)
	}
	if err := orm.Use(db, models); err != nil {
		t.Fatal(err)
	}
	if err := models.CreateTables(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	return models
}

func (k kind[R, V]) declare() orm.Declaration {
	return orm.Model[R](orm.Table("k " + k.name))
}

func (k kind[R, V]) equal(a, b V) bool {
	if k.same != nil {
		return k.same(a, b)
	}
	return k.compare(a, b) == 0
}

func (k kind[R, V]) check(t *testing.T, db *database.DB) {
	t.Run(k.name, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, uint64(len(k.name))))
		var rows []row[V]
		for i := range 60 {
			v := k.random(rng)
			if i < len(k.edges) {
				v = k.edges[i]
			}
			r := row[V]{V: v}
			if i%3 != 0 {
				r.P, r.N = &v, sql.Null[V]{V: v, Valid: true}
			}
			stored := k.to(r)
			if err := orm.Create(t.Context(), db, &stored); err != nil {
				t.Fatalf("%v: %v", v, err)
			}
			r.ID = k.from(stored).ID
			rows = append(rows, r)
		}
		k.checkRoundTrip(t, db, rows)
		k.checkEquality(t, db, rows)
		if k.compare != nil {
			k.checkOrder(t, db, rows)
		}
	})
}

func (k kind[R, V]) checkRoundTrip(t *testing.T, db *database.DB, rows []row[V]) {
	got := k.find(t, orm.From[R](db).OrderBy(orm.Descriptor[orm.Number[*R, int64]]("ID").Asc()))
	if len(got) != len(rows) {
		t.Fatalf("%d rows of %d", len(got), len(rows))
	}
	for i, want := range rows {
		g := got[i]
		ok := g.ID == want.ID && k.equal(g.V, want.V) && (g.P == nil) == (want.P == nil) && g.N.Valid == want.N.Valid
		if ok && want.P != nil {
			ok = k.equal(*g.P, *want.P) && k.equal(g.N.V, want.N.V)
		}
		if !ok {
			t.Errorf("stored %+v, read %+v", want, g)
		}
	}
}

func (k kind[R, V]) checkEquality(t *testing.T, db *database.DB, rows []row[V]) {
	v, p, n := orm.Descriptor[orm.Column[*R, V]]("V"), orm.Descriptor[orm.NullColumn[*R, V]]("P"), orm.Descriptor[orm.NullColumn[*R, V]]("N")
	for i, r := range rows[:20] {
		x := r.V
		y := rows[i+1].V
		isX := func(r row[V]) bool { return k.equal(r.V, x) }
		in := func(r row[V]) bool { return isX(r) || k.equal(r.V, y) }
		present := func(f func(row[V]) bool) func(row[V]) bool {
			return func(r row[V]) bool { return r.P != nil && f(r) }
		}
		not := func(f func(row[V]) bool) func(row[V]) bool { return func(r row[V]) bool { return !f(r) } }
		k.wantRows(t, db, rows, "V =", x, v.Eq(x), isX)
		k.wantRows(t, db, rows, "V <>", x, v.Ne(x), not(isX))
		k.wantRows(t, db, rows, "V in", x, v.In(x, y), in)
		k.wantRows(t, db, rows, "V not in", x, v.NotIn(x, y), not(in))
		k.wantRows(t, db, rows, "P =", x, p.Eq(x), present(isX))
		k.wantRows(t, db, rows, "P in", x, p.In(x), present(isX))
		k.wantRows(t, db, rows, "N <>", x, n.Ne(x), present(not(isX)))
		k.wantRows(t, db, rows, "not N =", x, orm.Not(n.Eq(x)), not(present(isX)))
		k.wantRows(t, db, rows, "P null", x, p.IsNull(), func(r row[V]) bool { return r.P == nil })
	}
	k.wantRows(t, db, rows, "V in nothing", rows[0].V, v.In(), func(row[V]) bool { return false })
}

func (k kind[R, V]) checkOrder(t *testing.T, db *database.DB, rows []row[V]) {
	id, v, p := orm.Descriptor[orm.Number[*R, int64]]("ID"), orm.Descriptor[orm.Ordered[*R, V]]("V"), orm.Descriptor[orm.NullOrdered[*R, V]]("P")
	for i, r := range rows[:12] {
		x, y := r.V, rows[i+1].V
		k.wantRows(t, db, rows, "<", x, v.Lt(x), func(r row[V]) bool { return k.compare(r.V, x) < 0 })
		k.wantRows(t, db, rows, "<=", x, v.Le(x), func(r row[V]) bool { return k.compare(r.V, x) <= 0 })
		k.wantRows(t, db, rows, ">", x, v.Gt(x), func(r row[V]) bool { return k.compare(r.V, x) > 0 })
		k.wantRows(t, db, rows, "P >=", x, p.Ge(x), func(r row[V]) bool { return r.P != nil && k.compare(r.V, x) >= 0 })
		k.wantRows(t, db, rows, "between", x, v.Between(x, y), func(r row[V]) bool { return k.compare(r.V, x) >= 0 && k.compare(r.V, y) <= 0 })
	}
	byV := func(a, b row[V]) int { return cmp.Or(k.compare(a.V, b.V), cmp.Compare(a.ID, b.ID)) }
	nullsFirst := func(a, b row[V]) int {
		switch {
		case a.P == nil && b.P == nil:
			return cmp.Compare(a.ID, b.ID)
		case a.P == nil:
			return -1
		case b.P == nil:
			return 1
		}
		return byV(a, b)
	}
	k.wantOrder(t, db, rows, "V", byV, v.Asc(), id.Asc())
	k.wantOrder(t, db, rows, "V desc", func(a, b row[V]) int { return byV(b, a) }, v.Desc(), id.Desc())
	k.wantOrder(t, db, rows, "P", nullsFirst, p.Asc(), id.Asc())
	k.wantOrder(t, db, rows, "P desc", func(a, b row[V]) int { return nullsFirst(b, a) }, p.Desc(), id.Desc())
}

func (k kind[R, V]) find(t *testing.T, q *orm.Query[R]) []row[V] {
	t.Helper()
	found, err := q.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := make([]row[V], len(found))
	for i, r := range found {
		out[i] = k.from(r)
	}
	return out
}

func (k kind[R, V]) wantRows(t *testing.T, db *database.DB, rows []row[V], what string, x V, c orm.Condition[R], want func(row[V]) bool) {
	t.Helper()
	var got, expected []int64
	for _, r := range k.find(t, orm.From[R](db).Where(c)) {
		got = append(got, r.ID)
	}
	for _, r := range rows {
		if want(r) {
			expected = append(expected, r.ID)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, expected) {
		t.Errorf("%s %v finds %v, want %v", what, x, got, expected)
	}
}

func (k kind[R, V]) wantOrder(t *testing.T, db *database.DB, rows []row[V], what string, compare func(a, b row[V]) int, orders ...orm.Order[R]) {
	t.Helper()
	want := slices.SortedFunc(slices.Values(rows), compare)
	for i, got := range k.find(t, orm.From[R](db).OrderBy(orders...)) {
		if got.ID != want[i].ID {
			t.Errorf("ordered by %s, row %d is %v, want %v", what, i, got.V, want[i].V)
			return
		}
	}
}
