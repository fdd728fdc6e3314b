// Package none asks a database what it makes of nothing: the example of the
// article "Nothing is not a value".
package none

import (
	"context"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// snippet: model

// Reading is what a sensor said; it may have said nothing.
type Reading struct {
	ID    int64
	Value *int64
}

// end snippet

// Models returns the declaration of the model.
func Models() []orm.Declaration { return []orm.Declaration{orm.Model[Reading]()} }

// Question is a question, and the readings that answer it.
type Question struct {
	Name  string
	Query *orm.Query[Reading]
}

// Questions returns the questions of the article.
func Questions(db database.Handle) []Question {
	// snippet: questions
	all := orm.From[Reading](db)
	questions := []Question{
		{"more than 10", all.Where(Readings.Value.Gt(10))},
		{"less than 10", all.Where(Readings.Value.Lt(10))},
		{"nothing", all.Where(Readings.Value.IsNull())},
		{"another value than 10", all.Where(Readings.Value.Ne(10))},
		{"not 10", all.Where(orm.Not(Readings.Value.Eq(10)))},
	}
	// end snippet
	return questions
}

// Values returns the values of a query's readings, smallest first, nothing
// before all of them.
func Values(ctx context.Context, q *orm.Query[Reading]) ([]*int64, error) {
	// snippet: order
	list, err := q.OrderBy(Readings.Value.Asc().NullsFirst()).All(ctx)
	// end snippet
	var out []*int64
	for _, r := range list {
		out = append(out, r.Value)
	}
	return out, err
}
