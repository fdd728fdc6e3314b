package templates

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/internal/htmlcompile"
)

// Config says what a [Set] consists of. The zero value is a set without pages.
type Config struct {
	// Loaders are asked for each file in order; the first that has it wins.
	// A project's own directory therefore comes before its modules' files.
	Loaders []Loader

	// Pages are the pages that can be rendered. The same one may be listed
	// twice, also with data of different types.
	Pages []Checked

	// Funcs are functions for templates besides those of the package, each
	// with one result, or a result and an error. They are shared by all
	// renderings, so they must be safe for concurrent use. One whose first
	// parameter is a context.Context gets that of [Set.Render], which is no
	// argument in the template: so it knows the language of a request, or its
	// user. One with the name of a function of this package replaces it;
	// those of text/template cannot be replaced.
	Funcs map[string]any

	// Constant names functions of Funcs whose result depends on nothing but their
	// arguments, as long as the templates are not read again: where those are
	// constants too, the function is called when the page is compiled.
	Constant []string

	// ImportMap returns the import map that {{importmap}} writes, in JSON; "" for none. Nil
	// leaves templates without that function.
	ImportMap func() (string, error)

	// Texts are the languages of t, tc and tn. Defaults to the texts as they are
	// written.
	Texts *i18n.Texts

	// Now is the clock of timesince and timeuntil. Defaults to time.Now.
	Now func() time.Time

	// Checks find errors in calls that their types do not show: that a route
	// has the name given to url, that a static file exists. The one with the
	// name of a function is called by New and Reload for each call of that
	// function in a template; its error is reported with the place.
	Checks map[string]func(Call) error
}

// Set is the pages of a program, ready to be rendered. It is made by [New];
// its methods may be called from several goroutines.
type Set struct {
	config    Config
	functions map[string]any
	pages     atomic.Pointer[map[string]*listedPage] // by name
	spare     sync.Pool                              // of *htmlcompile.Execution
	compiler  htmlcompile.Compiler
	versioned []Versioned
	version   atomic.Pointer[string] // of the templates that were read last

	reloading sync.Mutex // held by Reload
	failure   atomic.Pointer[ErrorList]
	unchecked atomic.Pointer[unchecked]
}

// listedPage is a page with the types of data that it is listed with.
type listedPage struct {
	*page
	types []reflect.Type
}

// New loads, joins and escapes the pages of a configuration. The error is an
// [ErrorList] of every error that was found, unless it concerns the
// configuration itself.
func New(config Config) (*Set, error) {
	if config.Now == nil {
		config.Now = time.Now
	}
	texts, constant := textFunctions(config.Texts, config.Now)
	if config.ImportMap != nil {
		texts[importMapFunction] = importMap(config.ImportMap)
	}
	functions, err := allFunctions(config.Funcs, texts)
	if err != nil {
		return nil, err
	}
	config.Loaders = slices.Clone(config.Loaders)
	config.Pages = slices.Clone(config.Pages)
	s := &Set{config: config, functions: functions}
	s.compiler.Constant = make(map[string]bool)
	for _, name := range append(constant, config.Constant...) {
		s.compiler.Constant[name] = true
	}
	for _, loader := range Chain(config.Loaders).flat() {
		if v, ok := loader.(Versioned); ok {
			s.versioned = append(s.versioned, v)
		}
	}
	s.spare.New = func() any { return new(htmlcompile.Execution) }
	if err := s.Reload(); err != nil {
		return nil, err
	}
	return s, nil
}

// Reload reads every template again. When there is an error in any, the set
// goes on with what it had, and the errors are returned as an [ErrorList]
// and by Err until a Reload succeeds. Pages being rendered are not disturbed.
func (s *Set) Reload() error {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	if len(s.versioned) > 0 {
		// Before the files: a change in between is then seen once more.
		if version, err := s.versions(context.Background()); err == nil {
			s.version.Store(&version)
		}
	}
	if err := s.reload(); err != nil { // not a nil ErrorList in an error
		return err
	}
	return nil
}

// reload is Reload for those that have the lock.
func (s *Set) reload() ErrorList {
	pages, errs, open := s.build()
	if len(errs) > 0 {
		errs = errs.sorted()
		s.failure.Store(&errs)
		return errs
	}
	s.failure.Store(nil)
	s.unchecked.Store(open)
	s.pages.Store(&pages)
	return nil
}

// Err returns the errors that the last Reload found; nil when it succeeded.
func (s *Set) Err() error {
	if errs := s.failure.Load(); errs != nil {
		return *errs
	}
	return nil
}

// build composes, checks and escapes every listed page.
func (s *Set) build() (pages map[string]*listedPage, errs ErrorList, open *unchecked) {
	b := newBuilder(Chain(s.config.Loaders), s.functions)
	b.importMap = s.config.ImportMap != nil && s.config.Funcs[importMapFunction] == nil
	pages = make(map[string]*listedPage, len(s.config.Pages))
	var order []string
	compositions := make(map[string]*composition)
	for _, listed := range s.config.Pages {
		name, dataType := listed.TemplateName(), listed.DataType()
		if p := pages[name]; p != nil {
			p.types = append(p.types, dataType)
			continue
		}
		pages[name] = &listedPage{types: []reflect.Type{dataType}}
		c := b.compose(name)
		if c.ok {
			c.checkRecursion()
			c.checkSwaps()
		}
		compositions[name] = c
		order = append(order, name)
	}
	sources := b.sources()
	for i, e := range b.errs {
		if src, ok := sources[e.Name]; ok {
			b.errs[i] = e.complete(src)
		}
	}
	notes := b.unreached()
	for _, name := range order {
		c := compositions[name]
		for _, dataType := range pages[name].types {
			wrong, unknown := c.checkTypes(dataType, s.config, sources)
			b.errs, notes = append(b.errs, wrong...), append(notes, unknown...)
		}
		if !c.ok {
			continue
		}
		if err := c.checkModules(sources); err != nil {
			b.errs = append(b.errs, err)
		}
		c.boundRecursion()
		p, err := c.newPage(name, sources, &s.compiler)
		if err != nil {
			b.errs = append(b.errs, err)
			continue
		}
		pages[name].page = p
		b.addParts(p, c, sources, s)
	}
	return pages, b.errs, &unchecked{notes, b.names()}
}

// Render executes a page with its data and writes it to w when it is complete:
// if there is an error, w has received nothing, unless writing to w itself
// failed. A [PageWriter] learns also where the page has scripts of its own.
// Mistakes found in executing are an [*Error] with the place in the
// template. Rendering ends early when ctx is done, with an error that wraps
// its cause.
func (s *Set) Render(ctx context.Context, w io.Writer, r Rendering) error {
	x := s.execution(ctx)
	defer s.release(x)
	chooser, _ := w.(PartChooser)
	if err := s.execute(ctx, x, r, chooser); err != nil {
		return err
	}
	if err := write(w, x); err != nil {
		return fmt.Errorf("send page %s: %w", r.name, err)
	}
	return nil
}

// write writes what was rendered.
func write(w io.Writer, x *htmlcompile.Execution) error {
	if pages, ok := w.(PageWriter); ok {
		return pages.WritePage(x.Out, x.Places)
	}
	n, err := w.Write(x.Out)
	if err == nil && n < len(x.Out) {
		return io.ErrShortWrite
	}
	return err
}

// execution returns an execution for one page.
func (s *Set) execution(ctx context.Context) *htmlcompile.Execution {
	x, ok := s.spare.Get().(*htmlcompile.Execution)
	if !ok { // a Set that New has not made
		x = new(htmlcompile.Execution)
	}
	x.Done, x.Context = ctx.Done(), ctx
	return x
}

func (s *Set) execute(ctx context.Context, x *htmlcompile.Execution, r Rendering, chooser PartChooser) error {
	if ctx.Err() == nil {
		s.refresh(ctx)
	}
	p, err := s.page(r)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return stopped(ctx, r.name)
	}
	var only []string
	if chooser != nil {
		if only, err = chooser.ChooseParts(p.partNames); err != nil {
			return err
		}
	}
	if only != nil {
		err = p.executeOnly(x, r.data, only)
	} else {
		err = p.execute(x, r.data)
	}
	if errors.Is(err, htmlcompile.ErrStopped) {
		return stopped(ctx, r.name)
	} else if err != nil {
		return err
	}
	return nil
}

// page returns the listed page of a rendering.
func (s *Set) page(r Rendering) (*page, error) {
	if r.dataType == nil {
		return nil, errors.New("render a page that was never declared: use templates.Page and its With")
	}
	pages := s.pages.Load()
	if pages == nil {
		return nil, fmt.Errorf("render %s with a Set that templates.New has not made", r.name)
	}
	listed := (*pages)[r.name]
	if listed == nil {
		return nil, fmt.Errorf("page %q is not listed: add it to the Pages of its module, so that it is checked when the program starts", r.name)
	}
	if !slices.Contains(listed.types, r.dataType) {
		return nil, fmt.Errorf("page %q is listed with data of type %v, not %v: render the page that is listed, or list this one too",
			r.name, listed.types[0], r.dataType)
	}
	return listed.page, nil
}

// release keeps the memory of an execution for the next page, unless it is
// very much.
func (s *Set) release(x *htmlcompile.Execution) {
	if cap(x.Out) > htmlcompile.MaxPooled {
		x.Out = nil
	}
	x.Reset()
	s.spare.Put(x)
}

// stopped says why a rendering did not go on.
func stopped(ctx context.Context, page string) error {
	return fmt.Errorf("render %s: %w", page, context.Cause(ctx))
}
