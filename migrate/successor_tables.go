package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/volaweb/vola/schema"
)

// planTables finds out which table of the migrations each wanted one is, over
// all modules: a model may have moved from one to another.
func (d *detector) planTables() {
	s := newSuccessors()
	d.origins = s
	answers := d.tableAnswers()
	for _, old := range sortedKeys(answers) {
		s.set(old, answers[old])
	}
	for _, r := range d.opts.Tagged {
		_, had := d.old(r.Table)
		_, known := s.now[r.Table]
		_, taken := s.before[r.To]
		_, before := d.old(r.To)
		if _, wanted := d.wantedBy[r.To]; r.Column == "" && had && wanted && !known && !taken && !before && !d.stays(r.Table) {
			s.set(r.Table, r.To)
		}
	}
	for _, t := range d.before {
		_, known := s.now[t.Name]
		if _, taken := s.before[t.Name]; !known && !taken && d.stays(t.Name) {
			s.set(t.Name, t.Name)
		}
	}
	d.settle(s, tableNames(d.before), d.tablePairings, d.tableQuestion, d.tableRefusal)
	for _, t := range d.before {
		if now, ok := s.now[t.Name]; ok && now != "" && !d.atHand(d.wantedBy[now]) && d.atHand(d.state.owner[t.Name]) && d.wantedBy[now] != d.state.owner[t.Name] {
			d.fail("the table %s is %s of module %s now, which makemigrations was not asked for; name that module too", t.Name, now, d.wantedBy[now])
		}
	}
}

// old returns the table of that name in the migrations.
func (d *detector) old(name string) (schema.Table, bool) {
	i := slices.IndexFunc(d.before, func(t schema.Table) bool { return t.Name == name })
	if i < 0 {
		return schema.Table{}, false
	}
	return d.before[i], true
}

// stays reports whether the module whose table it is still wants a table of
// that name.
func (d *detector) stays(table string) bool {
	_, ok := d.want[d.state.owner[table]].Table(table)
	return ok
}

func (d *detector) atHand(module string) bool { return slices.Contains(d.modules, module) }

// tablePairings returns the tables that go, each with those that come and could
// be its successor.
func (d *detector) tablePairings() []pairing {
	d.imply()
	var out []pairing
	for _, old := range d.before {
		if _, decided := d.origins.now[old.Name]; decided {
			continue
		}
		for _, t := range d.after {
			module, owner := d.wantedBy[t.Name], d.state.owner[old.Name]
			_, taken := d.origins.before[t.Name]
			if !taken && (d.atHand(module) || d.atHand(owner)) && d.couldBe(old, t) {
				out = append(out, pairing{old.Name, t.Name, d.alikeTables(old, t)})
			}
		}
	}
	if d.opts.Ask != nil {
		return out
	}
	// What becomes of pairs depends on what becomes of their ends, which is to
	// be answered first.
	return slices.DeleteFunc(slices.Clone(out), func(p pairing) bool {
		old, _ := d.old(p.old)
		return isPairs(old) && slices.ContainsFunc(out, func(q pairing) bool { return slices.Contains(ends(old), q.old) })
	})
}

// imply takes tables of pairs along with the model whose relation they hold:
// blog_post_topics is blog_article_topics where blog_post is blog_article.
func (d *detector) imply() {
	for _, old := range d.before {
		if _, decided := d.origins.now[old.Name]; decided {
			continue
		}
		for _, model := range d.before {
			now := d.origins.now[model.Name]
			rest, ok := strings.CutPrefix(old.Name, model.Name+"_")
			if !ok || now == "" || now == model.Name {
				continue
			}
			_, taken := d.origins.before[now+"_"+rest]
			if t, wanted := d.wanted(now + "_" + rest); wanted && !taken && sameTypes(old, t) {
				d.origins.set(old.Name, t.Name)
				break
			}
		}
	}
}

// wanted returns the table of that name that a module wants.
func (d *detector) wanted(name string) (schema.Table, bool) {
	i := slices.IndexFunc(d.after, func(t schema.Table) bool { return t.Name == name })
	if i < 0 {
		return schema.Table{}, false
	}
	return d.after[i], true
}

// isPairs reports whether the table holds a many-to-many relation and nothing
// else: a key and two references.
func isPairs(t schema.Table) bool {
	refs := 0
	for _, c := range t.Columns {
		if refersFrom(t, c.Name) != "" {
			refs++
		}
	}
	return len(t.Columns) == 3 && refs == 2
}

// ends returns the tables that the table refers to.
func ends(t schema.Table) []string {
	var out []string
	for _, c := range t.Columns {
		if to := refersFrom(t, c.Name); to != "" {
			out = append(out, to)
		}
	}
	return out
}

// couldBe reports whether t may be the successor of old. Pairs mean nothing
// without their ends: of two tables, one of which holds pairs, the other one
// must refer to what became of both ends.
func (d *detector) couldBe(old, t schema.Table) bool {
	if !isPairs(old) && !isPairs(t) {
		return true
	}
	var became []string // the ends of old as they are called now
	for _, end := range ends(old) {
		now, decided := d.origins.now[end]
		if _, known := d.old(end); !known {
			now = end // of a module that is left alone
		} else if !decided {
			return true // it may become anything
		}
		became = append(became, now)
	}
	less, more := became, ends(t)
	if !isPairs(old) {
		less, more = more, less
	}
	for _, end := range less {
		i := slices.Index(more, end)
		if i < 0 || end == "" {
			return false
		}
		more = slices.Delete(slices.Clone(more), i, i+1)
	}
	return true
}

// alikeTables returns how much two tables are alike.
func (d *detector) alikeTables(old, t schema.Table) int {
	n := 0
	owner, module := d.state.owner[old.Name], d.wantedBy[t.Name]
	short := func(name, module string) string { return strings.TrimPrefix(name, module+"_") }
	if owner == module {
		n += 50
	}
	if short(old.Name, owner) == short(t.Name, module) {
		n += 200
	}
	if sameTypes(old, t) {
		n += 40
	}
	alike, all := 0, 0
	for _, c := range t.Columns {
		if slices.Contains(t.PrimaryKey, c.Name) && c.Auto {
			continue // every table has an id
		}
		all++
		if _, ok := old.Column(c.Name); ok {
			alike++
		}
	}
	if all > 0 {
		n += 60 * alike / all
	}
	if isPairs(old) || isPairs(t) {
		n -= 1000 // asked about when what becomes of both ends is known
	}
	return n + alikeNames(short(old.Name, owner), short(t.Name, module))
}

// alikeNames returns how many letters two names have in common at their
// beginning or end, ten at most.
func alikeNames(a, b string) int {
	prefix, suffix := 0, 0
	for prefix < min(len(a), len(b)) && a[prefix] == b[prefix] {
		prefix++
	}
	for suffix < min(len(a), len(b)) && a[len(a)-1-suffix] == b[len(b)-1-suffix] {
		suffix++
	}
	return min(max(prefix, suffix), 10)
}

func (d *detector) tableQuestion(p pairing) Question {
	q := Question{Kind: WasTableRenamed, Table: p.old, To: p.now}
	owner, module := d.state.owner[p.old], d.wantedBy[p.now]
	switch {
	case owner == module:
		q.Text = fmt.Sprintf("was the table %s renamed to %s?", p.old, p.now)
	case p.old == p.now:
		q.Text = fmt.Sprintf("was the table %s moved from module %s to module %s?", p.old, owner, module)
	default:
		q.Text = fmt.Sprintf("was the table %s of module %s moved to module %s, as %s?", p.old, owner, module, p.now)
	}
	return q
}

func (d *detector) tableRefusal(old string, now []string) string {
	owner := d.state.owner[old]
	came := slices.Clone(now)
	for i, name := range now {
		if module := d.wantedBy[name]; module != owner {
			came[i] = name + " of module " + module
		}
	}
	return fmt.Sprintf("table %s of module %s went and %s came: write %s to keep its rows, or --rename %s= to drop them",
		old, owner, andList(came), flagged(old, now), old)
}

// sameTypes reports whether the columns of both tables have the same types in
// the same order.
func sameTypes(a, b schema.Table) bool {
	return slices.EqualFunc(a.Columns, b.Columns, func(c, d schema.Column) bool {
		return c.Type == d.Type && c.Null == d.Null && c.Auto == d.Auto
	})
}

// refersFrom returns the table that the column refers to, or "".
func refersFrom(t schema.Table, column string) string {
	for _, f := range t.ForeignKeys {
		if slices.Contains(f.Columns, column) {
			return f.RefTable
		}
	}
	return ""
}
