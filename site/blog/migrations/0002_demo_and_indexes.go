package migrations

import (
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

var m0002DemoAndIndexes = migrate.Migration{
	Name: "0002_demo_and_indexes",
	Depends: []migrate.Ref{
		{Module: "blog", Name: "0001_initial"},
	},
	Operations: []migrate.Operation{
		migrate.AddColumn{
			Table:    "blog_post",
			Column:   schema.Column{Name: "demo", Type: schema.Type{Kind: schema.Text, Size: 40}},
			Backfill: migrate.Same("''"),
		},
		migrate.AddIndex{
			Table: "blog_post",
			Safe:  "a blog has thousands of posts, and nobody writes one in that second",
			Index: schema.Index{Name: "blog_post_author_id_page_published_id_d131a8fa_idx", Columns: []schema.IndexColumn{{Column: "author_id"}, {Column: "page"}, {Column: "published"}, {Column: "id"}}},
		},
		migrate.AddIndex{
			Table: "blog_post",
			Safe:  "a blog has thousands of posts, and nobody writes one in that second",
			Index: schema.Index{Name: "blog_post_published_id_c1251f8a_idx", Columns: []schema.IndexColumn{{Column: "published"}, {Column: "id"}}},
		},
	},
}
