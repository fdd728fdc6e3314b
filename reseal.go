package vola

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/internal/cli"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/signing"
)

// resealCommand exchanges the key of what is sealed in the database.
func (p *program) resealCommand() cli.Command {
	var f siteFlags
	return cli.Command{
		Name:  "reseal",
		Help:  "seal what is encrypted in the database again with SECRET_KEY, so that the keys of SECRET_KEY_FALLBACKS can be removed",
		Flags: f.declare,
		Run: func(ctx context.Context, _ []string) error {
			s, err := p.assemble(f)
			if err != nil {
				return err
			}
			return p.withDatabase(ctx, s, f, false, func(ctx context.Context, _ bool) error {
				if s.set.SecretKey == "" {
					return cli.ConfigError{Err: errors.New("setting SECRET_KEY is not set: nothing can be sealed for later starts")}
				}
				return reseal(ctx, s.host.DB, s.host.Signer, p.stdout)
			})
		},
	}
}

// resealAtOnce is how many rows are read at a time.
const resealAtOnce = 500

// reseal seals the columns of type signing.Sealed of all models again, and says what it did. A row
// that changes at the same time is left as it is: what was written then has the new key. A value
// that no key opens stays, and is an error after all others are done.
func reseal(ctx context.Context, db *database.DB, signer *signing.Signer, out io.Writer) error {
	models, err := orm.ModelsOf(db)
	if err != nil {
		return err
	}
	var errs []error
	columns := 0
	for _, m := range models.List() {
		fields, err := models.Fields(m.Type)
		if err != nil {
			return err
		}
		var keys []string
		for _, f := range fields {
			if f.Key {
				keys = append(keys, f.Column)
			}
		}
		for _, f := range fields {
			if f.Type != reflect.TypeFor[signing.Sealed]() {
				continue
			}
			columns++
			c := sealedColumn{db: db, signer: signer, table: f.Table, column: f.Column, keys: keys}
			if err := c.reseal(ctx); err != nil {
				return fmt.Errorf("table %s, column %s: %w", f.Table, f.Column, err)
			}
			fmt.Fprintf(out, "%s.%s: sealed %s again\n", f.Table, f.Column, count(c.done, "value"))
			if len(c.lost) > 0 {
				errs = append(errs, fmt.Errorf("table %s, column %s: %s cannot be opened with any of the keys, the first in row %s; they were left as they are",
					f.Table, f.Column, count(c.unread, "value"), strings.Join(c.lost, ", ")))
			}
		}
	}
	if columns == 0 {
		fmt.Fprintln(out, "no model has a column of type signing.Sealed")
	}
	return errors.Join(errs...)
}

// sealedColumn is one that is being sealed again.
type sealedColumn struct {
	db            *database.DB
	signer        *signing.Signer
	table, column string
	keys          []string
	done, unread  int
	lost          []string // the keys of the first rows that cannot be opened
}

func (c *sealedColumn) reseal(ctx context.Context) error {
	for {
		// Those that cannot be opened stay at the front of what is found.
		rows, err := c.read(ctx, c.unread)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := c.write(ctx, row); err != nil {
				return err
			}
		}
		if len(rows) < resealAtOnce {
			return nil
		}
	}
}

// read returns rows whose value was not sealed with the first key: the value, and the key.
func (c *sealedColumn) read(ctx context.Context, skip int) (out [][]any, err error) {
	var keys []string
	for _, k := range c.keys {
		keys = append(keys, database.Quote(k))
	}
	column, key := database.Quote(c.column), strings.Join(keys, ", ")
	prefix := c.signer.SealedPrefix()
	rows, err := c.db.Query(ctx, fmt.Sprintf("SELECT %s, %s FROM %s WHERE %s <> '' AND substr(%s, 1, %d) <> %s ORDER BY %s LIMIT %d OFFSET %d",
		column, key, database.Quote(c.table), column, column, len(prefix), c.arg(1), key, resealAtOnce, skip), prefix)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		row, dest := make([]any, 1+len(keys)), make([]any, 1+len(keys))
		for i := range row {
			dest[i] = &row[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// write stores the value of a row sealed again, if it is still that value.
func (c *sealedColumn) write(ctx context.Context, row []any) error {
	text, _ := row[0].(string)
	again, ok := c.signer.Reseal(signing.Sealed(text))
	if !ok {
		c.unread++
		if len(c.lost) < 3 {
			c.lost = append(c.lost, fmt.Sprint(row[1:]...))
		}
		return nil
	}
	args := []any{string(again), text}
	where := fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s = %s", database.Quote(c.table), database.Quote(c.column), c.arg(1), database.Quote(c.column), c.arg(2))
	for i, k := range c.keys {
		args = append(args, row[1+i])
		where += " AND " + database.Quote(k) + " = " + c.arg(3+i)
	}
	res, err := c.db.Exec(ctx, where, args...)
	if err == nil && res.RowsAffected == 1 {
		c.done++
	}
	return err
}

func (c *sealedColumn) arg(n int) string { return string(c.db.Dialect().AppendPlaceholder(nil, n)) }
