package sqlite

import (
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// jsonCheck is the constraint that a column holds JSON: the one that Django
// makes.
func jsonCheck(c schema.Column) string {
	if c.Type.Kind != schema.JSON {
		return ""
	}
	q := database.Quote(c.Name)
	return " CHECK ((JSON_VALID(" + q + ") OR " + q + " IS NULL))"
}
