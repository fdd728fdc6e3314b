package postgres

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

// ours limits catalogue queries to tables in the schemas that the connection
// searches.
const ours = `c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = ANY (current_schemas(false)::regnamespace[])`

// Inspect reads the tables in the schemas that the connection searches.
// Indexes of a kind that package schema has no words for (other methods than
// btree, other operator classes, included columns) and exclusion constraints
// are left out. Where NULL stands in an index is passed over: other programs
// leave it to the server.
func (editor) Inspect(ctx context.Context, h database.Handle) (schema.Schema, error) {
	var s schema.Schema
	at := map[string]int{}
	err := ddl.Each(ctx, h, `SELECT c.relname FROM pg_class c WHERE `+ours+` ORDER BY c.relname`, nil, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		at[name] = len(s.Tables)
		s.Tables = append(s.Tables, schema.Table{Name: name})
		return err
	})
	table := func(name string) *schema.Table { return &s.Tables[at[name]] }
	for _, read := range []func(context.Context, database.Handle, func(string) *schema.Table) error{
		inspectColumns, inspectConstraints, inspectIndexes,
	} {
		if err == nil {
			err = read(ctx, h, table)
		}
	}
	if err != nil {
		return s, fmt.Errorf("inspect the database: %w", err)
	}
	s.Normalize()
	return s, nil
}

func inspectColumns(ctx context.Context, h database.Handle, table func(string) *schema.Table) error {
	return ddl.Each(ctx, h, `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity <> '', a.attgenerated <> '',
			coalesce(pg_get_expr(d.adbin, d.adrelid), '')
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
		WHERE `+ours+` ORDER BY c.relname, a.attnum`,
		nil, func(scan func(...any) error) error {
			var c schema.Column
			var name, typ, expr string
			var notNull, identity, generated bool
			if err := scan(&name, &c.Name, &typ, &notNull, &identity, &generated, &expr); err != nil {
				return err
			}
			c.Type = typeOf(typ)
			c.Null = !notNull
			switch {
			case generated:
				c.Generated = expr
			case identity, strings.HasPrefix(expr, "nextval("):
				c.Auto = true
			case expr != "":
				c.Default = defaultOf(expr, c.Type)
			}
			t := table(name)
			t.Columns = append(t.Columns, c)
			return nil
		})
}

// typeOf returns the type that a server's one stands for. Those that Vola has
// no kind for are text.
func typeOf(name string) schema.Type {
	word, rest, _ := strings.Cut(name, "(")
	digits, _, _ := strings.Cut(rest, ")")
	a, b, _ := strings.Cut(digits, ",")
	first, _ := strconv.Atoi(a)
	second, _ := strconv.Atoi(b)
	switch {
	case strings.HasPrefix(name, "timestamp"):
		return schema.Type{Kind: schema.Time}
	case strings.HasPrefix(name, "time"):
		return schema.Type{Kind: schema.Clock}
	case strings.HasPrefix(name, "interval"):
		return schema.Type{Kind: schema.Duration}
	}
	switch word {
	case "boolean":
		return schema.Type{Kind: schema.Bool}
	case "smallint":
		return schema.Type{Kind: schema.Int16}
	case "integer":
		return schema.Type{Kind: schema.Int32}
	case "bigint":
		return schema.Type{Kind: schema.Int64}
	case "real", "double precision":
		return schema.Type{Kind: schema.Float64}
	case "numeric":
		return schema.Type{Kind: schema.Decimal, Precision: first, Scale: second}
	case "bytea":
		return schema.Type{Kind: schema.Bytes}
	case "date":
		return schema.Type{Kind: schema.Date}
	case "uuid":
		return schema.Type{Kind: schema.UUID}
	case "json", "jsonb":
		return schema.Type{Kind: schema.JSON}
	case "character varying", "character":
		return schema.Type{Kind: schema.Text, Size: first}
	}
	return schema.Type{Kind: schema.Text}
}

// defaultOf returns the default that an expression stands for. The server
// writes a text as 'it”s'::text.
func defaultOf(expr string, t schema.Type) schema.Default {
	lit := expr
	if strings.HasPrefix(expr, "'") {
		end := 1
		for end < len(expr) && (expr[end] != '\'' || end+1 < len(expr) && expr[end+1] == '\'') {
			if expr[end] == '\'' {
				end++
			}
			end++
		}
		if end >= len(expr) || expr[end+1:] != "" && !strings.HasPrefix(expr[end+1:], "::") {
			return schema.Default{SQL: expr}
		}
		lit = strings.ReplaceAll(expr[1:end], "''", "'")
		if t.Kind != schema.Int64 && t.Kind != schema.Int32 && t.Kind != schema.Int16 && t.Kind != schema.Float64 {
			return schema.Default{Value: lit}
		}
	}
	lit = strings.Trim(lit, "()")
	switch d, ok := ddl.Number(lit, t); {
	case lit == "true", lit == "false":
		return schema.Default{Value: lit == "true"}
	case strings.HasPrefix(expr, "NULL::"):
		return schema.Default{}
	case ok:
		return d
	}
	return schema.Default{SQL: expr}
}

func inspectConstraints(ctx context.Context, h database.Handle, table func(string) *schema.Table) error {
	return ddl.Each(ctx, h, `SELECT c.relname, k.contype::text, k.conname,
			ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u(n, i) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.i),
			coalesce(r.relname, ''),
			ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u(n, i) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.i),
			k.confdeltype::text, k.condeferred, coalesce(pg_get_expr(k.conbin, k.conrelid), '')
		FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class r ON r.oid = k.confrelid
		WHERE k.contype IN ('p', 'u', 'f', 'c') AND `+ours+` ORDER BY c.relname, k.conname`,
		nil, func(scan func(...any) error) error {
			var name, kind, constraint, refTable, action, expr string
			var columns, refColumns []string
			var deferred bool
			if err := scan(&name, &kind, &constraint, &columns, &refTable, &refColumns, &action, &deferred, &expr); err != nil {
				return err
			}
			t := table(name)
			switch kind {
			case "p":
				t.PrimaryKey = columns
			case "u":
				t.Uniques = append(t.Uniques, schema.Unique{Name: constraint, Columns: columns})
			case "c":
				t.Checks = append(t.Checks, schema.Check{Name: constraint, SQL: strings.TrimSuffix(strings.TrimPrefix(expr, "("), ")")})
			case "f":
				t.ForeignKeys = append(t.ForeignKeys, schema.ForeignKey{
					Name: constraint, Columns: columns, RefTable: refTable, RefColumns: refColumns,
					OnDelete: actionOf(action), Deferred: deferred,
				})
			}
			return nil
		})
}

func actionOf(code string) schema.Action {
	switch code {
	case "c":
		return schema.Cascade
	case "n":
		return schema.SetNull
	case "r":
		return schema.Restrict
	}
	return schema.NoAction
}

func inspectIndexes(ctx context.Context, h database.Handle, table func(string) *schema.Table) error {
	return ddl.Each(ctx, h, `SELECT c.relname, i.relname, x.indisunique, coalesce(pg_get_expr(x.indpred, x.indrelid), ''),
			ARRAY(SELECT pg_get_indexdef(x.indexrelid, n, true) FROM generate_series(1, x.indnkeyatts) AS n ORDER BY n),
			ARRAY(SELECT x.indkey[n - 1] = 0 FROM generate_series(1, x.indnkeyatts) AS n ORDER BY n),
			ARRAY(SELECT x.indoption[n - 1] & 1 = 1 FROM generate_series(1, x.indnkeyatts) AS n ORDER BY n)
		FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam
		WHERE x.indisvalid AND m.amname = 'btree' AND x.indnatts = x.indnkeyatts
			AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))
			AND NOT EXISTS (SELECT FROM unnest(x.indclass) AS o(id) JOIN pg_opclass oc ON oc.oid = o.id WHERE NOT oc.opcdefault)
			AND `+ours+` ORDER BY c.relname, i.relname`,
		nil, func(scan func(...any) error) error {
			var name, where string
			var x schema.Index
			var parts []string
			var isExpr, desc []bool
			if err := scan(&name, &x.Name, &x.Unique, &where, &parts, &isExpr, &desc); err != nil {
				return err
			}
			x.Where = strings.TrimSuffix(strings.TrimPrefix(where, "("), ")")
			for i, p := range parts {
				c := schema.IndexColumn{Desc: desc[i]}
				if isExpr[i] {
					c.Expr = p
				} else {
					c.Column = unquote(p)
				}
				x.Columns = append(x.Columns, c)
			}
			t := table(name)
			plain := !slices.Contains(isExpr, true) && !slices.Contains(desc, true)
			if x.Unique && plain && x.Where == "" {
				u := schema.Unique{Name: x.Name}
				for _, c := range x.Columns {
					u.Columns = append(u.Columns, c.Column)
				}
				t.Uniques = append(t.Uniques, u)
				return nil
			}
			t.Indexes = append(t.Indexes, x)
			return nil
		})
}

// unquote takes the quotes off a name that the server put them on.
func unquote(name string) string {
	if len(name) >= 2 && name[0] == '"' {
		return strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
	}
	return name
}
