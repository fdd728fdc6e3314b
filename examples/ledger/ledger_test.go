package ledger_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/examples/ledger"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/orm"
)

// withEntries runs a test on every database, with 1,200 deposits of 1 to 1,200
// cents and a withdrawal of 500 on one account, and a deposit of 9,999 on
// another.
func withEntries(t *testing.T, fn func(t *testing.T, ctx context.Context, db *database.DB, accounts []ledger.Account)) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		models, err := orm.NewModels(orm.Group{Module: "ledger", Models: ledger.Models()})
		if err == nil {
			err = orm.Use(db, models)
		}
		if err == nil {
			err = models.CreateTables(ctx, db)
		}
		if err != nil {
			t.Fatal(err)
		}
		accounts := []ledger.Account{{Name: "till"}, {Name: "vault"}}
		if err := orm.CreateAll(ctx, db, accounts); err != nil {
			t.Fatal(err)
		}
		note, day := "with a, comma", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		var entries []ledger.Entry
		for i := range 1200 {
			entries = append(entries, ledger.Entry{Account: orm.RefTo[ledger.Account](accounts[0].ID), Kind: ledger.Deposit, Cents: int64(i + 1), At: day.AddDate(0, 0, i)})
		}
		entries = append(entries,
			ledger.Entry{Account: orm.RefTo[ledger.Account](accounts[0].ID), Kind: ledger.Withdrawal, Cents: 500, Note: &note, At: day},
			ledger.Entry{Account: orm.RefTo[ledger.Account](accounts[1].ID), Kind: ledger.Deposit, Cents: 9999, At: day})
		if err := orm.CreateAll(ctx, db, entries); err != nil {
			t.Fatal(err)
		}
		fn(t, ctx, db, accounts)
	})
}

func TestBalance(t *testing.T) {
	withEntries(t, func(t *testing.T, ctx context.Context, db *database.DB, accounts []ledger.Account) {
		if sum, err := ledger.Balance(ctx, db, accounts[0].ID); sum != 1200*1201/2-500 || err != nil {
			t.Errorf("the balance is %d, %v", sum, err)
		}
		if names, err := ledger.Biggest(ctx, db); fmt.Sprint(names) != "[vault]" || err != nil {
			t.Errorf("the biggest are %v, %v", names, err)
		}
	})
}

func TestExport(t *testing.T) {
	withEntries(t, func(t *testing.T, ctx context.Context, db *database.DB, accounts []ledger.Account) {
		all := orm.From[ledger.Entry](db).OrderBy(ledger.Entries.Cents.Desc())
		q, err := ledger.Filter(db, all, url.Values{"account": {fmt.Sprint(accounts[0].ID)}, "note": {"ignored"}})
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := ledger.Export(ctx, db, &out, q, ledger.Entries.Cents, ledger.Entries.Note, ledger.Entries.Account); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != 1202 || lines[0] != "cents,note,account_id" || lines[1] != fmt.Sprintf("1200,,%d", accounts[0].ID) || lines[1201] != fmt.Sprintf("1,,%d", accounts[0].ID) {
			t.Errorf("%d lines: %q ... %q", len(lines), lines[:2], lines[len(lines)-1])
		}
		if !strings.Contains(out.String(), "500,\"with a, comma\",") {
			t.Error("the note is missing")
		}
		for _, v := range []url.Values{{"kind": {"theft"}}, {"cents": {"1.5"}}, {"cents": {"99999999999999999999"}}} {
			if _, err := ledger.Filter(db, all, v); fault.KindOf(err) != fault.Invalid || fault.Message(err) == "" {
				t.Errorf("%v: %v", v, err)
			}
		}
	})
}

func TestArchive(t *testing.T) {
	withEntries(t, func(t *testing.T, ctx context.Context, db *database.DB, _ []ledger.Account) {
		before := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 1100)
		sums, err := orm.Select[int64](orm.From[ledger.Entry](db).Where(ledger.Entries.At.Lt(before)), orm.Sum(ledger.Entries.Cents)).Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n, cents, err := ledger.Archive(ctx, db, before); n != 1102 || cents != sums || err != nil {
			t.Errorf("%d were archived, of %d cents and not %d, %v", n, cents, sums, err)
		}
		if n, cents, err := ledger.Archive(ctx, db, before); n != 0 || cents != 0 || err != nil {
			t.Errorf("%d were archived twice, %v", n, err)
		}
	})
}

func TestPreview(t *testing.T) {
	withEntries(t, func(t *testing.T, ctx context.Context, db *database.DB, accounts []ledger.Account) {
		if plan, err := ledger.Preview(ctx, db, "till"); plan != "1 account, 1201 of ledger_entry" || err != nil {
			t.Errorf("%q, %v", plan, err)
		}
		if _, err := db.Exec(ctx, "ANALYZE"); err != nil {
			t.Fatal(err)
		}
		if n, err := ledger.Many(ctx, db); n < 1000 || n > 1500 || err != nil {
			t.Errorf("about %d, %v", n, err)
		}
		err := orm.Create(ctx, db, &ledger.Entry{Account: orm.RefTo[ledger.Account](accounts[0].ID), Kind: ledger.Deposit})
		if err == nil {
			t.Error("an amount of 0 was stored")
		}
	})
}

func TestCopy(t *testing.T) {
	t.Parallel()
	note := "new"
	from, to := ledger.Entry{Cents: 7, Note: &note}, ledger.Entry{Cents: 1}
	if err := ledger.Copy(&to, &from, true, false); err != nil || to.Cents != 7 || to.Note != nil {
		t.Errorf("%+v, %v", to, err)
	}
	if err := ledger.Copy(&to, &from, false, true); err != nil || *to.Note != "new" {
		t.Errorf("%+v, %v", to, err)
	}
	if err := ledger.Copy(&to, &ledger.Entry{}, false, true); err != nil || to.Note != nil {
		t.Errorf("%+v, %v", to, err)
	}
}
