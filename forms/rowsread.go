package forms

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// isKey reports whether a text can be a key: it becomes part of names and ids.
func isKey(text string) bool {
	return text != "" && len(text) <= 100 && !strings.ContainsFunc(text, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_'
	})
}

// read reads the rows that were sent, and makes the slice of them.
func (r *Rows) read(sent url.Values) {
	f := r.field
	first := map[string]reflect.Value{}
	for i := range r.initial.Len() {
		first[r.keyOf(i)] = r.initial.Index(i)
	}
	gone, versions := r.goneIn(sent)
	seen := map[string]bool{}
	r.Items, r.Gone, r.removed = nil, nil, nil
	r.taken = map[string]bool{}
	for _, key := range sent[f.Name] {
		r.taken[key] = true
	}
	limit := r.plan.most + r.plan.extra + 10
	for _, key := range sent[f.Name] {
		if seen[key] || !isKey(key) || gone[key] {
			continue
		}
		if seen[key] = true; len(r.Items) == limit {
			f.fail(f.lang.T("There can be at most {most}.", "most", r.plan.most))
			break
		}
		r.readRow(key, first[key], sent)
	}
	for i := range r.initial.Len() {
		key := r.keyOf(i)
		switch was := r.initial.Index(i); {
		case r.isNew(i): // what is not sent is not wanted
		case r.plan.key == nil && (!seen[key] || gone[key]), gone[key]:
			if r.plan.plan.version() != nil && versions[key] == "" {
				f.of.incomplete()
			}
			r.removed = append(r.removed, r.withVersion(was, versions[key]))
			if r.plan.key != nil {
				r.Gone = append(r.Gone, strings.TrimSuffix(key+"."+versions[key], "."))
			}
		case !seen[key]: // the page did not show it
			row := r.row(key, was)
			row.unsent = true
			r.Items = append(r.Items, row)
		}
	}
	r.act(sent)
	r.settle()
}

// goneIn returns the keys of the rows that are removed, with the versions that the page had of
// them: who removes a row should have seen what is in it.
func (r *Rows) goneIn(sent url.Values) (gone map[string]bool, versions map[string]string) {
	gone, versions = map[string]bool{}, map[string]string{}
	name := r.field.Name
	for _, text := range sent[name+".gone"] {
		key, version, _ := strings.Cut(text, ".")
		gone[key], versions[key] = true, version
	}
	for _, key := range sent[name+".remove"] {
		gone[key] = true
		if v := r.plan.plan.version(); v != nil {
			versions[key] = sent.Get(name + "." + key + "." + v.name)
		}
	}
	return gone, versions
}

// withVersion returns a row as it was at first with the version that the page had of it.
func (r *Rows) withVersion(was reflect.Value, text string) reflect.Value {
	v := r.plan.plan.version()
	if v == nil || text == "" {
		return was
	}
	row := reflect.New(was.Type()).Elem()
	row.Set(was)
	n, err := strconv.Atoi(text)
	if err != nil {
		n = 0 // no row has it
	}
	setWhole(v.in(row), n)
	return row
}

// version returns the field with the version of a row, nil for none.
func (p *plan) version() *fieldPlan {
	i := slices.IndexFunc(p.fields, func(f fieldPlan) bool { return f.version })
	if i < 0 {
		return nil
	}
	return &p.fields[i]
}

// checkRows says that a page is not complete if it has fields of a row whose key it does not
// name: what was filled in would be lost.
func (v *Values) checkRows(sent url.Values) {
	keys := map[string]map[string]bool{} // by the name of the rows
	keysOf := func(rows string) map[string]bool {
		if keys[rows] == nil {
			keys[rows] = map[string]bool{}
			for _, text := range slices.Concat(sent[rows], sent[rows+".gone"], sent[rows+".remove"]) {
				key, _, _ := strings.Cut(text, ".")
				keys[rows][key] = true
			}
		}
		return keys[rows]
	}
	check := func(name string) {
		p, before := v.plan, ""
		for {
			field, rest, inRows := strings.Cut(name[len(before):], ".")
			key, _, inRow := strings.Cut(rest, ".")
			rows := p.rowsNamed(field)
			if !inRows || !inRow || rows == nil || !isKey(key) {
				return
			}
			if !keysOf(before + field)[key] {
				v.incomplete()
				return
			}
			p, before = rows.plan, before+field+"."+key+"."
		}
	}
	for name := range sent {
		check(name)
	}
	if v.body != nil {
		for name := range v.body.files {
			check(name)
		}
	}
}

// rowsNamed returns the rows of a field, nil if there are none of that name.
func (p *plan) rowsNamed(name string) *rowsPlan {
	for i := range p.fields {
		if p.fields[i].name == name {
			return p.fields[i].rows
		}
	}
	return nil
}

// readRow reads the row of a key. was is the row at first, if there is one.
func (r *Rows) readRow(key string, was reflect.Value, sent url.Values) {
	isNew := strings.HasPrefix(key, "n")
	row := r.row(key, was)
	row.read(sent)
	if isNew {
		row.was = reflect.Value{}
	}
	row.blank = !was.IsValid() && isNew && !row.changed(true)
	if row.blank {
		row.forgive()
	}
	r.Items = append(r.Items, row)
	if !was.IsValid() && !isNew && r.plan.key != nil {
		// Its fields are sent again under the key of a new row.
		row.Values.errs = append(row.Values.errs, r.field.lang.T("Somebody else has removed this meanwhile. Send the form again to add it, or remove it."))
		r.rename(row)
	}
}

// rename gives a row the key of a new one, with what was sent for it.
func (r *Rows) rename(row *Row) {
	for next := r.renamed + 1; ; next++ {
		r.renamed = next
		key := "nr" + strconv.Itoa(next)
		if r.taken[key] {
			continue
		}
		r.taken[key] = true
		row.reprefix(r.field.Name+"."+row.Key+".", r.field.Name+"."+key+".")
		row.Key, row.ID = key, r.rowID(key)
		return
	}
}

// reprefix changes the beginning of the names of all fields.
func (v *Values) reprefix(from, to string) {
	v.prefix = to + strings.TrimPrefix(v.prefix, from)
	for _, f := range v.fields {
		f.Name = to + strings.TrimPrefix(f.Name, from)
		for _, row := range f.rows() {
			row.reprefix(from, to)
		}
	}
	v.identify()
}

// act does what a button of the rows asks for: people without scripts add rows, remove and
// move them so.
func (r *Rows) act(sent url.Values) {
	name := r.field.Name
	if sent.Has(name+".add") || sent.Has(name+".remove") {
		r.field.of.root.acting = true
	}
	if sent.Has(name + ".add") {
		r.addBlank(min(1, r.plan.most-len(r.Items)))
	}
	for _, move := range [...]struct {
		action string
		by     int
	}{{name + ".up", -1}, {name + ".down", 1}} {
		if !sent.Has(move.action) {
			continue
		}
		r.field.of.root.acting = true
		i := slices.IndexFunc(r.Items, func(row *Row) bool { return row.Key == sent.Get(move.action) })
		if j := i + move.by; i >= 0 && j >= 0 && j < len(r.Items) {
			r.Items[i], r.Items[j] = r.Items[j], r.Items[i]
		}
	}
}

// settle makes the slice of the rows that are not blank, with their positions.
func (r *Rows) settle() {
	f := r.field
	kept := slices.DeleteFunc(slices.Clone(r.Items), func(row *Row) bool { return row.blank })
	list := reflect.MakeSlice(f.value.Type(), len(kept), len(kept))
	for i, row := range kept {
		at := list.Index(i)
		at.Set(row.into)
		if r.plan.position != nil {
			setWhole(at.FieldByIndex(r.plan.position), i+1)
		}
		row.into, row.stored = at, at
		row.rebind()
	}
	f.value.Set(list)
	switch n := len(kept); {
	case n > r.plan.most:
		f.fail(f.lang.T("There can be at most {most}.", "most", r.plan.most))
	case n < r.plan.least && r.plan.least == 1:
		f.fail(f.lang.T("Fill in at least one."))
	case n < r.plan.least:
		f.fail(f.lang.T("Fill in at least {least}.", "least", r.plan.least))
	}
	r.number()
}

func setWhole(v reflect.Value, n int) {
	if v.CanUint() {
		v.SetUint(uint64(n))
		return
	}
	v.SetInt(int64(n))
}
