package orm

import (
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/volaweb/vola/schema"
)

// Declaration says that a struct type is a model. A module returns the
// declarations of its models from its Models method.
type Declaration struct {
	typ   reflect.Type
	table string
}

// Model declares the struct type T as a model.
func Model[T any](options ...ModelOption) Declaration {
	d := Declaration{typ: reflect.TypeFor[T]()}
	for _, o := range options {
		o(&d)
	}
	return d
}

// Type returns the struct type of the model.
func (d Declaration) Type() reflect.Type { return d.typ }

// ModelOption changes how a model is stored.
type ModelOption func(*Declaration)

// Table stores the model in the table of that name instead of "module_model".
func Table(name string) ModelOption { return func(d *Declaration) { d.table = name } }

// Generated is what "vola gen" writes for a model, so that a file written for
// an older version of the struct is found out when the program starts.
type Generated struct {
	// Fields are the Go names of the stored fields and relations, in order,
	// separated by spaces.
	Fields string
}

// generated is implemented by models for which "vola gen" was run.
type generated interface{ VolaGenerated() Generated }

// model is what is known of a model before it meets a database.
type model struct {
	typ    reflect.Type
	module string
	table  string
	fields []*field // stored in columns, in the struct's order
	many   []*manyField
	key    *field
}

// field is a field of a model that is stored in a column.
type field struct {
	name   string // Go name
	column string
	path   []int // for reflection
	offset uintptr
	typ    reflect.Type // as declared
	base   reflect.Type // without pointer or sql.Null
	null   nullForm
	store  schema.Type
	auto   bool // numbered by the database
	tag    tag
	ref    *refInfo
	// validAt is where a sql.Null keeps its Valid.
	validAt uintptr
}

// nullForm says how a field holds NULL.
type nullForm byte

const (
	notNull nullForm = iota
	nullPointer
	nullStruct // sql.Null[T]
)

// refInfo is the foreign-key side of a field.
type refInfo struct {
	target reflect.Type
	model  *model // set when all models are known
}

// manyField is a field of a model that is a many-to-many relation.
type manyField struct {
	name   string
	typ    reflect.Type
	offset uintptr
	target reflect.Type
	model  *model // of the other side
	table  string // of pairs
	near   string // the column with the key of this side
	far    string // the column with the key of the other side
	// reverse names the other side's field when the table is declared there.
	reverse string
}

func (m *model) String() string { return m.typ.String() }

func (m *model) fieldNamed(name string) *field {
	for _, f := range m.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

func (m *model) manyNamed(name string) *manyField {
	for _, f := range m.many {
		if f.name == name {
			return f
		}
	}
	return nil
}

// newModel reads the struct type. Every mistake is returned, each naming the
// model and the field.
func newModel(module string, d Declaration) (*model, []error) {
	m := &model{typ: d.typ, module: module, table: d.table}
	if d.typ.Kind() != reflect.Struct {
		return m, []error{fmt.Errorf("model %s is a %s; a model is a struct", d.typ, d.typ.Kind())}
	}
	if m.table == "" {
		m.table = strings.ToLower(module + "_" + d.typ.Name())
	}
	var errs []error
	m.addFields(d.typ, nil, 0, &errs)
	m.findKey(&errs)
	for i, f := range m.fields {
		for _, g := range m.fields[:i] {
			if f.column == g.column {
				errs = append(errs, fmt.Errorf("model %s: fields %s and %s are both stored in column %q", m, g.name, f.name, f.column))
			}
		}
	}
	if err := m.checkGenerated(); err != nil {
		errs = append(errs, err)
	}
	return m, errs
}

// addFields adds the fields of t, which is the model or a struct embedded in it.
func (m *model) addFields(t reflect.Type, path []int, offset uintptr, errs *[]error) {
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(append([]int(nil), path...), i)
		text, tagged := sf.Tag.Lookup("db")
		tg, err := parseTag(text)
		switch {
		case err != nil:
			*errs = append(*errs, fmt.Errorf("model %s, field %s: tag db:%q: %w", m, sf.Name, text, err))
			continue
		case tg.skip:
			continue
		case sf.Anonymous && sf.Type.Kind() == reflect.Struct && isPlainStruct(sf.Type):
			m.addFields(sf.Type, at, offset+sf.Offset, errs)
			continue
		case sf.Anonymous && sf.Type.Kind() == reflect.Pointer:
			*errs = append(*errs, fmt.Errorf("model %s: %s is embedded as a pointer; embed the struct itself", m, sf.Type))
			continue
		case !sf.IsExported():
			if tagged {
				*errs = append(*errs, fmt.Errorf("model %s, field %s: has a db tag but is not exported, so it cannot be stored", m, sf.Name))
			}
			continue
		}
		if many, ok := reflect.New(sf.Type).Interface().(anyMany); ok {
			m.many = append(m.many, &manyField{name: sf.Name, typ: sf.Type, offset: offset + sf.Offset, target: many.manyTarget(), reverse: tg.reverse})
			continue
		}
		f := &field{name: sf.Name, path: at, offset: offset + sf.Offset, typ: sf.Type, tag: tg}
		if err := f.resolve(); err != nil {
			*errs = append(*errs, fmt.Errorf("model %s, field %s: %w", m, sf.Name, err))
			continue
		}
		m.fields = append(m.fields, f)
	}
}

// isPlainStruct tells embedded structs whose fields are columns from types
// that are stored as one value.
func isPlainStruct(t reflect.Type) bool {
	if t == timeType || isNull(t) {
		return false
	}
	v := reflect.New(t).Interface()
	_, isRef := v.(anyRef)
	_, isMany := v.(anyMany)
	_, isScanner := v.(sql.Scanner)
	return !isRef && !isMany && !isScanner
}

var timeType = reflect.TypeFor[time.Time]()

// isNull reports whether t is a sql.Null[T].
func isNull(t reflect.Type) bool {
	return t.PkgPath() == "database/sql" && strings.HasPrefix(t.Name(), "Null[")
}

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
	}
	f.column = f.tag.column
	if f.column == "" {
		f.column = snake(f.name)
	}
	if ref, ok := reflect.New(f.base).Interface().(anyRef); ok {
		if f.null == nullStruct {
			return fmt.Errorf("a reference that may be absent is a pointer, *%s", f.base)
		}
		f.ref = &refInfo{target: ref.refTarget()}
		f.base = ref.refKey()
		if f.tag.column == "" {
			f.column += "_id"
		}
		if f.tag.onDelete == schema.SetNull && f.null == notNull {
			return fmt.Errorf("on_delete=set_null needs a field that may be NULL: a pointer to the reference")
		}
	} else if f.tag.hasDelete {
		return fmt.Errorf("on_delete is for references, and %s is none", f.typ)
	}
	return f.resolveStore()
}

// resolveStore finds the column type for the field's Go type.
func (f *field) resolveStore() error {
	t := f.base
	switch {
	case t == timeType:
		f.store.Kind = schema.Time
	case t == reflect.TypeFor[time.Duration]():
		f.store.Kind = schema.Duration
	default:
		switch t.Kind() {
		case reflect.Bool:
			f.store.Kind = schema.Bool
		case reflect.Int8, reflect.Uint8, reflect.Int16:
			f.store.Kind = schema.Int16
		case reflect.Uint16, reflect.Int32:
			f.store.Kind = schema.Int32
		case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint32, reflect.Uint64:
			f.store.Kind = schema.Int64
		case reflect.Float32, reflect.Float64:
			f.store.Kind = schema.Float64
		case reflect.String:
			f.store = schema.Type{Kind: schema.Text, Size: f.tag.size}
		case reflect.Slice:
			if t.Elem().Kind() == reflect.Uint8 {
				f.store.Kind = schema.Bytes
				break
			}
			fallthrough
		default:
			return fmt.Errorf("a field of type %s cannot be stored; leave it out with `db:\"-\"`", f.typ)
		}
	}
	switch {
	case f.tag.size > 0 && f.store.Kind != schema.Text:
		return fmt.Errorf("size is for text, and the field is a %s", f.typ)
	case (f.tag.autoNow || f.tag.autoNowAdd) && f.store.Kind != schema.Time:
		return fmt.Errorf("auto_now and auto_now_add are for times, and the field is a %s", f.typ)
	case f.tag.autoNow && f.tag.autoNowAdd:
		return fmt.Errorf("auto_now includes auto_now_add; name one of them")
	}
	return nil
}

// findKey finds the primary key: the field tagged so, or else ID.
func (m *model) findKey(errs *[]error) {
	for _, f := range m.fields {
		if !f.tag.primaryKey {
			continue
		}
		if m.key != nil {
			*errs = append(*errs, fmt.Errorf("model %s: both %s and %s are tagged primary_key", m, m.key.name, f.name))
			return
		}
		m.key = f
	}
	if m.key == nil {
		m.key = m.fieldNamed("ID")
	}
	switch {
	case m.key == nil:
		*errs = append(*errs, fmt.Errorf("model %s has no primary key; give it a field ID int64, or tag one with `db:\"primary_key\"`", m))
	case m.key.null != notNull:
		*errs = append(*errs, fmt.Errorf("model %s, field %s: a primary key cannot be NULL", m, m.key.name))
	case m.key.base.Kind() == reflect.Int64 && m.key.ref == nil:
		m.key.auto = true
	}
}

// checkGenerated compares the struct with what vola gen saw.
func (m *model) checkGenerated() error {
	g, ok := reflect.New(m.typ).Interface().(generated)
	if !ok {
		return nil // descriptors are optional
	}
	var names []string
	for i := range m.typ.NumField() {
		names = append(names, m.namesOf(m.typ.Field(i))...)
	}
	if have := strings.Join(names, " "); have != g.VolaGenerated().Fields {
		return fmt.Errorf("model %s: its generated descriptors are for another version of it (fields %s, now %s); run: vola gen",
			m, g.VolaGenerated().Fields, have)
	}
	return nil
}

// namesOf returns the Go names of the fields and relations that sf adds.
func (m *model) namesOf(sf reflect.StructField) []string {
	if sf.Anonymous && sf.Type.Kind() == reflect.Struct && isPlainStruct(sf.Type) && sf.Tag.Get("db") != "-" {
		var out []string
		for i := range sf.Type.NumField() {
			out = append(out, m.namesOf(sf.Type.Field(i))...)
		}
		return out
	}
	if sf.IsExported() && sf.Tag.Get("db") != "-" {
		return []string{sf.Name}
	}
	return nil
}
