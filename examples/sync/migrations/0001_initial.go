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
				Name: "catalogue_article",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "number", Type: schema.Type{Kind: schema.Int64}},
					{Name: "title", Type: schema.Type{Kind: schema.Text, Size: 100}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "catalogue_article_number_key", Columns: []string{"number"}},
				},
			},
		},
	},
}
