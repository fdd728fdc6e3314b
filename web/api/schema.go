package api

import (
	"cmp"
	"encoding"
	"encoding/json"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/internal/fieldrules"
	"github.com/volaweb/vola/internal/jsonfields"
)

// Schema describes values in JSON, in the form of JSON Schema 2020-12, as far as this package
// writes it. The zero value allows everything.
type Schema struct {
	Ref         string             `json:"$ref,omitempty"`
	Type        any                `json:"type,omitempty"` // a name, or several
	Format      string             `json:"format,omitempty"`
	Description string             `json:"description,omitempty"`
	Enum        []any              `json:"enum,omitempty"`
	Default     any                `json:"default,omitempty"`
	MinLength   *int               `json:"minLength,omitempty"`
	MaxLength   *int               `json:"maxLength,omitempty"`
	Minimum     json.Number        `json:"minimum,omitempty"`
	Maximum     json.Number        `json:"maximum,omitempty"`
	Items       *Schema            `json:"items,omitempty"`
	MinItems    *int               `json:"minItems,omitempty"`
	MaxItems    *int               `json:"maxItems,omitempty"`
	Properties  map[string]*Schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	// AdditionalProperties is what other members of an object are: false, or a Schema.
	AdditionalProperties any       `json:"additionalProperties,omitempty"`
	AnyOf                []*Schema `json:"anyOf,omitempty"`
}

// HasSchema is implemented by types that write their JSON themselves, to describe it.
type HasSchema interface {
	// JSONSchema describes the JSON of every value of the type; it is called on the zero value.
	JSONSchema() Schema
}

func (s *Schema) typeName() string {
	name, _ := s.Type.(string)
	return name
}

// schemas collects the schemas of types that have names.
type schemas struct {
	input   bool // what is sent, not what is answered
	partial bool // no field must be there
	named   map[string]*Schema
	names   map[typeName]string
	// called are the names of types that have none, for the operation that is described.
	called map[reflect.Type]string
}

// typeName is a type, and what it is called.
type typeName struct {
	reflect.Type
	name string
}

var (
	jsonMarshaler   = reflect.TypeFor[json.Marshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// of returns the schema of a type: of a struct with a name, one that refers to it.
func (c *schemas) of(t reflect.Type) *Schema {
	if s := known(t); s != nil {
		return s
	}
	p := reflect.PointerTo(t)
	switch {
	case t.Kind() != reflect.Pointer && (p.Implements(jsonMarshaler) || p.Implements(jsonUnmarshaler)):
		return &Schema{} // it says nothing of itself
	case t.Kind() != reflect.Pointer && (p.Implements(textMarshaler) || p.Implements(textUnmarshaler)):
		return &Schema{Type: "string", Enum: fieldrules.Choices(t)}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return nullable(c.of(t.Elem()))
	case reflect.Bool:
		return &Schema{Type: "boolean"}
	case reflect.String:
		return &Schema{Type: "string", Enum: fieldrules.Choices(t)}
	case reflect.Int8, reflect.Int16, reflect.Int32:
		return &Schema{Type: "integer", Format: "int32", Enum: fieldrules.Choices(t)}
	case reflect.Int, reflect.Int64:
		return &Schema{Type: "integer", Format: "int64", Enum: fieldrules.Choices(t)}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &Schema{Type: "integer", Minimum: "0", Enum: fieldrules.Choices(t)}
	case reflect.Float32, reflect.Float64:
		return &Schema{Type: "number"}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return &Schema{Type: "string", Format: "byte"}
		}
		return &Schema{Type: "array", Items: c.of(t.Elem())}
	case reflect.Array:
		n := t.Len()
		return &Schema{Type: "array", Items: c.of(t.Elem()), MinItems: &n, MaxItems: &n}
	case reflect.Map:
		return &Schema{Type: "object", AdditionalProperties: c.of(t.Elem())}
	case reflect.Struct:
		return c.structure(t)
	}
	return &Schema{}
}

// known returns the schema of a type that has its own form.
func known(t reflect.Type) *Schema {
	switch t {
	case reflect.TypeFor[time.Time]():
		return &Schema{Type: "string", Format: "date-time"}
	case reflect.TypeFor[civil.Date]():
		return &Schema{Type: "string", Format: "date"}
	case reflect.TypeFor[civil.Clock]():
		return &Schema{Type: "string", Format: "time-local"}
	}
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface {
		return nil
	}
	if own, ok := reflect.New(t).Interface().(HasSchema); ok {
		s := own.JSONSchema()
		return &s
	}
	return nil
}

func nullable(s *Schema) *Schema {
	if name := s.typeName(); name != "" {
		out := *s
		out.Type = []string{name, "null"}
		if len(out.Enum) > 0 {
			out.Enum = append(out.Enum[:len(out.Enum):len(out.Enum)], nil)
		}
		return &out
	}
	if s.Ref == "" {
		return s
	}
	return &Schema{AnyOf: []*Schema{s, {Type: "null"}}}
}

// structure returns the schema of a struct.
func (c *schemas) structure(t reflect.Type) *Schema {
	is := typeName{t, cmp.Or(t.Name(), c.called[t])}
	if is.name == "" || c.names == nil {
		s := &Schema{}
		c.fill(s, t)
		return s
	}
	name, done := c.names[is]
	if !done {
		name = c.nameFor(is.name)
		s := &Schema{}
		c.names[is], c.named[name] = name, s
		c.fill(s, t) // which may refer to it
	}
	return &Schema{Ref: "#/components/schemas/" + name}
}

// unnamed are the parts of names of generic types that a name in a document cannot have.
var unnamed = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// nameFor returns a name for a type that no other has.
func (c *schemas) nameFor(name string) string {
	if at := strings.IndexByte(name, '['); at >= 0 { // a generic type has the paths of packages in its name
		args := strings.Split(strings.TrimSuffix(name[at+1:], "]"), ",")
		for i, arg := range args {
			args[i] = arg[strings.LastIndexAny(arg, "/.")+1:]
		}
		name = strings.Join(append([]string{name[:at]}, args...), "Of")
	}
	name = strings.Trim(unnamed.ReplaceAllString(name, "_"), "_")
	name = strings.ToUpper(name[:1]) + name[1:]
	switch {
	case c.partial:
		name += "Change"
	case c.input:
		name += "Input"
	}
	for n, base := 2, name; c.named[name] != nil; n++ {
		name = base + strconv.Itoa(n)
	}
	return name
}

func (c *schemas) fill(s *Schema, t reflect.Type) {
	s.Type = "object"
	if c.input {
		s.AdditionalProperties = false
	}
	for _, f := range jsonfields.Of(t) {
		if s.Properties == nil {
			s.Properties = map[string]*Schema{}
		}
		rules := fieldrules.Of(f.StructField)
		s.Properties[f.Name] = c.field(f.StructField, rules, f.Quoted)
		if c.input && !c.partial && rules.Set && !rules.Optional || !c.input && !f.OmitEmpty {
			s.Required = append(s.Required, f.Name)
		}
	}
}

// field returns the schema of a field with its rules.
func (c *schemas) field(f reflect.StructField, rules fieldrules.Rules, quoted bool) *Schema {
	s := *c.of(f.Type)
	if quoted {
		s = Schema{Type: "string"}
	}
	if help := f.Tag.Get("help"); help != "" {
		s.Description = help
	} else if label := f.Tag.Get("label"); label != "" {
		s.Description = label
	}
	base := f.Type
	for base.Kind() == reflect.Pointer {
		base = base.Elem()
	}
	if !rules.Set || !c.input {
		return &s
	}
	switch base.Kind() {
	case reflect.String:
		if rules.Size > 0 {
			s.MaxLength = &rules.Size
		}
		if one := 1; !rules.Optional {
			s.MinLength = &one
		}
		switch rules.Format {
		case "email":
			s.Format = "email"
		case "url":
			s.Format = "uri"
		}
	case reflect.Slice:
		one := 1
		if n, err := strconv.Atoi(rules.Min); err == nil {
			s.MinItems = &n
		} else if !rules.Optional {
			s.MinItems = &one
		}
		if n, err := strconv.Atoi(rules.Max); err == nil {
			s.MaxItems = &n
		}
	case reflect.Struct:
	default:
		if number(rules.Min) {
			s.Minimum = json.Number(rules.Min)
		}
		if number(rules.Max) {
			s.Maximum = json.Number(rules.Max)
		}
	}
	return &s
}

func number(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil && json.Valid([]byte(text))
}
