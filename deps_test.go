package vola_test

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/house"
)

// policy says which package may import which. It is a statement of policy: the
// layers of ARCHITECTURE.md, in a form that is checked.
//
// DO NOT CHANGE IT TO MAKE A BUILD PASS. To give a new package its place is
// daily work; to loosen what is here already is a design decision, and gets a
// record in docs/decisions.
//
// "a < b" means that b may import a, and all that a may. "a !< b" forbids the
// import itself, "a !<< b" also the way round by other packages. See
// house.ParsePolicy for the rest.
const policy = `
	# The bottom: interfaces, plain data, and what needs nothing else. fault is
	# what all agree on; internal packages have mechanics but no users' words.
	NONE
	< internal/placeholder
	< fault, civil
	< internal/...
	< BOTTOM, fetch;

	# Texts in the languages of visitors: for templates, handlers and what they call.
	internal/... < i18n < BOTTOM;

	# Files that people send, and signatures of links to them.
	internal/... < storage, signing < BOTTOM;
	storage < storage/storagetest;

	# Mails, and what sends them: a site that has no mail server does not link the library for it.
	internal/... < mail < BOTTOM;
	mail < mail/smtp;

	# What takes long to compute, for a while.
	internal/... < cache < BOTTOM;
	cache < cache/cachetest;

	internal/... < schema, templates < BOTTOM;
	i18n < templates;

	# The data column.
	BOTTOM
	< database
	< database/internal/ddl, orm/internal/ormsql, migrate;

	# What the drivers write alike.
	database/internal/ddl < database/sqlite, database/postgres;

	# Behind a wall of its own, the SQL of the databases.
	orm/internal/ormsql < orm;

	orm, migrate < DATA;

	# Moving a whole database is work on migrations, and for commands only.
	migrate < migrate/copydata;

	# The test kit knows every dialect, and so do the tests of queries.
	database/sqlite, database/postgres, DATA < database/databasetest < orm/oracle;

	# The web column.
	BOTTOM
	< web
	< web/middleware, web/assets;
	web/assets < web/assets/brotli;

	web/middleware, templates < web/devpage;

	# What people fill in, read from requests; templates show it.
	web < forms;

	# What is known of a visitor from one request to the next.
	web < web/sessions < web/messages;

	# Parts of pages, for requests that ask for them.
	web < web/ajax;
	web/sessions < web/sessions/sessionstest;

	# Handlers for programs, and what describes them.
	web < web/api;

	# How often something may be done: stores in memory, and what each store must pass.
	web < web/ratelimit < web/ratelimit/ratelimittest;

	# Pages that are kept for all visitors.
	web, cache < web/pagecache;

	web, web/middleware, web/assets, web/devpage, web/messages, web/pagecache, web/ratelimit, web/ajax, web/api, forms < WEB;

	# Where the columns meet: bridges, each named for what it joins ...
	DATA, forms < orm/ormforms;
	DATA, signing, web/api < orm/ormapi;
	DATA, templates < templates/dbloader;
	DATA, web/sessions < web/sessions/dbstore;
	templates < templates/ziploader;
	database, WEB < web/webtest;

	DATA, web/ratelimit < web/ratelimit/dbstore;
	DATA, cache < cache/dbcache;

	templates/dbloader, templates/ziploader, orm/ormforms, orm/ormapi, web/sessions/dbstore, web/ratelimit/dbstore, cache/dbcache < BRIDGES;

	# ... the contract of modules, and on it the commands about migrations and
	# the program that joins the parts.
	DATA, WEB, BRIDGES < module;

	module < migrate/migratecmd < vola;
	migrate/copydata < vola;

	# Work that happens later: on the contract of modules, so that any module may have jobs.
	migrate < jobs/migrations;
	module, jobs/migrations < jobs;

	# Optional modules. They do not import each other, but for what says so.
	migrate < contrib/once/migrations;
	module, contrib/once/migrations < contrib/once;
	module < contrib/files;

	# Mechanics of accounts: they know neither databases nor requests.
	fault, i18n < contrib/auth/passwords;
	NONE < contrib/auth/totp, contrib/auth/tokens;

	migrate < contrib/auth/migrations;
	module, contrib/auth/migrations, contrib/auth/passwords, contrib/auth/totp, contrib/auth/tokens < contrib/auth;

	# Passkeys build on accounts, which know nothing of them: a site without passkeys does not link
	# the library for them.
	migrate < contrib/passkeys/migrations;
	contrib/auth, contrib/passkeys/migrations < contrib/passkeys;

	# Figures for operators are of all modules.
	module < contrib/metrics;

	# Pages about jobs are for users who may see them.
	contrib/auth, jobs < contrib/jobpages;

	jobs, contrib/once, contrib/files, contrib/auth, contrib/passkeys, contrib/jobpages, contrib/metrics, contrib/auth/passwords, contrib/auth/totp, contrib/auth/tokens < CONTRIB;

	# The test kit for whole sites.
	vola, jobs, web/webtest, database/databasetest < volatest;
	NONE < volatest/chromium;
	volatest, contrib/auth < contrib/auth/authtest;

	# Programs may import anything public; only the tool may use the internals.
	vola, CONTRIB, contrib/auth/authtest, volatest, volatest/chromium, fetch, mail/smtp, web/assets/brotli, web/webtest, database/databasetest, database/sqlite, database/postgres
	< PROGRAMS;

	# In the reference site, what works on text knows neither databases nor HTTP:
	# trees of HTML, Markdown, and on them what reads the blogs of others.
	fault
	< site/htmltree/...
	< site/blog/markup
	< site/jekyll;

	PROGRAMS, site/jekyll < site/...;

	PROGRAMS < examples/..., cmd/vola/...;

	internal/... !< site/..., examples/...;

	# Tools of this repository, not of its users.
	internal/... < scripts/...;

	# What the order allows but the idea of a package does not.
	testing !<< vola, module;

	# Templates know neither HTTP nor models; a schema is plain data; the data
	# column does not know the web; the web column has no SQL.
	net/http, database/sql !<< i18n, templates, schema, cache, contrib/auth/passwords, contrib/auth/totp;
	reflect !< schema, migrate;
	net/http !<< database, orm, migrate;
	database/sql !<< web, web/middleware, web/assets, web/devpage, web/ratelimit, web/pagecache, forms;

	# Other modules, and who may use them. Not inherited by those above.
	internal/house: golang.org/x/tools/go/packages;
	cache: github.com/maypok86/otter/v2;
	templates: golang.org/x/text;
	database/sqlite: modernc.org/sqlite modernc.org/libc golang.org/x/text;
	database/postgres: github.com/jackc/pgx/v5;
	database/databasetest: github.com/jackc/pgx/v5;
	orm: golang.org/x/text;
	mail: golang.org/x/net/html;
	mail/smtp: github.com/wneessen/go-mail;
	web/assets/brotli: github.com/andybalholm/brotli;
	migrate/migratecmd: golang.org/x/term;
	scripts/...: golang.org/x/tools/go/packages;
	web/webtest: github.com/andybalholm/cascadia golang.org/x/net/html;
	volatest/chromium: github.com/chromedp;
	contrib/files: golang.org/x/image golang.org/x/sync/singleflight;
	contrib/auth: golang.org/x/term golang.org/x/text;
	contrib/auth/passwords: golang.org/x/crypto golang.org/x/sync/semaphore golang.org/x/text;
	contrib/auth/totp: rsc.io/qr;
	contrib/passkeys: github.com/go-webauthn/webauthn;
	vola: github.com/caarlos0/env/v11 github.com/joho/godotenv;
	site/...: golang.org/x/net/html golang.org/x/term golang.org/x/text;
	site/htmltree/...: golang.org/x/net/html;
	site/blog/markup: github.com/yuin/goldmark github.com/microcosm-cc/bluemonday github.com/alecthomas/chroma/v2 golang.org/x/net/html golang.org/x/text;
	site/jekyll: golang.org/x/net/html go.yaml.in/yaml/v4;
	TEST: github.com/google/go-cmp github.com/google/uuid github.com/rogpeppe/go-internal
		github.com/chromedp golang.org/x/tools golang.org/x/net/html github.com/emersion/go-smtp github.com/emersion/go-sasl
		github.com/descope/virtualwebauthn github.com/getkin/kin-openapi;
`

// TestPolicyNamesWhatExists: the policy is about packages and modules that there
// are, not about plans.
func TestPolicyNamesWhatExists(t *testing.T) {
	t.Parallel()
	exists := map[string]bool{"vola": true, "net/http": true, "database/sql": true, "reflect": true, "testing": true}
	for _, p := range loadModule(t).Packages {
		for dir := p.Dir; dir != "."; dir = path.Dir(dir) {
			exists[dir] = true
		}
	}
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	modules := strings.Fields(string(text))
	for line := range strings.Lines(policy) {
		line, _, _ = strings.Cut(line, "#")
		for name := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(" \t\n,;:<!", r) }) {
			name = strings.TrimSuffix(name, "/...")
			if exists[name] || name == strings.ToUpper(name) {
				continue // or a name for several
			}
			if !slices.ContainsFunc(modules, func(m string) bool { return strings.HasPrefix(m, name) || strings.HasPrefix(name, m+"/") }) {
				t.Errorf("the policy names %s, which does not exist", name)
			}
		}
	}
}

func TestImportsFollowThePolicy(t *testing.T) {
	t.Parallel()
	rules, err := house.ParsePolicy("vola", policy)
	if err != nil {
		t.Fatal(err)
	}
	report(t, loadModule(t).Layers(rules))
}

// TestPolicySaysWhatTheDesignSays guards the text itself: sentences of the
// design that must stay true however the rules are put.
func TestPolicySaysWhatTheDesignSays(t *testing.T) {
	t.Parallel()
	rules, err := house.ParsePolicy("vola", policy)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		importer, imported string
		want               bool
	}{
		{"orm", "database", true},
		{"orm", "schema", true},
		{"orm", "web", false},
		{"orm", "database/sqlite", false},
		{"database", "database/internal/ddl", false},
		{"orm", "database/internal/ddl", false},
		{"database/sqlite", "database/internal/ddl", true},
		{"web", "templates", true},
		{"web", "orm", false},
		{"web", "database", false},
		{"schema", "database", false},
		{"site", "fetch", true},
		{"orm", "fetch", false},
		{"fetch", "web", false},
		{"templates", "web", false},
		{"templates", "schema", false},
		{"module", "orm", true},
		{"module", "web", true},
		{"module", "vola", false},
		{"vola", "module", true},
		{"vola", "database/sqlite", false},
		{"site", "vola", true},
		{"site", "site/blog", true},
		{"migrate", "module", false},
		{"migrate/migratecmd", "vola", false},
		{"web/devpage", "orm", false},
		{"vola", "migrate/migratecmd", true},
		{"site/blog", "site/jekyll", true},
		{"site/blog/markup", "site/jekyll", false},
		{"site/jekyll", "database", false},
		{"fault", "internal/house", false},
		{"migrate/copydata", "migrate", true},
		{"migrate/copydata", "orm", false},
		{"module", "migrate/copydata", false},
		{"contrib/files", "orm", true},
		{"contrib/files", "vola", false},
		{"vola", "contrib/files", false},
		{"site", "contrib/files", true},
		{"web/ratelimit", "database", false},
		{"web/ratelimit/dbstore", "orm", true},
		{"contrib/passkeys", "contrib/auth", true},
		{"contrib/passkeys", "contrib/once", false},
		{"contrib/auth", "contrib/passkeys", false},
		{"contrib/auth/passwords", "database", false},
		{"contrib/auth/passwords", "web", false},
		{"module", "mail", true},
		{"mail", "web", false},
		{"cache", "web", false},
		{"cache", "database", false},
		{"cache/dbcache", "orm", true},
		{"web/pagecache", "database", false},
		{"vola", "cache/dbcache", true},
		{"mail", "templates", false},
		{"vola", "mail/smtp", false},
		{"examples/contact/contactsite", "mail/smtp", true},
	}
	for _, test := range tests {
		t.Run(test.importer+" imports "+test.imported, func(t *testing.T) {
			t.Parallel()
			if _, ok := rules.Allowed(test.importer); !ok {
				t.Fatalf("the policy does not speak of %s", test.importer)
			}
			if got := rules.Allows(test.importer, test.imported); got != test.want {
				t.Errorf("allowed = %v, want %v", got, test.want)
			}
		})
	}
}
