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
				Name: "contact_message",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 80}},
					{Name: "email", Type: schema.Type{Kind: schema.Text, Size: 254}},
					{Name: "text", Type: schema.Type{Kind: schema.Text, Size: 5000}},
					{Name: "at", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"id"},
			},
		},
	},
}
