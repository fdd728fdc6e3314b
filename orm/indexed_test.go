package orm_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
)

type entry struct {
	ID    int64
	Name  string  `db:"index"`
	Slug  *string `db:"unique,size=2000"`
	Data  []byte  `db:"index"`
	First string
	Last  string
	Free  string
}

type titled struct {
	Key  string `db:"primary_key"`
	Next *orm.RefKey[titled, string]
}

// letters has n letters that cannot be made shorter.
func letters(n int) string {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	var b strings.Builder
	for range n {
		b.WriteByte(byte('!' + r.IntN(90)))
	}
	return b.String()
}

// TestLongTextsInIndexes stores texts up to the limit, and none beyond it.
func TestLongTextsInIndexes(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[entry](orm.Unique("First", "Last")), orm.Model[titled]())
		name := orm.Descriptor[orm.Text[*entry, string]]("Name")
		slug := strings.Repeat("ü", 1300)
		row := entry{Name: letters(2600), Slug: &slug, Data: []byte(letters(2600)), First: letters(1300), Last: letters(1300), Free: letters(20_000)}
		ok(t, orm.Create(ctx, db, &row))
		ok(t, orm.Create(ctx, db, &titled{Key: letters(2600)}))
		q := orm.From[entry](db).Where(orm.Descriptor[orm.Number[*entry, int64]]("ID").Eq(row.ID))
		long := strings.Repeat("ü", 1301)
		for what, err := range map[string]error{
			"create":       orm.Create(ctx, db, &entry{Name: letters(20_000)}),
			"one too many": orm.Create(ctx, db, &entry{Name: strings.Repeat("x", 2601)}), // PostgreSQL would make it shorter
			"characters":   orm.Create(ctx, db, &entry{Slug: &long}),
			"bytes":        orm.Create(ctx, db, &entry{Data: make([]byte, 2601)}),
			"two in one":   orm.Create(ctx, db, &entry{First: letters(1301)}),
			"a key":        orm.Create(ctx, db, &titled{Key: letters(2601)}),
			"a reference":  orm.Create(ctx, db, &titled{Key: "k", Next: &orm.RefKey[titled, string]{ID: letters(2601)}}),
			"create all":   orm.CreateAll(ctx, db, []entry{{}, {Name: letters(2601)}}),
			"set":          second(q.Update(ctx, name.Set(letters(2601)))),
			"computed":     second(q.Update(ctx, name.SetTo(orm.Concat(name, orm.Value[entry]("x"))))),
		} {
			if !errors.Is(err, database.ErrOutOfRange) || fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "can be indexed") {
				t.Errorf("%s: %v", what, err)
			}
		}
		if n, err := q.Where(name.Eq(letters(20_000))).Count(ctx); n != 0 || err != nil {
			t.Errorf("a condition: %d, %v", n, err)
		}
		if n := rowsOf[entry](t, db); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}
