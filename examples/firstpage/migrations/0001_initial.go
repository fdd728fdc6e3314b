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
				Name: "home_note",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "title", Type: schema.Type{Kind: schema.Text, Size: 100}},
					{Name: "text", Type: schema.Type{Kind: schema.Text}},
					{Name: "written", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"id"},
			},
		},
	},
}
