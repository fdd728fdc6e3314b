package migrations

import (
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

var m0004FolderLangRemovals = migrate.Migration{
	Name: "0004_folder_lang_removals",
	Depends: []migrate.Ref{
		{Module: "blog", Name: "0003_search"},
	},
	Operations: []migrate.Operation{
		migrate.CreateTable{
			Table: schema.Table{
				Name: "blog_removal",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "at", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"id"},
			},
		},
		migrate.AddColumn{
			Table:    "blog_origin",
			Column:   schema.Column{Name: "folder", Type: schema.Type{Kind: schema.Text}},
			Backfill: migrate.Same("''"),
		},
		migrate.AddColumn{
			Table:    "blog_post",
			Column:   schema.Column{Name: "whole", Type: schema.Type{Kind: schema.Bool}},
			Backfill: migrate.Same("false"),
		},
		migrate.AddColumn{
			Table:    "blog_post",
			Column:   schema.Column{Name: "lang", Type: schema.Type{Kind: schema.Text, Size: 35}},
			Backfill: migrate.Same("''"),
		},
	},
}
