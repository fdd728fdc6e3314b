package demo

import (
	"context"
	"html/template"
	"net/url"
	"strings"

	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/site/blog/migrations"
	"github.com/volaweb/vola/templates"
)

// maxStatements is how many statements of a migration are shown.
const maxStatements = 12

// history shows the migrations of this site and what they become.
type history struct{ *Demos }

func (history) Name() string { return "migrations" }

var historyPage = templates.Page[historyData]("demo/migrations.html")

type historyData struct {
	Migrations []appliedData
	Chosen     string
	Database   string
	Back       bool
	Statements []string
	More       int
}

type appliedData struct {
	Name       string
	Applied    string // when, "" for not yet
	Operations []string
}

// Show lists the migrations of the blog with when this site's database got
// them, and the SQL of one, made now.
func (h history) Show(ctx context.Context, asked url.Values) (template.HTML, error) {
	graph, err := migrate.NewGraph(migrate.Group{Module: "blog", Migrations: migrations.All()})
	if err != nil {
		return "", err
	}
	list, err := (&migrate.Runner{DB: h.db, Graph: graph, Now: h.now}).List(ctx)
	if err != nil {
		return "", err
	}
	d := historyData{
		Database: choice(asked, "database", "sqlite", "postgres"),
		Back:     choice(asked, "direction", "forward", "back") == "back",
	}
	var names []string
	for _, s := range list {
		row := appliedData{Name: s.Migration.Name}
		for _, o := range s.Migration.Operations {
			row.Operations = append(row.Operations, o.String())
		}
		if s.Applied && !s.At.IsZero() {
			row.Applied = s.At.UTC().Format("2 January 2006, 15:04 MST")
		}
		d.Migrations = append(d.Migrations, row)
		names = append([]string{row.Name}, names...) // the newest is what one has not read yet
	}
	d.Chosen = choice(asked, "migration", names...)
	chosen, err := graph.Find("blog", d.Chosen)
	if err != nil {
		return "", err
	}
	// snippet: statements
	dialect := sqlite.Driver.Dialect()
	if d.Database == "postgres" {
		dialect = postgres.Driver.Dialect()
	}
	sql, err := graph.Statements(dialect, chosen, d.Back)
	// end snippet
	if err != nil {
		return "", err
	}
	for _, s := range sql[:min(len(sql), maxStatements)] {
		d.Statements = append(d.Statements, laidOut(strings.TrimRight(strings.TrimSpace(s), ";")))
	}
	d.More = len(sql) - len(d.Statements)
	return h.render(ctx, historyPage.Data(d))
}

// laidOut puts each column and constraint of a new table on a line of its own.
func laidOut(sql string) string {
	if !strings.HasPrefix(sql, "CREATE TABLE") {
		return sql
	}
	var out strings.Builder
	depth := 0
	quoted := false
	for i, c := range sql {
		switch {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				out.WriteByte('\n')
			}
		case c == ' ' && depth == 1 && i > 0 && sql[i-1] == ',':
			out.WriteString("\n ")
		}
		out.WriteRune(c)
		if c == '(' && depth == 1 && !quoted {
			out.WriteString("\n  ")
		}
	}
	return out.String()
}
