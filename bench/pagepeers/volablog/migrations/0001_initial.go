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
					{Name: "first_name", Type: schema.Type{Kind: schema.Text, Size: 60}},
					{Name: "last_name", Type: schema.Type{Kind: schema.Text, Size: 60}},
				},
				PrimaryKey: []string{"id"},
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
					{Name: "published", Type: schema.Type{Kind: schema.Time}},
					{Name: "hits", Type: schema.Type{Kind: schema.Int64}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "blog_post_slug_key", Columns: []string{"slug"}},
				},
				Indexes: []schema.Index{
					{Name: "blog_post_author_id_dd7a8485", Columns: []schema.IndexColumn{{Column: "author_id"}}},
					{Name: "blog_post_published_id_c1251f8a_idx", Columns: []schema.IndexColumn{{Column: "published", Desc: true}, {Column: "id", Desc: true}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "blog_post_author_id_dd7a8485_fk_blog_author_id", Columns: []string{"author_id"}, RefTable: "blog_author", RefColumns: []string{"id"}, OnDelete: schema.Restrict},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "blog_topic",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 60}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "blog_topic_name_key", Columns: []string{"name"}},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "blog_post_topics",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "post_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "topic_id", Type: schema.Type{Kind: schema.Int64}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "blog_post_topics_post_id_topic_id_09bb17d8_uniq", Columns: []string{"post_id", "topic_id"}},
				},
				Indexes: []schema.Index{
					{Name: "blog_post_topics_topic_id_04861b61", Columns: []schema.IndexColumn{{Column: "topic_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "blog_post_topics_post_id_6ff548ca_fk_blog_post_id", Columns: []string{"post_id"}, RefTable: "blog_post", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
					{Name: "blog_post_topics_topic_id_04861b61_fk_blog_topic_id", Columns: []string{"topic_id"}, RefTable: "blog_topic", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
	},
}
