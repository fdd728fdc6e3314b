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
				Name: "gallery_photo",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "title", Type: schema.Type{Kind: schema.Text, Size: 100}},
					{Name: "picture", Type: schema.Type{Kind: schema.Text, Size: 200}},
					{Name: "taken", Type: schema.Type{Kind: schema.Date}, Null: true},
					{Name: "release", Type: schema.Type{Kind: schema.Text, Size: 200}},
					{Name: "added", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "gallery_photo_title_key", Columns: []string{"title"}},
				},
			},
		},
	},
}
