package dest_test

import (
	"database/sql"
	"testing"

	"github.com/volaweb/vola/internal/dest"
)

// recorder is a scanner that keeps what it was given.
type recorder struct{ got any }

func (r *recorder) Scan(src any) error { r.got = src; return nil }

func TestSet(t *testing.T) {
	t.Parallel()
	var (
		plain   int
		pointer *int
		null    sql.Null[int]
		scanner recorder
		text    string
	)
	for _, dst := range []any{&plain, &pointer, &null, &scanner} {
		if err := dest.Set(dst, 7); err != nil {
			t.Errorf("%T: %v", dst, err)
		}
	}
	if plain != 7 || pointer == nil || *pointer != 7 || null != (sql.Null[int]{V: 7, Valid: true}) || scanner.got != 7 {
		t.Errorf("stored %v, %v, %v, %v", plain, pointer, null, scanner.got)
	}
	if err := dest.Set(&text, 7); err == nil {
		t.Error("an int went into a string")
	}
	for _, dst := range []any{&pointer, &null, &scanner} {
		if err := dest.SetNull[int](dst); err != nil {
			t.Errorf("%T: %v", dst, err)
		}
	}
	if pointer != nil || null.Valid || null.V != 0 || scanner.got != nil {
		t.Errorf("NULL was stored as %v, %v, %v", pointer, null, scanner.got)
	}
	if err := dest.SetNull[int](&plain); err == nil || plain != 7 {
		t.Errorf("NULL went into an int: %v, %v", plain, err)
	}
}
