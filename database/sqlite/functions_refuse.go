package sqlite

import (
	"database/sql/driver"
	"fmt"

	engine "modernc.org/sqlite"
)

// refuseFunction ends the statement with an error that says which value does
// not fit: vola_refuse(value, 'table.column', 'an int16'). It is for a column that
// gets another type; vola_fit is for values that are computed.
const refuseFunction = "vola_refuse"

func registerRefuse(d *engine.Driver) error {
	return register(d, refuseFunction, 3, func(args []driver.Value) (driver.Value, error) {
		value := args[0]
		if b, ok := value.([]byte); ok {
			value = string(b)
		}
		if s, ok := value.(string); ok {
			value = fmt.Sprintf("%.40q", s)
		}
		return nil, fmt.Errorf("%v: %v does not fit %v", args[1], value, args[2])
	})
}
