package orm

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/schema"
)

// maxDefaultDigits is how many digits a decimal with a default may have: more
// are stored on SQLite in a form that a default cannot be written in.
const maxDefaultDigits = 15

// resolveDefault reads the option default: what the database puts where an
// INSERT of someone else names no value. Create always writes what the struct
// holds.
func (f *field) resolveDefault() error {
	if !f.tag.hasDefault {
		return nil
	}
	d, err := f.parseDefault(f.tag.def)
	if err != nil {
		return fmt.Errorf("default=%s: %w", f.tag.def, err)
	}
	f.def = d
	return nil
}

func (f *field) parseDefault(s string) (schema.Default, error) {
	literal := func(v any, err error) (schema.Default, error) { return schema.Default{Value: v}, err }
	if s == "now" {
		switch f.store.Kind {
		case schema.Time:
			return schema.Default{SQL: "CURRENT_TIMESTAMP"}, nil
		case schema.Date:
			return schema.Default{SQL: "CURRENT_DATE"}, nil
		}
	}
	switch f.store.Kind {
	case schema.Bool:
		return literal(strconv.ParseBool(s))
	case schema.Int16, schema.Int32, schema.Int64:
		n, err := strconv.ParseInt(s, 10, 64)
		if err == nil && f.form == formInt {
			if v := reflect.New(f.base).Elem(); v.CanInt() && v.OverflowInt(n) || v.CanUint() && (n < 0 || v.OverflowUint(uint64(n))) {
				err = fmt.Errorf("out of the range of a %s", f.base)
			}
		}
		return f.writable(n, err)
	case schema.Float64:
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return schema.Default{}, err
		}
		return literal(fitFloat(n))
	case schema.Text:
		v, err := fitText(s)
		return f.writable(v, err)
	case schema.Date:
		d, err := civil.ParseDate(s)
		return literal(d.String(), err)
	case schema.Clock:
		c, err := civil.ParseClock(s)
		return literal(c.String(), err)
	case schema.Decimal:
		if f.store.Precision <= maxDefaultDigits {
			v, err := decimalText(s, f.store)
			return literal(v, err)
		}
	case schema.JSON:
		if !json.Valid([]byte(s)) {
			return schema.Default{}, fmt.Errorf("this is not JSON")
		}
		v, err := canonicalJSON([]byte(s))
		return literal(v, err)
	}
	return schema.Default{}, fmt.Errorf("a %v cannot have a default in the database", f.store)
}

// writable is a default that Create could write as well.
func (f *field) writable(v any, err error) (schema.Default, error) {
	if err == nil {
		err = f.checkWrite(v)
	}
	return schema.Default{Value: v}, err
}
