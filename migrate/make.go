package migrate

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/schema"
)

// MakeOptions says how migrations are to be made. The zero value makes those
// that need no answer.
type MakeOptions struct {
	// Modules limits the work to these. Defaults to all that are wanted.
	Modules []string
	// Name is what the migrations are called after their number. Defaults to
	// a name made of what they do.
	Name string
	// Renames are what was given another name, or was dropped. Whatever goes
	// while something comes that could be its successor, and is not in here, is
	// asked for: without an answer it is neither renamed nor dropped. Two may
	// swap names. One that names what is not there, or what has not changed, is
	// an error.
	Renames []Rename
	// Tagged are further renames, which the tags of models tell of. Those that
	// have been made already are passed over.
	Tagged []Rename
	// Values are for columns that need them. One that no column needs is an
	// error.
	Values []Value
	// Empty makes a migration without operations for each of Modules, to be
	// filled by hand.
	Empty bool
	// Ask is called with what cannot be known, and returns the answer. One that
	// is not understood is asked for again. An error ends the questions and is
	// that of Make. Nil makes each question an error that says what to write
	// instead.
	Ask func(Question) (answer string, err error)
}

// Rename says that a table or column has another name now. Names of models and
// fields stand for those of tables and columns, where there is only one that
// they may mean.
type Rename struct {
	Table  string // before, for the table itself; for a column before or now
	Column string // before; "" for the table itself
	// To is the new name; "" says that it was not renamed but dropped. That of a
	// table may be one of another module, which the table belongs to now.
	To string
}

// ParseRename reads a rename as people write it: "blog_post.title=headline" for
// a column, "blog_post=blog_article" for a table. With nothing after the equals
// sign, it was dropped. Names of models and fields are understood as well.
func ParseRename(s string) (Rename, error) {
	left, to, ok := strings.Cut(s, "=")
	table, column, _ := strings.Cut(left, ".")
	if !ok || table == "" {
		return Rename{}, fmt.Errorf("rename %q is not understood; write TABLE.OLD=NEW for a column or TABLE=NEW for a table, with nothing after the = for one that was dropped", s)
	}
	// Model.Old=Model.New is what some will write.
	if i := strings.LastIndexByte(to, '.'); i >= 0 {
		to = to[i+1:]
	}
	return Rename{table, column, to}, nil
}

// Value says which value a column gets in rows that are there already.
type Value struct {
	Table, Column string
	// SQL is an expression, such as '' or 0 or lower(title).
	SQL SQL
}

// ParseValue reads a value as people write it: "blog_post.subtitle=”".
func ParseValue(s string) (Value, error) {
	left, sql, ok := strings.Cut(s, "=")
	table, column, ok2 := strings.Cut(left, ".")
	if !ok || !ok2 || table == "" || column == "" || sql == "" {
		return Value{}, fmt.Errorf("value %q is not understood; write TABLE.COLUMN=EXPRESSION", s)
	}
	return Value{table, column, Same(sql)}, nil
}

// QuestionKind is what a [Question] is about.
type QuestionKind uint8

// The kinds of questions.
const (
	WasTableRenamed  QuestionKind = iota // the answer is y or n; or "drop" where the text says so
	WasColumnRenamed                     // the same
	WhichValue                           // the answer is an SQL expression; "" gives up
	HowToConvert                         // the answer is an SQL expression; "" gives up
	MayBeComputed                        // the answer is y or n
)

// Question is something that the tables and the models do not tell.
type Question struct {
	Kind          QuestionKind
	Table, Column string
	To            string // the new name
	// Text is the question for a person, in one line.
	Text string
	// Note says why the answer before was not understood; "" the first time. A
	// question is asked ten times at most.
	Note string
}

// Change is a migration that was made, and the files to be written for it.
type Change struct {
	Module    string
	Migration *Migration
	File      string // name of the migration's file
	Source    []byte // Go source of the file
	List      []byte // Go source of migrations.go, which lists the module's migrations
	// Findings are what [Lint] has to say of the migration.
	Findings []Finding
}

// ListFile is the name of the file that lists a module's migrations.
const ListFile = "migrations.go"

// Make compares the tables at the end of the graph with those that each module
// wants and returns the migrations that lead from the one to the other, in the
// order in which they depend on each other; none when nothing changed. Modules
// that want does not name are left alone; one that wants no tables loses all.
// The error names everything that needs an answer and did not get one; first
// what may have been renamed, because more may follow from that.
func Make(g *Graph, want map[string]schema.Schema, opts MakeOptions) ([]Change, error) {
	if opts.Empty {
		return makeEmpty(g, opts)
	}
	var modules []string
	for module := range want {
		if len(opts.Modules) == 0 || slices.Contains(opts.Modules, module) {
			modules = append(modules, module)
		}
	}
	slices.Sort(modules)
	d := newDetector(g, g.final.clone(), want, modules, opts)
	if err := d.find(); err != nil {
		return nil, err
	}
	return write(g, d.finished(opts.Name))
}

func makeEmpty(g *Graph, opts MakeOptions) ([]Change, error) {
	if len(opts.Modules) == 0 {
		return nil, errors.New("an empty migration is made for a module that is named")
	}
	var out []*Migration
	for _, module := range opts.Modules {
		out = append(out, &Migration{Module: module, Depends: g.tip(module)})
	}
	name := opts.Name
	if name == "" {
		name = "by_hand"
	}
	g.nameAll(out, name)
	return write(g, out)
}

// tip returns what the next migration of the module depends on.
func (g *Graph) tip(module string) []Ref {
	var out []Ref
	for _, name := range g.leaves(module) {
		out = append(out, Ref{module, name})
	}
	return out
}

// nextNumber returns the number that follows those of the module.
func (g *Graph) nextNumber(module string) int {
	last := 0
	for _, m := range g.all() {
		if m.Module == module {
			number, _, _ := strings.Cut(m.Name, "_")
			if n, err := strconv.Atoi(number); err == nil {
				last = max(last, n)
			}
		}
	}
	return last + 1
}

// nameAll names the migrations, in order; name is what follows their numbers,
// "" for what they do.
func (g *Graph) nameAll(made []*Migration, name string) {
	fresh := map[string]int{}
	for _, m := range made {
		number := g.nextNumber(m.Module) + fresh[m.Module]
		fresh[m.Module]++
		rest := name
		if rest == "" {
			rest = nameOf(m, number)
		}
		m.Name = fmt.Sprintf("%04d_%s", number, rest)
	}
}

// write writes the files of migrations that have names.
func write(g *Graph, made []*Migration) ([]Change, error) {
	names := map[string][]string{}
	for _, m := range g.all() {
		names[m.Module] = append(names[m.Module], m.Name)
	}
	var out []Change
	for _, m := range made {
		names[m.Module] = append(names[m.Module], m.Name)
		source, err := m.source()
		if err != nil {
			return nil, err
		}
		out = append(out, Change{Module: m.Module, Migration: m, File: m.Name + ".go", Source: source, Findings: Lint(m)})
	}
	for i := range out {
		var err error
		if out[i].List, err = listSource(out[i].Module, names[out[i].Module]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// nameOf returns a name that says what the migration does.
func nameOf(m *Migration, number int) string {
	if number == 1 {
		return "initial"
	}
	short := func(table string) string { return strings.TrimPrefix(table, m.Module+"_") }
	var parts []string
	for _, op := range m.Operations {
		var part string
		switch o := op.(type) {
		case CreateTable:
			part = short(o.Table.Name)
		case DropTable:
			part = "drop_" + short(o.Table)
		case RenameTable:
			if part = "rename_" + short(o.Table) + "_" + short(o.To); o.From != "" {
				part = "move_" + o.Table
			}
		case AddColumn:
			part = short(o.Table) + "_" + o.Column.Name
		case DropColumn:
			part = "drop_" + short(o.Table) + "_" + o.Column
		case RenameColumn:
			part = "rename_" + short(o.Table) + "_" + o.Column + "_" + o.To
		case AlterColumn:
			part = "alter_" + short(o.Table) + "_" + o.Column.Name
		case AddForeignKey:
			part = short(o.Table) + "_foreign_keys"
		case AddIndex:
			part = short(o.Table) + "_indexes"
		case AddUnique:
			part = short(o.Table) + "_unique"
		case AddCheck:
			part = short(o.Table) + "_checks"
		default:
			continue // goes with one of the others
		}
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	name := plainName(strings.Join(parts, "_and_"))
	switch {
	case name == "":
		return "changes"
	case len(name) > 52:
		return plainName(parts[0]) + "_and_more"
	}
	return name
}

// plainName returns the text with nothing in it but what a name may have.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, s)
}
