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
				Name: "survey_answer",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "given", Type: schema.Type{Kind: schema.JSON}},
					{Name: "at", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"id"},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "survey_question",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "label", Type: schema.Type{Kind: schema.Text, Size: 200}},
					{Name: "type", Type: schema.Type{Kind: schema.Text, Size: 10}},
					{Name: "required", Type: schema.Type{Kind: schema.Bool}},
					{Name: "choices", Type: schema.Type{Kind: schema.Text, Size: 500}},
					{Name: "place", Type: schema.Type{Kind: schema.Int64}},
				},
				PrimaryKey: []string{"id"},
				Indexes: []schema.Index{
					{Name: "survey_question_place_f04363ca", Columns: []schema.IndexColumn{{Column: "place"}}},
				},
			},
		},
	},
}
