package orm_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/volaweb/vola/orm"
)

type (
	reserved struct {
		ID   int64
		Xmin float64
		Cmax float64 `db:"column=cmax"`
		Ctid string  `db:"column=CTID"` // not PostgreSQL's, which has small letters
		OID  int64
	}
	endless struct {
		ID                                                                int64
		AFieldWithANameThatIsSoLongThatNoDatabaseWouldKeepAllOfItsLetters string
		Pairs                                                             orm.Many[endless]
	}
	namedRow struct {
		ID   int64
		Name string `db:"unique"`
	}
)

// TestNamesThatADatabaseDoesNotTake are errors of the models, before there is
// any database.
func TestNamesThatADatabaseDoesNotTake(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 60)
	for name, tt := range map[string]struct {
		module string
		models []orm.Declaration
		want   []string
	}{
		"columns of PostgreSQL": {"m", []orm.Declaration{orm.Model[reserved]()}, []string{`field Xmin: is stored in the column "xmin"`, `field Cmax: is stored in the column "cmax"`}},
		"tables of SQLite":      {"sqlite", []orm.Declaration{orm.Model[namedRow]()}, []string{`"sqlite_namedrow", and SQLite keeps`}},
		"tables of PostgreSQL":  {"m", []orm.Declaration{orm.Model[namedRow](orm.Table("pg_class"))}, []string{`"pg_class", and PostgreSQL keeps`}},
		"other letters":         {"m", []orm.Declaration{orm.Model[namedRow](orm.Table("SQLite_rows"))}, []string{"SQLite keeps"}},
		"tables of Vola":        {"vola", []orm.Declaration{orm.Model[namedRow](orm.Table("vola_migrations"))}, []string{"Vola keeps"}},
		"indexes of SQLite":     {"m", []orm.Declaration{orm.Model[namedRow](orm.Index("Name").Named("sqlite_name"))}, []string{`index "sqlite_name"`}},
		"a long table":          {"m", []orm.Declaration{orm.Model[namedRow](orm.Table(long + "xxxx"))}, []string{"of 64 bytes, and PostgreSQL keeps only 63"}},
		"letters of two bytes":  {"m", []orm.Declaration{orm.Model[namedRow](orm.Table(strings.Repeat("ä", 32)))}, []string{"of 64 bytes"}},
		"a long module":         {long, []orm.Declaration{orm.Model[namedRow]()}, []string{"of 69 bytes"}},
		"a long column":         {"m", []orm.Declaration{orm.Model[endless]()}, []string{"field AFieldWithANameThatIsSoLong", "bytes, and PostgreSQL keeps only 63"}},
		"long pairs":            {"m", []orm.Declaration{orm.Model[endless](orm.Table(long))}, []string{"field Pairs: is stored in the table"}},
		"a table twice":         {"m", []orm.Declaration{orm.Model[namedRow](orm.Table("rows")), orm.Model[slot](orm.Table("Rows"))}, []string{`the table "Rows" has the name of the table "rows"`}},
		"a table and an index":  {"m", []orm.Declaration{orm.Model[namedRow](orm.Index("Name").Named("m_slot")), orm.Model[slot]()}, []string{`the table "m_slot" has the name of the index "m_slot"`}},
		"two indexes":           {"m", []orm.Declaration{orm.Model[namedRow](orm.Index("Name").Named("by")), orm.Model[slot](orm.Index("Pos").Named("by"))}, []string{`the index "by" has the name of the index "by"`}},
	} {
		_, err := orm.NewModels(orm.Group{Module: tt.module, Models: tt.models})
		if err == nil {
			t.Errorf("%s: no error was found", name)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
		for _, line := range strings.Split(err.Error(), "\n") {
			if !regexp.MustCompile(`^\w+_test\.go:\d+: module `).MatchString(line) {
				t.Errorf("%s: no place is named: %s", name, line)
			}
		}
	}
	if _, err := orm.NewModels(orm.Group{Module: "m", Models: []orm.Declaration{orm.Model[namedRow](orm.Table(long + "xxx")), orm.Model[slot](orm.Table("pgrows"))}}); err != nil {
		t.Errorf("names that are just right: %v", err)
	}
}
