package orm

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/volaweb/vola/internal/snake"
)

// relation is a field of a model that is stored elsewhere: in a table of pairs
// or in a foreign key of another model.
type relation struct {
	name   string // Go name
	typ    reflect.Type
	offset uintptr
	kind   relationKind
	tag    tag
	target reflect.Type
	model  *model // of the other side

	// For pairs: their table, and its columns with the keys of both sides.
	table, near, far string
	// through is the model of the pairs, where they have one.
	through *model
	// order is the column that says in which order pairs were added.
	order string

	// For the other side of a foreign key: that key, a field of model.
	fk *field
}

func (m *model) relationNamed(name string) *relation {
	for _, r := range m.relations {
		if r.name == name {
			return r
		}
	}
	return nil
}

// linkRelation joins a relation with the model that it leads to.
func (ms *Models) linkRelation(m *model, r *relation) []error {
	bad := func(format string, args ...any) []error {
		return []error{m.mistake(r.name, fmt.Errorf(format, args...))}
	}
	r.model = ms.byType[r.target]
	if r.model == nil {
		return bad("it relates to %s, which no module declares as a model", r.target)
	}
	if r.kind != relPairs {
		if r.tag.through != "" || r.tag.reverse != "" || r.tag.table != "" {
			return bad("through, reverse and table are for an orm.Many")
		}
		var err error
		if r.fk, err = r.model.referenceTo(m, r.tag.by); err != nil {
			return bad("%w", err)
		}
		if r.kind == relReverseOne && !r.fk.tag.unique && r.fk != r.model.key {
			return bad("%s.%s is not unique, so there may be several; tag it unique, or use orm.HasMany", r.model, r.fk.name)
		}
		return nil
	}
	if r.tag.by != "" {
		return bad("by is for an orm.HasMany or orm.HasOne")
	}
	if r.tag.table != "" && (r.tag.through != "" || r.tag.reverse != "") {
		return bad("table names the join table of this field, and with through or reverse another has it")
	}
	if r.tag.through != "" {
		if err := ms.linkThrough(m, r); err != nil {
			return bad("%w", err)
		}
		return nil
	}
	if r.table = r.tag.table; r.table == "" {
		r.table = m.table + "_" + snake.Case(r.name)
	}
	r.order = "id"
	near, far := strings.ToLower(m.typ.Name()), strings.ToLower(r.target.Name())
	if near == far {
		near, far = "from_"+near, "to_"+far
	}
	r.near, r.far = near+"_id", far+"_id"
	return nil
}

// referenceTo returns the foreign key of m to the other model; name chooses
// one where there are several.
func (m *model) referenceTo(to *model, name string) (*field, error) {
	var found []*field
	for _, f := range m.fields {
		if f.ref != nil && f.ref.target == to.typ && (name == "" || f.name == name) {
			found = append(found, f)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, fmt.Errorf("%s has several references to %s (%s); choose one by the tag by=FIELD", m, to, describe(found))
	case name != "":
		return nil, fmt.Errorf("%s has no reference %s to %s", m, name, to)
	}
	return nil, fmt.Errorf("%s has no reference to %s", m, to)
}

// linkThrough joins a many-to-many relation whose pairs are rows of a model.
func (ms *Models) linkThrough(m *model, r *relation) error {
	for _, t := range ms.all {
		if t.typ.Name() == r.tag.through && t.module == m.module {
			r.through = t
		}
	}
	if r.through == nil {
		return fmt.Errorf("tag through=%s, but the module %s declares no model of that name", r.tag.through, m.module)
	}
	if m == r.model {
		return fmt.Errorf("tag through=%s: a relation of a model to itself cannot go through a model; use two orm.HasMany", r.tag.through)
	}
	near, err := r.through.referenceTo(m, "")
	if err != nil {
		return err
	}
	far, err := r.through.referenceTo(r.model, "")
	if err != nil {
		return err
	}
	r.table, r.near, r.far = r.through.table, near.column, far.column
	if keys := r.through.keys; len(keys) > 0 { // without one, that is reported
		r.order = keys[len(keys)-1].column
	}
	return nil
}

// linkBothSides joins the many-to-many relations that both models declare.
func (ms *Models) linkBothSides(m *model) []error {
	var errs []error
	for _, r := range m.relations {
		if r.model == nil || r.kind != relPairs || r.through != nil {
			continue
		}
		if r.tag.reverse == "" {
			for _, o := range r.model.relations {
				if o.kind == relPairs && o.target == m.typ && o.tag.reverse == "" && o.tag.through == "" && o != r && m.table < r.model.table {
					errs = append(errs, fmt.Errorf("%s.%s and %s.%s each declare a many-to-many relation between the same models; tag one as the other side: `db:\"reverse=%s\"`",
						m, r.name, r.model, o.name, r.name))
				}
			}
			continue
		}
		o := r.model.relationNamed(r.tag.reverse)
		if o == nil || o.kind != relPairs || o.target != m.typ || o.tag.reverse != "" {
			errs = append(errs, m.mistake(r.name, fmt.Errorf("tag reverse=%s, but %s has no many-to-many field of that name to %s", r.tag.reverse, r.model, m)))
			continue
		}
		r.table, r.near, r.far, r.order = o.table, o.far, o.near, o.order
	}
	return errs
}
