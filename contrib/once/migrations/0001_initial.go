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
				Name: "once_submission",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "key", Type: schema.Type{Kind: schema.Text, Size: 64}},
					{Name: "digest", Type: schema.Type{Kind: schema.Text, Size: 64}},
					{Name: "url", Type: schema.Type{Kind: schema.Text, Size: 2000}},
					{Name: "sent", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "once_submission_key_key", Columns: []string{"key"}},
				},
				Indexes: []schema.Index{
					{Name: "once_submission_sent_df921fca", Columns: []schema.IndexColumn{{Column: "sent"}}},
				},
			},
		},
	},
}
