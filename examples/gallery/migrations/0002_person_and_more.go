package migrations

import (
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

var m0002PersonAndMore = migrate.Migration{
	Name: "0002_person_and_more",
	Depends: []migrate.Ref{
		{Module: "gallery", Name: "0001_initial"},
	},
	Compatible: true,
	Operations: []migrate.Operation{
		migrate.CreateTable{
			Table: schema.Table{
				Name: "gallery_person",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 60}},
				},
				PrimaryKey: []string{"id"},
				Indexes: []schema.Index{
					{Name: "gallery_person_name_3268dc00", Columns: []schema.IndexColumn{{Column: "name"}}},
				},
			},
		},
		migrate.AddColumn{
			Table:  "gallery_photo",
			Column: schema.Column{Name: "by_id", Type: schema.Type{Kind: schema.Int64}, Null: true},
		},
		migrate.AddIndex{
			Table: "gallery_photo",
			Index: schema.Index{Name: "gallery_photo_by_id_e81bea8f", Columns: []schema.IndexColumn{{Column: "by_id"}}},
		},
		migrate.AddForeignKey{
			Table:      "gallery_photo",
			ForeignKey: schema.ForeignKey{Name: "gallery_photo_by_id_e81bea8f_fk_gallery_person_id", Columns: []string{"by_id"}, RefTable: "gallery_person", RefColumns: []string{"id"}, OnDelete: schema.SetNull},
		},
	},
}
