package orm

import (
	"database/sql"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"github.com/volaweb/vola/schema"
)

// Declaration says that a struct type is a model. A module returns the
// declarations of its models from its Models method.
type Declaration struct {
	typ     reflect.Type
	table   string
	indexes []IndexOption
	checks  []schema.Check
	lookups []lookupBy
	// invalidates are tags of the cache.
	invalidates []string
	// caller is where Model was called: in the package of the type, which
	// leads to its source.
	caller uintptr
}

// Model declares the struct type T as a model.
func Model[T any](options ...ModelOption) Declaration {
	d := Declaration{typ: reflect.TypeFor[T]()}
	var pc [1]uintptr
	runtime.Callers(2, pc[:])
	d.caller = pc[0]
	for _, o := range options {
		o.declare(&d)
	}
	return d
}

// Type returns the struct type of the model.
func (d Declaration) Type() reflect.Type { return d.typ }

// ModelOption changes how a model is stored: [Table], [Index], [Unique] or
// [Check]; or says more of it: [LookupBy], [Invalidates].
type ModelOption interface{ declare(d *Declaration) }

// Table stores the model in the table of that name instead of "module_model".
func Table(name string) ModelOption { return tableName(name) }

type tableName string

func (n tableName) declare(d *Declaration) { d.table = string(n) }

// described is implemented by models for which "vola gen" was run: it returns
// their descriptors, a struct.
type described interface{ Descriptors() any }

// model is what is known of a model before it meets a database.
type model struct {
	typ    reflect.Type
	module string
	table  string
	fields []*field // stored in columns, in the struct's order
	// relations are the fields that are stored elsewhere.
	relations []*relation
	// keys are the fields of the primary key. key is the only one of them,
	// and nil when there are several: relations lead to models with one.
	keys    []*field
	key     *field
	indexes []IndexOption
	checks  []schema.Check
	// unique are the columns of the key and of each unique constraint.
	unique [][]string
	source *source
	// deleted is the field tagged soft_delete, version the one tagged version;
	// nil where there is none.
	deleted, version *field
	// partialAt is where the model embeds a Partial, if it does.
	partialAt uintptr
	isPartial bool
	hooks     hooks
	// invalidates are tags of the cache.
	invalidates []string
}

// refInfo is the foreign-key side of a field.
type refInfo struct {
	refType
	model *model // set when all models are known
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

// newModel reads the struct type. Every error is returned, each naming the
// model and the field.
func newModel(module string, d Declaration) (*model, []error) {
	m := &model{typ: d.typ, module: module, table: d.table, indexes: d.indexes, checks: d.checks, invalidates: d.invalidates, source: &source{caller: d.caller, typ: d.typ}}
	if d.typ.Kind() != reflect.Struct {
		return m, []error{m.mistake("", fmt.Errorf("is a %s; a model is a struct", d.typ.Kind()))}
	}
	if m.table == "" {
		m.table = strings.ToLower(module + "_" + d.typ.Name())
	}
	var errs []error
	m.addFields(d.typ, nil, 0, &errs)
	m.findKey(&errs)
	m.findSpecial(&errs)
	m.hooks = hooksOf(d.typ)
	for _, err := range misnamedHooks(d.typ) {
		errs = append(errs, m.mistake("", err))
	}
	for i, f := range m.fields {
		for _, g := range m.fields[:i] {
			if strings.EqualFold(f.column, g.column) {
				errs = append(errs, m.mistake(f.name, fmt.Errorf("is stored in column %q, and so is %s", f.column, g.name)))
			}
		}
	}
	m.findUnique()
	m.limitIndexed()
	errs = append(errs, m.checkIndexes()...)
	errs = append(errs, m.checkLookups(d.lookups)...)
	if slices.Contains(d.invalidates, "") {
		errs = append(errs, m.mistake("", errEmptyTag))
	}
	// A field with an error may be missing from the model, and not only from
	// its descriptors.
	if err := m.checkDescriptors(); err != nil && len(errs) == 0 {
		errs = append(errs, m.mistake("", err))
	}
	return m, errs
}

// addFields adds the fields of t, which is the model or a struct embedded in it.
func (m *model) addFields(t reflect.Type, path []int, offset uintptr, errs *[]error) {
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(append([]int(nil), path...), i)
		bad := func(err error) { *errs = append(*errs, m.mistake(sf.Name, err)) }
		text, tagged := sf.Tag.Lookup("db")
		tg, err := parseTag(text)
		switch {
		case err != nil:
			bad(fmt.Errorf("tag db:%q: %w", text, err))
			continue
		case tg.skip:
			continue
		case sf.Type == partialType:
			if m.isPartial || !sf.Anonymous {
				bad(fmt.Errorf("is an orm.Partial; a model embeds one"))
			}
			m.isPartial, m.partialAt = true, offset+sf.Offset
			continue
		case isEmbedded(sf, tg):
			m.addFields(sf.Type, at, offset+sf.Offset, errs)
			continue
		case sf.Anonymous && sf.Type.Kind() == reflect.Pointer:
			bad(fmt.Errorf("%s is embedded as a pointer; embed the struct itself", sf.Type))
			continue
		case !sf.IsExported():
			if tagged {
				bad(fmt.Errorf("has a db tag but is not exported, so it cannot be stored"))
			}
			continue
		}
		if target, kind := relationType(sf.Type); kind != 0 {
			m.relations = append(m.relations, &relation{
				name: sf.Name, typ: sf.Type, offset: offset + sf.Offset, target: target, kind: kind, tag: tg,
			})
			continue
		}
		f := &field{name: sf.Name, path: at, offset: offset + sf.Offset, typ: sf.Type, tag: tg}
		if err := f.resolve(); err != nil {
			bad(err)
			// The field is kept, so that what names it is no error as well.
		}
		m.fields = append(m.fields, f)
	}
}

// isEmbedded tells embedded structs whose fields are columns from types that
// are stored as one value.
func isEmbedded(sf reflect.StructField, tg tag) bool {
	t := sf.Type
	if !sf.Anonymous || t.Kind() != reflect.Struct || tg.json || tg.decimal || tg.valuer != 0 || isNull(t) ||
		t.ConvertibleTo(timeType) || t.ConvertibleTo(dateType) || t.ConvertibleTo(clockType) {
		return false
	}
	_, isRef := refTypeOf(t)
	_, many := relationType(t)
	_, isScanner := reflect.New(t).Interface().(sql.Scanner)
	return !isRef && many == 0 && !isScanner
}

// isNull reports whether t is a sql.Null[T].
func isNull(t reflect.Type) bool {
	return t.PkgPath() == "database/sql" && strings.HasPrefix(t.Name(), "Null[")
}

// findKey finds the primary key: the fields tagged so, or else ID.
func (m *model) findKey(errs *[]error) {
	for _, f := range m.fields {
		if f.tag.primaryKey {
			m.keys = append(m.keys, f)
		}
	}
	if m.keys == nil {
		f := m.fieldNamed("ID")
		if f == nil {
			*errs = append(*errs, m.mistake("", fmt.Errorf("has no primary key; give it a field ID int64, or tag one with `db:\"primary_key\"`")))
			return
		}
		m.keys = []*field{f}
	}
	for _, f := range m.keys {
		if f.null != notNull {
			*errs = append(*errs, m.mistake(f.name, fmt.Errorf("a primary key cannot be NULL")))
		}
	}
	if len(m.keys) > 1 {
		for _, r := range m.relations {
			*errs = append(*errs, m.mistake(r.name, fmt.Errorf("a relation like this needs a key of one field, and %s has %s", m, describe(m.keys))))
		}
		return
	}
	m.key = m.keys[0]
	m.key.auto = m.key.form == formInt && m.key.base.Kind() == reflect.Int64 && m.key.ref == nil
}

// findSpecial finds the fields tagged soft_delete and version.
func (m *model) findSpecial(errs *[]error) {
	for _, f := range m.fields {
		for _, x := range [...]struct {
			tagged bool
			name   string
			field  **field
		}{{f.tag.softDelete, "soft_delete", &m.deleted}, {f.tag.version, "version", &m.version}} {
			switch {
			case !x.tagged:
			case *x.field != nil:
				*errs = append(*errs, m.mistake(f.name, fmt.Errorf("is tagged %s, and so is %s", x.name, (*x.field).name)))
			default:
				*x.field = f
			}
		}
	}
}

// isKey reports whether f is part of the primary key.
func (m *model) isKey(f *field) bool {
	for _, k := range m.keys {
		if k == f {
			return true
		}
	}
	return false
}

// checkDescriptors compares the struct with the descriptors that vola gen wrote
// for it.
func (m *model) checkDescriptors() error {
	d, ok := reflect.New(m.typ).Interface().(described)
	if !ok {
		return nil // descriptors are optional
	}
	have := reflect.TypeOf(d.Descriptors())
	if have == nil || have.Kind() != reflect.Struct {
		return fmt.Errorf("its method Descriptors returns a %v, not a struct; run: vola gen", have)
	}
	var wrong []string
	for _, f := range m.fields {
		if p := f.wrongDescriptor(have); p != "" {
			wrong = append(wrong, p)
		}
	}
	for _, r := range m.relations {
		if p := r.wrongDescriptor(have); p != "" {
			wrong = append(wrong, p)
		}
	}
	for i := range have.NumField() {
		if name := have.Field(i).Name; m.fieldNamed(name) == nil && m.relationNamed(name) == nil {
			wrong = append(wrong, "it describes "+name+", which the model does not have")
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("vola_gen.go is out of date: %s; run: vola gen", strings.Join(wrong, ", "))
	}
	return nil
}

// wrongDescriptor says what is wrong with the field's descriptor in a struct of
// descriptors, and is empty if it fits.
func (f *field) wrongDescriptor(in reflect.Type) string {
	d, ok := in.FieldByName(f.name)
	if !ok {
		return f.name + " is missing"
	}
	if d.Type.Kind() != reflect.Pointer || d.Type.Elem().Kind() != reflect.Struct {
		return "the descriptor of " + f.name + " is a " + d.Type.String()
	}
	eq, ok := d.Type.Elem().FieldByName("Eq")
	if !ok || eq.Type.Kind() != reflect.Func || eq.Type.NumIn() != 1 || eq.Type.In(0) != f.base {
		return fmt.Sprintf("%s is a %s, and is described as a %s", f.name, f.typ, d.Type.Elem())
	}
	if _, null := d.Type.Elem().FieldByName("IsNull"); null != (f.null != notNull) {
		return fmt.Sprintf("%s is a %s, and is described as a %s", f.name, f.typ, d.Type.Elem())
	}
	if f.ref != nil && !refersTo(d.Type.Elem(), f.ref.target) {
		return fmt.Sprintf("%s is a %s, and is described as a %s", f.name, f.typ, d.Type.Elem())
	}
	return ""
}

// wrongDescriptor is that of a relation.
func (r *relation) wrongDescriptor(in reflect.Type) string {
	d, ok := in.FieldByName(r.name)
	switch {
	case !ok:
		return r.name + " is missing"
	case d.Type.Kind() != reflect.Pointer, !refersTo(d.Type.Elem(), r.target):
		return fmt.Sprintf("%s is a %s, and is described as a %s", r.name, r.typ, d.Type)
	}
	if _, pairs := d.Type.Elem().FieldByName("Links"); pairs != (r.kind == relPairs) {
		return fmt.Sprintf("%s is a %s, and is described as a %s", r.name, r.typ, d.Type.Elem())
	}
	return ""
}

// refersTo reports whether a descriptor is of a relation to that model, as the
// conditions on its rows tell.
func refersTo(d, target reflect.Type) bool {
	f, ok := d.FieldByName("Has")
	if !ok {
		f, ok = d.FieldByName("Any")
	}
	if !ok || f.Type.Kind() != reflect.Func || f.Type.NumIn() != 1 || f.Type.In(0).Kind() != reflect.Slice {
		return false
	}
	return strings.HasPrefix(f.Type.In(0).Elem().Name(), "ConditionOf[*"+target.PkgPath()+"."+target.Name())
}
