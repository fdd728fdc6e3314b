package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/database/sqlite"
)

type (
	word  string
	size  int16
	flag  bool
	bytes []byte
)

// shout is a scanner of its own.
type shout struct{ got any }

func (s *shout) Scan(v any) error {
	s.got = v
	return nil
}

// Whatever is read into whatever variable becomes what database/sql would make
// of it, or is an error as it is there.
func TestScanLikeDatabaseSQL(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	values := []string{
		"0", "1", "2", "-1", "300", "70000", "5000000000", "9223372036854775807", "1.0", "1.5", "-0.0", "1e300",
		"''", "'abc'", "'12'", "'-7'", "'1.5'", "'true'", "'f'", "x''", "x'00ff'", "x'3132'", "NULL",
	}
	dests := []any{
		new(string), new(bool), new(int), new(int8), new(int16), new(int32), new(int64),
		new(uint), new(uint8), new(uint16), new(uint32), new(uint64), new(float32), new(float64),
		new([]byte), new(any), new(time.Time), new(sql.RawBytes), new(struct{}), new(chan int),
		new(*string), new(*bool), new(*int64), new(*int16), new(*float64), new(*[]byte), new(**string), new(*time.Time),
		new(word), new(size), new(flag), new(bytes), new(*word), new(*size), new(shout), new(*shout),
		new(sql.NullString), new(sql.NullInt64), new(sql.Null[int32]), new(sql.Null[word]), new(sql.Null[time.Time]),
		"no pointer", nil,
	}
	err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		for _, v := range values {
			for _, d := range dests {
				name := fmt.Sprintf("%s into a %T", v, d)
				if _, ok := d.(*sql.RawBytes); ok {
					continue // memory of the engine, which is not offered
				}
				ours, theirs := fresh(d), fresh(d)
				gotErr := scanOne(ctx, tx, "SELECT "+v, ours)
				wantErr := sqlite.Raw(tx).QueryRowContext(ctx, "SELECT "+v).Scan(theirs)
				if (gotErr == nil) != (wantErr == nil) {
					t.Errorf("%s: error %v, with database/sql %v", name, gotErr, wantErr)
				}
				if wantErr == nil && !reflect.DeepEqual(ours, theirs) {
					t.Errorf("%s: %s", name, cmp.Diff(theirs, ours, cmp.AllowUnexported(shout{})))
				}
				if gotErr != nil && !strings.Contains(gotErr.Error(), "column 0") {
					t.Errorf("%s: the error does not name the column: %v", name, gotErr)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// fresh returns a new variable of the kind that d points to.
func fresh(d any) any {
	if d == nil || reflect.TypeOf(d).Kind() != reflect.Pointer || reflect.ValueOf(d).IsNil() {
		return d
	}
	return reflect.New(reflect.TypeOf(d).Elem()).Interface()
}

func scanOne(ctx context.Context, h database.Handle, query string, dest any) error {
	rows, err := h.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return fmt.Errorf("no row: %w", rows.Err())
	}
	return rows.Scan(dest)
}

func TestScanCountsColumns(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	var n int64
	err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT 1, 2")
	if err == nil || !strings.Contains(err.Error(), "the row has 2 columns, and 1 variables are given") {
		t.Error(err)
	}
}

// Arguments of all kinds that database/sql takes.
func TestArguments(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	text := "x"
	for _, test := range []struct {
		arg  any
		want string
	}{
		{nil, "null "}, {7, "integer 7"}, {uint8(7), "integer 7"}, {size(7), "integer 7"}, {true, "integer 1"}, {1.5, "real 1.5"},
		{"x", "text x"}, {word("x"), "text x"}, {&text, "text x"}, {(*string)(nil), "null "}, {[]byte("x"), "blob x"},
		{sql.NullString{String: "x", Valid: true}, "text x"}, {sql.Null[int]{}, "null "},
	} {
		var got string
		if err := database.QueryRow(t.Context(), db, []any{&got}, "SELECT typeof(?1) || ' ' || coalesce(?1, '')", test.arg); err != nil || got != test.want {
			t.Errorf("%T %v: %q, %v, want %q", test.arg, test.arg, got, err, test.want)
		}
	}
	var got string
	if err := database.QueryRow(t.Context(), db, []any{&got}, "SELECT @name", sql.Named("name", "x")); err != nil || got != "x" {
		t.Errorf("by name: %q, %v", got, err)
	}
	if err := database.QueryRow(t.Context(), db, []any{&got}, "SELECT ?", struct{}{}); err == nil || !strings.Contains(err.Error(), "argument 1") {
		t.Errorf("a struct: %v", err)
	}
}

// A context that ends stops the reading of rows.
func TestRowsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	ctx, cancel := context.WithCancel(t.Context())
	rows, err := db.Query(ctx, "SELECT value FROM json_each('[1,2,3,4]')")
	if err != nil {
		t.Fatal(err)
	}
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	cancel()
	if rows.Next() || rows.Err() == nil {
		t.Errorf("rows after the context has ended: %v", rows.Err())
	}
	if err := rows.Close(); err == nil {
		t.Error("no error at the end")
	}
	// The connection is still good.
	var n int64
	if err := database.QueryRow(t.Context(), db, []any{&n}, "SELECT 5"); err != nil || n != 5 {
		t.Error(n, err)
	}
}
