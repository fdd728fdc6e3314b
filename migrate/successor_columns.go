package migrate

import (
	"fmt"
	"strings"

	"github.com/volaweb/vola/schema"
)

// planColumns finds out, for each wanted table that is there already, which of
// the columns each of its columns is.
func (d *detector) planColumns() {
	d.columns = map[string]*successors{}
	answers := d.columnAnswers()
	if len(d.errs) > 0 {
		return
	}
	for _, want := range d.after {
		have, ok := d.origin(want)
		if !ok || d.stopped || !d.atHand(d.wantedBy[want.Name]) {
			continue
		}
		s := newSuccessors()
		d.columns[want.Name] = s
		given := answers[want.Name]
		for _, old := range sortedKeys(given) {
			s.set(old, given[old])
		}
		d.taggedColumns(s, have, want)
		d.columnsOfPairs(s, have, want)
		for _, c := range have.Columns {
			now, wanted := want.Column(c.Name)
			_, decided := s.now[c.Name]
			if _, taken := s.before[c.Name]; wanted && !decided && !taken && !d.replaced(c, now) {
				s.set(c.Name, c.Name)
			}
		}
		d.settle(s, columnNames(have), func() []pairing { return columnPairings(s, have, want) },
			func(p pairing) Question {
				return Question{Kind: WasColumnRenamed, Table: want.Name, Column: p.old, To: p.now,
					Text: fmt.Sprintf("was the column %s of %s renamed to %s?", p.old, want.Name, p.now)}
			},
			func(old string, now []string) string {
				verb := "went"
				if _, ok := want.Column(old); ok {
					verb = "is to be computed"
				}
				return fmt.Sprintf("column %s of %s %s and %s came: write %s to keep its values, or --rename %s.%s= to drop them",
					old, want.Name, verb, andList(now), flagged(want.Name+"."+old, now), want.Name, old)
			})
		d.planComputed(s, given, have, want)
	}
}

// planComputed asks about columns that are computed from now on: what they hold
// is lost.
func (d *detector) planComputed(s *successors, given map[string]string, have, want schema.Table) {
	for _, old := range have.Columns {
		c, wanted := want.Column(old.Name)
		if now, decided := s.now[old.Name]; !wanted || !d.replaced(old, c) || !decided || now != "" {
			continue
		}
		if _, answered := given[old.Name]; answered {
			s.set(old.Name, old.Name)
			continue
		}
		if d.opts.Ask == nil || d.stopped {
			d.refuse(fmt.Sprintf("column %s of %s is to be computed, and the values that it holds are lost: write --rename %s.%s= to drop them, or give the computed field another name",
				old.Name, want.Name, want.Name, old.Name))
			continue
		}
		switch d.confirm(Question{Kind: MayBeComputed, Table: want.Name, Column: old.Name,
			Text: fmt.Sprintf("column %s of %s is to be computed: may the values that it holds be dropped?", old.Name, want.Name)}, false) {
		case replyYes:
			s.set(old.Name, old.Name)
		case replyNo:
			d.giveUp(fmt.Errorf("column %s of %s holds values that are to be kept, and nothing was written; give the computed field another name", old.Name, want.Name))
		}
	}
}

// replaced reports whether what the column holds is lost though a column of its
// name is wanted: because that one is computed.
func (d *detector) replaced(old, now schema.Column) bool {
	return old.Generated == "" && now.Generated != ""
}

// columnPairings returns the columns that go, each with those that come. One
// that is computed holds nothing of its own, and no other's values.
func columnPairings(s *successors, have, want schema.Table) []pairing {
	var out []pairing
	for i, old := range have.Columns {
		if _, decided := s.now[old.Name]; decided || old.Generated != "" {
			continue
		}
		for j, c := range want.Columns {
			if _, taken := s.before[c.Name]; taken || c.Generated != "" {
				continue
			}
			out = append(out, pairing{old.Name, c.Name, alikeColumns(have, want, i, j)})
		}
	}
	return out
}

// alikeColumns returns how much two columns are alike.
func alikeColumns(have, want schema.Table, i, j int) int {
	old, c := have.Columns[i], want.Columns[j]
	n := alikeNames(old.Name, c.Name)
	switch {
	case old.Type == c.Type:
		n += 40
	case old.Type.Kind == c.Type.Kind:
		n += 30
	case schema.Convert(old.Type, c.Type) != schema.Foreign:
		n += 15
	}
	from, to := refersFrom(have, old.Name), refersFrom(want, c.Name)
	switch {
	case from != "" && to != "":
		n += 30
	case from != to:
		n -= 30
	}
	if old.Null == c.Null {
		n += 2
	}
	if i == j {
		n += 5
	}
	return n
}

// taggedColumns takes over what the tags of fields tell. What was renamed
// already, and what an answer says otherwise, is passed over.
func (d *detector) taggedColumns(s *successors, have, want schema.Table) {
	for _, r := range d.opts.Tagged {
		if r.Column == "" || r.Table != want.Name {
			continue
		}
		_, had := have.Column(r.Column)
		_, before := have.Column(r.To)
		_, wanted := want.Column(r.To)
		_, stays := want.Column(r.Column)
		_, decided := s.now[r.Column]
		if _, taken := s.before[r.To]; had && wanted && !before && !stays && !decided && !taken {
			s.set(r.Column, r.To)
		}
	}
}

// columnsOfPairs takes along the columns of tables of pairs that are called
// after a model which has another name now: blog_post_topics.post_id becomes
// blog_article_topics.article_id.
func (d *detector) columnsOfPairs(s *successors, have, want schema.Table) {
	if len(have.Columns) != 3 || !sameTypes(have, want) {
		return
	}
	model := func(table string) string { return table[strings.LastIndexByte(table, '_')+1:] }
	for _, old := range sortedKeys(d.origins.now) {
		now := d.origins.now[old]
		if now == "" || model(old) == model(now) {
			continue
		}
		for _, c := range have.Columns {
			rest, ok := strings.CutSuffix(c.Name, model(old)+"_id")
			to := rest + model(now) + "_id"
			_, was := have.Column(to)
			_, wanted := want.Column(to)
			_, stays := want.Column(c.Name)
			_, decided := s.now[c.Name]
			if _, taken := s.before[to]; ok && wanted && !was && !stays && !decided && !taken {
				s.set(c.Name, to)
			}
		}
	}
}
