package migrations

import (
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

var m0001Initial = migrate.Migration{
	Name: "0001_initial",
	Operations: []migrate.Operation{
		migrate.CreateTable{
			Table: schema.Table{
				Name: "shelf_book",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "title", Type: schema.Type{Kind: schema.Text, Size: 120}},
					{Name: "likes", Type: schema.Type{Kind: schema.Int64}},
					{Name: "added", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "shelf_book_title_key", Columns: []string{"title"}},
				},
				Indexes: []schema.Index{
					{Name: "shelf_book_added_21bd2653", Columns: []schema.IndexColumn{{Column: "added"}}},
				},
			},
		},
	},
}
