package orm_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/database/databasetest"
	. "github.com/volaweb/vola/examples/hr"
	"github.com/volaweb/vola/orm"
)

// A query before Use is an error that says so, and does not spoil Use.
func TestQueryBeforeUse(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	if _, err := orm.From[Department](db).All(t.Context()); err == nil || !strings.Contains(err.Error(), "orm.Use") {
		t.Errorf("a query without models: %v", err)
	}
	open(t, db)
	if n, err := orm.From[Department](db).Count(t.Context()); n != 0 || err != nil {
		t.Errorf("after Use: %d, %v", n, err)
	}
	other, err := orm.NewModels()
	if err != nil {
		t.Fatal(err)
	}
	if err := orm.Use(db, other); err == nil {
		t.Error("other models on the same database give no error")
	}
}
