package postgres

import (
	"slices"
	"strings"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/schema"
)

// dropComputed drops the computed columns that are in the way: PostgreSQL
// changes neither what they are computed from nor how
// (https://www.postgresql.org/docs/current/ddl-generated-columns.html). With
// them go the indexes and constraints over them. All are taken out of From, so
// that what To has of them is added again.
func (b *alteration) dropComputed() {
	var gone []string
	for _, old := range b.From.Columns {
		c, stays := b.To.Column(old.Name)
		if old.Generated != "" && (!stays || c.Generated != "" && (old != c || b.changes(old.Generated))) ||
			stays && old.Generated == "" && c.Generated != "" {
			gone = append(gone, old.Name)
		}
	}
	if len(gone) == 0 {
		return
	}
	uses := func(columns []string, sql ...string) bool {
		return slices.ContainsFunc(gone, func(name string) bool {
			return slices.Contains(columns, name) || slices.ContainsFunc(sql, func(s string) bool { return mentions(s, name) })
		})
	}
	b.From = b.From.Clone()
	from := &b.From
	if uses(from.PrimaryKey) {
		from.PrimaryKey = nil // it goes with the column
	}
	from.ForeignKeys = slices.DeleteFunc(from.ForeignKeys, func(f schema.ForeignKey) bool {
		return uses(f.Columns) && b.dropped("DROP CONSTRAINT ", f.Name)
	})
	from.Checks = slices.DeleteFunc(from.Checks, func(c schema.Check) bool {
		return uses(nil, c.SQL) && b.dropped("DROP CONSTRAINT ", c.Name)
	})
	from.Uniques = slices.DeleteFunc(from.Uniques, func(u schema.Unique) bool {
		return uses(u.Columns) && b.dropped("DROP CONSTRAINT ", u.Name)
	})
	from.Indexes = slices.DeleteFunc(from.Indexes, func(x schema.Index) bool {
		columns, exprs := []string(nil), []string{x.Where}
		for _, part := range x.Columns {
			columns, exprs = append(columns, part.Column), append(exprs, part.Expr)
		}
		if !uses(columns, exprs...) {
			return false
		}
		b.add("DROP INDEX ", database.Quote(x.Name))
		return true
	})
	from.Columns = slices.DeleteFunc(from.Columns, func(c schema.Column) bool {
		return slices.Contains(gone, c.Name) && b.dropped("DROP COLUMN ", c.Name)
	})
}

func (b *alteration) dropped(what, name string) bool {
	b.add(b.table, what, database.Quote(name))
	return true
}

// changes reports whether a column that the expression mentions gets another
// type or goes.
func (b *alteration) changes(sql string) bool {
	return slices.ContainsFunc(b.From.Columns, func(old schema.Column) bool {
		c, stays := b.To.Column(old.Name)
		return (!stays || old.Type != c.Type) && mentions(sql, old.Name)
	})
}

// mentions reports whether the expression has the name in it, as a word of its
// own.
func mentions(sql, name string) bool {
	sql, name = strings.ToLower(sql), strings.ToLower(name)
	for i := 0; ; {
		at := strings.Index(sql[i:], name)
		if at < 0 {
			return false
		}
		start, end := i+at, i+at+len(name)
		if (start == 0 || !isWord(sql[start-1])) && (end == len(sql) || !isWord(sql[end])) {
			return true
		}
		i = start + 1
	}
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z'
}
