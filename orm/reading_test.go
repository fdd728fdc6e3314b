package orm_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

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
