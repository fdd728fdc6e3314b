// Package large_test stores values of 10 MB. It is apart from the tests of package orm,
// which take long enough: the race detector looks at each byte that is copied.
package large_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

// attachment has columns that take much.
type attachment struct {
	ID   int64
	Body string
	Data []byte
	Doc  map[string]any `db:"json"`
}

// TestLargeValuesAreStoredExactly writes and reads a row of 40 MB in each mode of both
// databases.
func TestLargeValuesAreStoredExactly(t *testing.T) {
	t.Parallel()
	const size = 10 << 20
	databasetest.EachMode(t, func(t *testing.T, db *database.DB) {
		models, err := orm.NewModels(orm.Group{Module: "large", Models: []orm.Declaration{orm.Model[attachment]()}})
		if err != nil {
			t.Fatal(err)
		}
		if err := orm.Use(db, models); err != nil {
			t.Fatal(err)
		}
		if err := models.CreateTables(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		in := attachment{
			Body: strings.Repeat("0123456789abcdé", size/16),
			Data: bytes.Repeat([]byte{0, 1, 0xff, '\''}, size/4),
			Doc:  map[string]any{"long": strings.Repeat("x", size), "\\u0000": `\ud800`, "n": 1.5, "nil": nil},
		}
		if err := orm.Create(t.Context(), db, &in); err != nil {
			t.Fatal(err)
		}
		out, err := orm.From[attachment](db).Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(in, out) {
			t.Errorf("read another value than was stored: %.100v", out)
		}
	})
}
