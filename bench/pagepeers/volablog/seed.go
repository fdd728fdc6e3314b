package volablog

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/volaweb/vola"

	"github.com/volaweb/vola/bench/pagepeers"
)

// What is in the tables.
const (
	PostCount = 2000
	authors   = 40
	topics    = 30
)

// Slug returns the slug of the post with that key, from 1.
func Slug(id int) string { return fmt.Sprintf("minor-swing-take-%d", id) }

// Seed makes the tables in an empty database, with Vola's migrations, and fills
// them.
func Seed(ctx context.Context, url string) error {
	var out bytes.Buffer
	if vola.Run(ctx, Config(), []string{"migrate", "--database", url}, nil, strings.NewReader(""), &out, &out) != 0 {
		return fmt.Errorf("migrate: %s", out.String())
	}
	s, err := pagepeers.OpenStores(url)
	if err != nil {
		return err
	}
	defer s.Close()
	tx, err := s.Write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	exec := func(query string, args ...any) {
		if err == nil {
			_, err = tx.ExecContext(ctx, s.Text(query), args...)
		}
	}
	for i := range authors {
		exec("INSERT INTO blog_author (first_name, last_name) VALUES (?, ?)", fmt.Sprintf("Django %d", i), "O'Reinhardt")
	}
	for i := range topics {
		exec("INSERT INTO blog_topic (name) VALUES (?)", fmt.Sprintf("topic %d & more", i*7%topics))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range PostCount {
		published := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC).Add(-time.Duration(i/2) * time.Hour) // two at a time
		var at any = published
		if s.SQLite {
			at = published.Format("2006-01-02 15:04:05.000000")
		}
		exec("INSERT INTO blog_post (title, slug, body, author_id, published, hits) VALUES (?, ?, ?, ?, ?, ?)",
			fmt.Sprintf("Minor \"Swing\", take <%d>", i+1), Slug(i+1), body(random), int64(i*13%authors+1), at, int64(0))
		for k := range 1 + i%4 {
			exec("INSERT INTO blog_post_topics (post_id, topic_id) VALUES (?, ?)", int64(i+1), int64((i+k*11)%topics+1))
		}
	}
	if !s.SQLite {
		exec("ANALYZE") // which autovacuum would do
	}
	if err != nil {
		return err
	}
	return tx.Commit()
}

// body returns a text of about 1.5 kB in three paragraphs, with a character to
// escape now and then.
func body(random *rand.Rand) string {
	words := strings.Fields("the guitar was out of tune but nobody in the café minded since what he played " +
		"on two good fingers & a borrowed plectrum wasn't a tune yet only the promise of one that <em>everybody</em> knew")
	var b strings.Builder
	for paragraph := range 3 {
		if paragraph > 0 {
			b.WriteString("\n\n")
		}
		for i := range 95 {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(words[random.IntN(len(words))])
		}
	}
	return b.String()
}
