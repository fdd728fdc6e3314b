package demo

import (
	"context"
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog"
	"github.com/volaweb/vola/templates"
)

// How much one query may find and how long its words may be.
const (
	maxRows  = 5
	maxTitle = 40
	maxArg   = 60
)

// queries asks the articles of this very site.
type queries struct{ *Demos }

func (queries) Name() string { return "queries" }

var queriesPage = templates.Page[queriesData]("demo/queries.html")

type queriesData struct {
	Title, Topic, Order string
	Max                 int
	Topics              []blog.Topic
	Posts               []foundPost
	Statements          []statementData
}

type foundPost struct {
	Title, Author, Day string
	Topics             []string
}

// statementData is one statement as it ran.
type statementData struct {
	SQL  string
	Args string
	Took time.Duration
	Rows int64
}

// Show runs the query that the form describes and tells what the database was
// asked.
func (q queries) Show(ctx context.Context, asked url.Values) (template.HTML, error) {
	d := queriesData{
		Title: field(asked, "title", maxTitle), Topic: field(asked, "topic", maxTitle),
		Order: choice(asked, "order", "newest", "oldest", "title"), Max: maxTitle,
	}
	var err error
	d.Topics, err = orm.From[blog.Topic](q.db).OrderBy(blog.Topics.Slug.Asc()).Limit(100).All(ctx)
	if err != nil {
		return "", err
	}
	var ran statements
	posts, err := q.find(database.Observe(ctx, ran.add), d)
	if err != nil {
		return "", err
	}
	if d.Posts, err = shown(posts); err != nil {
		return "", err
	}
	d.Statements = ran.list
	return q.render(ctx, queriesPage.Data(d))
}

// find puts the query together.
func (q queries) find(ctx context.Context, d queriesData) ([]blog.Post, error) {
	// snippet: find
	query := orm.From[blog.Post](q.db).
		Where(blog.Posts.Published.Le(q.now()), blog.Posts.Page.Eq(false))
	if d.Title != "" {
		query = query.Where(blog.Posts.Title.ContainsFold(d.Title))
	}
	if d.Topic != "" {
		query = query.Where(blog.Posts.Topics.Any(blog.Topics.Slug.Eq(d.Topic)))
	}
	switch d.Order {
	case "oldest":
		query = query.OrderBy(blog.Posts.Published.Asc())
	case "title":
		query = query.OrderBy(blog.Posts.Title.Asc())
	default:
		query = query.OrderBy(blog.Posts.Published.Desc())
	}
	return query.With(blog.Posts.Author, blog.Posts.Topics).Limit(maxRows).All(ctx)
	// end snippet
}

func shown(posts []blog.Post) ([]foundPost, error) {
	var out []foundPost
	for _, p := range posts {
		author, err := p.Author.Get()
		if err != nil {
			return nil, err
		}
		topics, err := p.Topics.All()
		if err != nil {
			return nil, err
		}
		row := foundPost{Title: p.Title, Author: author.Name(), Day: p.Date().Format("2 January 2006")}
		for _, t := range topics {
			row.Topics = append(row.Topics, t.Name)
		}
		out = append(out, row)
	}
	return out, nil
}

// statements notes what ran. It may be told by several goroutines.
type statements struct {
	mu   sync.Mutex
	list []statementData
}

func (s *statements) add(_ context.Context, ran database.Statement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var args []string
	for _, a := range ran.Args {
		text := fmt.Sprint(a)
		if runes := []rune(text); len(runes) > maxArg {
			text = string(runes[:maxArg]) + "…"
		}
		args = append(args, text)
	}
	s.list = append(s.list, statementData{
		SQL: broken(ran.SQL), Args: strings.Join(args, ", "), Took: ran.Duration.Round(time.Microsecond), Rows: ran.Rows,
	})
}

// broken puts the parts of a statement on lines of their own, and leaves what
// is in parentheses together.
func broken(sql string) string {
	var out strings.Builder
	depth := 0
	for word := range strings.SplitSeq(sql, " ") {
		if depth == 0 {
			switch word {
			case "FROM", "WHERE", "ORDER", "LIMIT":
				out.WriteByte('\n')
			case "AND":
				out.WriteString("\n  ")
			}
		}
		depth += strings.Count(word, "(") - strings.Count(word, ")")
		out.WriteString(word)
		out.WriteByte(' ')
	}
	return strings.ReplaceAll(strings.TrimSpace(out.String()), " \n", "\n")
}
