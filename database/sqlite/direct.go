package sqlite

import (
	"database/sql/driver"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The driver asks for the names and declared types of all columns each time that a
// statement is run, and puts every value into an interface. A statement that it has
// prepared is run through the engine's library instead: names are read again only
// when the engine has planned the statement again, and values go from the engine's
// memory into the variable. All else is the driver's: connections, functions,
// preparing, closing, and the statements that newDirect leaves to it.

// direct runs a prepared statement. It belongs to one connection.
type direct struct {
	w    *watch
	stmt uintptr // the engine's statement, which the driver closes
	args int
	// columns are the names of the result, as they were when the engine had
	// planned the statement again so many times.
	columns []string
	planned int32
	// room is memory of the engine for the texts and bytes among the arguments,
	// which stay where they are while the statement runs.
	room uintptr
	size int
}

// keptRoom is how much room a statement keeps, in bytes, and maxRoom how much it may
// have.
const (
	keptRoom = 4 << 10
	maxRoom  = math.MaxInt32
)

// newDirect returns how to run a statement of the driver, nil if the driver must:
// if it does not have the field that is looked for, has parameters with names, returns
// times, which the driver reads from texts, or writes and returns rows.
func newDirect(w *watch, stmt any) *direct {
	v := reflect.ValueOf(stmt)
	if w == nil || v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil
	}
	field := v.Elem().FieldByName("pstmt")
	if !field.IsValid() || field.Kind() != reflect.Uintptr || field.Uint() == 0 {
		return nil // it is several statements, or none
	}
	d := &direct{w: w, stmt: uintptr(field.Uint())}
	d.args = int(sqlite3.Xsqlite3_bind_parameter_count(w.tls, d.stmt))
	for i := 1; i <= d.args; i++ {
		name := libc.GoString(sqlite3.Xsqlite3_bind_parameter_name(w.tls, d.stmt, int32(i)))
		if name != "" && name[0] != '?' {
			return nil
		}
	}
	if !d.readColumns() || len(d.columns) > 0 && sqlite3.Xsqlite3_stmt_readonly(w.tls, d.stmt) == 0 {
		return nil
	}
	return d
}

// readColumns reads the names of the columns. It is false if one has a type of which
// the driver makes times.
func (d *direct) readColumns() (ok bool) {
	d.planned, ok = d.timesPlanned(), true
	d.columns = make([]string, sqlite3.Xsqlite3_column_count(d.w.tls, d.stmt))
	for i := range d.columns {
		d.columns[i] = libc.GoString(sqlite3.Xsqlite3_column_name(d.w.tls, d.stmt, int32(i)))
		switch strings.ToUpper(libc.GoString(sqlite3.Xsqlite3_column_decltype(d.w.tls, d.stmt, int32(i)))) {
		case "DATE", "DATETIME", "TIMESTAMP":
			ok = false
		}
	}
	return ok
}

// timesPlanned returns how often the engine has planned the statement again: after a
// change of the tables, say.
func (d *direct) timesPlanned() int32 {
	return sqlite3.Xsqlite3_stmt_status(d.w.tls, d.stmt, sqlite3.SQLITE_STMTSTATUS_REPREPARE, 0)
}

// takes reports whether the statement can be run with these arguments.
func (d *direct) takes(args []driver.NamedValue) bool {
	if d == nil || len(args) != d.args {
		return false
	}
	size := 0
	for i := range args {
		switch v := args[i].Value.(type) {
		case nil, int64, float64, bool:
		case string:
			size += len(v)
		case []byte:
			size += len(v)
		default:
			return false
		}
		if args[i].Name != "" || size >= maxRoom {
			return false
		}
	}
	return d.hasRoom(size + 1) // the address of a text that is empty is one too
}

// hasRoom makes room for the arguments, and is false if there is no memory for it.
func (d *direct) hasRoom(size int) bool {
	if size <= d.size {
		return true
	}
	d.free()
	size = max(size, 64)
	if d.room = sqlite3.Xsqlite3_malloc(d.w.tls, int32(size)); d.room != 0 {
		d.size = size
	}
	return d.room != 0
}

func (d *direct) free() {
	if d != nil && d.room != 0 {
		sqlite3.Xsqlite3_free(d.w.tls, d.room)
		d.room, d.size = 0, 0
	}
}

// bind gives the statement its arguments, for which takes has made room.
func (d *direct) bind(args []driver.NamedValue) error {
	used, tls := 0, d.w.tls
	for i := range args {
		n, at := int32(i+1), d.room+uintptr(used)
		var rc int32
		switch v := args[i].Value.(type) {
		case nil:
			rc = sqlite3.Xsqlite3_bind_null(tls, d.stmt, n)
		case int64:
			rc = sqlite3.Xsqlite3_bind_int64(tls, d.stmt, n, v)
		case float64:
			rc = sqlite3.Xsqlite3_bind_double(tls, d.stmt, n, v)
		case bool:
			var one int64
			if v {
				one = 1
			}
			rc = sqlite3.Xsqlite3_bind_int64(tls, d.stmt, n, one)
		case string:
			used += copy(bytesAt(at, len(v)), v)
			rc = sqlite3.Xsqlite3_bind_text(tls, d.stmt, n, at, int32(len(v)), 0)
		case []byte:
			if v == nil {
				rc = sqlite3.Xsqlite3_bind_null(tls, d.stmt, n)
				break
			}
			used += copy(bytesAt(at, len(v)), v)
			rc = sqlite3.Xsqlite3_bind_blob(tls, d.stmt, n, at, int32(len(v)), 0)
		}
		if rc != sqlite3.SQLITE_OK {
			return d.w.errorOf(rc)
		}
	}
	return nil
}

// bytesAt returns memory of the engine.
func bytesAt(at uintptr, size int) []byte {
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&at)), size)
}

// begin runs the statement up to its first row. It is false if there is none. The
// caller resets the statement, also after an error.
func (d *direct) begin(args []driver.NamedValue) (row bool, err error) {
	if err := d.bind(args); err != nil {
		return false, err
	}
	return d.step()
}

func (d *direct) step() (row bool, err error) {
	switch rc := sqlite3.Xsqlite3_step(d.w.tls, d.stmt); rc {
	case sqlite3.SQLITE_ROW:
		return true, nil
	case sqlite3.SQLITE_DONE:
		return false, nil
	default:
		return false, d.w.errorOf(rc)
	}
}

// reset ends the run.
func (d *direct) reset() error {
	rc := sqlite3.Xsqlite3_reset(d.w.tls, d.stmt)
	var err error
	if rc != sqlite3.SQLITE_OK {
		err = d.w.errorOf(rc)
	}
	if d.size > keptRoom {
		for i := range d.args {
			sqlite3.Xsqlite3_bind_null(d.w.tls, d.stmt, int32(i+1)) // what is bound is gone
		}
		d.free()
	}
	return err
}

// exec runs the statement to its end.
func (d *direct) exec(args []driver.NamedValue) (out result, err error) {
	row, err := d.begin(args)
	for row && err == nil {
		row, err = d.step()
	}
	if err == nil {
		out.RowsAffected = sqlite3.Xsqlite3_changes64(d.w.tls, d.w.db)
		out.LastInsertID = sqlite3.Xsqlite3_last_insert_rowid(d.w.tls, d.w.db)
	}
	if err2 := d.reset(); err == nil {
		err = err2
	}
	return out, err
}

// scan stores a column of the current row in the variable that dest points to.
func (d *direct) scan(column int, dest any) error {
	i := int32(column)
	kind := sqlite3.Xsqlite3_column_type(d.w.tls, d.stmt, i)
	switch to := dest.(type) { // what nearly all variables are, see [assign]
	case *string:
		if kind == sqlite3.SQLITE_TEXT && to != nil {
			*to = string(d.textAt(i))
			return nil
		}
	case *int64:
		if n, ok := d.small(i, kind, 64); ok && to != nil {
			*to = n
			return nil
		}
	case *int:
		if n, ok := d.small(i, kind, strconv.IntSize); ok && to != nil {
			*to = int(n)
			return nil
		}
	case *int32:
		if n, ok := d.small(i, kind, 32); ok && to != nil {
			*to = int32(n)
			return nil
		}
	case *int16:
		if n, ok := d.small(i, kind, 16); ok && to != nil {
			*to = int16(n)
			return nil
		}
	case *float64:
		if kind == sqlite3.SQLITE_FLOAT && to != nil {
			*to = sqlite3.Xsqlite3_column_double(d.w.tls, d.stmt, i)
			return nil
		}
	case *bool:
		if n, ok := d.small(i, kind, 64); ok && to != nil && n>>1 == 0 {
			*to = n == 1
			return nil
		}
	case **string:
		if kind == sqlite3.SQLITE_TEXT && to != nil {
			text := string(d.textAt(i))
			*to = &text
			return nil
		}
	case textScanner:
		if kind == sqlite3.SQLITE_TEXT {
			if ok, err := to.scanText(d.textAt(i)); ok {
				return err
			}
		}
	}
	return assign(dest, d.value(i, kind))
}

// small returns a column that is a whole number of so many bits.
func (d *direct) small(i, kind int32, bits int) (int64, bool) {
	if kind != sqlite3.SQLITE_INTEGER {
		return 0, false
	}
	n := sqlite3.Xsqlite3_column_int64(d.w.tls, d.stmt, i)
	return n, n<<(64-bits)>>(64-bits) == n
}

// value returns a column of the current row as the driver does.
func (d *direct) value(i, kind int32) driver.Value {
	switch kind {
	case sqlite3.SQLITE_INTEGER:
		return sqlite3.Xsqlite3_column_int64(d.w.tls, d.stmt, i)
	case sqlite3.SQLITE_FLOAT:
		return sqlite3.Xsqlite3_column_double(d.w.tls, d.stmt, i)
	case sqlite3.SQLITE_TEXT:
		return string(d.textAt(i))
	case sqlite3.SQLITE_BLOB:
		at := sqlite3.Xsqlite3_column_blob(d.w.tls, d.stmt, i)
		return append([]byte(nil), bytesAt(at, int(sqlite3.Xsqlite3_column_bytes(d.w.tls, d.stmt, i)))...)
	}
	return nil
}

// textAt returns a text where the engine has it, until the next row.
func (d *direct) textAt(i int32) []byte {
	at := sqlite3.Xsqlite3_column_text(d.w.tls, d.stmt, i)
	return bytesAt(at, int(sqlite3.Xsqlite3_column_bytes(d.w.tls, d.stmt, i)))
}

// engineError is an error of the engine, in the words of the driver's.
type engineError struct {
	code int
	text string
}

func (e *engineError) Error() string { return e.text }
func (e *engineError) Code() int     { return e.code }

// errorOf returns the error of what was called last.
func (w *watch) errorOf(rc int32) error {
	text := libc.GoString(sqlite3.Xsqlite3_errstr(w.tls, rc))
	if more := libc.GoString(sqlite3.Xsqlite3_errmsg(w.tls, w.db)); more != text {
		text += ": " + more
	}
	text += fmt.Sprintf(" (%d)", rc)
	if rc == sqlite3.SQLITE_BUSY {
		text += " (SQLITE_BUSY)"
	}
	return &engineError{int(rc), text}
}
