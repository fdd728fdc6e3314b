package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/jobs/migrations"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/signing"
)

// Config says how jobs are done. The zero value is ready to use.
type Config struct {
	// Queues are how many jobs of a queue run at once in one process. Defaults to 10 for each.
	Queues map[string]int
	// Lease is after which time a process that does not answer loses its jobs to others: between once and
	// twice as long after it has died, or at once if it was on the same machine. Defaults to 6 seconds,
	// and is one at least.
	Lease time.Duration
	// MaxQueued is how many jobs of a queue may wait for a worker: more are [ErrQueueFull]. Those that wait for
	// their time are not counted. It is kept to about a hundredth. Defaults to 1,000,000.
	MaxQueued int
	// NoMail leaves the mails of the site in the memory of the process. Else they are jobs: kept in the
	// database until they are sent, encrypted, and tried again for two days.
	NoMail bool
	// Only are the queues that this process works on. Defaults to all. The setting JOBS_QUEUES has it too.
	Only []string
}

const (
	defaultAtOnce = 10
	defaultLease  = 6 * time.Second
	defaultQueued = 1_000_000
)

// Runner is the module that does jobs. Its methods are safe for concurrent use.
type Runner struct {
	cfg         Config
	settings    settings
	host        *module.Host
	db          *database.DB
	declared    *declarations
	processName string
	poll        time.Duration
	completions completions
	mailer      sender
	worker      atomic.Pointer[worker]
	inline      atomic.Bool
	telling     atomic.Bool         // others are told of new jobs, soon
	started     func(id int64) bool // for tests: whether an attempt begins
	placeless   bool                // for tests: it is as if each process were on a machine of its own
	stepping    sync.Mutex

	mu      sync.Mutex
	waiting map[string]*backlog // by queue
	stats   map[string]*Stats   // by kind
}

type settings struct {
	Queues []string `env:"QUEUES" help:"queues that this process works on, separated by commas; all unless it is set"`
}

// New returns the module that does the jobs of a site. It is listed before modules that enqueue jobs when they
// start.
func New(cfg Config) *Runner {
	if cfg.Lease <= 0 {
		cfg.Lease = defaultLease
	}
	cfg.Lease = max(cfg.Lease, time.Second)
	if cfg.MaxQueued <= 0 {
		cfg.MaxQueued = defaultQueued
	}
	r := &Runner{cfg: cfg, waiting: map[string]*backlog{}, stats: map[string]*Stats{}}
	r.completions.r = r
	return r
}

// Name is "jobs".
func (*Runner) Name() string { return "jobs" }

// Models are the tables of jobs.
func (*Runner) Models() []orm.Declaration { return models() }

// Migrations make the tables.
func (*Runner) Migrations() []migrate.Migration { return migrations.All() }

// Settings are those of the module.
func (r *Runner) Settings() any { return &r.settings }

// Prepare collects the jobs of the other modules.
func (r *Runner) Prepare(h *module.Host) (err error) {
	var own []Declaration
	if !r.cfg.NoMail {
		own = append(own, Handle(r.sendMail, mailOptions()))
	}
	r.declared, err = declared(h.Modules, own...)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, d := range r.declared.byKind {
		known[d.opts.Queue] = true
	}
	if len(r.settings.Queues) > 0 {
		r.cfg.Only = r.settings.Queues
	}
	for _, name := range r.cfg.Only {
		if !known[name] {
			return fmt.Errorf("no jobs wait in the queue %q, which JOBS_QUEUES or Config.Only names", name)
		}
	}
	for name, n := range r.cfg.Queues {
		if !known[name] {
			return fmt.Errorf("no jobs wait in the queue %q of Config.Queues", name)
		}
		if n < 1 {
			return fmt.Errorf("%d jobs run at once in the queue %q; at least one must", n, name)
		}
	}
	return nil
}

type runnerKey struct{}

// Start makes the jobs of the site's database known to [Enqueue].
func (r *Runner) Start(_ context.Context, h *module.Host) error {
	r.host, r.db = h, h.DB
	// On SQLite all is in one file, and to look is cheap. Elsewhere each look is a round trip.
	r.poll = 200 * time.Millisecond
	if locksRows(h.DB) {
		r.poll = time.Second
	}
	if r.declared == nil {
		return errors.New("it was not prepared; only vola.New does that")
	}
	if kept := h.DB.Attached(runnerKey{}, func() any { return &atomic.Pointer[Runner]{} }); kept != nil {
		kept.(*atomic.Pointer[Runner]).Store(r)
	}
	return nil
}

// runnerOf returns the module of the site whose database it is.
func runnerOf(h database.Handle) (*Runner, error) {
	if p, ok := database.Root(h).Attached(runnerKey{}, nil).(*atomic.Pointer[Runner]); ok {
		if r := p.Load(); r != nil {
			return r, nil
		}
	}
	return nil, errors.New("the site does no jobs, or not yet: list jobs.New(jobs.Config{}) among its modules, before those that enqueue jobs when they start")
}

// Enabled reports whether the site of the database does jobs: for modules that can do without.
func Enabled(h database.Handle) bool {
	_, err := runnerOf(h)
	return err == nil
}

// Work does jobs until ctx is done. Then it lets those that run end, for up to 15 seconds.
func (r *Runner) Work(ctx context.Context) error {
	w := r.newWorker(ctx)
	if len(w.lines) == 0 {
		<-ctx.Done()
		return nil
	}
	if !r.worker.CompareAndSwap(nil, w) {
		return errors.New("it works already")
	}
	defer r.worker.Store(nil)
	r.processName = fmt.Sprintf("%s:%d", hostname(), pid())
	return w.work(ctx)
}

// committed is told of a job after the commit.
func (r *Runner) committed(ctx context.Context, at time.Time) {
	if r.inline.Load() {
		if _, err := r.RunDue(ctx); err != nil {
			r.host.Log.Error("a job could not be run at once", "error", err)
		}
		return
	}
	w := r.worker.Load()
	if w != nil {
		w.poke(at)
	}
	if w == nil || w.busy() || len(r.cfg.Only) > 0 {
		r.tellOthers("")
	}
}

// sealedArgs is what the arguments of jobs with Secret are sealed for.
const sealedArgs signing.Purpose = "jobs arguments"

func (r *Runner) seal(kind, args string) signing.Sealed {
	return sealedArgs.Seal(r.host.Signer, kind, args)
}

// backlog is what is known of the jobs that wait in a queue.
type backlog struct {
	counted, since int
	at             time.Time
}

// room returns ErrQueueFull if so many jobs more would be too many in a queue. It counts them now and then: when as many
// were enqueued as would make a hundredth.
func (r *Runner) room(ctx context.Context, h database.Handle, queue string, n int) error {
	r.mu.Lock()
	b := r.waiting[queue]
	if b == nil {
		b = &backlog{at: time.Now()}
		r.waiting[queue] = b
	}
	full := b.counted+n > r.cfg.MaxQueued
	count := b.since+n > r.cfg.MaxQueued/100 && b.since > 0 || n > r.cfg.MaxQueued/100 || full || time.Since(b.at) > time.Minute && b.since > 0
	b.since += n
	b.counted += n
	r.mu.Unlock()
	if !count {
		return nil
	}
	have, err := orm.FromSQL[int64](h, `SELECT count(*) AS n FROM (SELECT 1 AS one FROM jobs_job WHERE state = 'ready' AND queue = ? LIMIT ?) AS w`, queue, int64(r.cfg.MaxQueued+1)).First(ctx)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	b.counted, b.since, b.at = int(have)+n, 0, time.Now()
	if b.counted > r.cfg.MaxQueued {
		b.counted -= n
		return fmt.Errorf("%d jobs wait in the queue %s: %w", have, queue, ErrQueueFull)
	}
	return nil
}

// Stats are what this process has done of one kind of jobs since it began.
type Stats struct {
	Kind                    string
	Done, Failed, Cancelled int64
	Retried                 int64         // attempts that were tried again
	Time                    time.Duration // of all attempts together
}

// Stats returns them sorted by kind.
func (r *Runner) Stats() []Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Stats
	for _, s := range r.stats {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Stats) int {
		if a.Kind < b.Kind {
			return -1
		}
		return 1
	})
	return out
}

func (r *Runner) stat(kind string) *Stats {
	s := r.stats[kind]
	if s == nil {
		s = &Stats{Kind: kind}
		r.stats[kind] = s
	}
	return s
}

func (r *Runner) measure(a *Attempt, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stat(a.record.Kind).Time += took
}

func (r *Runner) count(a *Attempt, out outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.stat(a.record.Kind)
	switch out.state {
	case Done:
		s.Done++
	case Failed:
		s.Failed++
	case Cancelled:
		s.Cancelled++
	default:
		s.Retried++
	}
}
