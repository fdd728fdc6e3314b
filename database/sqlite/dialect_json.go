package sqlite

import "github.com/volaweb/vola/database"

// jsonCheck is the constraint that a column holds JSON: the one that Django
// makes.
func jsonCheck(column string) string {
	q := database.Quote(column)
	return " CHECK ((JSON_VALID(" + q + ") OR " + q + " IS NULL))"
}
