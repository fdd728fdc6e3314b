package migrate

import (
	"fmt"

	"github.com/volaweb/vola/schema"
)

// maxName is how many bytes of a name PostgreSQL keeps: it cuts off the rest
// and says nothing. SQLite has no limit; one for both keeps a site movable.
const maxName = 63

// longName returns what is wrong with the first name that to has and from has
// not and that is too long, "" if none is. Names that are there already stay.
func longName(from, to schema.Table) string {
	known := map[string]bool{from.Name: true}
	for _, n := range namesIn(&from) {
		known[*n] = true
	}
	if len(to.Name) > maxName && !known[to.Name] {
		return tooLong("table", to.Name, "give the model another with orm.Table")
	}
	for _, c := range to.Columns {
		if len(c.Name) > maxName && !known[c.Name] {
			return tooLong("column", to.Name+"."+c.Name, "give the field the tag column=NAME")
		}
	}
	for _, n := range constraintNames(&to) {
		if len(*n) > maxName && !known[*n] {
			return tooLong("index or constraint", *n, "give it a shorter one")
		}
	}
	return ""
}

func tooLong(what, name, advice string) string {
	return fmt.Sprintf("the name of the %s %s is longer than the %d bytes that PostgreSQL keeps; %s", what, name, maxName, advice)
}

// namesIn returns the names of the columns, indexes and constraints.
func namesIn(t *schema.Table) []*string {
	out := constraintNames(t)
	for i := range t.Columns {
		out = append(out, &t.Columns[i].Name)
	}
	return out
}

// checkNames refuses models with names that a database would cut off.
func (d *detector) checkNames() {
	for _, want := range d.after {
		have, _ := d.old(want.Name)
		if why := longName(have, want); why != "" && d.atHand(d.wantedBy[want.Name]) {
			d.fail("module %s: %s", d.wantedBy[want.Name], why)
		}
	}
}
