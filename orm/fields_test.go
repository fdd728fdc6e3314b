package orm_test

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
)

// status is an enumeration of texts, level one of numbers.
type status string

func (status) Choices() []orm.Choice {
	return []orm.Choice{{Value: status("draft"), Label: "Draft"}, {Value: status("out")}}
}

type level int8

func (level) Choices() []orm.Choice {
	return []orm.Choice{{Value: level(0)}, {Value: level(7)}}
}

// fickle is what its Value says it is.
type fickle struct{ value driver.Value }

func (f fickle) Value() (driver.Value, error) {
	if err, ok := f.value.(error); ok {
		return nil, err
	}
	return f.value, nil
}

func (f *fickle) Scan(src any) error { f.value = src; return nil }

// article has a field of every kind that can be given a bad value.
type article struct {
	ID       int64
	Text     string `db:"size=5"`
	Status   status
	Level    *level
	Count    uint64
	Real     float64
	Narrow   float32
	At       time.Time
	Day      civil.Date
	Took     time.Duration
	Price    string `db:"decimal=6.2"`
	Doc      any    `db:"json"`
	Raw      json.RawMessage
	Fickle   fickle           `db:"type=text,size=5"`
	Yes      sql.Null[fickle] `db:"type=bool"`
	Key      uuid.UUID
	Body     string
	Data     []byte
	Optional *string `db:"size=5"`
}

func goodArticle() article {
	return article{Text: "x", Status: "draft", Price: "1.5", Fickle: fickle{"x"}}
}

func TestBadValuesOfEveryKind(t *testing.T) {
	t.Parallel()
	bad := []struct {
		field, why string
		set        func(*article)
	}{
		{"Text", "NUL", func(a *article) { a.Text = "\x00" }},
		{"Text", "UTF-8", func(a *article) { a.Text = "\xc3\x28" }},
		{"Text", "at most 5", func(a *article) { a.Text = "éééééé" }},
		{"Optional", "at most 5", func(a *article) { a.Optional = new("123456") }},
		{"Status", "draft, out", func(a *article) { a.Status = "Draft" }},
		{"Status", "draft, out", func(a *article) { a.Status = "" }},
		{"Level", "0, 7", func(a *article) { a.Level = new(level(1)) }},
		{"Count", "more than", func(a *article) { a.Count = math.MaxInt64 + 1 }},
		{"Real", "NaN", func(a *article) { a.Real = math.NaN() }},
		{"Real", "+Inf", func(a *article) { a.Real = math.Inf(1) }},
		{"Narrow", "-Inf", func(a *article) { a.Narrow = float32(math.Inf(-1)) }},
		{"At", "year 0", func(a *article) { a.At = time.Date(0, 12, 31, 23, 59, 59, 0, time.UTC) }},
		{"At", "year 10000", func(a *article) { a.At = time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -3600)) }},
		{"Day", "year 0", func(a *article) { a.Day = civil.Date{}.AddDays(-1) }},
		{"Day", "year 10000", func(a *article) { a.Day = civil.NewDate(10000, 1, 1) }},
		{"Took", "microseconds", func(a *article) { a.Took = 1 }},
		{"Price", "after the point", func(a *article) { a.Price = "1.005" }},
		{"Price", "before the point", func(a *article) { a.Price = "12345" }},
		{"Price", "before the point", func(a *article) { a.Price = "1e4" }},
		{"Price", "not a decimal", func(a *article) { a.Price = "" }},
		{"Price", "not a decimal", func(a *article) { a.Price = "NaN" }},
		{"Price", "not a decimal", func(a *article) { a.Price = "1e99999999999" }},
		{"Price", "not a decimal", func(a *article) { a.Price = "1,5" }},
		{"Doc", "NUL", func(a *article) { a.Doc = map[string]any{"a": []any{"\x00"}} }},
		{"Doc", "NUL", func(a *article) { a.Doc = map[string]any{"\x00": 1} }},
		{"Doc", "UTF-8", func(a *article) { a.Doc = []string{"\xff"} }},
		{"Doc", "NaN", func(a *article) { a.Doc = math.NaN() }},
		{"Doc", "chan", func(a *article) { a.Doc = make(chan int) }},
		{"Raw", "NUL", func(a *article) { a.Raw = json.RawMessage(`"\\\u0000"`) }},
		{"Raw", "UTF-8", func(a *article) { a.Raw = json.RawMessage("\"\xff\"") }},
		{"Raw", "UTF-8", func(a *article) { a.Raw = json.RawMessage(`"\ud800"`) }},
		{"Raw", "UTF-8", func(a *article) { a.Raw = json.RawMessage(`"\ud800\u0041"`) }},
		{"Raw", "out of range", func(a *article) { a.Raw = json.RawMessage(`[1e999]`) }},
		{"Raw", "out of range", func(a *article) { a.Raw = json.RawMessage(`{"a":1e-99999}`) }},
		{"Raw", "invalid", func(a *article) { a.Raw = json.RawMessage(`{} {}`) }},
		{"Raw", "JSON", func(a *article) { a.Raw = json.RawMessage(``) }},
		{"Fickle", "NULL", func(a *article) { a.Fickle.value = nil }},
		{"Fickle", "int64", func(a *article) { a.Fickle.value = int64(1) }},
		{"Fickle", "NUL", func(a *article) { a.Fickle.value = []byte("a\x00") }},
		{"Fickle", "at most 5", func(a *article) { a.Fickle.value = "123456" }},
		{"Fickle", "no luck", func(a *article) { a.Fickle.value = errors.New("no luck") }},
		{"Yes", "string", func(a *article) { a.Yes = sql.Null[fickle]{V: fickle{"true"}, Valid: true} }},
	}
	databasetest.EachMode(t, func(t *testing.T, db *database.DB) {
		use(t, db, orm.Model[article]())
		for _, tt := range bad {
			a := goodArticle()
			tt.set(&a)
			err := orm.Create(t.Context(), db, &a)
			var fe *orm.FieldError
			if !errors.As(err, &fe) || fe.Model != "orm_test.article" || fe.Field != tt.field || fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), tt.why) {
				t.Errorf("%s, %s: %v", tt.field, tt.why, err)
			}
		}
		if n, err := orm.From[article](db).Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d rows were stored, %v", n, err)
		}
		set := orm.Descriptor[orm.Text[*article, status]]("Status").Set("nonsense")
		if _, err := orm.From[article](db).Every().Update(t.Context(), set); fault.KindOf(err) != fault.Invalid {
			t.Errorf("an assignment of what is not a choice: %v", err)
		}
		if n, err := orm.From[article](db).Where(orm.Descriptor[orm.Text[*article, status]]("Status").Eq("nonsense")).Count(t.Context()); n != 0 || err != nil {
			t.Errorf("asking for what is not a choice: %d, %v", n, err)
		}
	})
}

func TestUnusualValuesAreStoredExactly(t *testing.T) {
	t.Parallel()
	const size = 1 << 10 // package large has values of 10 MB
	databasetest.EachMode(t, func(t *testing.T, db *database.DB) {
		use(t, db, orm.Model[article]())
		in := goodArticle()
		in.Body = strings.Repeat("0123456789abcdé", size/16)
		in.Data = bytes.Repeat([]byte{0, 1, 0xff, '\''}, size/4)
		in.Doc = map[string]any{"long": strings.Repeat("x", size), "\\u0000": `\ud800`, "n": 1.5, "nil": nil}
		in.Raw = json.RawMessage(`{"a":1,"b":[123456789012345678901234567890,"\ufffd\ud83d\ude00"]}`)
		in.Count, in.Narrow, in.Took = math.MaxInt64, math.MaxFloat32, -time.Microsecond
		in.At = time.Date(2026, 11, 23, 1, 2, 3, 456789123, time.FixedZone("", 7200))
		in.Yes = sql.Null[fickle]{V: fickle{true}, Valid: true}
		in.Key = uuid.Max
		if err := orm.Create(t.Context(), db, &in); err != nil {
			t.Fatal(err)
		}
		out, err := orm.From[article](db).Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if in.At.Nanosecond() != 456789000 || !out.At.Equal(in.At) || out.At.Location() != time.UTC {
			t.Errorf("the time %v was read as %v", in.At, out.At)
		}
		var want, got any
		if json.Unmarshal(in.Raw, &want) != nil || json.Unmarshal(out.Raw, &got) != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("the document was read as %s", out.Raw)
		}
		if !bytes.Contains(out.Raw, []byte("123456789012345678901234567890")) {
			t.Errorf("a long number was changed: %s", out.Raw)
		}
		out.At, out.Raw, out.Price = in.At, in.Raw, in.Price
		if !reflect.DeepEqual(in, out) {
			t.Errorf("read another value than was stored: %.100v", out)
		}
	})
}

// item has defaults and a column that the database computes.
type item struct {
	ID    int64
	Price string          `db:"decimal=8.2,default=9.5"`
	Count int32           `db:"default=3"`
	Total int64           `db:"generated=coalesce(count, 0) * 2"`
	State status          `db:"size=10,default=draft"`
	Note  string          `db:"default='it''s, (new'"`
	On    bool            `db:"default=true"`
	Half  float64         `db:"default=0.5"`
	Doc   json.RawMessage `db:"default='{\"a\": 1}'"`
	Day   civil.Date      `db:"default=2026-01-02"`
	Open  civil.Clock     `db:"default=08:30"`
	Made  time.Time       `db:"default=now"`
	Since civil.Date      `db:"default=now"`
	Email *string
}

func TestDefaultsAndGeneratedColumns(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[item](
			orm.Check("item_count_small", "count < 100"),
			orm.Unique("Email").Where("email <> ''").Named("item_email"),
			orm.Unique("Count", "Note"),
			orm.Index("-Day", "Open"),
			orm.Index().Expr("lower(note)").Named("item_lower_note"),
		))
		// Someone else's INSERT takes the defaults.
		if _, err := db.Exec(ctx, `INSERT INTO t_item (email) VALUES ('a')`); err != nil {
			t.Fatal(err)
		}
		got, err := orm.From[item](db).Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if since := time.Since(got.Made); since < -time.Minute || since > time.Hour || got.Since.Sub(civil.DateOf(got.Made)) > 1 {
			t.Errorf("the default now is %v and %v", got.Made, got.Since)
		}
		got.Made, got.Since = time.Time{}, civil.Date{}
		got.Doc = bytes.ReplaceAll(got.Doc, []byte(" "), nil)
		want := item{ID: 1, Price: "9.50", Count: 3, Total: 6, State: "draft", Note: "it's, (new", On: true, Half: 0.5,
			Doc: json.RawMessage(`{"a":1}`), Day: civil.NewDate(2026, 1, 2), Open: civil.NewClock(8, 30, 0, 0), Email: new("a")}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		// Create stores zero values as they are.
		zero := item{Price: "0", State: "out", Total: 99}
		if err := orm.Create(ctx, db, &zero); err != nil {
			t.Fatal(err)
		}
		id := orm.Descriptor[orm.Number[*item, int64]]("ID")
		got, err = orm.From[item](db).Where(id.Eq(zero.ID)).Get(ctx)
		if want := (item{ID: zero.ID, Price: "0.00", State: "out", Doc: json.RawMessage("null")}); err != nil || !cmp.Equal(got, want) {
			t.Error(cmp.Diff(want, got), err)
		}
		total, count, price := orm.Descriptor[orm.Number[*item, int64]]("Total"), orm.Descriptor[orm.Number[*item, int32]]("Count"), orm.Descriptor[orm.Number[*item, string]]("Price")
		if err := orm.Update(ctx, db, &zero, total); err == nil || !strings.Contains(err.Error(), "field Total: the database computes") {
			t.Errorf("an update of a generated column: %v", err)
		}
		if _, err := orm.From[item](db).Every().Update(ctx, total.Increment(1)); err == nil {
			t.Error("a generated column was added to")
		}
		if n, err := orm.From[item](db).Where(total.Eq(6)).Update(ctx, count.Increment(4), price.Increment("0.07")); n != 1 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
		if n, err := orm.From[item](db).Where(total.Eq(14), price.Eq("9.57"), price.In("9.57")).Count(ctx); n != 1 || err != nil {
			t.Errorf("after the sums: %d rows, %v", n, err)
		}
		if _, err := orm.From[item](db).Every().Update(ctx, count.Increment(97)); !errors.Is(err, database.ErrCheck) {
			t.Errorf("a check that fails: %v", err)
		}
		if err := orm.Create(ctx, db, &item{Price: "1", State: "out", Email: new("a"), Note: "b"}); !errors.Is(err, database.ErrUnique) {
			t.Errorf("a second row with the address: %v", err)
		}
		if err := orm.Create(ctx, db, &item{Price: "1", State: "out"}); !errors.Is(err, database.ErrUnique) {
			t.Errorf("a second row with count and note: %v", err)
		}
	})
}

// cents is a short decimal, longDecimal one that no float holds.
type (
	cents struct {
		ID int64
		V  string `db:"decimal=9.2"`
	}
	longDecimal struct {
		ID int64
		V  string `db:"decimal=40.10"`
	}
)

func TestSumsOfDecimalsStayExact(t *testing.T) {
	t.Parallel()
	databasetest.EachMode(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[cents](), orm.Model[longDecimal]())
		if err := orm.Create(ctx, db, &cents{V: "0"}); err != nil {
			t.Fatal(err)
		}
		v := orm.Descriptor[orm.Number[*cents, string]]("V")
		for i := range 40 {
			if _, err := orm.From[cents](db).Every().Update(ctx, v.Increment("0.1")); err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("%d.%d", (i+1)/10, (i+1)%10)
			if n, err := orm.From[cents](db).Where(v.Eq(want)).Count(ctx); n != 1 || err != nil {
				t.Fatalf("after adding 0.1 %d times it is not %s (%v)", i+1, want, err)
			}
		}
		_, err := orm.From[longDecimal](db).Every().Update(ctx, orm.Descriptor[orm.Number[*longDecimal, string]]("V").Increment("1"))
		if refused := db.Dialect().Name() == "sqlite"; refused != (err != nil) {
			t.Errorf("adding to a long decimal: %v", err)
		}
	})
}
