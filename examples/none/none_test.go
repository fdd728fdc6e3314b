package none_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/examples/none"
	"github.com/volaweb/vola/orm"
)

// The answers are the same on both databases.
func TestAnswers(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		models, err := orm.NewModels(orm.Group{Module: "none", Models: none.Models()})
		if err != nil {
			t.Fatal(err)
		}
		if err := orm.Use(db, models); err != nil {
			t.Fatal(err)
		}
		if err := models.CreateTables(ctx, db); err != nil {
			t.Fatal(err)
		}
		for _, v := range []*int64{nil, new(int64(5)), new(int64(10)), new(int64(20))} {
			if err := orm.Create(ctx, db, &none.Reading{Value: v}); err != nil {
				t.Fatal(err)
			}
		}
		want := map[string]string{
			"more than 10":          "20",
			"less than 10":          "5",
			"nothing":               "nothing",
			"another value than 10": "5 20",
			"not 10":                "nothing 5 20",
		}
		for _, q := range none.Questions(db) {
			values, err := none.Values(ctx, q.Query)
			if err != nil {
				t.Error(err)
			}
			got := ""
			for _, v := range values {
				if got != "" {
					got += " "
				}
				if v == nil {
					got += "nothing"
				} else {
					got += fmt.Sprint(*v)
				}
			}
			if got != want[q.Name] {
				t.Errorf("%s: %q, want %q", q.Name, got, want[q.Name])
			}
		}
	})
}
