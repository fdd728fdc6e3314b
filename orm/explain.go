package orm

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm/internal/ormsql"
)

// SQL returns the statement that All would run, and its arguments, without
// running it.
func (q *Query[T]) SQL() (text string, args []any, err error) { return (*query)(q).own().sql() }

func (q *query) sql() (text string, args []any, err error) {
	p, err := q.plan()
	if err != nil {
		return "", nil, err
	}
	in, _ := q.inline(p)
	left, err := p.unread(q.without)
	if err != nil {
		return "", nil, err
	}
	text, b, err := q.selectText(p, in, left)
	if err != nil {
		return "", nil, err
	}
	return text, b.args, nil
}

// Explain returns how the database would run the query: the output of EXPLAIN
// on PostgreSQL and of EXPLAIN QUERY PLAN on SQLite, a step a line. It does not
// run it.
func (q *Query[T]) Explain(ctx context.Context) (string, error) {
	return (*query)(q).own().explain(ctx)
}

func (q *query) explain(ctx context.Context) (string, error) {
	text, args, err := q.sql()
	if err != nil {
		return "", err
	}
	g, err := ormsql.For(database.Root(q.h).Dialect())
	if err != nil {
		return "", err
	}
	before, read := g.Explain()
	rows, err := q.h.Query(ctx, before+text, args...)
	if err != nil {
		return "", fmt.Errorf("explain: %w", err)
	}
	defer rows.Close()
	var out strings.Builder
	for rows.Next() {
		line, err := read(rows)
		if err != nil {
			return "", fmt.Errorf("explain: %w", err)
		}
		out.WriteString(line + "\n")
	}
	return out.String(), rows.Close()
}

// CountEstimate returns about how many rows the query has, without counting
// them: on PostgreSQL what the planner expects, which knows the table as it was
// when it was last analysed. SQLite has no such thing; there it counts exactly,
// but no further than limit, and returns limit when there are more. The query's Limit
// and Offset are ignored.
func (q *Query[T]) CountEstimate(ctx context.Context, limit int64) (int64, error) {
	return (*query)(q).own().countEstimate(ctx, limit)
}

func (q *query) countEstimate(ctx context.Context, limit int64) (int64, error) {
	if limit < 0 {
		return 0, fmt.Errorf("orm: limit %d is negative", limit)
	}
	q.limit, q.offset, q.orders, q.with = -1, 0, nil, nil
	text, args, err := q.sql()
	if err != nil {
		return 0, err
	}
	g, err := ormsql.For(database.Root(q.h).Dialect())
	if err != nil {
		return 0, err
	}
	before := g.Estimate()
	if before == "" {
		q.limitTo(int(limit))
		return q.count(ctx)
	}
	var doc string
	if err := database.QueryRow(ctx, q.h, []any{&doc}, before+text, args...); err != nil {
		return 0, fmt.Errorf("estimate: %w", err)
	}
	var plans []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
		}
	}
	if err := json.Unmarshal([]byte(doc), &plans); err != nil || len(plans) == 0 {
		return 0, fmt.Errorf("estimate: the plan cannot be read: %w", err)
	}
	return int64(plans[0].Plan.Rows), nil
}
