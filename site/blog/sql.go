package blog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// selectRows runs a statement that is plain SQL, with question marks for its
// arguments on every database, and calls scan for each row.
func selectRows(ctx context.Context, h database.Handle, scan func(database.Rows) error, query string, args ...any) (err error) {
	text := make([]byte, 0, len(query)+8)
	n := 0
	for i := range len(query) {
		if query[i] != '?' {
			text = append(text, query[i])
			continue
		}
		n++
		text = database.Root(h).Dialect().AppendPlaceholder(text, n)
	}
	for i := range args {
		if args[i], err = encode(database.Root(h).Dialect(), args[i]); err != nil {
			return err
		}
	}
	rows, err := h.Query(ctx, string(text), args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return nil
}

// encode returns an argument as the database stores values of its type.
func encode(d database.Dialect, v any) (any, error) {
	kind := schema.Int64
	switch v.(type) {
	case time.Time:
		kind = schema.Time
	case bool:
		kind = schema.Bool
	case string:
		kind = schema.Text
	}
	codec, err := d.Codec(schema.Type{Kind: kind})
	if err != nil || codec.Encode == nil {
		return v, err
	}
	out, err := codec.Encode(v)
	if err != nil {
		return nil, fmt.Errorf("argument %v: %w", v, err)
	}
	return out, nil
}
