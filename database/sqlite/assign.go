package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// engineArgs appends the arguments in the form that the engine takes.
func engineArgs(out []driver.NamedValue, args []any) ([]driver.NamedValue, error) {
	for i, a := range args {
		v := driver.NamedValue{Ordinal: i + 1, Value: a}
		if n, ok := a.(sql.NamedArg); ok {
			v.Name, v.Value = n.Name, n.Value
		}
		switch v.Value.(type) {
		case nil, int64, string, float64, bool, []byte:
		default:
			var err error
			if v.Value, err = driver.DefaultParameterConverter.ConvertValue(v.Value); err != nil {
				return nil, fmt.Errorf("argument %d: %w", i+1, err)
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// assign stores a value from the engine, an int64, float64, string, []byte,
// time.Time or nil, in the variable that dest points to. It converts as
// [sql.Rows.Scan] does: numbers and texts into one another where nothing is
// lost.
func assign(dest any, v driver.Value) error {
	// First what nearly all variables are.
	switch d := dest.(type) {
	case *string:
		if s, ok := v.(string); ok && d != nil {
			*d = s
			return nil
		}
	case *int64:
		if n, ok := v.(int64); ok && d != nil {
			*d = n
			return nil
		}
	case *float64:
		if f, ok := v.(float64); ok && d != nil {
			*d = f
			return nil
		}
	case *bool:
		if n, ok := v.(int64); ok && d != nil && n>>1 == 0 {
			*d = n == 1
			return nil
		}
	case **string:
		if s, ok := v.(string); ok && d != nil {
			p := new(string)
			*p = s
			*d = p
			return nil
		}
	case sql.Scanner:
		return d.Scan(v)
	}
	to := reflect.ValueOf(dest)
	if to.Kind() != reflect.Pointer || to.IsNil() {
		return fmt.Errorf("a %T is no pointer to a variable", dest)
	}
	return assignTo(to.Elem(), v)
}

// assignTo is assign for any variable.
func assignTo(to reflect.Value, v driver.Value) error {
	switch d := to.Addr().Interface().(type) {
	case *bool:
		b, err := driver.Bool.ConvertValue(v)
		if err == nil {
			*d = b.(bool)
		}
		return err
	case *[]byte:
		if b, ok := v.([]byte); ok || v == nil {
			*d = b
			return nil
		}
		if s, ok := asText(v); ok {
			*d = []byte(s)
			return nil
		}
	case *string:
		if s, ok := asText(v); ok {
			*d = s
			return nil
		}
	}
	if to.Kind() == reflect.Pointer {
		return assignPointer(to, v)
	}
	if v == nil {
		if to.Kind() == reflect.Interface && to.NumMethod() == 0 {
			to.SetZero()
			return nil
		}
		return fmt.Errorf("the column is NULL, and a %s cannot be", to.Type())
	}
	from := reflect.ValueOf(v)
	switch {
	case from.Type().AssignableTo(to.Type()):
		to.Set(from)
		return nil
	case from.Kind() == to.Kind() && from.CanConvert(to.Type()):
		to.Set(from.Convert(to.Type()))
		return nil
	}
	return assignParsed(to, v)
}

// assignPointer stores a value in a variable that is nil for NULL.
func assignPointer(to reflect.Value, v driver.Value) error {
	if v == nil {
		to.SetZero()
		return nil
	}
	p := reflect.New(to.Type().Elem())
	if err := assign(p.Interface(), v); err != nil {
		return err
	}
	to.Set(p)
	return nil
}

// assignParsed stores what the text of a value says.
func assignParsed(to reflect.Value, v driver.Value) error {
	text, ok := asText(v)
	if !ok {
		return misfit(to, v)
	}
	switch {
	case to.CanInt():
		n, err := strconv.ParseInt(text, 10, to.Type().Bits())
		if err != nil {
			return misfit(to, v)
		}
		to.SetInt(n)
	case to.CanUint():
		n, err := strconv.ParseUint(text, 10, to.Type().Bits())
		if err != nil {
			return misfit(to, v)
		}
		to.SetUint(n)
	case to.CanFloat():
		f, err := strconv.ParseFloat(text, to.Type().Bits())
		if err != nil {
			return misfit(to, v)
		}
		to.SetFloat(f)
	case to.Kind() == reflect.String && isBytes(v):
		to.SetString(text)
	default:
		return misfit(to, v)
	}
	return nil
}

func misfit(to reflect.Value, v driver.Value) error {
	return fmt.Errorf("the %T %v does not fit a %s", v, v, to.Type())
}

func isBytes(v driver.Value) bool {
	_, ok := v.([]byte)
	return ok
}

// asText returns a value as text.
func asText(v driver.Value) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case []byte:
		return string(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	case time.Time:
		return v.Format(time.RFC3339Nano), true
	}
	return "", false
}
