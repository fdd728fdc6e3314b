package vola_test

import (
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
	< fault, civil
	< internal/...
	< BOTTOM, mail, fetch;

	internal/... < schema, templates, pubsub, cache, storage < BOTTOM;

	# The data column.
	BOTTOM
	< database
	< database/sqlite, database/postgres, orm, migrate;

	orm, migrate < DATA;

	# Moving a whole database is work on migrations, and for commands only.
	migrate < migrate/copydata;

	# The test kit knows every dialect. Jobs talk to the dialects' own handles.
	database/sqlite, database/postgres, DATA < database/databasetest;
	database/sqlite, database/postgres, DATA, mail < jobs;

	# The web column.
	BOTTOM
	< web
	< web/middleware, web/assets, web/sessions, realtime/...;

	web/sessions < web/messages;

	BOTTOM < forms, wsgi/...;

	web, web/middleware, web/assets, web/sessions, web/messages, forms, wsgi/..., realtime/... < WEB;

	# Where the columns meet: bridges, each named for what it joins ...
	DATA, forms < orm/ormforms;
	DATA, web/sessions < web/sessions/dbstore;
	DATA, cache < cache/dbcache;
	DATA, templates < templates/dbloader;
	DATA, pubsub < pubsub/eventlog;
	database, WEB < web/webtest;

	orm/ormforms, web/sessions/dbstore, cache/dbcache, templates/dbloader, pubsub/eventlog < BRIDGES;

	# ... the contract of modules, and on it two siblings: the program that
	# joins the parts, and the optional parts. Neither imports the other.
	DATA, WEB, BRIDGES < module;

	module, migrate/copydata < vola;

	module, jobs, mail, fetch
	< contrib/auth, contrib/feeds, contrib/debugbar, contrib/django, contrib/payments/...;

	# Of the optional parts, only the admin builds on another.
	contrib/auth < contrib/admin;

	# The test kit for whole sites.
	vola, web/webtest, database/databasetest < volatest;

	# Programs may import anything public; only the tool may use the internals.
	vola, volatest, jobs, mail, fetch, web/webtest, database/databasetest, database/sqlite, database/postgres,
	contrib/admin, contrib/feeds, contrib/debugbar, contrib/django, contrib/payments/...
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

	# What the order allows but the idea of a package does not. A plain site
	# pays neither for a queue nor for mail that it does not use.
	jobs, mail !<< vola;
	testing !<< vola, module;

	# Templates know neither HTTP nor models; a schema is plain data; the data
	# column does not know the web; the web column has no SQL.
	net/http, database/sql !<< templates, schema;
	reflect !< schema, migrate;
	net/http !<< database, orm, migrate;
	database/sql !<< web, web/middleware, web/assets, web/sessions, web/messages, forms, wsgi/..., realtime/...;

	# Other modules, and who may use them. Not inherited by those above.
	internal/house: golang.org/x/tools/go/packages;
	templates: golang.org/x/text;
	database/sqlite: modernc.org/sqlite golang.org/x/text;
	database/postgres: github.com/jackc/pgx/v5;
	database/databasetest: github.com/jackc/pgx/v5;
	orm: golang.org/x/text;
	jobs: github.com/riverqueue/river github.com/jackc/pgx/v5;
	cache: github.com/maypok86/otter/v2;
	mail: github.com/wneessen/go-mail;
	realtime/...: github.com/coder/websocket;
	web/webtest: github.com/andybalholm/cascadia golang.org/x/net/html;
	vola: github.com/caarlos0/env/v11 github.com/joho/godotenv github.com/fsnotify/fsnotify golang.org/x/sync golang.org/x/term;
	contrib/auth: golang.org/x/crypto golang.org/x/text github.com/go-webauthn/webauthn rsc.io/qr;
	contrib/admin: golang.org/x/image;
	contrib/feeds: github.com/gorilla/feeds;
	contrib/payments/...: github.com/btcsuite/btcd rsc.io/qr;
	cmd/vola/...: golang.org/x/term golang.org/x/tools github.com/fsnotify/fsnotify github.com/schollz/progressbar/v3;
	site/...: golang.org/x/image github.com/schollz/progressbar/v3 golang.org/x/net/html golang.org/x/term golang.org/x/text;
	site/htmltree/...: golang.org/x/net/html;
	site/blog/markup: github.com/yuin/goldmark github.com/microcosm-cc/bluemonday github.com/alecthomas/chroma/v2 golang.org/x/net/html golang.org/x/text;
	site/jekyll: golang.org/x/net/html go.yaml.in/yaml/v4;
	TEST: github.com/google/go-cmp github.com/google/uuid github.com/PuerkitoBio/goquery github.com/rogpeppe/go-internal
		github.com/chromedp golang.org/x/tools golang.org/x/net/html;
`

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
		{"web", "templates", true},
		{"web", "orm", false},
		{"web", "database", false},
		{"web", "web/sessions", false},
		{"forms", "orm", false},
		{"schema", "database", false},
		{"site", "fetch", true},
		{"orm", "fetch", false},
		{"fetch", "web", false},
		{"templates", "web", false},
		{"templates", "schema", false},
		{"web/sessions/dbstore", "database", true},
		{"web/sessions/dbstore", "web/sessions", true},
		{"module", "orm", true},
		{"module", "web", true},
		{"module", "jobs", false},
		{"module", "vola", false},
		{"vola", "module", true},
		{"vola", "contrib/auth", false},
		{"vola", "database/sqlite", false},
		{"contrib/auth", "vola", false},
		{"contrib/admin", "contrib/auth", true},
		{"contrib/auth", "contrib/admin", false},
		{"contrib/feeds", "contrib/auth", false},
		{"site", "vola", true},
		{"site", "site/blog", true},
		{"site/blog", "contrib/admin", true},
		{"site/blog", "site/jekyll", true},
		{"site/blog/markup", "site/jekyll", false},
		{"site/jekyll", "database", false},
		{"fault", "internal/house", false},
		{"migrate/copydata", "migrate", true},
		{"migrate/copydata", "orm", false},
		{"module", "migrate/copydata", false},
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
