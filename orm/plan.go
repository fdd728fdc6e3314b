package orm

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm/internal/ormsql"
)

// binding is the models on one database: how each field is written and read
// there, and the SQL texts made so far.
type binding struct {
	models  *Models
	dialect database.Dialect
	grammar ormsql.Grammar
	traits  ormsql.Traits
	plans   map[reflect.Type]*plan
	texts   texts
	args    recycler // *sqlArgs
	// selections is what selections are read into.
	selections resultPlans
	kinds      syncMap // reflect.Type to kind, of values that belong to no column, and *field to that of its sum
	results    syncMap // reflect.Type to *plan, of what other statements are read into
	zones      syncMap // name to *time.Location, as the IANA database has it, and zoneDates to what is unusual there
	// cursors numbers the cursors opened, for their names.
	cursors atomic.Int64
}

// syncMap is a sync.Map. The methods of that would be compiled in every package
// that mentions a type from which a binding can be reached.
type syncMap interface {
	Load(key any) (any, bool)
	LoadOrStore(key, value any) (any, bool)
	Store(key, value any)
}

// plan is one model on one database.
type plan struct {
	*model
	b      *binding
	codecs []database.Codec // one for each of model.fields
	// selectList is the columns of the model in table alias t0.
	selectList string
	// chains is what a delete must take care of on SQLite, nil for nothing.
	chains *chained
	// outdated are the tags of the cache that go when rows are written.
	outdated outdated
	// readers has readers that are not in use; nil keeps none.
	readers recycler
}

// recycler is a sync.Pool, as syncMap is a sync.Map.
type recycler interface {
	Get() any
	Put(any)
}

type bindingKey struct{}

// Use makes the models available on the database. It is called once for each
// database, before the first query; calling it again with other models is an
// error.
func Use(db *database.DB, models *Models) error {
	grammar, err := ormsql.For(db.Dialect())
	if err != nil {
		return err
	}
	b := &binding{models: models, dialect: db.Dialect(), grammar: grammar, traits: grammar.Traits(), plans: map[reflect.Type]*plan{}, args: new(sync.Pool), kinds: new(sync.Map), results: new(sync.Map), zones: new(sync.Map)}
	var errs []error
	var chains map[*model]*chained
	if b.traits.ShallowCascades {
		chains = models.chains()
	}
	tags := models.outdatedBy()
	for _, m := range models.all {
		p := &plan{model: m, b: b, outdated: tags[m], readers: new(sync.Pool)}
		for _, f := range m.fields {
			c, err := b.dialect.Codec(f.store)
			if err != nil {
				errs = append(errs, fmt.Errorf("model %s, field %s: %w", m, f.name, err))
			}
			p.codecs = append(p.codecs, c)
		}
		p.selectList = string(p.appendColumns(nil, "t0"))
		p.chains = chains[m]
		b.plans[m.typ] = p
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	kept := db.Attached(bindingKey{}, func() any { return b }).(*binding)
	if kept.models != models {
		return errors.New("orm: the database already has models; call Use once with all of them")
	}
	return nil
}

// bindingOf returns the models on the database of h.
func bindingOf(h database.Handle) (*binding, error) {
	if h == nil {
		return nil, errors.New("orm: the query has no database; make it with orm.From")
	}
	b, _ := database.Root(h).Attached(bindingKey{}, nil).(*binding)
	if b == nil {
		return nil, errors.New("orm: no models are known for this database; call orm.Use first")
	}
	return b, nil
}

// planOf returns the plan of a model on the database of h.
func planOf(h database.Handle, t reflect.Type) (*plan, error) {
	b, err := bindingOf(h)
	if err != nil {
		return nil, err
	}
	return b.planFor(t)
}

func (b *binding) planFor(t reflect.Type) (*plan, error) {
	p := b.plans[t]
	if p == nil {
		return nil, fmt.Errorf("orm: %s is not a model of this database; add orm.Model[%s]() to its module's Models", t, t)
	}
	return p, nil
}

// appendColumns appends the columns of the model, qualified by a table alias,
// as the list of a SELECT.
func (p *plan) appendColumns(b []byte, alias string) []byte {
	return p.appendRead(b, alias, nil)
}

// appendRead is appendColumns of the columns that are not left out.
func (p *plan) appendRead(b []byte, alias string, left *unread) []byte {
	first := true
	for i, f := range p.fields {
		if left.left(i) {
			continue
		}
		if !first {
			b = append(b, ", "...)
		}
		first = false
		b = append(b, p.codecs[i].SelectPrefix...)
		b = append(b, alias...)
		b = append(b, '.')
		b = database.AppendQuoted(b, f.column)
	}
	return b
}

// selectList writes the columns of the model that are not left out, in table
// alias t0.
func (w *sqlText) selectList(p *plan, left *unread) {
	if left == nil {
		w.Str(p.selectList)
		return
	}
	w.B = p.appendRead(w.B, "t0", left)
}

// encode turns a value in canonical form into what the driver takes.
func (p *plan) encode(i int, v any) (any, error) {
	if enc := p.codecs[i].Encode; enc != nil && v != nil {
		return enc(v)
	}
	return v, nil
}

// indexOf returns the position of a field among the model's fields.
func (p *plan) indexOf(name string) int {
	for i, f := range p.fields {
		if f.name == name {
			return i
		}
	}
	return -1
}

// arg returns what the driver takes for the i-th field of the struct at ptr.
func (p *plan) arg(i int, ptr unsafe.Pointer) (any, error) {
	f := p.fields[i]
	if err := p.checkRead(i, ptr); err != nil {
		return nil, fieldError(p.model, f, err)
	}
	v, err := f.get(ptr)
	if err == nil {
		err = f.checkWrite(v)
	}
	if err == nil {
		v, err = p.encode(i, v)
	}
	if err != nil {
		return nil, fieldError(p.model, f, err)
	}
	return v, nil
}

// unread returns what rows are without those fields, nil for nothing.
func (p *plan) unread(without []string) (*unread, error) {
	if len(without) == 0 {
		return nil, nil
	}
	if !p.isPartial {
		return nil, fmt.Errorf("orm: Without %s: embed orm.Partial in %s, which remembers in each row what was not read", strings.Join(without, ", "), p.model)
	}
	u := &unread{fields: make([]bool, len(p.fields)), names: without}
	for _, name := range without {
		i := p.indexOf(name)
		switch {
		case i < 0:
			return nil, fmt.Errorf("orm: Without: %s has no column for %q", p.model, name)
		case p.isKey(p.fields[i]):
			return nil, fmt.Errorf("orm: Without %s: the key of %s is always read", name, p.model)
		case p.fields[i] == p.version:
			return nil, fmt.Errorf("orm: Without %s: the version of %s is always read", name, p.model)
		case !u.fields[i]:
			u.fields[i] = true
			u.n++
		}
	}
	return u, nil
}

// checkRead returns an error if the i-th field of the struct at ptr was not read.
func (p *plan) checkRead(i int, ptr unsafe.Pointer) error {
	if !p.unreadOf(ptr).left(i) || p.fields[i].tag.autoNow { // which is set before it is stored
		return nil
	}
	return errUnread
}

// checkWhole returns an error if some field of the struct at ptr was not read.
func (p *plan) checkWhole(ptr unsafe.Pointer) error {
	u := p.unreadOf(ptr)
	if u == nil {
		return nil
	}
	return fieldError(p.model, p.fieldNamed(u.names[0]), errUnread)
}

// convertArg returns what the driver takes for a value given to a condition on
// the i-th field, or to an assignment that computes.
func (p *plan) convertArg(i int, v any) (any, error) {
	f := p.fields[i]
	v, err := f.convert(v)
	if err == nil {
		v, err = p.encode(i, v)
	}
	if err != nil {
		return nil, fieldError(p.model, f, err)
	}
	return v, nil
}

// assignArg returns what the driver takes for a value that is assigned to the
// i-th field.
func (p *plan) assignArg(i int, v any) (any, error) {
	f := p.fields[i]
	c, err := f.convert(v)
	if err == nil {
		err = f.checkWrite(c)
	}
	if err == nil {
		c, err = p.encode(i, c)
	}
	if err != nil {
		return nil, fieldError(p.model, f, err)
	}
	return c, nil
}

func fieldError(m *model, f *field, err error) error {
	return &FieldError{Model: m.String(), Field: f.name, Err: err}
}

// reader scans rows of a plan's select list into structs, with one set of
// scanners for all rows.
type reader struct {
	plan      *plan
	dests     []any
	scanners  []database.Scanner
	receivers []*receiver
	lead      int // columns before the model's own
	inlined   []*inlined
	left      *unread
	// room is where dests and scanners begin: together with the reader they
	// are one allocation for all but wide models.
	room struct {
		dests    [16]any
		scanners [12]database.Scanner
	}
}

// newReader returns a reader for rows that begin with as many other columns
// as lead has; those are scanned into lead.
func (p *plan) newReader(lead ...any) *reader {
	r := p.anyReader()
	r.lead = len(lead)
	r.dests = append(r.dests, lead...)
	for range p.fields {
		r.dests = append(r.dests, nil)
	}
	return r
}

// release ends the use of the reader, whose rows are read: it is used again. One
// that failed need not be released.
func (r *reader) release() {
	if r.plan.readers == nil {
		return
	}
	// What it points to must not live as long as it does.
	clear(r.dests)
	for _, s := range r.scanners {
		if s != nil {
			s.Reset(nil)
		}
	}
	for _, x := range r.receivers {
		if x != nil {
			x.row = nil
		}
	}
	for _, x := range r.inlined {
		x.read.release()
	}
	r.dests, r.lead, r.inlined, r.left = r.dests[:0], 0, nil, nil
	r.plan.readers.Put(r)
}

// anyReader returns a reader without columns: one that was released, or another.
func (p *plan) anyReader() *reader {
	if p.readers != nil {
		if r, ok := p.readers.Get().(*reader); ok {
			return r
		}
	}
	r := &reader{plan: p}
	r.dests = r.room.dests[:0]
	for i, c := range p.codecs {
		if p.fields[i].receives() {
			if r.receivers == nil {
				r.receivers = make([]*receiver, len(p.fields))
			}
			r.receivers[i] = &receiver{field: p.fields[i]}
		}
		if c.NewScanner == nil {
			continue
		}
		if r.scanners == nil {
			r.scanners = append(r.room.scanners[:0], make([]database.Scanner, len(p.fields))...)
		}
		r.scanners[i] = c.NewScanner()
	}
	return r
}

// leave has the reader read rows without some columns.
func (r *reader) leave(left *unread) {
	if left != nil {
		r.left, r.dests = left, r.dests[:len(r.dests)-left.n]
	}
}

// scan reads the current row into the struct at ptr.
func (r *reader) scan(rows database.Rows, ptr unsafe.Pointer) error {
	next := r.into(r.dests[r.lead:], ptr)
	for _, x := range r.inlined {
		next = x.read.into(next, x.rows.next())
	}
	if err := rows.Scan(r.dests...); err != nil {
		return &scanError{r.plan.model, err}
	}
	return nil
}

// scanError is the error of a row that does not fit the struct.
type scanError struct {
	model *model
	err   error
}

func (e *scanError) Error() string { return fmt.Sprintf("read a %s: %v", e.model, e.err) }
func (e *scanError) Unwrap() error { return e.err }

func isScanError(err error) bool {
	_, ok := errors.AsType[*scanError](err)
	return ok
}

// into makes the first of dests those of a struct, and returns the others.
func (r *reader) into(dests []any, ptr unsafe.Pointer) []any {
	if r.left != nil {
		(*Partial)(unsafe.Add(ptr, r.plan.partialAt)).unread = r.left
	}
	n := 0
	for i, f := range r.plan.fields {
		if r.left.left(i) {
			continue
		}
		var d any
		if r.receivers != nil && r.receivers[i] != nil {
			r.receivers[i].row = ptr
			d = r.receivers[i]
		} else {
			d = f.dest(ptr)
		}
		if r.scanners != nil && r.scanners[i] != nil {
			r.scanners[i].Reset(d)
			d = r.scanners[i]
		}
		dests[n] = d
		n++
	}
	return dests[n:]
}

// truncateTimes cuts the times in the struct at ptr to what is stored, so that
// the struct equals the row.
func (p *plan) truncateTimes(ptr unsafe.Pointer) {
	for _, f := range p.fields {
		if f.form != formTime {
			continue
		}
		at := unsafe.Add(ptr, f.offset)
		if f.null == nullPointer {
			if at = *(*unsafe.Pointer)(at); at == nil {
				continue
			}
		}
		t := (*time.Time)(at)
		*t = t.Truncate(time.Microsecond)
	}
}

// texts keeps the SQL text of every shape of query seen, up to a limit.
type texts struct {
	mu    sync.RWMutex
	m     map[string]string
	bytes int // of the shapes and texts in m
}

// microsecond is the finest time that is stored.
const microsecond = time.Microsecond

// maxTexts and maxTextBytes bound the texts kept; a program has some hundreds
// of shapes. One that makes ever new ones begins again with none.
const (
	maxTexts     = 4096
	maxTextBytes = 8 << 20
)

// get returns the text kept for the shape, or makes it.
func (t *texts) get(shape []byte, write func() (string, error)) (string, error) {
	t.mu.RLock()
	s, ok := t.m[string(shape)]
	t.mu.RUnlock()
	if ok {
		return s, nil
	}
	s, err := write()
	if err != nil {
		return "", err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	size := len(shape) + len(s)
	if size > maxTextBytes/16 {
		return s, nil
	}
	if t.m == nil || len(t.m) == maxTexts || t.bytes+size > maxTextBytes {
		t.m, t.bytes = map[string]string{}, 0
	}
	if _, ok := t.m[string(shape)]; !ok {
		t.m[string(shape)] = s
		t.bytes += size
	}
	return s, nil
}
