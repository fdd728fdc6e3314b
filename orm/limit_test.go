package orm_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// TestSmallLimitsArePartOfTheText: each of them is a statement of its own, which the
// database plans once, and others are an argument.
func TestSmallLimitsArePartOfTheText(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		seed(t, db)
		q := orm.From[Employee](db).OrderBy(Employees.Name.Asc())
		for round := range 2 {
			for _, limit := range []int{0, 1, 2, 3, 100, 101, 1000} {
				for offset := range 3 {
					var s databasetest.Statements
					rows, err := q.Limit(limit).Offset(offset).All(s.Observe(t.Context()))
					if want := min(limit, 4-offset); err != nil || len(rows) != want {
						t.Errorf("round %d, limit %d, offset %d: %d rows, %v", round, limit, offset, len(rows), err)
					}
					st := s.All()[0]
					written := strings.Contains(st.SQL, fmt.Sprint("LIMIT ", limit))
					args := min(offset, 1)
					if limit > 100 {
						args++
					}
					if written != (limit <= 100) || len(st.Args) != args {
						t.Errorf("limit %d, offset %d: %s with %v", limit, offset, st.SQL, st.Args)
					}
				}
			}
		}
	})
}
