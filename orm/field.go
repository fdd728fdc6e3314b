package orm

import (
	"database/sql"
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/internal/snake"
	"github.com/volaweb/vola/schema"
)

// field is a field of a model that is stored in a column.
type field struct {
	name   string // Go name
	column string
	path   []int // for reflection
	offset uintptr
	typ    reflect.Type // as declared
	base   reflect.Type // without pointer or sql.Null
	null   nullForm
	form   form
	store  schema.Type
	auto   bool // numbered by the database
	tag    tag
	ref    *refInfo
	// validAt is where a sql.Null keeps its Valid.
	validAt uintptr
	// choices are the values that may be written, in the form that codecs
	// take; nil allows all.
	choices []any
	def     schema.Default
	// indexed is how many bytes a text or a byte string may have because of an
	// index, 0 for any number.
	indexed int
}

// nullForm says how a field holds NULL.
type nullForm byte

const (
	notNull nullForm = iota
	nullPointer
	nullStruct // sql.Null[T]
)

// form says how a value lies in memory.
type form byte

const (
	formBool form = iota + 1
	formInt       // of any size; the base type says which
	formFloat
	formText
	formBytes
	formTime
	formDate
	formClock
	formDuration
	formUUID    // 16 bytes
	formDecimal // a string, or a type that is written as text
	formJSON    // any type
	formValuer  // a type that converts itself
)

var (
	timeType     = reflect.TypeFor[time.Time]()
	dateType     = reflect.TypeFor[civil.Date]()
	clockType    = reflect.TypeFor[civil.Clock]()
	durationType = reflect.TypeFor[time.Duration]()
	rawJSONType  = reflect.TypeFor[json.RawMessage]()
)

// resolve finds out how the field is stored.
func (f *field) resolve() error {
	f.base = f.typ
	switch {
	case f.typ.Kind() == reflect.Pointer:
		f.null, f.base = nullPointer, f.typ.Elem()
		if f.base.Kind() == reflect.Pointer || isNull(f.base) {
			return fmt.Errorf("type %s says NULL twice", f.typ)
		}
	case isNull(f.typ):
		f.null, f.base = nullStruct, f.typ.Field(0).Type
		f.validAt = f.typ.Field(1).Offset
		if f.base.Kind() == reflect.Pointer || isNull(f.base) {
			return fmt.Errorf("type %s says NULL twice", f.typ)
		}
	}
	f.column = f.tag.column
	if f.column == "" {
		f.column = snake.Case(f.name)
	}
	if ref, ok := refTypeOf(f.base); ok {
		if f.null == nullStruct {
			return fmt.Errorf("a reference that may be absent is a pointer, *%s", f.base)
		}
		f.ref = &refInfo{refType: ref}
		f.base = ref.key
		if f.tag.column == "" {
			f.column += "_id"
		}
		if f.tag.onDelete == schema.SetNull && f.null == notNull {
			return fmt.Errorf("on_delete=set_null needs a field that may be NULL: a pointer to the reference")
		}
	} else if f.tag.hasDelete || f.tag.deferred {
		return fmt.Errorf("on_delete and deferred are for references, and %s is none", f.typ)
	}
	if err := f.resolveForm(); err != nil {
		return err
	}
	if err := f.checkTag(); err != nil {
		return err
	}
	if err := f.resolveChoices(); err != nil {
		return err
	}
	return f.resolveDefault()
}

// resolveForm finds the form and the column type for the field's Go type: by
// the tag if that says it, by the type, and last by what the type is made of.
func (f *field) resolveForm() error {
	t := f.base
	switch {
	case f.tag.json || t == rawJSONType:
		f.form, f.store.Kind = formJSON, schema.JSON
	case f.tag.valuer != 0:
		if !isValuer(t) || !isScanner(t) {
			return fmt.Errorf("type= is for types that are a driver.Valuer and a sql.Scanner, and %s is not", t)
		}
		f.form, f.store = formValuer, schema.Type{Kind: f.tag.valuer, Size: f.tag.size}
	case f.tag.decimal:
		if t.Kind() != reflect.String && !isText(t) {
			return fmt.Errorf("a decimal is a string or a type that is an encoding.TextMarshaler and an encoding.TextUnmarshaler, and %s is neither", t)
		}
		f.form, f.store = formDecimal, schema.Type{Kind: schema.Decimal, Precision: f.tag.precision, Scale: f.tag.scale}
	case t.Kind() == reflect.Struct && t.ConvertibleTo(timeType):
		f.form, f.store.Kind = formTime, schema.Time
	case t.Kind() == reflect.Struct && t.ConvertibleTo(dateType):
		f.form, f.store.Kind = formDate, schema.Date
	case t.Kind() == reflect.Struct && t.ConvertibleTo(clockType):
		f.form, f.store.Kind = formClock, schema.Clock
	case t == durationType, f.tag.duration && t.Kind() == reflect.Int64:
		f.form, f.store.Kind = formDuration, schema.Duration
	case t.Kind() == reflect.Array && t.Len() == 16 && t.Elem().Kind() == reflect.Uint8:
		f.form, f.store.Kind = formUUID, schema.UUID
	case isValuer(t) || isScanner(t):
		return f.selfStored()
	default:
		return f.resolveKind()
	}
	return nil
}

// selfStored is the error for a type that converts itself, into what cannot be
// known beforehand.
func (f *field) selfStored() error {
	if f.base.PkgPath() == "database/sql" {
		return fmt.Errorf("a field that may be NULL is a pointer or a sql.Null[T]; use one instead of %s", f.base)
	}
	return fmt.Errorf("type %s converts itself for databases; say into what, such as `db:\"type=text\"` (bool, int, float, text, bytes, time), "+
		"or `db:\"decimal=10.2\"` if it is a decimal number", f.base)
}

// resolveKind finds the form and the column type for a type made of a basic
// one.
func (f *field) resolveKind() error {
	t := f.base
	switch t.Kind() {
	case reflect.Bool:
		f.form, f.store.Kind = formBool, schema.Bool
	case reflect.Int8, reflect.Uint8, reflect.Int16:
		f.form, f.store.Kind = formInt, schema.Int16
	case reflect.Uint16, reflect.Int32:
		f.form, f.store.Kind = formInt, schema.Int32
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint32, reflect.Uint64:
		f.form, f.store.Kind = formInt, schema.Int64
	case reflect.Float32, reflect.Float64:
		f.form, f.store.Kind = formFloat, schema.Float64
	case reflect.String:
		f.form, f.store = formText, schema.Type{Kind: schema.Text, Size: f.tag.size}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			f.form, f.store.Kind = formBytes, schema.Bytes
			return nil
		}
		fallthrough
	case reflect.Struct, reflect.Map, reflect.Array, reflect.Interface:
		return fmt.Errorf("a field of type %s cannot be stored in a column of its own type; store it as JSON with `db:\"json\"`, or leave it out with `db:\"-\"`", f.typ)
	default:
		return fmt.Errorf("a field of type %s cannot be stored; leave it out with `db:\"-\"`", f.typ)
	}
	return nil
}

// checkTag refuses options that do not go with the field's type or with each
// other.
func (f *field) checkTag() error {
	t := &f.tag
	kinds := 0
	for _, set := range [...]bool{t.json, t.decimal, t.duration, t.valuer != 0} {
		if set {
			kinds++
		}
	}
	switch {
	case kinds > 1:
		return errors.New("json, decimal, duration and type each say how the field is stored; name one of them")
	case t.duration && f.form != formDuration:
		return fmt.Errorf("duration is for types made of int64, and the field is a %s", f.typ)
	case t.size > 0 && f.store.Kind != schema.Text:
		return fmt.Errorf("size is for text, and the field is a %s", f.typ)
	case t.bits > 0 && (f.form != formInt || f.store.Kind != schema.Int64 || f.ref != nil):
		return fmt.Errorf("bits is for whole numbers of type int64, and the field is a %s", f.typ)
	case (t.autoNow || t.autoNowAdd) && f.form != formTime:
		return fmt.Errorf("auto_now and auto_now_add are for times, and the field is a %s", f.typ)
	case t.softDelete && (f.form != formTime || f.null == notNull):
		return fmt.Errorf("soft_delete is for times that may be NULL, and the field is a %s; make it a *time.Time", f.typ)
	case t.version && (f.form != formInt || f.base.Kind() != reflect.Int64 || f.null != notNull || f.ref != nil || t.primaryKey):
		return fmt.Errorf("version is for numbers of type int64, and the field is a %s", f.typ)
	case t.autoNow && t.autoNowAdd:
		return errors.New("auto_now includes auto_now_add; name one of them")
	case t.reverse != "":
		return fmt.Errorf("reverse is for many-to-many relations, and the field is a %s", f.typ)
	case t.table != "":
		return fmt.Errorf("table is for many-to-many relations, and the field is a %s; orm.Table names the table of a model", f.typ)
	case f.form == formJSON && (t.unique || t.index || t.primaryKey):
		return errors.New("a JSON document can be neither a key nor unique, nor be indexed as a whole; index an expression with orm.Index().Expr(...)")
	case t.generated != "" && (t.primaryKey || t.autoNow || t.autoNowAdd || t.hasDefault || f.ref != nil):
		return errors.New("the database computes a generated column; it can be no key, no reference, and have no default")
	}
	return nil
}

func isValuer(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[driver.Valuer]())
}

func isScanner(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[sql.Scanner]())
}

// isText reports whether a pointer to t writes and reads text.
func isText(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) && p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
