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
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
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
		set := orm.NewText[article, status]("Status").Set("nonsense")
		if _, err := orm.From[article](db).Every().Update(t.Context(), set); fault.KindOf(err) != fault.Invalid {
			t.Errorf("an assignment of what is not a choice: %v", err)
		}
		if n, err := orm.From[article](db).Where(orm.NewText[article, status]("Status").Eq("nonsense")).Count(t.Context()); n != 0 || err != nil {
			t.Errorf("asking for what is not a choice: %d, %v", n, err)
		}
	})
}

func TestUnusualValuesAreStoredExactly(t *testing.T) {
	t.Parallel()
	const size = 10 << 20
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
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

// holder is stored by one model and read by another with narrower fields.
type holder struct {
	ID    int64
	Small int64
	Count int64
	Real  float64
	Price string `db:"decimal=12.4"`
	Doc   json.RawMessage
	Null  *string
}

type narrow struct {
	ID    int64
	Small int8
	Count uint16
	Real  float32
	Price string            `db:"decimal=5.2"`
	Doc   struct{ A []int } `db:"json"`
	Null  string
}

func TestReadingWhatDoesNotFitIsAnError(t *testing.T) {
	t.Parallel()
	bad := map[string]string{
		"small": "128", "count": "-1", "real": "1e300", "price": "1.0001", "doc": `'{"A":"text"}'`, "null": "NULL",
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		wide, err := orm.NewModels(orm.Group{Module: "t", Models: []orm.Declaration{orm.Model[holder](orm.Table("same"))}})
		if err != nil {
			t.Fatal(err)
		}
		if err := wide.CreateTables(ctx, db); err != nil {
			t.Fatal(err)
		}
		models, err := orm.NewModels(orm.Group{Module: "t", Models: []orm.Declaration{orm.Model[narrow](orm.Table("same"))}})
		if err != nil {
			t.Fatal(err)
		}
		if err := orm.Use(db, models); err != nil {
			t.Fatal(err)
		}
		for _, column := range []string{"", "small", "count", "real", "price", "doc", "null"} {
			if _, err := db.Exec(ctx, `DELETE FROM same`); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(ctx, `INSERT INTO same (small, count, "real", price, doc, "null") VALUES (127, 65535, 1e30, 1.25, '{"A":[1]}', 'x')`); err != nil {
				t.Fatal(err)
			}
			if column == "price" && db.Dialect().Name() == "sqlite" {
				continue // numbers are rounded there, as PostgreSQL does it when it stores them
			}
			if column != "" {
				if _, err := db.Exec(ctx, `UPDATE same SET "`+column+`" = `+bad[column]); err != nil {
					t.Fatal(err)
				}
			}
			got, err := orm.From[narrow](db).Get(ctx)
			switch {
			case column == "" && err != nil:
				t.Fatal(err)
			case column != "" && (err == nil || !strings.Contains(err.Error(), column) || !strings.Contains(err.Error(), "orm_test.narrow")):
				t.Errorf("%s was read as %+v, %v", column, got, err)
			}
		}
	})
}

// sundry has the kinds that a database may hold other things in.
type sundry struct {
	ID    int64
	At    time.Time
	Day   civil.Date
	Clock civil.Clock
	Took  time.Duration
	Price string `db:"decimal=9.2"`
	Key   uuid.UUID
}

func TestReadingWhatOthersMayHaveWritten(t *testing.T) {
	t.Parallel()
	bad := map[string][]string{
		"sqlite at":      {"'soon'", "1.5", "x'00'", "'2026-02-30 00:00:00'"},
		"sqlite day":     {"'2026-02-30'", "20260102", "''", "'2026-01-02 10:00:00'"},
		"sqlite clock":   {"'25:00:00'", "12"},
		"sqlite took":    {"'1s'", "1.5", "9223372036854775807"},
		"sqlite price":   {"'a lot'", "9e999", "x'01'"},
		"sqlite key":     {"'12'", "5", "x'0102'", "'zz345678123456781234567812345678'", "'1234-5678123456781234567812345678---'"},
		"postgres at":    {"'infinity'", "'0044-03-15 BC'", "'10000-01-01'"},
		"postgres day":   {"'-infinity'", "'0044-03-15 BC'", "'10000-01-01'"},
		"postgres clock": {"'24:00'"},
		"postgres took":  {"'1 mon'", "'300 years'", "'110000 days'", "'106751 days 24 hours'"},
		"postgres price": {"'NaN'"},
	}
	good := map[string]map[string]sundry{
		"sqlite at":     {"'2026-01-02T03:04:05+02:00'": {At: time.Date(2026, 1, 2, 1, 4, 5, 0, time.UTC)}, "0": {At: time.Unix(0, 0).UTC()}},
		"sqlite key":    {"'00000000-0000-0000-0000-0000000000FF'": {Key: uuid.UUID{15: 255}}, "x'000000000000000000000000000000FF'": {Key: uuid.UUID{15: 255}}},
		"sqlite price":  {"0.1 + 0.2": {Price: "0.30"}, "'7'": {Price: "7.00"}},
		"sqlite clock":  {"'08:30'": {Clock: civil.NewClock(8, 30, 0, 0)}},
		"postgres took": {"'2 days 00:00:01'": {Took: 48*time.Hour + time.Second}, "'-2 days'": {Took: -48 * time.Hour}},
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[sundry]())
		read := func(column, value string) (sundry, error) {
			t.Helper()
			if _, err := orm.From[sundry](db).Every().Delete(ctx); err != nil {
				t.Fatal(err)
			}
			if err := orm.Create(ctx, db, &sundry{ID: 1, Price: "0"}); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(ctx, "UPDATE t_sundry SET "+column+" = "+value); err != nil {
				t.Fatalf("%s = %s: %v", column, value, err)
			}
			return orm.From[sundry](db).Get(ctx)
		}
		for _, column := range []string{"at", "day", "clock", "took", "price", "key"} {
			for _, value := range bad[db.Dialect().Name()+" "+column] {
				if got, err := read(column, value); err == nil || !strings.Contains(err.Error(), column) {
					t.Errorf("%s = %s was read as %+v, %v", column, value, got, err)
				}
			}
			for value, want := range good[db.Dialect().Name()+" "+column] {
				if want.ID = 1; want.Price == "" {
					want.Price = "0.00"
				}
				if got, err := read(column, value); err != nil || got != want {
					t.Errorf("%s = %s was read as %+v, %v", column, value, got, err)
				}
			}
		}
	})
}

// line has a key of two fields.
type line struct {
	Order  int64 `db:"primary_key"`
	Number int32 `db:"primary_key"`
	What   string
	Day    civil.Date
}

func TestKeysOfSeveralFields(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[line]())
		what := orm.NewText[line, string]("What")
		for _, l := range []line{{Order: 1, Number: 1}, {Order: 1, Number: 2}, {Order: 2, Number: 1}} {
			if err := orm.Create(ctx, db, &l); err != nil {
				t.Fatal(err)
			}
		}
		if err := orm.Create(ctx, db, &line{Order: 1, Number: 2}); !errors.Is(err, database.ErrUnique) {
			t.Errorf("the same key again: %v", err)
		}
		if err := orm.Update(ctx, db, &line{Order: 1, Number: 2, What: "tea"}, what); err != nil {
			t.Error(err)
		}
		if err := orm.Update(ctx, db, &line{Order: 1, Number: 2}, orm.NewNumber[line, int32]("Number")); err == nil {
			t.Error("a part of the key was changed")
		}
		if err := orm.Delete(ctx, db, &line{Order: 1, Number: 1}); err != nil {
			t.Error(err)
		}
		if err := orm.Delete(ctx, db, &line{Order: 2, Number: 2}); !errors.Is(err, orm.ErrNotFound) {
			t.Errorf("deleting what is not there: %v", err)
		}
		got, err := orm.From[line](db).OrderBy(orm.NewNumber[line, int64]("Order").Asc()).All(ctx)
		want := []line{{Order: 1, Number: 2, What: "tea"}, {Order: 2, Number: 1}}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}

// pupil attends courses; enrolment is a pair of the two, and nothing else is
// its key.
type pupil struct {
	ID      int64
	Courses orm.Many[course] `db:"through=enrolment"`
}

type course struct{ ID int64 }

type enrolment struct {
	Pupil  orm.Ref[pupil]  `db:"primary_key"`
	Course orm.Ref[course] `db:"primary_key"`
	Grade  *int16
}

func TestAPairCanBeAKey(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[pupil](), orm.Model[course](), orm.Model[enrolment]())
		var p pupil
		c := [2]course{}
		for _, err := range []error{orm.Create(ctx, db, &p), orm.Create(ctx, db, &c[0]), orm.Create(ctx, db, &c[1])} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range c {
			e := enrolment{Pupil: orm.Ref[pupil]{ID: p.ID}, Course: orm.Ref[course]{ID: c[i].ID}}
			if err := orm.Create(ctx, db, &e); err != nil {
				t.Fatal(err)
			}
			e.Grade = new(int16(i))
			if err := orm.Update(ctx, db, &e, orm.NewNullNumber[enrolment, int16]("Grade")); err != nil {
				t.Fatal(err)
			}
		}
		courses := orm.NewManyToMany[pupil, course]("Courses")
		got, err := orm.From[pupil](db).Where(courses.Any(orm.NewNumber[course, int64]("ID").Eq(c[1].ID))).With(courses).Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if all, err := got.Courses.All(); err != nil || !cmp.Equal(all, c[:]) {
			t.Errorf("the courses are %v, %v", all, err)
		}
	})
}

// device has a uuid for a key, and part refers to it.
type device struct {
	ID   uuid.UUID
	Name string
}

type part struct {
	ID     [16]byte
	Device orm.RefKey[device, uuid.UUID]
	Spare  *orm.RefKey[device, uuid.UUID]
}

func TestUUIDKeys(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		models, err := orm.NewModels(orm.Group{Module: "t", Models: []orm.Declaration{orm.Model[device](), orm.Model[part]()}})
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 11, 23, 12, 0, 0, 500_000, time.UTC)
		zeros := strings.NewReader(strings.Repeat("\x00", 8*5))
		if err := orm.Use(db, models.WithClock(func() time.Time { return now }).WithRandom(zeros)); err != nil {
			t.Fatal(err)
		}
		if err := models.CreateTables(ctx, db); err != nil {
			t.Fatal(err)
		}
		var devices []device
		for _, name := range []string{"a", "b", "c"} {
			d := device{Name: name}
			if err := orm.Create(ctx, db, &d); err != nil {
				t.Fatal(err)
			}
			devices = append(devices, d)
			now = now.Add(time.Microsecond)
		}
		if got := devices[0].ID; got.Version() != 7 || got.Variant() != uuid.RFC4122 || got.String() != "01a20846-fe00-7800-8000-000000000000" {
			t.Errorf("the first key is %v", got)
		}
		got, err := orm.From[device](db).OrderBy(orm.NewOrdered[device, uuid.UUID]("ID").Asc()).All(ctx)
		if diff := cmp.Diff(devices, got); diff != "" || err != nil {
			t.Errorf("the keys are not in the order of time: %s%v", diff, err)
		}
		p := part{Device: orm.RefKey[device, uuid.UUID]{ID: devices[1].ID}, Spare: &orm.RefKey[device, uuid.UUID]{ID: devices[2].ID}}
		if err := orm.Create(ctx, db, &p); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Microsecond)
		if err := orm.Create(ctx, db, &part{Device: p.Device}); err != nil {
			t.Fatal(err)
		}
		spare := orm.NewNullForeignKey[part, device, uuid.UUID]("Spare")
		parts, err := orm.From[part](db).Where(spare.Has(orm.NewText[device, string]("Name").Eq("c"))).
			With(spare, orm.NewForeignKey[part, device, uuid.UUID]("Device")).All(ctx)
		if err != nil || len(parts) != 1 || parts[0].Spare.ID != devices[2].ID {
			t.Fatalf("%+v, %v", parts, err)
		}
		if d, err := parts[0].Spare.Get(); err != nil || d.Name != "c" {
			t.Errorf("the spare is %v, %v", d, err)
		}
		if none, err := orm.From[part](db).Where(spare.IsNull()).With(spare).Get(ctx); err != nil || none.Spare != nil {
			t.Errorf("no spare is %v, %v", none.Spare, err)
		}
		if err := orm.Create(ctx, db, &device{}); err == nil || !strings.Contains(err.Error(), "make a uuid") {
			t.Errorf("without randomness: %v", err)
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
		id := orm.NewNumber[item, int64]("ID")
		got, err = orm.From[item](db).Where(id.Eq(zero.ID)).Get(ctx)
		if want := (item{ID: zero.ID, Price: "0.00", State: "out", Doc: json.RawMessage("null")}); err != nil || !cmp.Equal(got, want) {
			t.Error(cmp.Diff(want, got), err)
		}
		total, count, price := orm.NewNumber[item, int64]("Total"), orm.NewNumber[item, int32]("Count"), orm.NewNumber[item, string]("Price")
		if err := orm.Update(ctx, db, &zero, total); err == nil || !strings.Contains(err.Error(), "field Total: the database computes") {
			t.Errorf("an update of a generated column: %v", err)
		}
		if _, err := orm.From[item](db).Every().Update(ctx, total.Add(1)); err == nil {
			t.Error("a generated column was added to")
		}
		if n, err := orm.From[item](db).Where(total.Eq(6)).Update(ctx, count.Add(4), price.Add("0.07")); n != 1 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
		if n, err := orm.From[item](db).Where(total.Eq(14), price.Eq("9.57"), price.In("9.57")).Count(ctx); n != 1 || err != nil {
			t.Errorf("after the sums: %d rows, %v", n, err)
		}
		if _, err := orm.From[item](db).Every().Update(ctx, count.Add(97)); !errors.Is(err, database.ErrCheck) {
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

func TestSumsOfDecimalsStayExact(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[shortRow](), orm.Model[longRow]())
		if err := orm.Create(ctx, db, &shortRow{V: "0"}); err != nil {
			t.Fatal(err)
		}
		v := orm.NewNumber[shortRow, string]("V")
		for i := range 40 {
			if _, err := orm.From[shortRow](db).Every().Update(ctx, v.Add("0.1")); err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("%d.%d", (i+1)/10, (i+1)%10)
			if n, err := orm.From[shortRow](db).Where(v.Eq(want)).Count(ctx); n != 1 || err != nil {
				t.Fatalf("after adding 0.1 %d times it is not %s (%v)", i+1, want, err)
			}
		}
		_, err := orm.From[longRow](db).Every().Update(ctx, orm.NewNumber[longRow, string]("V").Add("1"))
		if refused := db.Dialect().Name() == "sqlite"; refused != (err != nil) {
			t.Errorf("adding to a long decimal: %v", err)
		}
	})
}
