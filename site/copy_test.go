package main

import (
	"bytes"
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/volatest"
)

// TestCopyData copies the site, with its first content, to PostgreSQL and back,
// or to another file where there is no server. The rows at the end are those at
// the beginning, value by value, and a search finds on each what it found before.
func TestCopyData(t *testing.T) {
	t.Parallel()
	first := volatest.Start(t, site(), volatest.Options{Seed: true, Log: new(bytes.Buffer)})
	want, found := stored(t, first.DB), titlesFound(first)
	if len(found) == 0 || !strings.Contains(strings.Join(want, "\n"), "blog_post_topics: ") {
		t.Fatalf("the site has no content: %q", found)
	}
	for name, open := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			there, back := open(t), databasetest.SQLiteURL(t)
			from := first.DB.URL()
			for _, to := range []string{there, back} {
				var out bytes.Buffer
				if status := vola.Run(t.Context(), site(), []string{"copy-data", to}, []string{"DATABASE_URL=" + from}, nil, &out, &out); status != 0 {
					t.Fatalf("copy-data: status %d\n%s", status, out.String())
				}
				db, err := database.Open(t.Context(), database.Config{URL: to, Drivers: databasetest.Drivers()})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { db.Close() })
				c := volatest.Start(t, site(), volatest.Options{DB: db, Log: new(bytes.Buffer)})
				if got := titlesFound(c); !slices.Equal(got, found) {
					t.Errorf("a search in %s finds %q, want %q", to, got, found)
				}
				from = to
				if to == back {
					if got := stored(t, db); !slices.Equal(got, want) {
						t.Errorf("copied back, the site has\n%s\nand had\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
					}
				}
			}
		})
	}
}

func titlesFound(c *volatest.Client) []string {
	return c.Get("/blog/search/?q=" + url.QueryEscape("typed query")).Texts("h2")
}

// stored returns the values of all tables of the blog and the numbers that they
// have reached, as an SQLite file has them.
func stored(t *testing.T, db *database.DB) []string {
	t.Helper()
	ctx := context.Background()
	live, err := db.Dialect().Editor().Inspect(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	read := func(name, query string) {
		rows, err := db.Query(ctx, query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			out = append(out, name+": "+line)
		}
	}
	for _, table := range live.Tables {
		if table.Name == "vola_copydata" || strings.HasPrefix(table.Name, "blog_search") {
			continue
		}
		var columns []string
		for _, c := range table.Columns {
			columns = append(columns, "quote("+database.Quote(c.Name)+")")
		}
		read(table.Name, "SELECT "+strings.Join(columns, " || ', ' || ")+" FROM "+database.Quote(table.Name))
	}
	read("numbers", "SELECT name || ' ' || seq FROM sqlite_sequence WHERE name LIKE 'blog!_%' ESCAPE '!' AND name NOT LIKE '%search%'")
	slices.Sort(out)
	return out
}
