package vola

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/volaweb/vola/cache/dbcache"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/ajax"
	"github.com/volaweb/vola/web/api"
	"github.com/volaweb/vola/web/assets"
	"github.com/volaweb/vola/web/middleware"
)

// Options are what differs between two runs of the same site. The zero value
// is a site in production with an empty environment.
type Options struct {
	// Environ holds the settings by the names of their variables.
	Environ map[string]string
	// Dev shows causes on error pages and rereads templates and static files.
	Dev bool
	// BaseURL is the scheme and host that the site is reached under. Defaults
	// to the setting BASE_URL.
	BaseURL string
	// Log takes the site's messages. Defaults to dropping them.
	Log *slog.Logger
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
	// Storage keeps the files that people send. Defaults to that of the setting
	// STORAGE_URL.
	Storage storage.Storage
	// Mailer sends the mails. Defaults to that of the setting MAIL_URL. If it is an
	// io.Closer, it is closed with the site.
	Mailer mail.Sender
	// Console takes mails that are printed. Defaults to dropping them.
	Console io.Writer

	// listing says that the site is only looked at: mistakes in templates are logged.
	listing bool

	// origins are where values of Environ come from, if not of the environment.
	origins map[string]string
}

// Site is an assembled site: an [http.Handler]. It is safe for concurrent use.
// Nothing of it is shared with other sites in the process.
type Site struct {
	cfg       Config
	opts      Options
	set       settings
	models    *orm.Models
	graph     *migrate.Graph
	mux       *web.Mux
	wrappers  []string // the names of what wraps every route
	pages     *pages
	static    *assets.Set
	host      *module.Host
	languages languages
	mails     mails
	// cacheTable is the cache in the database, if it is there; cacheCloser closes another one.
	cacheTable  *dbcache.Store
	cacheCloser io.Closer
	started     bool
	listensOn   string // the address that serve has taken, unless that is all of them
	stop        context.CancelFunc
	// stopStreams ends the answers that go on until the server stops.
	stopStreams context.CancelFunc
}

// New assembles the site and checks all its parts, without a database. The
// error names every problem, one a line.
func New(cfg Config, opts Options) (*Site, error) {
	cfg = cfg.withDefaults()
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &Site{cfg: cfg, opts: opts}
	if errs := module.CheckNames(cfg.Modules); len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	var errs []error
	try := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	var err error
	s.set, err = readSettings(cfg.Modules, opts)
	s.opts.Environ = s.set.vars.values // with what is in files
	try(err)
	s.models, err = module.Models(cfg.Modules)
	try(err)
	if err == nil {
		s.models = s.models.WithClock(opts.Now).WithInvalidation(s.invalidate)
	}
	s.graph, err = migrate.NewGraph(module.MigrationGroups(cfg.Modules)...)
	try(err)
	s.host = module.NewHost(module.Host{Log: opts.Log, Now: opts.Now, Site: module.Site{
		Name: cfg.Name, BaseURL: s.set.BaseURL, Dev: opts.Dev, LanguagePaths: cfg.LanguagePaths,
	}, Modules: cfg.Modules}, renderer{s}, urls{s})
	try(s.openStorage())
	try(s.openMail())
	try(s.openCache())
	try(s.checkCache())
	s.host.Signer = s.signer()
	try(s.checkSessions())
	s.host.Permissions, err = s.permissions()
	try(err)
	try(s.readTexts())
	s.host.Texts = s.languages.texts()
	try(s.readStatic())
	try(s.route())
	try(s.readPages())
	for _, m := range cfg.Modules {
		if has, ok := module.As[module.HasForms](m); ok {
			for _, f := range has.Forms() {
				if err := f.Check(); err != nil {
					errs = append(errs, fmt.Errorf("module %s: %w", m.Name(), err))
				}
			}
		}
		if c, ok := module.As[module.HasChecks](m); ok {
			for _, err := range c.Checks() {
				errs = append(errs, fmt.Errorf("module %s: %w", m.Name(), err))
			}
		}
	}
	try(s.prepare())
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return s, nil
}

// maxURL leaves room for a search for 10,000 characters of any script, as a
// browser escapes them.
const maxURL = 32 << 10 // bytes

// route builds the router from the modules' routes and our own.
func (s *Site) route() error {
	r := web.NewRouter()
	for _, m := range s.cfg.Modules {
		has, ok := module.As[module.HasRoutes](m)
		if !ok {
			continue
		}
		sub := web.NewRouter()
		has.Routes(sub)
		r.Mount(module.Prefix(m), m.Name(), sub)
	}
	// These are answered however busy the site is.
	r.Get(healthPath, s.health).Name("healthz").Stream(0).AllLanguages()
	r.MountHandler("/static/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.static.ServeHTTP(w, r)
	})).Stream(0).AllLanguages()
	s.wellKnown(r)
	s.mailPages(r)
	s.apiPages(r)
	streams, stop := context.WithCancel(context.Background())
	s.stopStreams = stop
	log := s.opts.Log
	own := s.cfg.Middleware
	if s.opts.Dev {
		own = append([]web.Middleware{repeatedStatements(log)}, own...)
	}
	var err error
	cfg := web.BuildConfig{ErrorHandler: s.handleError, MaxURL: maxURL, Middleware: append(s.middleware(streams), own...)}
	if s.cfg.LanguagePaths {
		cfg.LanguagePaths = s.languages.texts().PathTags()
	}
	s.wrappers = web.WrapperNames(cfg.Middleware...)
	s.mux, err = r.Build(cfg)
	return err
}

// apiPath is where the description of the routes for programs is, in development.
const apiPath = "/docs/api/"

// apiPages adds the pages about the routes for programs, in development, if there are any.
func (s *Site) apiPages(r *web.Router) {
	if s.opts.Dev && r.HasAPI() && !r.Has(apiPath) {
		r.Mount(apiPath, "", api.Pages(s.apiInfo()))
	}
}

func (s *Site) apiInfo() api.Info { return api.Info{Title: s.cfg.Name, Version: s.cfg.Version} }

// middleware returns what each request of the site goes through, the first
// outermost. Streams end with the context.
func (s *Site) middleware(streams context.Context) []web.Middleware {
	// The language is outside of what can fail, as errors are shown in it.
	all := append([]web.Middleware{s.proxyMiddleware()}, s.languageMiddleware()...)
	if !s.cfg.NoRequestID {
		all = append(all, middleware.RequestID(middleware.RequestIDConfig{}))
	}
	if !s.cfg.NoAccessLog {
		all = append(all, middleware.AccessLog(middleware.AccessLogConfig{Logger: s.opts.Log}))
	}
	all = append(all, middleware.Recover(middleware.RecoverConfig{Logger: s.opts.Log}))
	if !s.cfg.NoSecureHeaders {
		all = append(all, middleware.SecureHeaders(s.secureHeaders()))
	}
	all = append(all, s.hostMiddleware()...)
	if len(s.cfg.CORS.Paths) > 0 {
		all = append(all, middleware.CORS(s.cfg.CORS))
	}
	all = append(all, ajax.Middleware,
		middleware.Limits(middleware.LimitsConfig{MaxURL: maxURL}),
		middleware.MaxBody(1<<20),
		s.crossOrigin,
		middleware.Work(middleware.WorkConfig{AtWork: s.set.MaxRequests, Deadline: s.set.deadline(), Stop: streams}),
	)
	if zone := s.set.zone; s.cfg.VisitorZones || zone != nil && zone != time.UTC {
		all = append(all, middleware.Zone(middleware.ZoneConfig{Site: zone, Visitors: s.cfg.VisitorZones, Load: s.host.Zone}))
	}
	all = append(all, s.sessionMiddleware())
	return append(all, s.moduleMiddleware()...)
}

// crossOrigin refuses requests of pages of other sites, but for those that CORS lets.
func (s *Site) crossOrigin(next http.Handler) http.Handler {
	protected := middleware.CrossOrigin(http.NewCrossOriginProtection())(next)
	if len(s.cfg.CORS.Paths) == 0 {
		return protected
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.cfg.CORS.Trusts(r) {
			next.ServeHTTP(w, r)
			return
		}
		protected.ServeHTTP(w, r)
	})
}

// Open makes db the site's database and starts the modules. The migrations
// must be applied. The site does not close db.
func (s *Site) Open(ctx context.Context, db *database.DB) error {
	if s.started {
		return errors.New("the site is started already")
	}
	if err := orm.Use(db, s.models); err != nil {
		return err
	}
	s.host.DB = db
	ctx, s.stop = context.WithCancel(ctx)
	s.cleanCache(ctx)
	for _, m := range s.cfg.Modules {
		st, ok := module.As[module.Starter](m)
		if !ok {
			continue
		}
		if err := st.Start(ctx, s.host); err != nil {
			s.stop()
			return fmt.Errorf("start module %s: %w", m.Name(), err)
		}
	}
	s.started = true
	return nil
}

// Seed lets the modules put their first content into a new database.
func (s *Site) Seed(ctx context.Context) error {
	for _, m := range s.cfg.Modules {
		sd, ok := module.As[module.Seeder](m)
		if !ok {
			continue
		}
		if err := sd.Seed(ctx, s.host); err != nil {
			return fmt.Errorf("first content of module %s: %w", m.Name(), err)
		}
	}
	return nil
}

// Close ends what the modules do in the background. Mails that wait are sent, for up to 10
// seconds; each has one more attempt.
func (s *Site) Close() {
	if s.stop != nil {
		s.stop()
	}
	if s.stopStreams != nil {
		s.stopStreams()
	}
	s.closeCache()
	s.closeMail()
}

// Runner returns what applies the site's migrations to a database.
func (s *Site) Runner(db *database.DB) *migrate.Runner {
	return &migrate.Runner{DB: db, Graph: s.graph, Version: s.cfg.Version}
}

// Modules returns the parts of the site, in their order.
func (s *Site) Modules() []module.Module { return slices.Clone(s.cfg.Modules) }

// Host returns what the site gives to its modules. Its DB is nil before Open.
func (s *Site) Host() *module.Host { return s.host }

// URL returns the path of the route of that name.
func (s *Site) URL(name string, args ...any) (string, error) { return s.mux.URL(name, args...) }

// Routes lists the site's routes.
func (s *Site) Routes() []web.RouteInfo { return s.mux.Routes() }

// health answers whether the site can work, for load balancers and monitors. It
// says nothing about how busy the site is.
func (s *Site) health(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if s.host.DB == nil {
		return fault.New(fault.Unavailable, "The site has no database yet.")
	}
	if err := s.host.DB.Ping(ctx); err != nil {
		if r.Context().Err() == nil {
			s.opts.Log.Warn("the site is not healthy", "error", err)
		}
		return fault.Wrap(fault.Unavailable, err, "The database does not answer.")
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write([]byte("ok\n"))
	return err
}

// urls builds URLs by the site's router, which is made after the Host.
type urls struct{ s *Site }

func (u urls) URL(name string, args ...any) (string, error) { return u.s.mux.URL(name, args...) }
func (u urls) URLIn(tag, name string, args ...any) (string, error) {
	return u.s.mux.URLIn(tag, name, args...)
}
