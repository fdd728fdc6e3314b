package migrations

import (
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

var m0002Suspect = migrate.Migration{
	Name: "0002_suspect",
	Depends: []migrate.Ref{
		{Module: "passkeys", Name: "0001_initial"},
	},
	Compatible: true,
	Operations: []migrate.Operation{
		migrate.AddColumn{
			Table:  "passkeys_credential",
			Column: schema.Column{Name: "suspect", Type: schema.Type{Kind: schema.Time}, Null: true},
		},
	},
}
