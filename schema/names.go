package schema

import (
	"crypto/md5"
	"encoding/hex"
	"strings"
)

// maxName is PostgreSQL's limit on the length of a name, in bytes; SQLite has
// none. One limit for both keeps the names alike.
const maxName = 63

// ConstraintName returns the name that Django gives to an index or constraint
// over columns of a table, so that a database made by either is taken for its
// own by the other: table, columns, eight hexadecimal digits that make it
// unlike others, and a suffix ("", "_uniq", "_fk_author_id"). Names longer
// than 63 bytes are shortened the way Django does for PostgreSQL
// (BaseDatabaseSchemaEditor._create_index_name).
func ConstraintName(table string, columns []string, suffix string) string {
	h := md5.New()
	h.Write([]byte(table))
	for _, c := range columns {
		h.Write([]byte(c))
	}
	tail := hex.EncodeToString(h.Sum(nil))[:8] + suffix
	cols := strings.Join(columns, "_")
	if name := table + "_" + cols + "_" + tail; len(name) <= maxName {
		return name
	}
	if len(tail) > maxName/3 {
		tail = tail[:maxName/3]
	}
	other := (maxName-len(tail))/2 - 1
	name := cut(table, other) + "_" + cut(cols, other) + "_" + tail
	if name[0] == '_' || name[0] >= '0' && name[0] <= '9' {
		name = "D" + name[:len(name)-1]
	}
	return name
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n]
}

// ForeignKeyName returns the name of a foreign key from columns of table to
// one column of refTable, in Django's form.
func ForeignKeyName(table string, columns []string, refTable, refColumn string) string {
	return ConstraintName(table, columns, "_fk_"+refTable+"_"+refColumn)
}

// UniqueName returns the name of a unique constraint over columns of table:
// Django's form for several columns, PostgreSQL's own ("auth_group_name_key",
// which is what Django leaves it to) for one.
func UniqueName(table string, columns []string) string {
	if len(columns) != 1 {
		return ConstraintName(table, columns, "_uniq")
	}
	if name := table + "_" + columns[0] + "_key"; len(name) <= maxName {
		return name
	}
	return ConstraintName(table, columns, "_key")
}

// IndexName returns the name of an index over columns of table, in Django's
// form.
func IndexName(table string, columns []string) string {
	return ConstraintName(table, columns, "")
}
