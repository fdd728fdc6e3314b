package migrate_test

import (
	"os"
	"slices"
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
		t.Errorf("VOLA_UPDATE=1 writes %s again (-want +got)\n%s", golden, diff)
	}
	if diff := cmp.Diff([]string{
		"column shop_book.price is a decimal whose digits the database does not tell; the model says 15.2",
		"column shop_kitchen.dec is a decimal whose digits the database does not tell; the model says 15.2",
	}, notes); diff != "" {
		t.Errorf("notes (-want +got)\n%s", diff)
	}
}

// PostgreSQL tells more than SQLite.
func TestStructsOfADjangoDatabaseOnPostgres(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	source, notes, err := migrate.Structs(django(t, db), migrate.StructOptions{Module: "shop"})
	if err != nil || len(notes) > 0 {
		t.Errorf("notes %q, %v", notes, err)
	}
	for _, line := range []string{
		`ID int64 ` + "`" + `db:"bits=32"` + "`",
		`User orm.Ref[AuthUser] ` + "`" + `db:"on_delete=no_action,deferred"` + "`",
		`Price string ` + "`" + `db:"decimal=8.2"` + "`",
		`Dur *time.Duration`,
	} {
		if !strings.Contains(strings.Join(strings.Fields(string(source)), " "), line) {
			t.Errorf("no field %s in\n%s", line, source)
		}
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

// Once the models know of them, keys of 32 bits and foreign keys that act at
// the end of the transaction stay what they are when a table is changed or
// rebuilt, and when that is undone.
func TestDjangoTablesStayWhatTheyAre(t *testing.T) {
	t.Parallel()
	models, err := orm.NewModels(orm.Group{Module: "shop", Models: Models()})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]schema.Schema{"shop": models.Schema()}
	list := modules{"shop": nil}
	list.make(t, want, migrate.MakeOptions{})
	changed := want["shop"].Clone()
	keys := 0
	for i := range changed.Tables {
		// SQLite rebuilds a table for a column with values of its own. Each
		// of its foreign keys is dropped, too, to be put back on the way back.
		table := &changed.Tables[i]
		table.Columns = append(table.Columns, text("vola_extra", 20))
		keys += len(table.ForeignKeys)
		table.ForeignKeys = table.ForeignKeys[:len(table.ForeignKeys)/2]
	}
	list.make(t, map[string]schema.Schema{"shop": changed}, migrate.MakeOptions{
		Ask: func(migrate.Question) (string, error) { return "lower('X')", nil },
	})
	if keys < 15 {
		t.Errorf("there are only %d foreign keys", keys)
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		django(t, db)
		before := tables(t, db)
		for _, have := range before {
			table, _ := models.Schema().Table(have.Name)
			if diff := cmp.Diff(have.ForeignKeys, table.ForeignKeys); diff != "" {
				t.Errorf("the models do not have the foreign keys of %s as they are (-want +got)\n%s", have.Name, diff)
			}
			for _, c := range have.Columns {
				// SQLite does not tell how many bits a key has that nothing refers to.
				got, _ := table.Column(c.Name)
				if got.Type != c.Type && (c.Auto && have.Name != "django_admin_log" || refers(have, c.Name)) {
					t.Errorf("the models have column %s.%s as %v, and it is %v", have.Name, c.Name, got.Type, c.Type)
				}
			}
		}
		r := runner(t, db, list.graph(t))
		r.FakeInitial = true
		apply(t, r, migrate.Target{})
		for _, table := range tables(t, db) {
			for _, f := range table.ForeignKeys {
				if f.OnDelete != schema.NoAction || !f.Deferred {
					t.Errorf("%s: %+v", table.Name, f)
				}
			}
		}
		apply(t, r, migrate.Target{Module: "shop", Name: "0001"})
		after := slices.DeleteFunc(tables(t, db), func(t schema.Table) bool { return t.Name == "vola_migrations" })
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("after going forward and back (-want +got)\n%s", diff)
		}
	})
}

// Keys of 32 bits grow to 64, with all that refers to them, and shrink again.
func TestDjangoKeysGrow(t *testing.T) {
	t.Parallel()
	models, err := orm.NewModels(orm.Group{Module: "shop", Models: Models()})
	if err != nil {
		t.Fatal(err)
	}
	list := modules{"shop": nil}
	list.make(t, map[string]schema.Schema{"shop": models.Schema()}, migrate.MakeOptions{})
	grown := models.Schema().Clone()
	for i := range grown.Tables {
		for j := range grown.Tables[i].Columns {
			if c := &grown.Tables[i].Columns[j]; c.Type.Kind == schema.Int32 && (c.Auto || refers(grown.Tables[i], c.Name)) {
				c.Type.Kind = schema.Int64
			}
		}
	}
	list.make(t, map[string]schema.Schema{"shop": grown}, migrate.MakeOptions{})
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		django(t, db)
		exec(t, db, "INSERT INTO auth_group (name) VALUES ('a')")
		exec(t, db, "INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined) VALUES ('', false, 'ann', '', '', '', false, true, '2026-01-01 00:00:00')")
		exec(t, db, "INSERT INTO auth_user_groups (user_id, group_id) VALUES (1, 1)")
		before := tables(t, db)
		r := runner(t, db, list.graph(t))
		r.FakeInitial = true
		apply(t, r, migrate.Target{})
		for _, table := range tables(t, db) {
			for _, c := range table.Columns {
				if c.Type.Kind == schema.Int32 && (c.Auto || refers(table, c.Name)) && table.Name != "django_admin_log" {
					t.Errorf("%s.%s has 32 bits", table.Name, c.Name)
				}
			}
		}
		exec(t, db, "INSERT INTO auth_group (name) VALUES ('b')")
		want(t, db, "SELECT user_id, group_id FROM auth_user_groups", "1 1")
		apply(t, r, migrate.Target{Module: "shop", Name: "0001"})
		after := slices.DeleteFunc(tables(t, db), func(t schema.Table) bool { return t.Name == "vola_migrations" })
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("after going forward and back (-want +got)\n%s", diff)
		}
		exec(t, db, "INSERT INTO auth_group (name) VALUES ('c')")
		want(t, db, "SELECT id FROM auth_group ORDER BY id", "1", "2", "3")
	})
}
