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
				Name: "vola_template",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 200}},
					{Name: "body", Type: schema.Type{Kind: schema.Text}},
					{Name: "version", Type: schema.Type{Kind: schema.Int64}},
					{Name: "changed", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "vola_template_name_key", Columns: []string{"name"}},
				},
			},
		},
	},
}
