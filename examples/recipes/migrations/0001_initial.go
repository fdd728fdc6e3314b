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
				Name: "recipes_ingredient",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 60}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "recipes_ingredient_name_key", Columns: []string{"name"}},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "recipes_recipe",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "title", Type: schema.Type{Kind: schema.Text, Size: 120}},
					{Name: "minutes", Type: schema.Type{Kind: schema.Int64}},
					{Name: "text", Type: schema.Type{Kind: schema.Text}},
					{Name: "added", Type: schema.Type{Kind: schema.Time}},
					{Name: "ratings", Type: schema.Type{Kind: schema.Int64}},
					{Name: "stars", Type: schema.Type{Kind: schema.Int64}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "recipes_recipe_title_key", Columns: []string{"title"}},
				},
				Indexes: []schema.Index{
					{Name: "recipes_recipe_added_27328ed6", Columns: []schema.IndexColumn{{Column: "added"}}},
					{Name: "recipes_recipe_minutes_2db9d52c", Columns: []schema.IndexColumn{{Column: "minutes"}}},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "recipes_amount",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "recipe_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "ingredient_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "quantity", Type: schema.Type{Kind: schema.Decimal, Precision: 8, Scale: 2}},
					{Name: "unit", Type: schema.Type{Kind: schema.Text, Size: 20}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "recipes_amount_recipe_id_ingredient_id_7005c3f0_uniq", Columns: []string{"recipe_id", "ingredient_id"}},
				},
				Indexes: []schema.Index{
					{Name: "recipes_amount_ingredient_id_04a8e9b0", Columns: []schema.IndexColumn{{Column: "ingredient_id"}}},
					{Name: "recipes_amount_recipe_id_0aa6c075", Columns: []schema.IndexColumn{{Column: "recipe_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "recipes_amount_ingredient_id_04a8e9b0_fk_recipes_ingredient_id", Columns: []string{"ingredient_id"}, RefTable: "recipes_ingredient", RefColumns: []string{"id"}, OnDelete: schema.Restrict},
					{Name: "recipes_amount_recipe_id_0aa6c075_fk_recipes_recipe_id", Columns: []string{"recipe_id"}, RefTable: "recipes_recipe", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "recipes_tag",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 40}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "recipes_tag_name_key", Columns: []string{"name"}},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "recipes_recipe_tags",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "recipe_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "tag_id", Type: schema.Type{Kind: schema.Int64}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "recipes_recipe_tags_recipe_id_tag_id_233281ac_uniq", Columns: []string{"recipe_id", "tag_id"}},
				},
				Indexes: []schema.Index{
					{Name: "recipes_recipe_tags_tag_id_6fe328c4", Columns: []schema.IndexColumn{{Column: "tag_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "recipes_recipe_tags_recipe_id_e15a4132_fk_recipes_recipe_id", Columns: []string{"recipe_id"}, RefTable: "recipes_recipe", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
					{Name: "recipes_recipe_tags_tag_id_6fe328c4_fk_recipes_tag_id", Columns: []string{"tag_id"}, RefTable: "recipes_tag", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
	},
}
