package orm

import (
	"reflect"
	"unsafe"
)

// Describe returns the descriptors of a model: F is a struct with a pointer to
// a descriptor for each field of the model, under the field's name.
//
//	var Posts = orm.Describe[postFields]()
//
//	type postFields struct {
//		ID    *orm.Number[*Post, int64]
//		Title *orm.Text[*Post, string]
//	}
//
// "vola gen" writes both for every model. That the descriptors fit the model
// is checked when the program starts.
func Describe[F any]() F {
	var out F
	describeAll(&out)
	return out
}

// Descriptor returns one descriptor, for the field of that name:
//
//	title := orm.Descriptor[orm.Text[*Post, string]]("Title")
//
// A name that the model does not have is an error when a query runs. For all
// fields of a model there is [Describe].
func Descriptor[D any](field string) *D {
	out := new(D)
	if d, ok := any(out).(describer); ok {
		d.describe(field)
	}
	return out
}

// describer is a descriptor that is still to be told which field it is for.
type describer interface{ describe(field string) }

// describeAll makes the descriptors of the struct that p points to. What is not
// a descriptor is left out; the check at the start finds it.
func describeAll(p any) {
	out := reflect.ValueOf(p).Elem()
	if out.Kind() != reflect.Struct {
		return
	}
	for i := range out.NumField() {
		f := out.Type().Field(i)
		if !f.IsExported() || f.Type.Kind() != reflect.Pointer {
			continue
		}
		v := reflect.New(f.Type.Elem())
		if d, ok := v.Interface().(describer); ok {
			d.describe(f.Name)
			out.Field(i).Set(v)
		}
	}
}

// nameAt returns the name of a descriptor of a stored field, with which all of
// them begin, and "" for a nil one.
func nameAt(d unsafe.Pointer) string {
	if d == nil {
		return ""
	}
	return *(*string)(d)
}

// fieldAt is the expression of a descriptor, nil for a nil one.
func fieldAt(d unsafe.Pointer) *expr {
	if name := nameAt(d); name != "" {
		return fieldExpr(name)
	}
	return nil
}

// relatedAt returns the relation of a descriptor, with which those of relations
// begin.
func relatedAt(d unsafe.Pointer) related {
	if d == nil {
		return related{}
	}
	return *(*related)(d)
}

func fieldExpr(name string) *expr { return &expr{kind: exprField, field: name} }

func (c *Column[P, V]) describe(name string) {
	n := &c.name
	*n = name
	c.Operations = operations[P, V](n)
}

func (c *Column[P, V]) fieldOf(P) string       { return nameAt(unsafe.Pointer(c)) }
func (c *Column[P, V]) selected(P) *expr       { return fieldAt(unsafe.Pointer(c)) }
func (c *Column[P, V]) expression(P, *V) *expr { return fieldAt(unsafe.Pointer(c)) }

func (c *Ordered[P, V]) describe(name string) {
	n := &c.name
	*n = name
	c.Operations = operations[P, V](n)
	c.Comparisons = comparisons[P, V](n)
}

func (c *Ordered[P, V]) fieldOf(P) string       { return nameAt(unsafe.Pointer(c)) }
func (c *Ordered[P, V]) selected(P) *expr       { return fieldAt(unsafe.Pointer(c)) }
func (c *Ordered[P, V]) expression(P, *V) *expr { return fieldAt(unsafe.Pointer(c)) }

func (c *Number[P, V]) describe(name string) {
	n := &c.name
	*n = name
	c.Operations = operations[P, V](n)
	c.Comparisons = comparisons[P, V](n)
	c.Increments = increments[P, V](n)
}

func (c *Number[P, V]) fieldOf(P) string       { return nameAt(unsafe.Pointer(c)) }
func (c *Number[P, V]) selected(P) *expr       { return fieldAt(unsafe.Pointer(c)) }
func (c *Number[P, V]) expression(P, *V) *expr { return fieldAt(unsafe.Pointer(c)) }

func (c *Text[P, V]) describe(name string) {
	n := &c.name
	*n = name
	c.Operations = operations[P, V](n)
	c.Comparisons = comparisons[P, V](n)
	c.Matches = matches[P](n)
}

func (c *Text[P, V]) fieldOf(P) string       { return nameAt(unsafe.Pointer(c)) }
func (c *Text[P, V]) selected(P) *expr       { return fieldAt(unsafe.Pointer(c)) }
func (c *Text[P, V]) expression(P, *V) *expr { return fieldAt(unsafe.Pointer(c)) }

func (c *NullColumn[P, V]) describe(name string) {
	n := &c.name
	*n = name
	c.Operations = operations[P, V](n)
	c.Nulls = nulls[P](n)
}

func (c *NullColumn[P, V]) fieldOf(P) string       { return nameAt(unsafe.Pointer(c)) }
func (c *NullColumn[P, V]) selected(P) *expr       { return fieldAt(unsafe.Pointer(c)) }
func (c *NullColumn[P, V]) expression(P, *V) *expr { return fieldAt(unsafe.Pointer(c)) }

func (c *NullOrdered[P, V]) describe(name string) {
	n := &c.name
	*n = name
	c.Operations = operations[P, V](n)
	c.Comparisons = comparisons[P, V](n)
	c.Nulls = nulls[P](n)
}

func (c *NullOrdered[P, V]) fieldOf(P) string       { return nameAt(unsafe.Pointer(c)) }
func (c *NullOrdered[P, V]) selected(P) *expr       { return fieldAt(unsafe.Pointer(c)) }
func (c *NullOrdered[P, V]) expression(P, *V) *expr { return fieldAt(unsafe.Pointer(c)) }

func (c *NullNumber[P, V]) describe(name string) {
	n := &c.name
	*n = name
	c.Operations = operations[P, V](n)
	c.Comparisons = comparisons[P, V](n)
	c.Increments = increments[P, V](n)
	c.Nulls = nulls[P](n)
}

func (c *NullNumber[P, V]) fieldOf(P) string       { return nameAt(unsafe.Pointer(c)) }
func (c *NullNumber[P, V]) selected(P) *expr       { return fieldAt(unsafe.Pointer(c)) }
func (c *NullNumber[P, V]) expression(P, *V) *expr { return fieldAt(unsafe.Pointer(c)) }

func (c *NullText[P, V]) describe(name string) {
	n := &c.name
	*n = name
	c.Operations = operations[P, V](n)
	c.Comparisons = comparisons[P, V](n)
	c.Matches = matches[P](n)
	c.Nulls = nulls[P](n)
}

func (c *NullText[P, V]) fieldOf(P) string       { return nameAt(unsafe.Pointer(c)) }
func (c *NullText[P, V]) selected(P) *expr       { return fieldAt(unsafe.Pointer(c)) }
func (c *NullText[P, V]) expression(P, *V) *expr { return fieldAt(unsafe.Pointer(c)) }

func (c *ForeignKey[P, R, K]) describe(name string) {
	n := &c.name
	*n = name
	c.Operations = operations[P, K](n)
	c.Reference = reference[P, R](n)
}

func (c *ForeignKey[P, R, K]) fieldOf(P) string       { return nameAt(unsafe.Pointer(c)) }
func (c *ForeignKey[P, R, K]) selected(P) *expr       { return fieldAt(unsafe.Pointer(c)) }
func (c *ForeignKey[P, R, K]) expression(P, *K) *expr { return fieldAt(unsafe.Pointer(c)) }
func (c *ForeignKey[P, R, K]) prefetch(P) prefetch    { return prefetch{field: nameAt(unsafe.Pointer(c))} }
func (c *ForeignKey[P, R, K]) relation(P, R) related {
	return related{field: nameAt(unsafe.Pointer(c))}
}

func (c *NullForeignKey[P, R, K]) describe(name string) {
	n := &c.name
	*n = name
	c.Operations = operations[P, K](n)
	c.Reference = reference[P, R](n)
	c.Nulls = nulls[P](n)
}

func (c *NullForeignKey[P, R, K]) fieldOf(P) string       { return nameAt(unsafe.Pointer(c)) }
func (c *NullForeignKey[P, R, K]) selected(P) *expr       { return fieldAt(unsafe.Pointer(c)) }
func (c *NullForeignKey[P, R, K]) expression(P, *K) *expr { return fieldAt(unsafe.Pointer(c)) }
func (c *NullForeignKey[P, R, K]) prefetch(P) prefetch {
	return prefetch{field: nameAt(unsafe.Pointer(c))}
}
func (c *NullForeignKey[P, R, K]) relation(P, R) related {
	return related{field: nameAt(unsafe.Pointer(c))}
}

func (c *Reverse[P, R]) describe(name string) {
	c.r.field = name
	c.Related = relatedOf[P, R](&c.r)
}

func (c *Reverse[P, R]) prefetch(P) prefetch   { return *relatedAt(unsafe.Pointer(c)).loading() }
func (c *Reverse[P, R]) relation(P, R) related { return relatedAt(unsafe.Pointer(c)) }

func (c *ManyToMany[P, R]) describe(name string) {
	c.r.field = name
	c.Related = relatedOf[P, R](&c.r)
	c.Links = links[P, R](&c.r)
}

func (c *ManyToMany[P, R]) prefetch(P) prefetch   { return *relatedAt(unsafe.Pointer(c)).loading() }
func (c *ManyToMany[P, R]) relation(P, R) related { return relatedAt(unsafe.Pointer(c)) }

// list boxes values once, as the argument of an In condition.
func list[V any](values []V) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// FieldName returns the Go name of a field of a model, for programs that work with fields
// that they are given.
func FieldName[M any](field Field[M]) string { return fieldNames([]Field[M]{field})[0] }
