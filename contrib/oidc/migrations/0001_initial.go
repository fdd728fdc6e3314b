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
				Name: "oidc_arrival",
				Columns: []schema.Column{
					{Name: "browser", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "provider", Type: schema.Type{Kind: schema.Text, Size: 30}},
					{Name: "issuer", Type: schema.Type{Kind: schema.Text, Size: 500}},
					{Name: "subject", Type: schema.Type{Kind: schema.Text, Size: 255}},
					{Name: "email", Type: schema.Type{Kind: schema.Text, Size: 254}},
					{Name: "proved", Type: schema.Type{Kind: schema.Bool}},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 150}},
					{Name: "username", Type: schema.Type{Kind: schema.Text, Size: 150}},
					{Name: "claims", Type: schema.Type{Kind: schema.Text}},
					{Name: "asked", Type: schema.Type{Kind: schema.Text, Size: 254}},
					{Name: "link", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "next", Type: schema.Type{Kind: schema.Text, Size: 2000}},
					{Name: "expires", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"browser"},
				Indexes: []schema.Index{
					{Name: "oidc_arrival_expires_b2bfbfd3", Columns: []schema.IndexColumn{{Column: "expires"}}},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "oidc_attempt",
				Columns: []schema.Column{
					{Name: "hash", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "provider", Type: schema.Type{Kind: schema.Text, Size: 30}},
					{Name: "kind", Type: schema.Type{Kind: schema.Text, Size: 20}},
					{Name: "browser", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "user_id", Type: schema.Type{Kind: schema.Int64}, Null: true},
					{Name: "nonce", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "verifier", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "next", Type: schema.Type{Kind: schema.Text, Size: 2000}},
					{Name: "language", Type: schema.Type{Kind: schema.Text, Size: 35}},
					{Name: "expires", Type: schema.Type{Kind: schema.Time}},
				},
				PrimaryKey: []string{"hash"},
				Indexes: []schema.Index{
					{Name: "oidc_attempt_expires_43dd8940", Columns: []schema.IndexColumn{{Column: "expires"}}},
					{Name: "oidc_attempt_user_id_7103be69", Columns: []schema.IndexColumn{{Column: "user_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "oidc_attempt_user_id_7103be69_fk_accounts_user_id", Columns: []string{"user_id"}, RefTable: "accounts_user", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "oidc_identity",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "user_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "provider", Type: schema.Type{Kind: schema.Text, Size: 30}},
					{Name: "subject", Type: schema.Type{Kind: schema.Text, Size: 255}},
					{Name: "issuer", Type: schema.Type{Kind: schema.Text, Size: 500}},
					{Name: "email", Type: schema.Type{Kind: schema.Text, Size: 254}},
					{Name: "created", Type: schema.Type{Kind: schema.Time}},
					{Name: "last_used", Type: schema.Type{Kind: schema.Time}, Null: true},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "oidc_identity_provider_subject_724d5b5e_uniq", Columns: []string{"provider", "subject"}},
				},
				Indexes: []schema.Index{
					{Name: "oidc_identity_user_id_d8aad110", Columns: []schema.IndexColumn{{Column: "user_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "oidc_identity_user_id_d8aad110_fk_accounts_user_id", Columns: []string{"user_id"}, RefTable: "accounts_user", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
	},
}
