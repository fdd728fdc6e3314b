package migrations

import (
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/schema"
)

var m0002MethodAndServings = migrate.Migration{
	Name: "0002_method_and_servings",
	Depends: []migrate.Ref{
		{Module: "recipes", Name: "0001_initial"},
	},
	Operations: []migrate.Operation{
		migrate.RenameColumn{
			Table:  "recipes_recipe",
			Column: "text",
			To:     "method",
		},
		migrate.AddColumn{
			Table:  "recipes_recipe",
			Column: schema.Column{Name: "servings", Type: schema.Type{Kind: schema.Int64}, Default: schema.Default{Value: int64(4)}},
		},
	},
}
