package postgres

import (
	"reflect"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// typedArgs returns the arguments with a slice of one type in place of every
// []any. pgx writes a []any only where the server has told it the type of the
// parameter, and modes that send no statement ahead do not ask.
func typedArgs(args []any) []any {
	out := args
	for i, a := range args {
		list, ok := a.([]any)
		if !ok {
			continue
		}
		if &out[0] == &args[0] {
			out = append(make([]any, 0, len(args)), args...)
		}
		out[i] = typedArray(list)
	}
	return out
}

// typedArray returns the values as a slice of their type, in which NULL is nil
// or a value that is not valid. Where all are NULL the server is told that they
// are texts, which it casts to anything.
func typedArray(list []any) any {
	for _, v := range list {
		switch v.(type) {
		case nil:
		case int64:
			return arrayOf[int64](list)
		case string:
			return arrayOf[string](list)
		case float64:
			return arrayOf[float64](list)
		case bool:
			return arrayOf[bool](list)
		case time.Time:
			return arrayOf[time.Time](list)
		case time.Duration:
			return arrayOf[time.Duration](list)
		case []byte:
			return valuesOf[[]byte](list)
		case pgtype.Date:
			return valuesOf[pgtype.Date](list)
		case pgtype.Time:
			return valuesOf[pgtype.Time](list)
		case pgtype.UUID:
			return valuesOf[pgtype.UUID](list)
		default:
			return reflected(list, reflect.TypeOf(v))
		}
	}
	return arrayOf[string](list)
}

// arrayOf returns a []T, and a []*T where a value is NULL.
func arrayOf[T any](list []any) any {
	values := make([]T, len(list))
	for i, v := range list {
		x, ok := v.(T)
		if v == nil {
			return pointersTo[T](list)
		}
		if !ok {
			return list // of several types: pgx says which it cannot write
		}
		values[i] = x
	}
	return values
}

func pointersTo[T any](list []any) any {
	values := make([]*T, len(list))
	for i, v := range list {
		x, ok := v.(T)
		switch {
		case ok:
			values[i] = &x
		case v != nil:
			return list
		}
	}
	return values
}

// valuesOf is arrayOf for types whose zero value is NULL.
func valuesOf[T any](list []any) any {
	values := make([]T, len(list))
	for i, v := range list {
		x, ok := v.(T)
		if !ok && v != nil {
			return list
		}
		values[i] = x
	}
	return values
}

// reflected is arrayOf for a type that is known only at run time.
func reflected(list []any, t reflect.Type) any {
	values := reflect.MakeSlice(reflect.SliceOf(reflect.PointerTo(t)), len(list), len(list))
	for i, v := range list {
		if v == nil {
			continue
		}
		if reflect.TypeOf(v) != t {
			return list
		}
		p := reflect.New(t)
		p.Elem().Set(reflect.ValueOf(v))
		values.Index(i).Set(p)
	}
	return values.Interface()
}
