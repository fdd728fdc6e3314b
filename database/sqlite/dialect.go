package sqlite

import (
	"fmt"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

type dialect struct{}

func (dialect) Name() string { return "sqlite" }

func (dialect) AppendPlaceholder(b []byte, n int) []byte { return append(b, '?') }

func (dialect) Features() database.Features {
	return database.Features{TxDDL: true, MaxArgs: 32766, LooseTypes: true, NoForeignKeys: true}
}

func (dialect) Editor() database.Editor { return editor{} }

// Codec returns how SQLite, which knows only numbers, text and bytes, stores a
// type: the way Django does, so that one file serves both.
func (dialect) Codec(t schema.Type) (database.Codec, error) {
	switch t.Kind {
	case schema.Bool, schema.Int16, schema.Int32, schema.Int64, schema.Float64, schema.Text, schema.JSON:
		return database.Codec{}, nil
	case schema.Bytes:
		return database.Codec{NewScanner: newScanner(readBytes)}, nil
	case schema.Time:
		return database.Codec{Encode: encodeTime, NewScanner: newTextScanner(readTime, parseTime), SelectPrefix: asItIs}, nil
	case schema.Date:
		return database.Codec{Encode: encodeDate, NewScanner: newTextScanner(readDate, civil.ParseDate), SelectPrefix: asItIs}, nil
	case schema.Clock:
		return database.Codec{Encode: encodeClock, NewScanner: newTextScanner(readClock, civil.ParseClock), SelectPrefix: asItIs}, nil
	case schema.Duration:
		return database.Codec{Encode: encodeDuration, NewScanner: newScanner(readDuration)}, nil
	case schema.UUID:
		return database.Codec{Encode: encodeUUID, NewScanner: newScanner(readUUID)}, nil
	case schema.Decimal:
		return decimalCodec(t)
	}
	return database.Codec{}, fmt.Errorf("sqlite has no column type for %v", t)
}

// asItIs makes an expression of a column. The engine parses columns declared
// date, time or datetime by trying forms one after the other; an expression
// has no declared type and comes as the text that it is.
const asItIs = "+"
