package vola_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

// TestCopyData copies a site by the command, to PostgreSQL and back, and shows
// what it says: no passwords.
func TestCopyData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg := site(dir)
	file, end := filepath.Join(dir, "a.db"), filepath.Join(dir, "b.db")
	env := []string{"DATABASE_URL=sqlite:" + file}
	run(t, cfg, env, "migrate").want(t, 0)
	fill(t, file, "INSERT INTO blog_author (username) VALUES ('ann')",
		"INSERT INTO blog_post (title, slug, body, author_id, hits, published) VALUES ('a', 'a', 'x', 1, 0, '2026-11-23 12:00:00'), ('b', 'b', 'x', 1, 7, NULL)")
	server := strings.Replace(databasetest.PostgresURL(t), "postgres://vola@", "postgres://vola:hunter2@", 1)

	run(t, cfg, env, "copy-data").want(t, 2, "copy-data needs TARGET_URL", "Usage: copy-data [flags] TARGET_URL\n")
	run(t, cfg, env, "copy-data", "mysql:x").want(t, 2, "no driver for database URL")
	run(t, cfg, env, "copy-data", "sqlite:"+file).want(t, 1, "are the same database")
	run(t, cfg, []string{"DATABASE_URL=sqlite:" + filepath.Join(dir, "none.db")}, "copy-data", server).want(t, 1, "does not exist")

	run(t, cfg, env, "copy-data", "--dry-run", "sqlite:"+end).want(t, 0, "blog_post", "3 rows in 2 tables would be copied", "all values fit")
	if _, err := os.Stat(end); err == nil {
		t.Error("the dry run made the file")
	}
	there := run(t, cfg, env, "copy-data", server)
	there.want(t, 0, "apply blog.0001_initial", "blog_post: copied 2 of 2 rows", "checksum", "copied 3 rows in 2 tables", "are the same in both")
	again := run(t, cfg, env, "copy-data", server)
	again.want(t, 0, "nothing to do", "take an empty database")
	run(t, cfg, env, "copy-data", "--database", server, "sqlite:"+end).want(t, 0, "copied 3 rows in 2 tables")
	for _, r := range []result{there, again} {
		if strings.Contains(r.out+r.errOut, "hunter2") {
			t.Errorf("the password was printed:\n%s%s", r.out, r.errOut)
		}
	}
	run(t, cfg, []string{"DATABASE_URL=" + server}, "check").want(t, 0)

	fill(t, file, "CREATE TABLE other (id integer)", "INSERT INTO other VALUES (1)", "UPDATE blog_post SET title = 'a' || char(0) WHERE id = 2")
	empty := databasetest.PostgresURL(t)
	run(t, cfg, env, "copy-data", empty).want(t, 1, "table other of 1 row", "--leave other")
	run(t, cfg, env, "copy-data", "--leave", "other", "--dry-run", empty).want(t, 1, "table blog_post, row id 2, column title: the text holds a NUL", "nothing was copied")
	run(t, cfg, env, "copy-data", "--leave", "other", empty).want(t, 1, "table blog_post, row id 2, column title: the text holds a NUL", "the same command goes on with it")
	run(t, cfg, []string{"DATABASE_URL=" + empty}, "serve", "--addr", "127.0.0.1:0").want(t, 1, "holds a copy of sqlite:", "that is not finished; finish it with: copy-data")
	fill(t, file, "UPDATE blog_post SET title = 'a' WHERE id = 2")
	run(t, cfg, env, "copy-data", "--leave", "other", empty).want(t, 0, "going on with a copy", "other", "left behind", "copied 3 rows")
}

// fill runs statements on an SQLite file.
func fill(t *testing.T, file string, statements ...string) {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: "sqlite:" + file, Drivers: databasetest.Drivers()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range statements {
		if _, err := db.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
}
