package sqlite_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/database/databasetest"
)

// vola_decimal(value, places before, digits, places).
func TestDecimalFunction(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	tests := []struct{ call, want string }{
		{"NULL, 2, 20, 2", "NULL"},
		{"12.5, 2, 20, 3", "'p00000000000000012.500'"},
		{"-12.5, 2, 20, 3", "'n99999999999999987.499'"},
		{"12, 2, 20, 0", "'p00000000000000000012'"},
		{"0, 2, 16, 16", "'p.0000000000000000'"},
		{"'p00000000000000012.500', 3, 15, 1", "12.5"},
		{"'n99999999999999987.499', 3, 15, 1", "-12.5"},
		{"'p00000000000000012.000', 3, 15, 0", "12"},
		{"'p00000000000000012.500', 3, 18, 1", "'p00000000000000012.5'"},
		{"'p00000000000000012.500', 3, 15, 0", "12.500 has more than 0 digits after the point"},
		{"'p00000000000123456.000', 3, 15, 10", "123456.0000000000 has more than 5 digits before the point"},
		{"123456789012345, 0, 15, 0", "123456789012345"},
		{"0.1 + 0.2, 2, 16, 4", "'p000000000000.3000'"}, // what floats left behind is passed over
		{"0.125, NULL, 16, 2", "'p00000000000000.13'"},  // a person's expression is rounded
		{"-0.001, NULL, 16, 2", "'p00000000000000.00'"}, // there is one zero
		{"'12.50', NULL, 16, 2", "'p00000000000012.50'"},
		{"1e14, NULL, 16, 1", "'p100000000000000.0'"},
		{"'', NULL, 16, 2", "no decimal number"},
		{"'1/3', NULL, 16, 2", "no decimal number"},
		{"'1e9', NULL, 16, 2", "no decimal number"},
		{"'pick', NULL, 16, 2", "no decimal number"},
		{"x'31', NULL, 16, 2", "'p00000000000001.00'"},
	}
	for _, tt := range tests {
		rows, err := db.Query(t.Context(), "SELECT quote(vola_decimal("+tt.call+"))")
		var got string
		if err == nil {
			for rows.Next() {
				err = rows.Scan(&got)
			}
			if err2 := rows.Close(); err == nil {
				err = err2
			}
		}
		if err != nil && !strings.Contains(err.Error(), tt.want) || err == nil && got != tt.want {
			t.Errorf("vola_decimal(%s) = %s, %v; want %s", tt.call, got, err, tt.want)
		}
	}
}
