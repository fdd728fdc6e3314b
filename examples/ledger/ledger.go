package ledger

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// Balance adds up what moved on an account, in cents.
func Balance(ctx context.Context, h database.Handle, account int64) (sum int64, err error) {
	all := movements.From(orm.From[Entry](h).Where(Entries.Account.Eq(account)))
	for m, err := range all.Iter(ctx) {
		if err != nil {
			return 0, err
		}
		sum += m.Effect()
	}
	return sum, nil
}

// Biggest returns the names of the accounts with the largest entry of all.
func Biggest(ctx context.Context, h database.Handle) ([]string, error) {
	largest := orm.Scalar[Entry](orm.Select[int64](orm.From[Entry](h), orm.Max(Entries.Cents)))
	q := orm.From[Account](h).Where(Accounts.Entries.Any(orm.Eq(Entries.Cents, largest))).OrderBy(Accounts.Name.Asc())
	return orm.Select[string](q, Accounts.Name).All(ctx)
}

// filters are the columns that a list may be filtered by, under their names in
// a URL. What is not named here is not asked of the database.
var filters = []filter{{"kind", Entries.Kind}, {"account", Entries.Account}, {"cents", Entries.Cents}}

type filter struct {
	name   string
	column orm.Field[Entry]
}

// Filter adds the conditions that a query string asks for. A value that the
// column does not have is an error for the visitor.
func Filter(h database.Handle, q *orm.Query[Entry], query url.Values) (*orm.Query[Entry], error) {
	for _, f := range filters {
		if !query.Has(f.name) {
			continue
		}
		c, err := orm.ParseEq(h, f.column, query.Get(f.name))
		if err != nil {
			return nil, err
		}
		q = q.Where(c)
	}
	return q, nil
}

// part is how many rows an export holds.
const part = 500

// Export writes columns of the rows of a query as CSV, the names of the columns
// first. It reads the rows a part at a time, each in a statement of at most 5
// seconds, in the order of the query.
func Export(ctx context.Context, h database.Handle, w io.Writer, q *orm.Query[Entry], columns ...orm.Field[Entry]) error {
	models, err := orm.ModelsOf(h)
	if err != nil {
		return err
	}
	var header []string
	var items []orm.Selected[Entry]
	for _, c := range columns {
		info, err := orm.Info(models, c)
		if err != nil {
			return err
		}
		x, ok := c.(orm.Selected[Entry])
		if !ok {
			return fmt.Errorf("ledger: %s cannot be exported", info.Name)
		}
		header, items = append(header, info.Column), append(items, x)
	}
	out := csv.NewWriter(w)
	if err := out.Write(header); err != nil {
		return err
	}
	for cursor := ""; ; {
		rows, err := orm.Select[[]any](q.Timeout(5*time.Second), items...).Seek(ctx, cursor, part)
		if err != nil {
			return err
		}
		for _, row := range rows.Items {
			if err := out.Write(texts(row)); err != nil {
				return err
			}
		}
		if cursor = rows.Next; cursor == "" {
			out.Flush()
			return out.Error()
		}
	}
}

func texts(row []any) []string {
	out := make([]string, len(row))
	for i, v := range row {
		switch v := v.(type) {
		case nil:
		case time.Time:
			out[i] = v.Format(time.RFC3339)
		default:
			out[i] = fmt.Sprint(v)
		}
	}
	return out
}

// snippet: returning

// Archive marks the entries before a day as archived, some at a time, so that
// nobody waits long for the table, and returns how many they were, and the cents
// of all.
func Archive(ctx context.Context, h database.Handle, before time.Time) (n int, cents int64, err error) {
	old := orm.From[Entry](h).Where(Entries.At.Lt(before), Entries.Archived.Eq(false))
	for chunk, err := range old.Chunks(ctx, 1000) {
		if err != nil {
			return n, cents, err
		}
		archived, err := orm.Returning[int64](chunk, Entries.Cents).Update(ctx, Entries.Archived.Set(true))
		if err != nil {
			return n, cents, err
		}
		n += len(archived)
		for _, c := range archived {
			cents += c
		}
	}
	return n, cents, nil
}

// end snippet

// Copy copies the values of some columns from one entry to another, as a form
// does that shows only those.
func Copy(to, from *Entry, cents, note bool) error {
	amount, err := orm.AccessorOf(Entries.Cents)
	if err != nil {
		return err
	}
	text, err := orm.AccessorOf(Entries.Note)
	if err != nil {
		return err
	}
	if v, _ := amount.Get(from); cents {
		amount.Set(to, v)
	}
	if !note {
		return nil
	}
	if v, ok := text.Get(from); ok {
		text.Set(to, v)
	} else {
		text.SetNull(to)
	}
	return nil
}

// Preview says in words what closing an account would delete.
func Preview(ctx context.Context, h database.Handle, name string) (string, error) {
	plan, err := orm.PlanDelete(ctx, orm.From[Account](h).Where(Accounts.Name.Eq(name)))
	if err != nil {
		return "", err
	}
	out := fmt.Sprintf("%d account", plan.Rows)
	for _, e := range plan.Effects {
		out += fmt.Sprintf(", %d of %s", e.Rows, e.Table)
	}
	return out, nil
}

// Many returns about how many entries there are, for the head of a list: exact
// up to 10,000 on SQLite, the planner's guess on PostgreSQL.
func Many(ctx context.Context, h database.Handle) (int64, error) {
	return orm.From[Entry](h).CountEstimate(ctx, 10_000)
}
