package migrate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/volaweb/vola/schema"
)

// planValues finds out which values columns get that need some.
func (d *detector) planValues() {
	for _, want := range d.after {
		s := d.columns[want.Name]
		if s == nil {
			continue
		}
		have, _ := d.origin(want)
		for _, c := range want.Columns {
			if d.stopped {
				return
			}
			name, known := s.before[c.Name]
			old, _ := have.Column(name)
			q, refusal := Question{}, ""
			switch {
			case known:
				q, refusal = changedColumn(want.Name, old, c)
			case s.open:
				continue // it may be one that was there
			case !c.Null && c.Default.IsZero() && c.Generated == "" && !c.Auto:
				q, refusal = newColumn(want.Name, c)
			}
			d.planValue(have, want, c, q, refusal, known)
		}
	}
}

// newColumn returns what to ask about a column that is new and needs a value.
func newColumn(table string, c schema.Column) (Question, string) {
	return Question{Kind: WhichValue, Text: fmt.Sprintf("column %s of %s is new and may not be NULL: which value do the rows get that are there already? (an SQL expression, such as %s)", c.Name, table, example(c))},
		fmt.Sprintf("column %s of %s is new and may not be NULL, so the rows that are there need a value: give one with --value %s.%s=EXPRESSION (such as %s), give the field a default, or make it a pointer",
			c.Name, table, table, c.Name, example(c))
}

// changedColumn returns what to ask about a column that changes; the zero
// Question if nothing.
func changedColumn(table string, old, c schema.Column) (Question, string) {
	switch {
	case mustConvert(old, c):
		return Question{Kind: HowToConvert, Text: fmt.Sprintf("column %s of %s turns from %v into %v: what becomes of the values? (an SQL expression; the value from before is called %s)", c.Name, table, old.Type, c.Type, c.Name)},
			fmt.Sprintf("column %s of %s turns from %v into %v: say what becomes of the values with --value %s.%s=EXPRESSION, or add a new column instead",
				c.Name, table, old.Type, c.Type, table, c.Name)
	case old.Null && !c.Null && c.Default.IsZero() && c.Generated == "":
		return Question{Kind: WhichValue, Text: fmt.Sprintf("column %s of %s may no longer be NULL: what takes the place of NULL? (an SQL expression, such as %s)", c.Name, table, example(c))},
			fmt.Sprintf("column %s of %s may no longer be NULL: say what takes the place of NULL with --value %s.%s=EXPRESSION (such as %s), or give the field a default",
				c.Name, table, table, c.Name, example(c))
	}
	return Question{}, ""
}

// planValue finds out the value of a column: the one given, or that which is
// answered. One that is not needed is taken only by a column that is new.
func (d *detector) planValue(have, want schema.Table, c schema.Column, q Question, refusal string, known bool) {
	key := want.Name + "." + c.Name
	if refusal != "" || !known {
		if v, ok := d.given(want.Name, c.Name); ok {
			if why := notAnExpression(v.SQL.SQLite, have, want); why != "" {
				d.fail("--value %s: %s", v.text(), why)
			}
			d.values[key] = v.SQL
			return
		}
	}
	if refusal == "" {
		return
	}
	q.Table, q.Column = want.Name, c.Name
	for range maxAnswers {
		if d.opts.Ask == nil {
			break
		}
		answer, ok := d.ask(q)
		if !ok {
			return
		}
		if answer == "" {
			break
		}
		if q.Note = notAnExpression(answer, have, want); q.Note == "" {
			d.values[key] = Same(answer)
			return
		}
	}
	d.refuse(refusal)
}

// word is an expression that is the name of a column, or meant to be a text.
var word = regexp.MustCompile(`^(?:[\pL_][\pL\pN_]*|"[^"]*")$`)

// words are names that are no columns'.
var words = regexp.MustCompile(`^(?i:null|true|false|rowid|_rowid_|(current|local)_?(timestamp|date|time)|current_user|session_user|user)$`)

// notAnExpression says why the text, which is one word, is not meant as it is
// written; "" for any other.
func notAnExpression(sql string, have, want schema.Table) string {
	if !word.MatchString(sql) || words.MatchString(sql) {
		return ""
	}
	name := strings.Trim(sql, `"`)
	known := func(t schema.Table) bool {
		return slices.ContainsFunc(t.Columns, func(c schema.Column) bool { return strings.EqualFold(c.Name, name) })
	}
	if known(have) || known(want) {
		return ""
	}
	return fmt.Sprintf("%s is not a column of %s; a text is written in single quotes, '%s'", sql, want.Name, name)
}

func (d *detector) given(table, column string) (Value, bool) {
	for i, v := range d.opts.Values {
		if namesTable(v.Table, table) && namesColumn(v.Column, column) {
			d.used[i] = true
			return v, true
		}
	}
	return Value{}, false
}

// example returns an expression of the column's type.
func example(c schema.Column) string {
	if v := zero(c).SQLite; v != "" {
		return v
	}
	return "0"
}
