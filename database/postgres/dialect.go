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
	return database.Features{Returning: true, TxDDL: true, MaxArgs: 65535}
}

func (dialect) Editor() database.Editor { return editor{} }

// Codec returns how values are handed to pgx, which knows nearly all types.
func (dialect) Codec(t schema.Type) (database.Codec, error) {
	switch t.Kind {
	case schema.Bool, schema.Int16, schema.Int32, schema.Int64, schema.Float64, schema.Text, schema.Bytes,
		schema.Decimal, schema.JSON:
		return database.Codec{}, nil
	case schema.Time:
		return database.Codec{Encode: encodeTime, NewScanner: func() database.Scanner { return new(timeScanner) }}, nil
	case schema.Date:
		return database.Codec{Encode: encodeDate, NewScanner: func() database.Scanner { return new(dateScanner) }}, nil
	case schema.Clock:
		return database.Codec{Encode: encodeClock, NewScanner: func() database.Scanner { return new(clockScanner) }}, nil
	case schema.Duration:
		return database.Codec{Encode: encodeDuration, NewScanner: func() database.Scanner { return new(durationScanner) }}, nil
	case schema.UUID:
		return database.Codec{Encode: encodeUUID, NewScanner: func() database.Scanner { return new(uuidScanner) }}, nil
	}
	return database.Codec{}, fmt.Errorf("postgres has no column type for %v", t)
}
