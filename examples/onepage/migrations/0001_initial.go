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
				Name: "blog_author",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "username", Type: schema.Type{Kind: schema.Text, Size: 60}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "blog_author_username_key", Columns: []string{"username"}},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "blog_post",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "title", Type: schema.Type{Kind: schema.Text, Size: 200}},
					{Name: "slug", Type: schema.Type{Kind: schema.Text, Size: 200}},
					{Name: "body", Type: schema.Type{Kind: schema.Text}},
					{Name: "author_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "hits", Type: schema.Type{Kind: schema.Int64}},
					{Name: "published", Type: schema.Type{Kind: schema.Time}, Null: true},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "blog_post_slug_key", Columns: []string{"slug"}},
				},
				Indexes: []schema.Index{
					{Name: "blog_post_author_id_dd7a8485", Columns: []schema.IndexColumn{{Column: "author_id"}}},
					{Name: "blog_post_published_78f42a19", Columns: []schema.IndexColumn{{Column: "published"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "blog_post_author_id_dd7a8485_fk_blog_author_id", Columns: []string{"author_id"}, RefTable: "blog_author", RefColumns: []string{"id"}, OnDelete: schema.Restrict},
				},
			},
		},
	},
}
