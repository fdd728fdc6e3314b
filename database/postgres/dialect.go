package postgres

import (
	"fmt"
	"strconv"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

type dialect struct{}

func (dialect) Name() string { return "postgres" }

func (dialect) AppendPlaceholder(b []byte, n int) []byte {
	return strconv.AppendInt(append(b, '$'), int64(n), 10)
}

func (dialect) Features() database.Features {
	return database.Features{Returning: true, TxDDL: true, MaxArgs: 65535}
}

func (dialect) Editor() database.Editor { return editor{} }

// Codec returns how values are handed to pgx, which knows nearly all types.
func (dialect) Codec(t schema.Type) (database.Codec, error) {
	switch t.Kind {
	case schema.Bool, schema.Int16, schema.Int32, schema.Int64, schema.Float64, schema.Text, schema.Bytes:
		return database.Codec{}, nil
	case schema.Time:
		return database.Codec{Encode: encodeTime}, nil
	case schema.Duration:
		return database.Codec{Encode: encodeDuration}, nil
	}
	return database.Codec{}, fmt.Errorf("postgres has no column type for %v", t)
}

// encodeTime cuts what PostgreSQL would round, and refuses the years that
// SQLite cannot hold.
func encodeTime(v any) (any, error) {
	t := v.(time.Time).UTC().Truncate(time.Microsecond)
	if y := t.Year(); y < 1 || y > 9999 {
		return nil, fmt.Errorf("year %d is not between 1 and 9999", y)
	}
	return t, nil
}

func encodeDuration(v any) (any, error) {
	d := v.(time.Duration)
	if d%time.Microsecond != 0 {
		return nil, fmt.Errorf("%v is not a whole number of microseconds", d)
	}
	return d, nil
}
