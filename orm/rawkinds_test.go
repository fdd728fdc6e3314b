package orm_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/orm"
)

type (
	money   string
	rawItem struct {
		ID    int64
		Name  string
		Price string `db:"decimal=9.2"`
		Cost  *money `db:"decimal=12.4"`
		Wait  int64  `db:"duration"`
		At    time.Time
		Long  string `db:"decimal=30.2"`
	}
)

// TestRawOfValuesInAFormOfTheirOwn: the program's own SQL on decimals, durations
// and times answers alike on both databases, wherever it stands.
func TestRawOfValuesInAFormOfTheirOwn(t *testing.T) {
	t.Parallel()
	databasetest.EachMode(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		use(t, db, orm.Model[rawItem]())
		price, cost := orm.Descriptor[orm.Number[*rawItem, string]]("Price"), orm.Descriptor[orm.NullNumber[*rawItem, money]]("Cost")
		wait, at := orm.Descriptor[orm.Number[*rawItem, int64]]("Wait"), orm.Descriptor[orm.Column[*rawItem, time.Time]]("At")
		name, long := orm.Descriptor[orm.Text[*rawItem, string]]("Name"), orm.Descriptor[orm.Number[*rawItem, string]]("Long")
		noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
		cents := money("0.1250")
		rows := []rawItem{
			{Name: "a", Price: "1.50", Cost: &cents, Wait: int64(2 * time.Second), At: noon, Long: "1"},
			{Name: "b", Price: "0.10", Wait: int64(time.Minute), At: noon.Add(time.Hour), Long: "2"},
			{Name: "c", Price: "-10.00", Wait: 0, At: noon.Add(time.Minute), Long: "3"},
			{Name: "d", Price: "9.99", Wait: int64(time.Hour), At: noon.Add(-time.Hour), Long: "4"},
		}
		if err := orm.CreateAll(ctx, db, rows); err != nil {
			t.Fatal(err)
		}
		q := orm.From[rawItem](db)
		found := func(what, want string, conditions ...orm.Condition[rawItem]) {
			t.Helper()
			list, err := orm.Select[string](q.Where(conditions...).OrderBy(name.Asc()), name).All(ctx)
			if got := strings.Join(list, ""); got != want || err != nil {
				t.Errorf("%s finds %q, %v, want %q", what, got, err, want)
			}
		}
		double := orm.Raw[rawItem, string]("? * 2", price)
		found("Gt", "ad", double.Gt("1.00"))
		found("Lt", "bc", double.Lt("1.00"))
		found("Eq", "a", double.Eq("3"))
		found("Ne", "bcd", double.Ne("3.00"))
		found("In", "ab", double.In("3.00", "0.2", "7"))
		found("Between", "bd", double.Between("0.20", "20"), double.Ne("3.00"))
		found("two columns", "abd", orm.Gt[rawItem, string](double, price))
		found("a value in the SQL", "ad", orm.Raw[rawItem, bool]("? > ?", price, "1.00").Eq(true))
		found("an amount in the SQL", "ad", orm.Raw[rawItem, string]("? + ?", price, "1").Gt("1.5"))
		found("of a type of its own", "a", orm.Raw[rawItem, money]("? / 2", cost).Eq("0.0625"))
		found("that may be NULL", "a", orm.Raw[rawItem, *money]("? * 2", cost).IsNotNull())
		found("a third", "b", orm.Raw[rawItem, string]("? * 3", price).Eq("0.30"))
		found("a duration", "bd", orm.Raw[rawItem, int64]("? * 2", wait).Gt(int64(10*time.Second)))
		found("a duration in the SQL", "bd", orm.Raw[rawItem, bool]("? > ?", wait, int64(10*time.Second)).Eq(true))
		found("a time", "bc", orm.Raw[rawItem, time.Time]("coalesce(?, ?)", at, noon).Gt(noon))
		found("a text", "a", orm.Raw[rawItem, string]("? || 'x'", name).Eq("ax"))

		got, err := orm.Select[string](q.OrderBy(double.Desc()), double).All(ctx)
		if s := strings.Join(got, " "); s != "19.98 3.00 0.20 -20.00" || err != nil {
			t.Errorf("Select in order of it: %q, %v", s, err)
		}
		waits, err := orm.Select[int64](q.OrderBy(wait.Asc()), orm.Raw[rawItem, int64]("? + ?", wait, int64(time.Second))).All(ctx)
		if s := fmt.Sprint(waits); s != "[1000000000 3000000000 61000000000 3601000000000]" || err != nil {
			t.Errorf("Select of durations: %s, %v", s, err)
		}
		if _, err := q.Where(name.Eq("b")).Update(ctx, price.SetTo(orm.Raw[rawItem, string]("? * 3", price))); err != nil {
			t.Error(err)
		}
		found("SetTo", "b", price.Eq("0.30"))

		// No database gives a wrong answer without an error.
		n, err := q.Where(orm.Raw[rawItem, string]("? * 2", long).Gt("4")).Count(ctx)
		switch db.Dialect().Name() {
		case "sqlite":
			if err == nil || !strings.Contains(err.Error(), "30 digits") {
				t.Errorf("a long decimal: %d, %v", n, err)
			}
			if _, err := q.Where(orm.Raw[rawItem, bool]("? > 2", long).Eq(true)).Count(ctx); err == nil {
				t.Error("a comparison of a long decimal gives no error")
			}
		default:
			if n != 2 || err != nil {
				t.Errorf("a long decimal: %d, %v", n, err)
			}
		}
		if _, err := q.Where(double.Gt("1.001")).Count(ctx); err == nil || errors.Is(err, orm.ErrNotFound) {
			t.Errorf("a value of more digits: %v", err)
		}
	})
}
