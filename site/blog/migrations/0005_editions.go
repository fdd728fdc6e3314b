package migrations

import (
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

var m0005Editions = migrate.Migration{
	Name: "0005_editions",
	Depends: []migrate.Ref{
		{Module: "blog", Name: "0004_folder_lang_removals"},
	},
	Operations: []migrate.Operation{
		migrate.AddColumn{
			Table:    "blog_post",
			Column:   schema.Column{Name: "edition", Type: schema.Type{Kind: schema.Text, Size: 35}},
			Backfill: migrate.Same("''"),
		},
		migrate.AddColumn{
			Table:    "blog_post",
			Column:   schema.Column{Name: "translation_of", Type: schema.Type{Kind: schema.Text, Size: 200}},
			Backfill: migrate.Same("''"),
		},
		migrate.AddIndex{
			Table: "blog_post",
			Index: schema.Index{Name: "blog_post_edition_page_published_id_b06248c1_idx", Columns: []schema.IndexColumn{{Column: "edition"}, {Column: "page"}, {Column: "published"}, {Column: "id"}}},
		},
		migrate.AddIndex{
			Table: "blog_post",
			Index: schema.Index{Name: "blog_post_translation_of_2a79c715", Columns: []schema.IndexColumn{{Column: "translation_of"}}},
		},
	},
}
