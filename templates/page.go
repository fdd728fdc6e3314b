package templates

import "reflect"

// Checked is a page as a module lists it: a template and the type of the data
// it is rendered with. [PageOf] is the one implementation most programs need.
type Checked interface {
	// TemplateName returns the name of the page's template.
	TemplateName() string
	// DataType returns the type of the data that the page is rendered with.
	DataType() reflect.Type
}

// PageOf is a template that is rendered with data of type T. It is a small
// immutable value, meant for a package-level variable. The zero value names no
// template.
type PageOf[T any] struct{ name string }

// Page declares a page: the name of its template, or of one block of it
// ("blog/list.html#row"), with the type of its data. Nothing is loaded until
// [New] is given the page.
func Page[T any](name string) PageOf[T] { return PageOf[T]{name} }

// TemplateName returns the name given to [Page].
func (p PageOf[T]) TemplateName() string { return p.name }

// DataType returns the type of T.
func (p PageOf[T]) DataType() reflect.Type { return reflect.TypeFor[T]() }

// Data joins the page with the data of one request, for [Set.Render].
func (p PageOf[T]) Data(data T) Rendering {
	return Rendering{name: p.name, dataType: reflect.TypeFor[T](), data: data}
}

// Rendering is a page with its data, made by [PageOf.Data]. The zero value
// cannot be rendered.
type Rendering struct {
	name     string
	dataType reflect.Type
	data     any
}

// TemplateName returns the name of the page's template.
func (r Rendering) TemplateName() string { return r.name }

// DataType returns the type the page was declared with; nil for the zero value.
func (r Rendering) DataType() reflect.Type { return r.dataType }

// Data returns what was given to [PageOf.Data].
func (r Rendering) Data() any { return r.data }
