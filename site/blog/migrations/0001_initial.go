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
					{Name: "username", Type: schema.Type{Kind: schema.Text, Size: 150}},
					{Name: "full_name", Type: schema.Type{Kind: schema.Text, Size: 100}},
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
					{Name: "page", Type: schema.Type{Kind: schema.Bool}},
					{Name: "excerpt", Type: schema.Type{Kind: schema.Text}},
					{Name: "author_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "published", Type: schema.Type{Kind: schema.Time}, Null: true},
					{Name: "zone", Type: schema.Type{Kind: schema.Text, Size: 60}},
					{Name: "month", Type: schema.Type{Kind: schema.Text, Size: 7}},
					{Name: "interview", Type: schema.Type{Kind: schema.Bool}},
					{Name: "preview_key", Type: schema.Type{Kind: schema.Text, Size: 32}},
					{Name: "created", Type: schema.Type{Kind: schema.Time}},
					{Name: "changed", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "blog_post_slug_key", Columns: []string{"slug"}},
				},
				Indexes: []schema.Index{
					{Name: "blog_post_author_id_dd7a8485", Columns: []schema.IndexColumn{{Column: "author_id"}}},
					{Name: "blog_post_changed_923887dd", Columns: []schema.IndexColumn{{Column: "changed"}}},
					{Name: "blog_post_month_published_1a9a6b8f_idx", Columns: []schema.IndexColumn{{Column: "month"}, {Column: "published"}}},
					{Name: "blog_post_page_published_id_72e6e0fd_idx", Columns: []schema.IndexColumn{{Column: "page"}, {Column: "published"}, {Column: "id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "blog_post_author_id_dd7a8485_fk_blog_author_id", Columns: []string{"author_id"}, RefTable: "blog_author", RefColumns: []string{"id"}, OnDelete: schema.Restrict},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "blog_body",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "post_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "heading", Type: schema.Type{Kind: schema.Text}},
					{Name: "words", Type: schema.Type{Kind: schema.Text}},
					{Name: "text", Type: schema.Type{Kind: schema.Text}},
					{Name: "html", Type: schema.Type{Kind: schema.Text}},
					{Name: "source", Type: schema.Type{Kind: schema.Text}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "blog_body_post_id_key", Columns: []string{"post_id"}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "blog_body_post_id_c5a02ee2_fk_blog_post_id", Columns: []string{"post_id"}, RefTable: "blog_post", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "blog_oldpath",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "path", Type: schema.Type{Kind: schema.Text, Size: 500}},
					{Name: "post_id", Type: schema.Type{Kind: schema.Int64}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "blog_oldpath_path_key", Columns: []string{"path"}},
				},
				Indexes: []schema.Index{
					{Name: "blog_oldpath_post_id_c17d69db", Columns: []schema.IndexColumn{{Column: "post_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "blog_oldpath_post_id_c17d69db_fk_blog_post_id", Columns: []string{"post_id"}, RefTable: "blog_post", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "blog_origin",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "path", Type: schema.Type{Kind: schema.Text, Size: 500}},
					{Name: "hash", Type: schema.Type{Kind: schema.Text, Size: 64}},
					{Name: "post_id", Type: schema.Type{Kind: schema.Int64}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "blog_origin_path_key", Columns: []string{"path"}},
					{Name: "blog_origin_post_id_key", Columns: []string{"post_id"}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "blog_origin_post_id_05f7dce0_fk_blog_post_id", Columns: []string{"post_id"}, RefTable: "blog_post", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "blog_topic",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 60}},
					{Name: "slug", Type: schema.Type{Kind: schema.Text, Size: 60}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "blog_topic_slug_key", Columns: []string{"slug"}},
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
