package migrations

import (
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

var m0002Profile = migrate.Migration{
	Name: "0002_profile",
	Depends: []migrate.Ref{
		{Module: "club", Name: "0001_initial"},
		{Module: "accounts", Name: "0001_initial"},
	},
	Compatible: true,
	Operations: []migrate.Operation{
		migrate.CreateTable{
			Table: schema.Table{
				Name: "club_profile",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "user_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "phone", Type: schema.Type{Kind: schema.Text, Size: 30}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "club_profile_user_id_key", Columns: []string{"user_id"}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "club_profile_user_id_5ab8bee2_fk_accounts_user_id", Columns: []string{"user_id"}, RefTable: "accounts_user", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
	},
}
