package postgres

import (
	"fmt"
	"strconv"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

type dialect struct{}

func (dialect) Name() string { return "postgres" }

func (dialect) AppendPlaceholder(b []byte, n int) []byte {
	return strconv.AppendInt(append(b, '$'), int64(n), 10)
}

func (dialect) Features() database.Features {
	return database.Features{Returning: true, TxDDL: true, MaxArgs: 65535, Arrays: true, MaxName: 63, Concurrently: true}
}

func (dialect) Editor() database.Editor { return editor{} }

// Codec returns how values are handed to pgx, which knows nearly all types.
func (dialect) Codec(t schema.Type) (database.Codec, error) {
	cast := castTo(t.Kind)
	switch t.Kind {
	case schema.Bool, schema.Int16, schema.Int32, schema.Int64, schema.Float64, schema.Text, schema.Bytes,
		schema.Decimal, schema.JSON:
		return database.Codec{Cast: cast}, nil
	case schema.Time:
		return database.Codec{Cast: cast, Encode: encodeTime, NewScanner: func() database.Scanner { return new(timeScanner) }}, nil
	case schema.Date:
		return database.Codec{Cast: cast, Encode: encodeDate, NewScanner: func() database.Scanner { return new(dateScanner) }}, nil
	case schema.Clock:
		return database.Codec{Cast: cast, Encode: encodeClock, NewScanner: func() database.Scanner { return new(clockScanner) }}, nil
	case schema.Duration:
		return database.Codec{Cast: cast, Encode: encodeDuration, NewScanner: func() database.Scanner { return new(durationScanner) }}, nil
	case schema.UUID:
		return database.Codec{Cast: cast, Encode: encodeUUID, NewScanner: func() database.Scanner { return new(uuidScanner) }}, nil
	}
	return database.Codec{}, fmt.Errorf("postgres has no column type for %v", t)
}

// castTo returns the type of an argument of a kind. Whole numbers are cast to
// the largest type, so that none is too large for an expression.
func castTo(k schema.Kind) string {
	switch k {
	case schema.Bool:
		return "boolean"
	case schema.Int16, schema.Int32, schema.Int64:
		return "bigint"
	case schema.Float64:
		return "double precision"
	case schema.Text:
		return "text"
	case schema.Bytes:
		return "bytea"
	case schema.Time:
		return "timestamptz"
	case schema.Date:
		return "date"
	case schema.Clock:
		return "time"
	case schema.Duration:
		return "interval"
	case schema.Decimal:
		return "numeric"
	case schema.UUID:
		return "uuid"
	case schema.JSON:
		return "jsonb"
	}
	return ""
}
