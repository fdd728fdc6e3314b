package orm

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// maxNameBytes is how many bytes of a name PostgreSQL keeps: it cuts off the rest
// and says nothing. SQLite has no limit; one for both keeps a site movable.
const maxNameBytes = 63

// isSystemColumn reports whether every table of PostgreSQL has a column of that
// name already.
func isSystemColumn(name string) bool {
	switch name {
	case "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid":
		return true
	}
	return false
}

// checkNames refuses names that one of the databases does not take, whichever is
// in use: ones that it keeps for itself, that are too long, or that it takes for
// the same. It reports each where it stands in the source.
func (ms *Models) checkNames() []error {
	var errs []error
	type owner struct{ what, name string }
	taken := map[string]owner{} // tables and indexes have names of one kind
	take := func(m *model, field, what, name string) {
		// SQLite does not tell letters by their case.
		key := strings.ToLower(name)
		if other, ok := taken[key]; ok {
			errs = append(errs, m.mistake(field, fmt.Errorf("the %s %q has the name of the %s %q; a database takes a name for one table or index only", what, name, other.what, other.name)))
			return
		}
		taken[key] = owner{what, name}
	}
	for _, m := range ms.all {
		for i, t := range m.tables() {
			pairs, option := "", "give the model another with orm.Table"
			if i > 0 {
				pairs, option = m.pairsField(t.Name), "give the join table another by the tag table=NAME"
			}
			bad := func(field string, err error) {
				if err != nil {
					if pairs != "" {
						field = pairs
					}
					errs = append(errs, m.mistake(field, err))
				}
			}
			bad("", m.tableNameError(t.Name, option))
			take(m, pairs, "table", t.Name)
			for _, c := range t.Columns {
				at := ""
				if j := slices.IndexFunc(m.fields, func(f *field) bool { return f.column == c.Name }); j >= 0 {
					at = m.fields[j].name
				}
				bad(at, columnNameError(c.Name))
			}
			var names []string
			for _, x := range t.Indexes {
				names = append(names, x.Name)
			}
			for _, u := range t.Uniques {
				names = append(names, u.Name)
			}
			for _, name := range names {
				if m.tableNameError(t.Name, "") == nil { // else it most likely begins like the table
					bad("", indexNameError(name))
				}
				take(m, pairs, "index", name)
			}
		}
	}
	return errs
}

// pairsField returns the name of the relation whose pairs the table has.
func (m *model) pairsField(table string) string {
	for _, r := range m.relations {
		if r.table == table {
			return r.name
		}
	}
	return ""
}

// tableNameError returns why a table cannot have the name. Vola's own packages
// have tables whose names begin with vola_.
func (m *model) tableNameError(name, advice string) error {
	for _, kept := range [...]struct{ prefix, by string }{
		{"sqlite_", "SQLite"}, {"pg_", "PostgreSQL"}, {"vola_", "Vola"},
	} {
		if kept.by == "Vola" && strings.HasPrefix(m.typ.PkgPath()+"/", path.Dir(ormPath)+"/") && !strings.HasSuffix(m.typ.PkgPath(), "_test") {
			continue
		}
		if len(name) >= len(kept.prefix) && strings.EqualFold(name[:len(kept.prefix)], kept.prefix) {
			return fmt.Errorf("is stored in the table %q, and %s keeps names that begin with %s for itself; rename the module, or %s", name, kept.by, kept.prefix, advice)
		}
	}
	switch {
	case strings.ContainsAny(name, "\"\x00"):
		return fmt.Errorf("is stored in the table %q, and a table's name cannot hold a quote or NUL", name)
	case len(name) > maxNameBytes:
		return fmt.Errorf("is stored in the table %q, of %d bytes, and PostgreSQL keeps only %d of a name; %s", name, len(name), maxNameBytes, advice)
	}
	return nil
}

func columnNameError(name string) error {
	switch {
	case isSystemColumn(name):
		return fmt.Errorf("is stored in the column %q, which PostgreSQL has in every table for itself; give the field the tag column=NAME", name)
	case len(name) > maxNameBytes:
		return fmt.Errorf("is stored in the column %q, of %d bytes, and PostgreSQL keeps only %d of a name; give the field the tag column=NAME", name, len(name), maxNameBytes)
	}
	return nil
}

func indexNameError(name string) error {
	if len(name) >= 7 && strings.EqualFold(name[:7], "sqlite_") {
		return fmt.Errorf("has an index %q, and SQLite keeps names that begin with sqlite_ for itself; give it another with Named", name)
	}
	return nil
}
