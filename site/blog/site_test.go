package blog_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/site/blog"
	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/web"
)

// noon is when the tests begin.
var noon = time.Date(2013, 10, 17, 12, 0, 0, 0, time.UTC)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	asked func() // called by Now, when somebody asks for the time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	now, asked := c.now, c.asked
	c.mu.Unlock()
	if asked != nil {
		asked()
	}
	return now
}

func (c *clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// site is the blog as the whole site, with its commands.
type site struct {
	*volatest.Client
	t     testing.TB
	blog  *blog.Blog
	clock *clock
	dir   string // that imports come from
	media string
}

// config is a site with the blog. Several languages have paths of their own.
func config(b *blog.Blog, languages ...string) vola.Config {
	return vola.Config{
		Name:       "Test",
		Drivers:    databasetest.Drivers(),
		Modules:    []module.Module{b, module.At("/", b.Root())},
		Middleware: []web.Middleware{b.OldPaths},
		Templates:  os.DirFS("../templates"),
		Static:     os.DirFS("../static"),
		Languages:  append([]string{"en-GB"}, languages...),

		LanguagePaths: len(languages) > 0,
	}
}

// start starts the site on the database; on a new SQLite database when it is
// nil.
func start(t testing.TB, db *database.DB) *site { return startIn(t, db) }

// startIn is start with languages beside English.
func startIn(t testing.TB, db *database.DB, languages ...string) *site {
	t.Helper()
	return startWith(t, volatest.Options{DB: db}, languages...)
}

// startWith is startIn with options.
func startWith(t testing.TB, opts volatest.Options, languages ...string) *site {
	t.Helper()
	s := &site{t: t, blog: blog.New(nil), clock: &clock{now: noon}, dir: t.TempDir(), media: filepath.Join(t.TempDir(), "media")}
	opts.Now, opts.Environ = s.clock.Now, map[string]string{"BLOG_MEDIA": s.media}
	if _, ok := t.(*testing.T); !ok {
		opts.Log = io.Discard // of fuzzing and benchmarks
	}
	s.Client = volatest.Start(t, config(s.blog, languages...), opts)
	return s
}

// snippet: onboth

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(*testing.T, *site)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, start(t, databasetest.SQLite(t)))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, start(t, databasetest.Postgres(t)))
	})
}

// end snippet

// write puts a file into the folder to import.
func (s *site) write(name, text string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// post writes a post with these lines of front matter, separated by "; ".
func (s *site) post(name, front, text string) string {
	s.t.Helper()
	return s.write("_posts/"+name, "---\n"+strings.ReplaceAll(front, "; ", "\n")+"\n---\n\n"+text+"\n")
}

// run runs a command of the blog and returns what it printed.
func (s *site) run(args ...string) (string, error) {
	s.t.Helper()
	commands := s.blog.Commands()
	i := slices.IndexFunc(commands, func(c module.Command) bool { return c.Name == args[0] })
	if i < 0 {
		s.t.Fatalf("there is no command %q", args[0])
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	if commands[i].Flags != nil {
		commands[i].Flags(flags)
	}
	if err := flags.Parse(args[1:]); err != nil {
		s.t.Fatal(err)
	}
	var out bytes.Buffer
	err := commands[i].Run(s.t.Context(), module.Env{Stdout: &out, Stderr: &out}, flags.Args())
	return out.String(), err
}

// imports imports the folder, in which nothing may be bad.
func (s *site) imports(args ...string) string {
	s.t.Helper()
	out, err := s.run(append(append([]string{"import"}, args...), s.dir)...)
	if err != nil {
		s.t.Fatalf("%v\n%s", err, out)
	}
	return out
}

// many imports n posts that are an hour apart, the last one an hour old.
func (s *site) many(n int, front string) {
	s.t.Helper()
	for i := range n {
		at := noon.Add(-time.Duration(n-i) * time.Hour)
		s.post(fmt.Sprintf("%s-post-%d.md", at.Format(time.DateOnly), i),
			fmt.Sprintf("title: Post %d; date: %s; %s", i, at.Format("2006-01-02 15:04:05 -0700"), front), fmt.Sprintf("Text of %d.", i))
	}
	s.imports()
}
