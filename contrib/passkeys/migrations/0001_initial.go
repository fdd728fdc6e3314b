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
				Name: "passkeys_ceremony",
				Columns: []schema.Column{
					{Name: "hash", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "kind", Type: schema.Type{Kind: schema.Text, Size: 20}},
					{Name: "browser", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "user_id", Type: schema.Type{Kind: schema.Int64}, Null: true},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 100}},
					{Name: "session", Type: schema.Type{Kind: schema.Text}},
					{Name: "expires", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"hash"},
				Indexes: []schema.Index{
					{Name: "passkeys_ceremony_expires_1cd47bc2", Columns: []schema.IndexColumn{{Column: "expires"}}},
					{Name: "passkeys_ceremony_user_id_b5dbd0c1", Columns: []schema.IndexColumn{{Column: "user_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "passkeys_ceremony_user_id_b5dbd0c1_fk_accounts_user_id", Columns: []string{"user_id"}, RefTable: "accounts_user", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "passkeys_credential",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "user_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 100}},
					{Name: "hash", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "handle", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "record", Type: schema.Type{Kind: schema.Text}},
					{Name: "created", Type: schema.Type{Kind: schema.Time}},
					{Name: "last_used", Type: schema.Type{Kind: schema.Time}, Null: true},
					{Name: "changed", Type: schema.Type{Kind: schema.Time}, Null: true},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "passkeys_credential_hash_key", Columns: []string{"hash"}},
				},
				Indexes: []schema.Index{
					{Name: "passkeys_credential_user_id_d859cd4e", Columns: []schema.IndexColumn{{Column: "user_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "passkeys_credential_user_id_d859cd4e_fk_accounts_user_id", Columns: []string{"user_id"}, RefTable: "accounts_user", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
	},
}
