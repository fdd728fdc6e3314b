package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/internal/ddl"
	"github.com/volaweb/vola/schema"
)

// Inspect reads the tables that are not SQLite's own. SQLite knows less than
// PostgreSQL: durations are read as whole numbers and decimals have no digits,
// because nothing in the file tells them apart, and foreign keys and unique
// constraints of the table itself get the names that Vola would give them.
// Indexes and tables of a kind that package schema has no words for are left
// out.
func (editor) Inspect(ctx context.Context, h database.Handle) (schema.Schema, error) {
	var s schema.Schema
	var texts []tableText
	err := ddl.Each(ctx, h, `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`,
		nil, func(scan func(...any) error) error {
			var name, sql string
			err := scan(&name, &sql)
			s.Tables = append(s.Tables, schema.Table{Name: name})
			texts = append(texts, parseTable(name, sql))
			return err
		})
	if err != nil {
		return s, err
	}
	for i := range s.Tables {
		t := &s.Tables[i]
		if err := inspectColumns(ctx, h, t, texts[i]); err != nil {
			return s, fmt.Errorf("inspect table %s: %w", t.Name, err)
		}
		if err := inspectIndexes(ctx, h, t); err != nil {
			return s, fmt.Errorf("inspect the indexes of table %s: %w", t.Name, err)
		}
		if err := inspectForeignKeys(ctx, h, t); err != nil {
			return s, fmt.Errorf("inspect the foreign keys of table %s: %w", t.Name, err)
		}
		for j := range t.ForeignKeys {
			f := &t.ForeignKeys[j]
			f.Deferred = slices.ContainsFunc(texts[i].deferred, func(columns []string) bool {
				return slices.EqualFunc(columns, f.Columns, strings.EqualFold)
			})
		}
	}
	finishForeignKeys(&s)
	s.Normalize()
	return s, nil
}

func inspectColumns(ctx context.Context, h database.Handle, t *schema.Table, text tableText) error {
	type keyPart struct {
		place int
		name  string
	}
	var key []keyPart
	plainInteger := false
	err := ddl.Each(ctx, h, `SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid`, []any{t.Name},
		func(scan func(...any) error) error {
			var c schema.Column
			var declared string
			var notNull bool
			var def *string
			var place, hidden int
			if err := scan(&c.Name, &declared, &notNull, &def, &place, &hidden); err != nil {
				return err
			}
			c.Type = typeOf(declared)
			c.Null = !notNull && place == 0
			if place > 0 {
				key = append(key, keyPart{place, c.Name})
				plainInteger = strings.EqualFold(declared, "integer")
			}
			if def != nil {
				c.Default = defaultOf(*def, c.Type)
			}
			if hidden == 2 || hidden == 3 {
				for _, g := range text.generated {
					if strings.EqualFold(g.column, c.Name) {
						c.Generated = g.sql
					}
				}
			}
			t.Columns = append(t.Columns, c)
			return nil
		})
	if err != nil {
		return err
	}
	slices.SortFunc(key, func(a, b keyPart) int { return a.place - b.place })
	for _, k := range key {
		t.PrimaryKey = append(t.PrimaryKey, k.name)
	}
	if len(key) == 1 && plainInteger {
		// The alias of the row's number, which SQLite gives by itself.
		for i := range t.Columns {
			if t.Columns[i].Name == key[0].name {
				t.Columns[i].Auto, t.Columns[i].Type = true, schema.Type{Kind: schema.Int64}
			}
		}
	}
	t.Checks = checksOf(t, text.checks)
	return nil
}

// checksOf returns the table's checks, without those that are part of a type.
func checksOf(t *schema.Table, checks []schema.Check) []schema.Check {
	var out []schema.Check
	for _, c := range checks {
		i := slices.IndexFunc(t.Columns, func(col schema.Column) bool {
			return sameTokens(" CHECK ("+c.SQL+")", jsonCheck(schema.Column{Name: col.Name, Type: schema.Type{Kind: schema.JSON}}))
		})
		if i >= 0 {
			t.Columns[i].Type = schema.Type{Kind: schema.JSON}
			continue
		}
		out = append(out, c)
	}
	return out
}

func sameTokens(a, b string) bool {
	return slices.EqualFunc(tokenize(a), tokenize(b), strings.EqualFold)
}

// typeOf returns the type that a declared one stands for: Django's words, ours,
// and SQLite's rules of affinity for the rest
// (https://www.sqlite.org/datatype3.html).
func typeOf(declared string) schema.Type {
	word, rest, _ := strings.Cut(strings.ToLower(declared), "(")
	sizes := strings.Split(strings.TrimRight(rest, ") "), ",")
	number := func(i int) int {
		if i >= len(sizes) {
			return 0
		}
		n, _ := strconv.Atoi(strings.TrimSpace(sizes[i]))
		return n
	}
	word = strings.TrimSuffix(strings.TrimSpace(word), " unsigned")
	switch word {
	case "bool", "boolean":
		return schema.Type{Kind: schema.Bool}
	case "smallint", "tinyint":
		return schema.Type{Kind: schema.Int16}
	case "integer", "int", "mediumint":
		return schema.Type{Kind: schema.Int32}
	case "real", "double", "float", "double precision":
		return schema.Type{Kind: schema.Float64}
	case "datetime", "timestamp":
		return schema.Type{Kind: schema.Time}
	case "date":
		return schema.Type{Kind: schema.Date}
	case "time":
		return schema.Type{Kind: schema.Clock}
	case "decimal", "numeric", "decimaltext":
		return schema.Type{Kind: schema.Decimal, Precision: number(0), Scale: number(1)}
	case "varchar", "nvarchar", "character varying", "char":
		if word == "char" && number(0) == 32 {
			return schema.Type{Kind: schema.UUID}
		}
		return schema.Type{Kind: schema.Text, Size: number(0)}
	case "blob", "":
		return schema.Type{Kind: schema.Bytes}
	}
	switch {
	case strings.Contains(word, "int"):
		return schema.Type{Kind: schema.Int64}
	case strings.Contains(word, "real") || strings.Contains(word, "floa") || strings.Contains(word, "doub"):
		return schema.Type{Kind: schema.Float64}
	case strings.Contains(word, "blob"):
		return schema.Type{Kind: schema.Bytes}
	}
	return schema.Type{Kind: schema.Text}
}

// defaultOf returns the default that an expression stands for.
func defaultOf(sql string, t schema.Type) schema.Default {
	if tokens := tokenize(sql); len(tokens) == 1 && tokens[0][0] == '\'' {
		return schema.Default{Value: unquoteName(tokens[0])}
	}
	if strings.EqualFold(sql, "null") {
		return schema.Default{}
	}
	if d, ok := ddl.Number(sql, t); ok {
		if n, whole := d.Value.(int64); whole && t.Kind == schema.Bool && (n == 0 || n == 1) {
			return schema.Default{Value: n == 1}
		}
		return d
	}
	// SQLite keeps the parentheses of an expression only if it had two pairs.
	return schema.Default{SQL: sql}
}

func inspectIndexes(ctx context.Context, h database.Handle, t *schema.Table) error {
	type info struct {
		name, origin string
		unique       bool
		sql          *string
	}
	var found []info
	err := ddl.Each(ctx, h, `SELECT l.name, l."unique", l.origin, s.sql FROM pragma_index_list(?) AS l LEFT JOIN sqlite_schema AS s ON s.type = 'index' AND s.name = l.name ORDER BY l.name`,
		[]any{t.Name}, func(scan func(...any) error) error {
			var x info
			err := scan(&x.name, &x.unique, &x.origin, &x.sql)
			found = append(found, x)
			return err
		})
	if err != nil {
		return err
	}
	for _, x := range found {
		if x.origin == "pk" {
			continue
		}
		var columns []string
		plain := true
		err := ddl.Each(ctx, h, `SELECT name, desc FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno`, []any{x.name}, func(scan func(...any) error) error {
			var name *string
			var desc bool
			if err := scan(&name, &desc); err != nil {
				return err
			}
			if name == nil || desc {
				plain = false
				return nil
			}
			columns = append(columns, *name)
			return nil
		})
		if err != nil {
			return err
		}
		if x.origin == "u" || x.sql == nil {
			t.Uniques = append(t.Uniques, schema.Unique{Name: schema.UniqueName(t.Name, columns), Columns: columns})
			continue
		}
		parsed := parseIndex(x.name, *x.sql)
		if x.unique && plain && parsed.Where == "" {
			t.Uniques = append(t.Uniques, schema.Unique{Name: x.name, Columns: columns})
			continue
		}
		parsed.Unique = x.unique
		t.Indexes = append(t.Indexes, parsed)
	}
	return nil
}

// parseIndex reads a CREATE INDEX statement.
func parseIndex(name, sql string) schema.Index {
	x := schema.Index{Name: name}
	tokens := tokenize(sql)
	on := slices.IndexFunc(tokens, func(t string) bool { return strings.EqualFold(t, "ON") })
	open := max(on, 0)
	for open < len(tokens) && tokens[open] != "(" {
		open++
	}
	depth, start := 0, open+1
	for i := open; i < len(tokens); i++ {
		switch tokens[i] {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth == 0 || depth == 1 && tokens[i] == "," {
			x.Columns = append(x.Columns, indexColumn(tokens[start:i]))
			start = i + 1
		}
		if depth == 0 {
			break
		}
	}
	if start < len(tokens) && strings.EqualFold(tokens[start], "WHERE") {
		x.Where = joinTokens(tokens[start+1:])
	}
	return x
}

func indexColumn(tokens []string) schema.IndexColumn {
	var c schema.IndexColumn
	if n := len(tokens); n > 0 {
		switch strings.ToUpper(tokens[n-1]) {
		case "DESC":
			c.Desc = true
			tokens = tokens[:n-1]
		case "ASC":
			tokens = tokens[:n-1]
		}
	}
	if len(tokens) == 1 {
		c.Column = unquoteName(tokens[0])
	} else {
		c.Expr = joinTokens(tokens)
	}
	return c
}

func inspectForeignKeys(ctx context.Context, h database.Handle, t *schema.Table) error {
	last := -1
	return ddl.Each(ctx, h, `SELECT id, "table", "from", coalesce("to", ''), on_delete FROM pragma_foreign_key_list(?) ORDER BY id, seq`, []any{t.Name},
		func(scan func(...any) error) error {
			var n int
			var to, from, column, action string
			if err := scan(&n, &to, &from, &column, &action); err != nil {
				return err
			}
			if n != last {
				t.ForeignKeys = append(t.ForeignKeys, schema.ForeignKey{RefTable: to, OnDelete: actionOf(action)})
				last = n
			}
			f := &t.ForeignKeys[len(t.ForeignKeys)-1]
			f.Columns = append(f.Columns, from)
			f.RefColumns = append(f.RefColumns, column)
			return nil
		})
}

func actionOf(s string) schema.Action {
	switch s {
	case "CASCADE":
		return schema.Cascade
	case "SET NULL":
		return schema.SetNull
	case "RESTRICT":
		return schema.Restrict
	}
	return schema.NoAction
}

// finishForeignKeys gives foreign keys that name no column the key of the
// table that they refer to, and all of them their names.
func finishForeignKeys(s *schema.Schema) {
	for i := range s.Tables {
		t := &s.Tables[i]
		for j := range t.ForeignKeys {
			f := &t.ForeignKeys[j]
			if to, ok := s.Table(f.RefTable); ok && f.RefColumns[0] == "" && len(to.PrimaryKey) > 0 {
				f.RefColumns = slices.Clone(to.PrimaryKey)
			}
			f.Name = schema.ForeignKeyName(t.Name, f.Columns, f.RefTable, f.RefColumns[0])
		}
	}
	for i := range s.Tables {
		if narrowKey(s, s.Tables[i]) {
			c := slices.IndexFunc(s.Tables[i].Columns, func(c schema.Column) bool { return c.Auto })
			s.Tables[i].Columns[c].Type = schema.Type{Kind: schema.Int32}
		}
	}
}

// narrowKey reports whether the table's rows are numbered with 32 bits. The
// column itself is declared integer for any number of bits, but Django declares
// all that refers to it with those that it has.
func narrowKey(s *schema.Schema, to schema.Table) bool {
	narrow := false
	for _, t := range s.Tables {
		for _, f := range t.ForeignKeys {
			if f.RefTable != to.Name || len(f.Columns) != 1 || !slices.Equal(f.RefColumns, to.PrimaryKey) {
				continue
			}
			if c, ok := t.Column(f.Columns[0]); !ok || c.Type.Kind != schema.Int32 {
				return false
			}
			narrow = true
		}
	}
	key, _ := to.Column(strings.Join(to.PrimaryKey, ","))
	return narrow && key.Auto
}
