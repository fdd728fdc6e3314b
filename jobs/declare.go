package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"time"

	"github.com/volaweb/vola/module"
)

// HasJobs is a module with jobs.
type HasJobs interface {
	// Jobs returns what is done for each type of arguments, and what is enqueued again and again. It is
	// called once, before the module's Start.
	Jobs() []Declaration
}

// Declaration says what is done for jobs of one kind, or when a job is enqueued. It is made by [Handle],
// [Every] and [Cron].
type Declaration struct {
	args reflect.Type
	opts Options
	run  func(ctx context.Context, a *Attempt, args string) error
	// schedule is nil for one that is not enqueued by the clock.
	schedule *schedule
	misused  bool // a method for schedules was called
	module   string
	kind     string
}

// Options say how jobs of one kind are treated. The zero value is what most need.
type Options struct {
	// Kind names the jobs in the database. Defaults to the name of the module and that of the type of
	// the arguments, such as "shop.SendReceipt". Was are names that the kind had before: jobs that
	// were stored with them are done too.
	Kind string
	Was  []string
	// Queue is where they wait. Defaults to "default".
	Queue string
	// Priority puts those with a higher one first within a queue. Defaults to 0.
	Priority int32
	// Attempts is how often a job is tried before it has failed. Defaults to 20.
	Attempts int
	// Timeout is how long one attempt may take: its context ends then. Defaults to 10 minutes.
	Timeout time.Duration
	// Backoff is how long a job waits after that many attempts. Defaults to [Backoff].
	Backoff func(attempts int) time.Duration
	// Limit is how many of them may run at the same time, in all processes together; with [LimitKey] how many
	// with the same key. 0 is no limit.
	Limit int
	// Rate is how many of them may begin in a time, in all processes together; with LimitKey how many with the
	// same key. Those that must wait wait without a worker, and no attempt is counted.
	Rate Rate
	// Secret encrypts the arguments in the database with the site's secret key, and hides them on pages and in
	// logs.
	Secret bool
	// Version is raised when the arguments get another form, and Upgrade makes those of an older version
	// fit. Without Upgrade such jobs fail with an explanation. Jobs of a newer version wait for a
	// program that knows it.
	Version int32
	Upgrade func(version int32, args json.RawMessage) (json.RawMessage, error)
	// Keep is how long jobs are kept that are done or cancelled. Defaults to 24 hours. Those that have failed are kept
	// for 30 days.
	Keep time.Duration
}

// Rate is at most N in each Per, and N at once after a pause.
type Rate struct {
	N   int
	Per time.Duration
}

// Backoff is how long a job waits for its next attempt unless its declaration says otherwise: the number of
// attempts to the power of four, in seconds, and at most a day, a tenth more or less by chance. So ten attempts
// take about seven hours, and twenty about eleven days.
func Backoff(attempts int) time.Duration {
	d := time.Duration(min(math.Pow(float64(attempts), 4), 86400) * float64(time.Second))
	return d - d/10 + rand.N(d/5+1)
}

// Job is what a handler works on.
type Job[A any] struct {
	// Args are the arguments as they were enqueued.
	Args A
	*Attempt
}

// Handle declares what is done for jobs with arguments of type A, a struct that encoding/json can store. An
// error means that the job is tried again later, as Options say, unless it is one of [Snooze] or
// [Discard]; so does a panic. The context ends when the attempt takes too long, when somebody cancels the
// job, when the program stops, and when other processes have taken the job over because this one did not
// answer; its cause ([context.Cause]) says which.
func Handle[A any](handler func(ctx context.Context, job Job[A]) error, options Options) Declaration {
	return Declaration{
		args: reflect.TypeFor[A](), opts: options,
		run: func(ctx context.Context, a *Attempt, args string) error {
			job := Job[A]{Attempt: a}
			if err := decode(args, &job.Args); err != nil {
				return Discard(fmt.Errorf("the arguments of job %d do not fit %T, as it is in this program: %w; raise Version in the declaration and convert them by Upgrade", a.ID, job.Args, err))
			}
			return handler(ctx, job)
		},
	}
}

// decode reads arguments. Fields that are not there keep their zero value; fields that nobody knows are an
// error, as something of the job would be lost.
func decode(args string, into any) error {
	d := json.NewDecoder(strings.NewReader(args))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows them")
	}
	return nil
}

// maxArgs is how long arguments may be as JSON, and maxMail those of mails.
const (
	maxArgs   = 1 << 20
	maxMail   = 40 << 20
	maxResult = 1 << 20
)

func (d *Declaration) withDefaults(of string) {
	d.module = of
	o := &d.opts
	if o.Queue == "" {
		o.Queue = "default"
	}
	if o.Attempts <= 0 {
		o.Attempts = 20
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Minute
	}
	if o.Backoff == nil {
		o.Backoff = Backoff
	}
	if o.Keep <= 0 {
		o.Keep = 24 * time.Hour
	}
	d.kind = o.Kind
	if d.kind == "" && d.args != nil {
		d.kind = of + "." + d.args.Name()
	}
}

// check returns what is wrong with the declaration of a handler.
func (d *Declaration) check() error {
	switch {
	case d.args.Kind() != reflect.Struct || d.args.Name() == "":
		return fmt.Errorf("jobs have arguments of type %s; they must be a struct type with a name, which is what tells one kind of jobs from another", d.args)
	case strings.ContainsAny(d.args.Name(), "[") && d.opts.Kind == "":
		return fmt.Errorf("jobs with arguments of type %s need a name: set Kind in their Options", d.args)
	case len(d.kind) > 100 || strings.ContainsAny(d.kind, " \n\t"):
		return fmt.Errorf("jobs are called %q; the name of a kind has no spaces and at most 100 bytes", d.kind)
	case !isQueue(d.opts.Queue):
		return fmt.Errorf("jobs %s wait in the queue %q; %s", d.kind, d.opts.Queue, queueRule)
	case d.opts.Rate.N < 0 || d.opts.Rate.N > 0 && d.opts.Rate.Per <= 0:
		return fmt.Errorf("jobs %s have a Rate of %d in %v; it needs a number and a time", d.kind, d.opts.Rate.N, d.opts.Rate.Per)
	case d.opts.Limit < 0:
		return fmt.Errorf("jobs %s have a Limit of %d", d.kind, d.opts.Limit)
	}
	raw, err := json.Marshal(reflect.New(d.args).Interface())
	if err == nil {
		err = decode(string(raw), reflect.New(d.args).Interface())
	}
	if err != nil {
		return fmt.Errorf("the arguments of jobs %s cannot be stored as JSON and read again: %w", d.kind, err)
	}
	return lossless(d.args, d.kind, map[reflect.Type]bool{})
}

// lossless returns an error if a value of the type has fields that JSON does not have.
func lossless(t reflect.Type, kind string, seen map[reflect.Type]bool) error {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] {
		return nil
	}
	seen[t] = true
	for _, as := range []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()} {
		if t.Implements(as) || reflect.PointerTo(t).Implements(as) {
			return nil
		}
	}
	for f := range t.Fields() {
		switch {
		case f.Anonymous && f.IsExported():
		case !f.IsExported():
			return fmt.Errorf("the field %s of %s, in the arguments of jobs %s, is not stored, as its name begins with a small letter", f.Name, t, kind)
		}
		if f.Tag.Get("json") == "-" {
			continue
		}
		if err := lossless(f.Type, kind, seen); err != nil {
			return err
		}
	}
	return nil
}

const queueRule = "the name of a queue is a lower-case letter, then letters, digits, hyphens and underscores, 50 at most"

func isQueue(s string) bool {
	for i, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '_' || c == '-') {
			continue
		}
		return false
	}
	return s != "" && len(s) <= 50
}

// encode returns arguments as JSON.
func encode(args any, most int) (string, error) {
	raw, err := json.Marshal(args)
	if err != nil {
		return "", err
	}
	if len(raw) > most {
		return "", fmt.Errorf("they have %d bytes, and may have %d; store what is large elsewhere, and its key in the job", len(raw), most)
	}
	return string(raw), nil
}

// declarations are those of the modules of a site.
type declarations struct {
	byType    map[reflect.Type]*Declaration
	byKind    map[string]*Declaration
	schedules []*Declaration
}

// declared collects the jobs of all modules.
func declared(modules []module.Module, own ...Declaration) (*declarations, error) {
	all := &declarations{byType: map[reflect.Type]*Declaration{}, byKind: map[string]*Declaration{}}
	var errs []error
	add := func(of string, list []Declaration) {
		for _, d := range list {
			d.withDefaults(of)
			if d.schedule != nil {
				all.schedules = append(all.schedules, &d)
				continue
			}
			if err := all.add(&d); err != nil {
				errs = append(errs, fmt.Errorf("module %s: %w", of, err))
			}
		}
	}
	add("jobs", own)
	for _, m := range modules {
		if has, ok := module.As[HasJobs](m); ok {
			add(m.Name(), has.Jobs())
		}
	}
	names := map[string]bool{}
	for _, d := range all.schedules {
		if err := d.schedule.prepare(d, all); err != nil {
			errs = append(errs, fmt.Errorf("module %s: %w", d.module, err))
		} else if names[d.schedule.name] {
			errs = append(errs, fmt.Errorf("module %s: two schedules are called %s; give one another name with Named", d.module, d.schedule.name))
		}
		names[d.schedule.name] = true
	}
	return all, errors.Join(errs...)
}

func (all *declarations) add(d *Declaration) error {
	if d.args == nil {
		return errors.New("a Declaration is empty; make it with jobs.Handle, jobs.Every or jobs.Cron")
	}
	if err := d.check(); err != nil {
		return err
	}
	if d.misused {
		return fmt.Errorf("jobs %s are declared by Handle with a method that is for Every and Cron", d.kind)
	}
	if other := all.byType[d.args]; other != nil {
		return fmt.Errorf("jobs with arguments of type %s are declared twice, the other time by the module %s", d.args, other.module)
	}
	all.byType[d.args] = d
	for _, kind := range append([]string{d.kind}, d.opts.Was...) {
		if other := all.byKind[kind]; other != nil {
			return fmt.Errorf("the jobs %s are declared twice, with arguments of types %s and %s; set another Kind in their Options", kind, other.args, d.args)
		}
		all.byKind[kind] = d
	}
	return nil
}
