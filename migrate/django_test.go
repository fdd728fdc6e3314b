package migrate_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/schema"
)

// django returns the tables of a site that Django 5.2 made.
func django(t testing.TB, db *database.DB) schema.Schema {
	t.Helper()
	sql, err := os.ReadFile("testdata/django/" + db.Dialect().Name() + "-5.2.sql")
	if err != nil {
		t.Fatal(err)
	}
	for s := range strings.SplitSeq(string(sql), ";\n") {
		if s = strings.TrimSpace(s); s != "" {
			exec(t, db, s)
		}
	}
	s, err := db.Dialect().Editor().Inspect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The models in django_models_test.go are those that Structs writes for the
// SQLite database, word for word.
func TestStructsOfADjangoDatabase(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	source, notes, err := migrate.Structs(django(t, db), migrate.StructOptions{Package: "migrate_test", Module: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	const golden = "django_models_test.go"
	if os.Getenv("VOLA_UPDATE") != "" {
		if err := os.WriteFile(golden, source, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(source)); diff != "" {
		t.Errorf("VOLA_UPDATE=1 writes %s anew (-want +got)\n%s", golden, diff)
	}
	if diff := cmp.Diff([]string{
		"column shop_book.price is a decimal whose digits the database does not tell; the model says 15.2",
		"column shop_kitchen.dec is a decimal whose digits the database does not tell; the model says 15.2",
	}, notes); diff != "" {
		t.Errorf("notes (-want +got)\n%s", diff)
	}
}

// The models fit the tables that they were written from, and the same tables
// in the other database but for what SQLite does not tell. Their first
// migration is found to be there already, and after it there is nothing more
// to migrate.
func TestDjangoDatabaseIsTakenOver(t *testing.T) {
	t.Parallel()
	models, err := orm.NewModels(orm.Group{Module: "shop", Models: Models()})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]schema.Schema{"shop": models.Schema()}
	changes, err := migrate.Make(graph(t, migrate.Group{Module: "shop"}), want, migrate.MakeOptions{})
	if err != nil || len(changes) != 1 {
		t.Fatalf("Make = %v, %v", changes, err)
	}
	g := graph(t, migrate.Group{Module: "shop", Migrations: []migrate.Migration{*changes[0].Migration}})
	drift := map[string][]string{
		"postgres": {
			"column shop_book.price is a Decimal(8,2) and should be a Decimal(15,2)",
			"column shop_kitchen.dec is a Decimal(20,6) and should be a Decimal(15,2)",
			"column shop_kitchen.dur is a Duration and should be a Int64",
			"column shop_kitchen.ip is a Text and should be a Text(39)",
			"column shop_kitchen.ip4 is a Text and should be a Text(39)",
		},
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		live := django(t, db)
		if diff := cmp.Diff(drift[db.Dialect().Name()], migrate.Drift(db.Dialect(), live, models.Schema())); diff != "" {
			t.Errorf("Drift (-want +got)\n%s", diff)
		}
		r := runner(t, db, g)
		r.FakeInitial = true
		apply(t, r, migrate.Target{})
		if again, err := migrate.Make(g, want, migrate.MakeOptions{}); err != nil || len(again) > 0 {
			t.Errorf("after the take-over there is still something to migrate: %v, %v", again, err)
		}
		if pending, err := r.Pending(t.Context()); err != nil || len(pending) > 0 {
			t.Errorf("Pending = %v, %v", pending, err)
		}
	})
}
