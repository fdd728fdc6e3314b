//go:build unix

package blog_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/site/blog/migrations"
)

// fill stores n posts of a minute each, with two topics of twenty and a text of
// some length, by plain SQL: what is measured is reading.
func fill(t testing.TB, db *database.DB, n int) {
	t.Helper()
	at, no := "strftime('%Y-%m-%d %H:%M:%S', '2013-10-17 11:00:00', '-' || i || ' minutes')", "0"
	month := "strftime('%Y-%m', '2013-10-17 11:00:00', '-' || i || ' minutes')"
	if db.Dialect().Name() == "postgres" {
		at, no = "(timestamptz '2013-10-17 11:00:00Z' - i * interval '1 minute')", "false"
		month = "to_char(" + at + " at time zone 'UTC', 'YYYY-MM')"
	}
	numbers := numbersOf(n)
	excerpt := "<p>" + strings.Repeat("word ", 100) + "...</p>"
	text := strings.Repeat("The words of a text that is there to be read. ", 60)
	for _, statement := range []string{
		`INSERT INTO blog_author (id, username, full_name) VALUES (1, 'ann', 'Ann')`,
		numbersOf(20) + `INSERT INTO blog_topic (id, name, slug) SELECT i, 'Topic ' || i, 't' || i FROM n`,
		numbers + `INSERT INTO blog_post (id, title, slug, page, excerpt, author_id, published, zone, month, interview, preview_key, demo, whole, lang, created, changed)
			SELECT i, 'Post ' || i, 'post-' || i, ` + no + `, '` + excerpt + `', 1, ` + at + `, 'UTC', ` + month + `, ` + no + `, '', '', ` + no + `, '', ` + at + `, ` + at + ` FROM n`,
		numbers + `INSERT INTO blog_body (post_id, heading, words, text, html, source)
			SELECT i, 'post ' || i, lower('` + text + `'), '` + text + `', '<p>` + text + `</p>', '` + text + `' FROM n`,
		numbers + `INSERT INTO blog_post_topics (post_id, topic_id) SELECT i, 1 + i % 20 FROM n`,
		numbers + `INSERT INTO blog_post_topics (post_id, topic_id) SELECT i, 1 + (i + 7) % 20 FROM n`,
	} {
		if _, err := db.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	reindex(t, db)
}

// reindex makes the index of search as the migration does.
func reindex(t testing.TB, db *database.DB) {
	t.Helper()
	if err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		for _, m := range migrations.All() {
			for _, o := range m.Operations {
				if run, ok := o.(migrate.RunGo); ok {
					if err := run.Up(ctx, tx); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
}

func numbersOf(n int) string {
	return fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", n)
}

func BenchmarkPages(b *testing.B) {
	for _, open := range []struct {
		name string
		db   func(testing.TB) *database.DB
	}{{"sqlite", databasetest.SQLite}, {"postgres", databasetest.Postgres}} {
		for _, posts := range []int{10, 1000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", open.name, posts), func(b *testing.B) {
				s := start(b, open.db(b))
				fill(b, s.DB, posts)
				paths := []string{"/blog/", "/blog/tag/t3/", "/blog/2013/10/post-5/", "/blog/search/?q=post+7", "/blog/rss/latest/"}
				if posts == 100_000 {
					paths = append(paths, "/blog/page/5000/", "/blog/page/10000/")
				}
				for _, path := range paths {
					b.Run(strings.ReplaceAll(strings.Trim(path, "/"), "/", "_"), func(b *testing.B) { s.measure(b, path) })
				}
				// All that is kept made again, which happens once for each write.
				b.Run("blog_after_a_write", func(b *testing.B) {
					for b.Loop() {
						s.clock.Move(2 * time.Minute)
						s.measureOnce(b, "/blog/")
					}
				})
			})
		}
	}
}

// BenchmarkSearch looks for words in texts that differ as those of people do: a
// few words are in all of them, most words in few.
func BenchmarkSearch(b *testing.B) {
	for _, open := range []struct {
		name string
		db   func(testing.TB) *database.DB
	}{{"sqlite", databasetest.SQLite}, {"postgres", databasetest.Postgres}} {
		for _, posts := range []int{1000, 10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", open.name, posts), func(b *testing.B) {
				s := start(b, open.db(b))
				fill(b, s.DB, posts)
				s.vary(b, posts)
				for _, q := range []string{"everywhere", "needle", "needle everywhere", "post 77", "missing", "go", "c++", `"everywhere needle"`} {
					b.Run(q, func(b *testing.B) { s.measure(b, "/blog/search/?"+url.Values{"q": {q}}.Encode()) })
				}
			})
		}
	}
}

// vary gives each post a text of its own of about 3 kB.
func (s *site) vary(b *testing.B, posts int) {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	var vocabulary [20_000]string
	for i := range vocabulary {
		word := make([]byte, 3+random.IntN(8))
		for j := range word {
			word[j] = "etaoinshrdlucmfwypvbgkjqxz"[min(random.IntN(26), random.IntN(26))]
		}
		vocabulary[i] = string(word)
	}
	usual := rand.NewZipf(random, 1.1, 5, uint64(len(vocabulary)-1))
	update, remove := `UPDATE blog_body SET words = ? WHERE post_id = ?`, `DELETE FROM blog_search`
	if s.DB.Dialect().Name() == "postgres" {
		update = `UPDATE blog_body SET words = $1 WHERE post_id = $2`
	}
	err := s.DB.InTx(b.Context(), func(ctx context.Context, tx *database.Tx) error {
		for i := 1; i <= posts; i++ {
			var text strings.Builder
			for text.Len() < 3000 {
				text.WriteString(vocabulary[usual.Uint64()] + " ")
			}
			text.WriteString("everywhere")
			if i%1000 == 7 {
				text.WriteString(" a needle and c++ in go")
			}
			if _, err := tx.Exec(ctx, update, text.String(), int64(i)); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, remove)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	reindex(b, s.DB)
}

// measure reports the processor time of the whole process as well, which other
// work on the machine disturbs less.
func (s *site) measure(b *testing.B, path string) {
	b.ReportAllocs()
	s.measureOnce(b, path)
	before := cpu(b)
	for b.Loop() {
		s.measureOnce(b, path)
	}
	b.ReportMetric(float64(cpu(b)-before)/float64(b.N), "cpu-ns/op")
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (s *site) measureOnce(b *testing.B, path string) {
	w := httptest.NewRecorder()
	s.Site.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if w.Code != 200 {
		b.Fatalf("%s: status %d", path, w.Code)
	}
}

// BenchmarkImport imports generated posts. MB is the memory that Go holds from
// the system at the end.
func BenchmarkImport(b *testing.B) {
	for _, posts := range []int{300, 10_000} {
		b.Run(fmt.Sprint(posts), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				s := start(b, nil)
				s.generate(posts)
				b.StartTimer()
				s.imports()
				b.StopTimer()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.Sys)/(1<<20), "MB")
				b.StartTimer() // which Loop wants
			}
		})
	}
}

// generate writes posts of about 6 kB with code, lists and links, as people
// write about programming.
func (s *site) generate(n int) {
	var text strings.Builder
	for i := range 12 {
		fmt.Fprintf(&text, "## Part %d\n\nSome *words* about [a thing](https://example.org/%d) and `code`, that go on for a line or two, as texts do: \"quoted\", it's so.\n\n", i, i)
		text.WriteString("- one\n- two\n\n```go\nfunc main() {\n\tfmt.Println(\"hello\", 1+2) // a comment\n}\n```\n\n> And a quotation.\n\n")
	}
	for i := range n {
		at := noon.Add(-time.Duration(i) * 12 * time.Hour)
		s.post(filepath.Join(at.Format("2006"), fmt.Sprintf("%s-post-%d.md", at.Format(time.DateOnly), i)),
			fmt.Sprintf("title: Post %d; author: Author %d; tags: [t%d, t%d]", i, i%7, i%20, i%13), text.String())
	}
}
