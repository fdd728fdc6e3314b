package migrate

import (
	"fmt"
	"go/format"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/volaweb/vola/schema"
)

// StructOptions says how [Structs] writes models.
type StructOptions struct {
	// Package is the name of the Go package. Defaults to the module's.
	Package string
	// Module is the module that the models are for. Its name and an underscore
	// are taken off the tables' names.
	Module string
	// Tables are the tables to write. Defaults to all but the one in which
	// migrations are recorded.
	Tables []string
}

// Structs writes Go models for tables that exist, as they were read from a
// database. The first migration that [Make] makes for the models describes
// tables that are there already: it is applied with Runner.FakeInitial. The
// notes say what of the tables the models do not say; [Drift] finds it too.
func Structs(s schema.Schema, opts StructOptions) (source []byte, notes []string, err error) {
	w := &structWriter{schema: s.Clone(), opts: opts}
	w.schema.Normalize()
	if opts.Package == "" {
		w.opts.Package = opts.Module
	}
	w.names()
	for _, t := range w.schema.Tables {
		if w.name(t.Name) != "" {
			w.model(t)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\n", w.opts.Package)
	b.WriteString("import (\n")
	for _, path := range [...]string{"encoding/json", "time", "github.com/volaweb/vola/civil", "github.com/volaweb/vola/orm"} {
		if pkg := path[strings.LastIndexByte(path, '/')+1:]; pkg == "orm" || strings.Contains(w.b.String(), pkg+".") {
			fmt.Fprintf(&b, "%q\n", path)
		}
		if path == "time" {
			b.WriteString("\n")
		}
	}
	b.WriteString(")\n\n")
	b.WriteString(w.b.String())
	b.WriteString("// Models returns the declarations of the models of this package.\nfunc Models() []orm.Declaration {\n\treturn []orm.Declaration{\n")
	for _, d := range w.declarations {
		b.WriteString("\t\t" + d + ",\n")
	}
	b.WriteString("\t}\n}\n")
	source, err = format.Source([]byte(b.String()))
	return source, w.notes, err
}

// structWriter collects the models.
type structWriter struct {
	schema       schema.Schema
	opts         StructOptions
	types        []typeName
	b            strings.Builder
	declarations []string
	notes        []string
}

type typeName struct{ table, name string }

func (w *structWriter) note(format string, args ...any) {
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

// names gives each table that is wanted the name of a type.
func (w *structWriter) names() {
	for _, t := range w.schema.Tables {
		if t.Name == recordTable || len(w.opts.Tables) > 0 && !slices.Contains(w.opts.Tables, t.Name) {
			continue
		}
		name := goName(strings.TrimPrefix(t.Name, w.opts.Module+"_"))
		for slices.ContainsFunc(w.types, func(o typeName) bool { return o.name == name }) || name == "Models" {
			name += "Row"
		}
		w.types = append(w.types, typeName{t.Name, name})
	}
}

// name returns the type of the table's model, or "".
func (w *structWriter) name(table string) string {
	for _, t := range w.types {
		if t.table == table {
			return t.name
		}
	}
	return ""
}

// goName returns the exported Go name for a name in a database.
func goName(s string) string {
	var b strings.Builder
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if strings.EqualFold(part, "id") {
			b.WriteString("ID")
			continue
		}
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	name := b.String()
	if !token.IsIdentifier(name) || !token.IsExported(name) {
		name = "X" + name
	}
	return name
}

// plainColumn are the columns that the field named by goName has by itself:
// words of small letters. Others are said with a tag.
var plainColumn = regexp.MustCompile(`^[a-z][a-z0-9]+(_[a-z][a-z0-9]+)*$`)

// structField is a column of a model that is being written.
type structField struct {
	column, name string
}

func (w *structWriter) model(t schema.Table) {
	name := w.name(t.Name)
	fmt.Fprintf(&w.b, "// %s is a row of table %s.\ntype %s struct {\n", name, t.Name, name)
	var fields []structField
	for _, c := range t.Columns {
		f, ok := w.field(t, c, fields)
		if ok {
			fields = append(fields, f)
		}
	}
	w.b.WriteString("}\n\n")
	if len(t.PrimaryKey) == 0 {
		w.note("table %s has no primary key, which a model must have", t.Name)
	}
	options := w.options(t, fields)
	d := "orm.Model[" + name + "](" + strings.Join(options, ", ") + ")"
	if len(options) > 1 {
		d = "orm.Model[" + name + "](\n" + strings.Join(options, ",\n") + ",\n)"
	}
	w.declarations = append(w.declarations, d)
}

// field writes the field for a column.
func (w *structWriter) field(t schema.Table, c schema.Column, others []structField) (structField, bool) {
	if strings.ContainsAny(c.Name, ",=\"`\x00") {
		w.note("column %s.%s has a name that cannot stand in a tag; it is left out", t.Name, c.Name)
		return structField{}, false
	}
	typ, tags := w.goType(t, c)
	f := structField{column: c.Name, name: goName(c.Name)}
	own := c.Name
	if ref := w.reference(t, c); ref != "" {
		typ, f.name = ref, goName(strings.TrimSuffix(c.Name, "_id"))
		own = strings.TrimSuffix(c.Name, "_id") + "_id"
		tags = nil
		for _, fk := range t.ForeignKeys {
			if len(fk.Columns) == 1 && fk.Columns[0] == c.Name {
				tags = append(tags, actionTags(fk)...)
			}
		}
	}
	for slices.ContainsFunc(others, func(o structField) bool { return o.name == f.name }) || f.name == "VolaGenerated" {
		f.name += "Column"
		own = ""
	}
	if own != c.Name || !plainColumn.MatchString(c.Name) {
		tags = append([]string{"column=" + c.Name}, tags...)
	}
	if slices.Contains(t.PrimaryKey, c.Name) && (f.name != "ID" || len(t.PrimaryKey) > 1) {
		tags = append(tags, "primary_key")
	}
	tags = append(tags, w.columnTags(t, c)...)
	if c.Null {
		typ = "*" + typ
	}
	fmt.Fprintf(&w.b, "\t%s %s", f.name, typ)
	if len(tags) > 0 {
		fmt.Fprintf(&w.b, " `db:%q`", strings.Join(tags, ","))
	}
	w.b.WriteString("\n")
	return f, true
}

// actionTags returns the tags for what a foreign key does.
func actionTags(f schema.ForeignKey) []string {
	var tags []string
	switch f.OnDelete {
	case schema.NoAction:
		tags = append(tags, "on_delete=no_action")
	case schema.Cascade:
		tags = append(tags, "on_delete=cascade")
	case schema.SetNull:
		tags = append(tags, "on_delete=set_null")
	}
	if f.Deferred {
		tags = append(tags, "deferred")
	}
	return tags
}

// reference returns the type of a field that refers to another model, or "".
func (w *structWriter) reference(t schema.Table, c schema.Column) string {
	for _, f := range t.ForeignKeys {
		if len(f.Columns) != 1 || f.Columns[0] != c.Name {
			continue
		}
		to, _ := w.schema.Table(f.RefTable)
		name := w.name(f.RefTable)
		if name == "" || !slices.Equal(to.PrimaryKey, f.RefColumns) {
			w.note("the foreign key %s of %s leads to %s(%s), which is not the key of a model here", f.Name, t.Name, f.RefTable, strings.Join(f.RefColumns, ", "))
			return ""
		}
		key, _ := to.Column(f.RefColumns[0])
		if key.Type.Kind != c.Type.Kind {
			w.note("column %s.%s is a %v and the key that it refers to a %v; the model has it as the key", t.Name, c.Name, c.Type, key.Type)
		}
		if typ, _ := w.goType(to, key); typ != "int64" {
			return "orm.RefKey[" + name + ", " + typ + "]"
		}
		return "orm.Ref[" + name + "]"
	}
	return ""
}

// goType returns the Go type of a column and the tags that it needs.
func (w *structWriter) goType(t schema.Table, c schema.Column) (string, []string) {
	switch c.Type.Kind {
	case schema.Bool:
		return "bool", nil
	case schema.Int16:
		if c.Auto {
			return "int64", []string{"bits=16"} // keys that the database numbers are int64
		}
		return w.keyType(t, c, "int16"), nil
	case schema.Int32:
		if c.Auto {
			return "int64", []string{"bits=32"}
		}
		return w.keyType(t, c, "int32"), nil
	case schema.Int64:
		return "int64", nil
	case schema.Float64:
		return "float64", nil
	case schema.Text:
		if c.Type.Size > 0 {
			return "string", []string{fmt.Sprintf("size=%d", c.Type.Size)}
		}
		return "string", nil
	case schema.Bytes:
		return "[]byte", nil
	case schema.Time:
		return "time.Time", nil
	case schema.Date:
		return "civil.Date", nil
	case schema.Clock:
		return "civil.Clock", nil
	case schema.Duration:
		return "time.Duration", nil
	case schema.Decimal:
		if c.Type.Precision == 0 {
			w.note("column %s.%s is a decimal whose digits the database does not tell; the model says 15.2", t.Name, c.Name)
			return "string", []string{"decimal=15.2"}
		}
		return "string", []string{fmt.Sprintf("decimal=%d.%d", c.Type.Precision, c.Type.Scale)}
	case schema.UUID:
		return "[16]byte", nil
	case schema.JSON:
		return "json.RawMessage", nil
	}
	w.note("column %s.%s has no type known here", t.Name, c.Name)
	return "string", nil
}

// keyType returns the type of a primary key that is itself a reference.
func (w *structWriter) keyType(t schema.Table, c schema.Column, otherwise string) string {
	for _, f := range t.ForeignKeys {
		if len(f.Columns) == 1 && f.Columns[0] == c.Name && slices.Contains(t.PrimaryKey, c.Name) {
			return "int64"
		}
	}
	return otherwise
}

// columnTags returns what else there is to say of a column.
func (w *structWriter) columnTags(t schema.Table, c schema.Column) []string {
	var tags []string
	if slices.ContainsFunc(t.Uniques, func(u schema.Unique) bool { return ownUnique(t, u, c) }) {
		tags = append(tags, "unique")
	}
	if slices.ContainsFunc(t.Indexes, func(x schema.Index) bool { return ownIndex(t, x, c) }) && refersFrom(t, c.Name) == "" {
		tags = append(tags, "index")
	}
	if c.Generated != "" {
		tags = append(tags, "generated="+c.Generated)
	}
	switch v := c.Default.Value.(type) {
	case nil:
		if c.Default.SQL != "" {
			w.note("column %s.%s has the default %s, which a tag cannot say", t.Name, c.Name, c.Default.SQL)
		}
	case string:
		tags = append(tags, "default='"+strings.ReplaceAll(v, "'", "''")+"'")
	default:
		tags = append(tags, fmt.Sprintf("default=%v", v))
	}
	return tags
}

// ownUnique reports whether the tag "unique" of the column says all of it.
func ownUnique(t schema.Table, u schema.Unique, c schema.Column) bool {
	return slices.Equal(u.Columns, []string{c.Name}) && u.Name == schema.UniqueName(t.Name, u.Columns)
}

// ownIndex reports whether the tag "index" of the column says all of it.
func ownIndex(t schema.Table, x schema.Index, c schema.Column) bool {
	return !x.Unique && x.Where == "" && slices.Equal(x.Columns, []schema.IndexColumn{{Column: c.Name}}) &&
		x.Name == schema.IndexName(t.Name, []string{c.Name})
}

// options returns what of a table stands beside its struct.
func (w *structWriter) options(t schema.Table, fields []structField) []string {
	var out []string
	if own := strings.ToLower(w.opts.Module + "_" + w.name(t.Name)); own != t.Name {
		out = append(out, fmt.Sprintf("orm.Table(%q)", t.Name))
	}
	field := func(column string) string {
		for _, f := range fields {
			if f.column == column {
				return f.name
			}
		}
		return ""
	}
	for _, u := range t.Uniques {
		if slices.ContainsFunc(t.Columns, func(c schema.Column) bool { return ownUnique(t, u, c) }) {
			continue
		}
		var names []string
		for _, c := range u.Columns {
			names = append(names, fmt.Sprintf("%q", field(c)))
		}
		o := "orm.Unique(" + strings.Join(names, ", ") + ")"
		if u.Name != schema.UniqueName(t.Name, u.Columns) {
			o += fmt.Sprintf(".Named(%q)", u.Name)
		}
		out = append(out, o)
	}
	for _, x := range t.Indexes {
		if !slices.ContainsFunc(t.Columns, func(c schema.Column) bool { return ownIndex(t, x, c) }) {
			out = append(out, indexOption(t, x, field))
		}
	}
	for _, c := range t.Checks {
		out = append(out, fmt.Sprintf("orm.Check(%q, %s)", c.Name, quoted(c.SQL)))
	}
	return out
}

func indexOption(t schema.Table, x schema.Index, field func(string) string) string {
	var names, columns []string
	exprs := ""
	for _, c := range x.Columns {
		if c.Expr != "" {
			exprs += ".Expr(" + quoted(c.Expr) + ")"
			continue
		}
		columns = append(columns, c.Column)
		minus := ""
		if c.Desc {
			minus = "-"
		}
		names = append(names, fmt.Sprintf("%q", minus+field(c.Column)))
	}
	o := "orm.Index("
	if x.Unique {
		o = "orm.Unique("
	}
	o += strings.Join(names, ", ") + ")" + exprs
	if x.Where != "" {
		o += ".Where(" + quoted(x.Where) + ")"
	}
	if x.Name != schema.ConstraintName(t.Name, columns, "_idx") {
		o += fmt.Sprintf(".Named(%q)", x.Name)
	}
	return o
}
