// Package schema declares to ent the tables that Vola makes for the benchmark.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
)

// Author writes posts.
type Author struct{ ent.Schema }

// Annotations name the table.
func (Author) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "bench_author"}}
}

// Fields are the columns.
func (Author) Fields() []ent.Field {
	return []ent.Field{field.Int64("id"), field.String("name"), field.String("username").Unique()}
}

// Edges are the relations.
func (Author) Edges() []ent.Edge { return []ent.Edge{edge.To("posts", Post.Type)} }

// Topic is what posts are about.
type Topic struct{ ent.Schema }

// Annotations name the table.
func (Topic) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "bench_topic"}}
}

// Fields are the columns.
func (Topic) Fields() []ent.Field {
	return []ent.Field{field.Int64("id"), field.String("name").Unique()}
}

// Edges are the relations.
func (Topic) Edges() []ent.Edge {
	return []ent.Edge{edge.From("posts", Post.Type).Ref("topics")}
}

// Post is an article.
type Post struct{ ent.Schema }

// Annotations name the table.
func (Post) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "bench_post"}}
}

// Fields are the columns.
func (Post) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.String("title"),
		field.String("slug").Unique(),
		field.Text("body"),
		field.Int64("author_id"),
		field.Time("published"),
		field.Int64("hits"),
		field.Bool("pinned"),
		field.String("note").Optional().Nillable(),
	}
}

// Edges are the relations.
func (Post) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("author", Author.Type).Ref("posts").Field("author_id").Unique().Required(),
		edge.To("topics", Topic.Type).StorageKey(edge.Table("bench_post_topics"), edge.Columns("post_id", "topic_id")),
	}
}
