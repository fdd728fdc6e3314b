package ddl

import (
	"context"
	"math"
	"strconv"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// Each calls fn for each row of a query.
func Each(ctx context.Context, h database.Handle, query string, args []any, fn func(scan func(...any) error) error) error {
	rows, err := h.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Close()
}

// Strings returns what a query of one column finds.
func Strings(ctx context.Context, h database.Handle, query string, args ...any) (out []string, err error) {
	err = Each(ctx, h, query, args, func(scan func(...any) error) error {
		var s string
		err := scan(&s)
		out = append(out, s)
		return err
	})
	return out, err
}

// Number returns the default that a number stands for in a column of type t.
// Infinity and what is no number are none, as no database has literals for them.
func Number(text string, t schema.Type) (d schema.Default, ok bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	f, err2 := strconv.ParseFloat(text, 64)
	switch {
	case err2 != nil || math.IsInf(f, 0) || math.IsNaN(f):
		return d, false
	case err == nil && t.Kind != schema.Float64:
		return schema.Default{Value: n}, true
	}
	return schema.Default{Value: f}, true
}
