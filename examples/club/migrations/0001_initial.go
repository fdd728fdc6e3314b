package migrations

import (
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

var m0001Initial = migrate.Migration{
	Name: "0001_initial",
	Depends: []migrate.Ref{
		{Module: "accounts", Name: "0001_initial"},
	},
	Operations: []migrate.Operation{
		migrate.CreateTable{
			Table: schema.Table{
				Name: "club_notice",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "title", Type: schema.Type{Kind: schema.Text, Size: 100}},
					{Name: "text", Type: schema.Type{Kind: schema.Text, Size: 2000}},
					{Name: "inner", Type: schema.Type{Kind: schema.Bool}},
					{Name: "author_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "pinned", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"id"},
				Indexes: []schema.Index{
					{Name: "club_notice_author_id_c6fb423e", Columns: []schema.IndexColumn{{Column: "author_id"}}},
					{Name: "club_notice_pinned_c2620fb7", Columns: []schema.IndexColumn{{Column: "pinned"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "club_notice_author_id_c6fb423e_fk_accounts_user_id", Columns: []string{"author_id"}, RefTable: "accounts_user", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
	},
}
