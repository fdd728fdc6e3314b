package migrate_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/schema"
)

// SQLite stores decimals of more than 15 digits as text and others as numbers.
// These are one table at three times.
type (
	priceShort struct {
		ID    int64
		Price string  `db:"decimal=12.3"`
		Old   *string `db:"decimal=12.3"`
	}
	priceLong struct {
		ID    int64
		Price string  `db:"decimal=20.6"`
		Old   *string `db:"decimal=20.6"`
	}
	priceLonger struct {
		ID    int64
		Price string  `db:"decimal=30.10"`
		Old   *string `db:"decimal=30.10"`
		Tax   string  `db:"decimal=18.4"`
	}
)

// pricesAs returns what package orm reads in the order of the prices.
func pricesAs[T any](t *testing.T, url string, read func(T) string) []string {
	t.Helper()
	db := openDatabase(t, url)
	models, err := orm.NewModels(orm.Group{Module: "shop", Models: []orm.Declaration{orm.Model[T](orm.Table("shop_price"))}})
	if err != nil {
		t.Fatal(err)
	}
	if err := orm.Use(db, models); err != nil {
		t.Fatal(err)
	}
	all, err := orm.From[T](db).OrderBy(orm.Descriptor[orm.Ordered[*T, string]]("Price").Asc()).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range all {
		out = append(out, read(p))
	}
	return out
}

func openDatabase(t *testing.T, url string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: url, Drivers: databasetest.Drivers(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// eachURL runs a test with a new database of either kind, which it opens
// itself.
func eachURL(t *testing.T, test func(t *testing.T, db *database.DB, url string)) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := url(t)
			test(t, openDatabase(t, url), url)
		})
	}
}

func tablesOf[T any](t *testing.T) map[string]schema.Schema {
	t.Helper()
	models, err := orm.NewModels(orm.Group{Module: "shop", Models: []orm.Declaration{orm.Model[T](orm.Table("shop_price"))}})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]schema.Schema{"shop": models.Schema()}
}

func orNull(s *string) string {
	if s == nil {
		return "NULL"
	}
	return *s
}

// The digits of a decimal change forward and back, and the values stay.
func TestDecimalsOfOtherDigits(t *testing.T) {
	t.Parallel()
	list := modules{"shop": nil}
	list.make(t, tablesOf[priceShort](t), migrate.MakeOptions{})
	list.make(t, tablesOf[priceLong](t), migrate.MakeOptions{})
	value, err := migrate.ParseValue("shop_price.tax=1.5")
	if err != nil {
		t.Fatal(err)
	}
	list.make(t, tablesOf[priceLonger](t), migrate.MakeOptions{Values: []migrate.Value{value}})
	eachURL(t, func(t *testing.T, db *database.DB, url string) {
		r := runner(t, db, list.graph(t))
		to := func(name string) { apply(t, r, migrate.Target{Module: "shop", Name: name}) }
		expect := func(when string, got []string, want ...string) {
			t.Helper()
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", when, got, want)
			}
		}
		short := func() []string {
			return pricesAs(t, url, func(p priceShort) string { return p.Price + " " + orNull(p.Old) })
		}
		to("0001")
		for _, v := range []string{"(-12.5, 1)", "(0, NULL)", "(7, 0.125)", "(123456789.999, -0.001)"} {
			exec(t, db, "INSERT INTO shop_price (price, old) VALUES "+v)
		}
		first := []string{"-12.500 1.000", "0.000 NULL", "7.000 0.125", "123456789.999 -0.001"}
		expect("at first", short(), first...)
		to("0002")
		expect("long", pricesAs(t, url, func(p priceLong) string { return p.Price + " " + orNull(p.Old) }),
			"-12.500000 1.000000", "0.000000 NULL", "7.000000 0.125000", "123456789.999000 -0.001000")
		to("0003")
		expect("longer", pricesAs(t, url, func(p priceLonger) string { return p.Price + " " + p.Tax }),
			"-12.5000000000 1.5000", "0.0000000000 1.5000", "7.0000000000 1.5000", "123456789.9990000000 1.5000")
		to("0001")
		expect("back again", short(), first...)

		// What does not fit any more is refused, and nothing is changed.
		for i, digits := range []string{"(5, 2)", "(12, 1)"} {
			var p, s int
			fmt.Sscanf(digits, "(%d, %d)", &p, &s)
			narrow := tablesOf[priceShort](t)["shop"]
			narrow.Tables[0].Columns[1].Type = schema.Type{Kind: schema.Decimal, Precision: p, Scale: s}
			other := modules{"shop": slices.Clone(list["shop"][:1])}
			other.make(t, map[string]schema.Schema{"shop": narrow}, migrate.MakeOptions{})
			if err := runner(t, db, other.graph(t)).Apply(t.Context(), migrate.Target{}); err == nil {
				t.Errorf("%d: values that do not fit into decimal%s were let through", i, digits)
			} else {
				t.Log(err)
			}
			expect("after "+digits, short(), first...)
		}
	})
}

// A column of many digits that comes back has a value that can be read.
func TestRestoredDecimalCanBeRead(t *testing.T) {
	t.Parallel()
	list := modules{"shop": nil}
	list.make(t, tablesOf[priceLong](t), migrate.MakeOptions{})
	without := tablesOf[priceLong](t)
	without["shop"].Tables[0].Columns = without["shop"].Tables[0].Columns[:1]
	list.make(t, without, migrate.MakeOptions{})
	eachURL(t, func(t *testing.T, db *database.DB, url string) {
		r := runner(t, db, list.graph(t))
		apply(t, r, migrate.Target{})
		exec(t, db, "INSERT INTO shop_price (id) VALUES (1)")
		apply(t, r, migrate.Target{Module: "shop", Name: "0001"})
		got := pricesAs(t, url, func(p priceLong) string { return p.Price + " " + orNull(p.Old) })
		if !slices.Equal(got, []string{"0.000000 NULL"}) {
			t.Errorf("restored: %q", got)
		}
	})
}
