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
				Name: "accounts_event",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "at", Type: schema.Type{Kind: schema.Time}},
					{Name: "kind", Type: schema.Type{Kind: schema.Text, Size: 40}},
					{Name: "user_id", Type: schema.Type{Kind: schema.Int64}, Null: true},
					{Name: "network", Type: schema.Type{Kind: schema.Text, Size: 60}},
					{Name: "detail", Type: schema.Type{Kind: schema.Text, Size: 300}},
				},
				PrimaryKey: []string{"id"},
				Indexes: []schema.Index{
					{Name: "accounts_event_at_d1a96351", Columns: []schema.IndexColumn{{Column: "at"}}},
					{Name: "accounts_event_user_id_1213d537", Columns: []schema.IndexColumn{{Column: "user_id"}}},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "accounts_user",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "username", Type: schema.Type{Kind: schema.Text, Size: 150}},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 150}},
					{Name: "email", Type: schema.Type{Kind: schema.Text, Size: 254}},
					{Name: "password", Type: schema.Type{Kind: schema.Text, Size: 255}},
					{Name: "active", Type: schema.Type{Kind: schema.Bool}},
					{Name: "staff", Type: schema.Type{Kind: schema.Bool}},
					{Name: "superuser", Type: schema.Type{Kind: schema.Bool}},
					{Name: "stamp", Type: schema.Type{Kind: schema.Text, Size: 22}},
					{Name: "username_key", Type: schema.Type{Kind: schema.Text, Size: 150}},
					{Name: "email_key", Type: schema.Type{Kind: schema.Text, Size: 254}, Null: true},
					{Name: "created", Type: schema.Type{Kind: schema.Time}},
					{Name: "last_login", Type: schema.Type{Kind: schema.Time}, Null: true},
					{Name: "delete_at", Type: schema.Type{Kind: schema.Time}, Null: true},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "accounts_user_email_key_key", Columns: []string{"email_key"}},
					{Name: "accounts_user_username_key_key", Columns: []string{"username_key"}},
				},
				Indexes: []schema.Index{
					{Name: "accounts_user_delete_at_ba8168c6", Columns: []schema.IndexColumn{{Column: "delete_at"}}},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "accounts_factor",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "user_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "secret", Type: schema.Type{Kind: schema.Text, Size: 200}},
					{Name: "last_step", Type: schema.Type{Kind: schema.Int64}},
					{Name: "confirmed", Type: schema.Type{Kind: schema.Time}, Null: true},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "accounts_factor_user_id_key", Columns: []string{"user_id"}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "accounts_factor_user_id_f692f340_fk_accounts_user_id", Columns: []string{"user_id"}, RefTable: "accounts_user", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "accounts_group",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 150}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "accounts_group_name_key", Columns: []string{"name"}},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "accounts_grant",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "user_id", Type: schema.Type{Kind: schema.Int64}, Null: true},
					{Name: "group_id", Type: schema.Type{Kind: schema.Int64}, Null: true},
					{Name: "permission", Type: schema.Type{Kind: schema.Text, Size: 150}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "accounts_grant_group_id_permission_fff760b0_uniq", Columns: []string{"group_id", "permission"}},
					{Name: "accounts_grant_user_id_permission_cc575cea_uniq", Columns: []string{"user_id", "permission"}},
				},
				Indexes: []schema.Index{
					{Name: "accounts_grant_group_id_42146bfe", Columns: []schema.IndexColumn{{Column: "group_id"}}},
					{Name: "accounts_grant_permission_f666ef14", Columns: []schema.IndexColumn{{Column: "permission"}}},
					{Name: "accounts_grant_user_id_7b34be41", Columns: []schema.IndexColumn{{Column: "user_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "accounts_grant_group_id_42146bfe_fk_accounts_group_id", Columns: []string{"group_id"}, RefTable: "accounts_group", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
					{Name: "accounts_grant_user_id_7b34be41_fk_accounts_user_id", Columns: []string{"user_id"}, RefTable: "accounts_user", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "accounts_link",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "hash", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "purpose", Type: schema.Type{Kind: schema.Text, Size: 20}},
					{Name: "user_id", Type: schema.Type{Kind: schema.Int64}, Null: true},
					{Name: "email", Type: schema.Type{Kind: schema.Text, Size: 254}},
					{Name: "stamp", Type: schema.Type{Kind: schema.Text, Size: 22}},
					{Name: "browser", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "created", Type: schema.Type{Kind: schema.Time}},
					{Name: "expires", Type: schema.Type{Kind: schema.Time}},
					{Name: "used", Type: schema.Type{Kind: schema.Time}, Null: true},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "accounts_link_hash_key", Columns: []string{"hash"}},
				},
				Indexes: []schema.Index{
					{Name: "accounts_link_email_22629e2c", Columns: []schema.IndexColumn{{Column: "email"}}},
					{Name: "accounts_link_expires_b0309ab8", Columns: []schema.IndexColumn{{Column: "expires"}}},
					{Name: "accounts_link_user_id_2355f50a", Columns: []schema.IndexColumn{{Column: "user_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "accounts_link_user_id_2355f50a_fk_accounts_user_id", Columns: []string{"user_id"}, RefTable: "accounts_user", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "accounts_recoverycode",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "user_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "hash", Type: schema.Type{Kind: schema.Text, Size: 64}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "accounts_recoverycode_hash_key", Columns: []string{"hash"}},
				},
				Indexes: []schema.Index{
					{Name: "accounts_recoverycode_user_id_994761d3", Columns: []schema.IndexColumn{{Column: "user_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "accounts_recoverycode_user_id_994761d3_fk_accounts_user_id", Columns: []string{"user_id"}, RefTable: "accounts_user", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "accounts_session",
				Columns: []schema.Column{
					{Name: "hash", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "user_id", Type: schema.Type{Kind: schema.Int64}, Null: true},
					{Name: "until", Type: schema.Type{Kind: schema.Time}},
					{Name: "version", Type: schema.Type{Kind: schema.Int64}},
					{Name: "record", Type: schema.Type{Kind: schema.Text}},
				},
				PrimaryKey: []string{"hash"},
				Indexes: []schema.Index{
					{Name: "accounts_session_until_6b82430b", Columns: []schema.IndexColumn{{Column: "until"}}},
					{Name: "accounts_session_user_id_d5aaed01", Columns: []schema.IndexColumn{{Column: "user_id"}}},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "accounts_token",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "user_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "name", Type: schema.Type{Kind: schema.Text, Size: 100}},
					{Name: "hash", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "scopes", Type: schema.Type{Kind: schema.Text, Size: 1000}},
					{Name: "stamp", Type: schema.Type{Kind: schema.Text, Size: 22}},
					{Name: "created", Type: schema.Type{Kind: schema.Time}},
					{Name: "expires", Type: schema.Type{Kind: schema.Time}},
					{Name: "last_used", Type: schema.Type{Kind: schema.Time}, Null: true},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "accounts_token_hash_key", Columns: []string{"hash"}},
				},
				Indexes: []schema.Index{
					{Name: "accounts_token_user_id_82a3a2c8", Columns: []schema.IndexColumn{{Column: "user_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "accounts_token_user_id_82a3a2c8_fk_accounts_user_id", Columns: []string{"user_id"}, RefTable: "accounts_user", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "accounts_user_groups",
				Columns: []schema.Column{
					{Name: "id", Type: schema.Type{Kind: schema.Int64}, Auto: true},
					{Name: "user_id", Type: schema.Type{Kind: schema.Int64}},
					{Name: "group_id", Type: schema.Type{Kind: schema.Int64}},
				},
				PrimaryKey: []string{"id"},
				Uniques: []schema.Unique{
					{Name: "accounts_user_groups_user_id_group_id_59c0b32f_uniq", Columns: []string{"user_id", "group_id"}},
				},
				Indexes: []schema.Index{
					{Name: "accounts_user_groups_group_id_bd11a704", Columns: []schema.IndexColumn{{Column: "group_id"}}},
				},
				ForeignKeys: []schema.ForeignKey{
					{Name: "accounts_user_groups_group_id_bd11a704_fk_accounts_group_id", Columns: []string{"group_id"}, RefTable: "accounts_group", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
					{Name: "accounts_user_groups_user_id_52b62117_fk_accounts_user_id", Columns: []string{"user_id"}, RefTable: "accounts_user", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				},
			},
		},
		migrate.CreateTable{
			Table: schema.Table{
				Name: "vola_ratelimit",
				Columns: []schema.Column{
					{Name: "key", Type: schema.Type{Kind: schema.Text, Size: 43}},
					{Name: "full_at", Type: schema.Type{Kind: schema.Int64}},
					{Name: "allowed", Type: schema.Type{Kind: schema.Bool}},
				},
				PrimaryKey: []string{"key"},
				Indexes: []schema.Index{
					{Name: "vola_ratelimit_full_at_c78eb5fc", Columns: []schema.IndexColumn{{Column: "full_at"}}},
				},
			},
		},
	},
}
