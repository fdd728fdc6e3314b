package oracle_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
)

// questionsPerWorld is how many questions are asked before new rows are made.
const questionsPerWorld = 400

// session asks questions about worlds on one database.
type session struct {
	db *database.DB
	w  *world
	e  evaluator
}

func newSession(t testing.TB, db *database.DB) *session {
	t.Helper()
	if err := open(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	return &session{db: db}
}

// each runs fn on an empty database of every kind. PostgreSQL does not compile
// the statements, which takes it longer than all else with so many that are
// new.
func each(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Helper()
	for kind, url := range map[string]func(testing.TB) string{"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			url := url(t)
			if kind == "postgres" {
				sep := "?"
				if strings.Contains(url, "?") {
					sep = "&"
				}
				url += sep + "options=-c%20jit%3Doff"
			}
			db, err := database.Open(t.Context(), database.Config{URL: url, Drivers: databasetest.Drivers(), Create: true})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			fn(t, db)
		})
	}
}

// world makes the database hold the rows of a seed.
func (s *session) world(ctx context.Context, seed uint64) error {
	if s.w != nil && s.w.seed == seed {
		return nil
	}
	w := newWorld(seed)
	if err := w.store(ctx, s.db); err != nil {
		return fmt.Errorf("store world %d: %w", seed, err)
	}
	s.w = w
	return nil
}

// ask asks the question of a seed, and one that is a little different. The
// error has all that is needed to repeat it.
func (s *session) ask(ctx context.Context, seed uint64) error {
	for _, changed := range [...]bool{false, true} {
		if err := s.askOnce(ctx, seed, changed); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) askOnce(ctx context.Context, seed uint64, changed bool) error {
	g, c := newGenerator(s.w, seed), comparer{s.w, s.db, s.e}
	if g.expressions && g.chance(50) {
		q := g.choice()
		if changed {
			g.change(q, q.orders)
		}
		return failing(ctx, s, seed, q, c.compareChoice)
	}
	q := g.question()
	if changed {
		g.change(q, q.orders)
	}
	return failing(ctx, s, seed, q, c.compare)
}

// asked is a question of either kind.
type asked[Q any] interface {
	comparable
	fmt.Stringer
	walk(func(*cond), func(*expr))
	smaller() []Q
}

// failing compares the answers, and makes the question smaller that has a
// wrong one.
func failing[Q asked[Q]](ctx context.Context, s *session, seed uint64, q Q, compare func(context.Context, Q) error) error {
	fails := func(q Q) bool { return inDomain(q, s.e) && compare(ctx, q) != nil }
	if !fails(q) {
		return nil
	}
	if s.e.wrong != "" {
		return errors.New("noticed")
	}
	small := shrink(q, fails)
	var statements databasetest.Statements
	err := compare(statements.Observe(ctx), small)
	var b strings.Builder
	fmt.Fprintf(&b, "world %d, question %d, %s: %v\nthe question, made smaller:\n%s\nstatements:\n", s.w.seed, seed, s.db.Dialect().Name(), err, small)
	for _, st := range statements.All() {
		fmt.Fprintf(&b, "%s\n\t%q %v\n", st.SQL, st.Args, st.Err)
	}
	fmt.Fprintf(&b, "rows, with the values asked about:\n%s\nthe question as it was:\n%s", s.w.shown(small), q)
	return errors.New(b.String())
}

// shown lists the rows of the world with the columns that the question names.
func (w *world) shown(q interface {
	walk(func(*cond), func(*expr))
}) string {
	columns := map[*column]bool{}
	q.walk(func(c *cond) {
		columns[c.column] = true
	}, func(x *expr) {
		columns[x.column] = true
	})
	var b strings.Builder
	for _, t := range w.tables {
		for _, r := range w.rows[t] {
			line := ""
			for _, c := range t.columns {
				if columns[c] {
					line += fmt.Sprintf(" %s=%s", c.name, code(r.values[c.at]))
				}
			}
			if line != "" {
				fmt.Fprintf(&b, "  %s %v:%s\n", t.name, r, line)
			}
		}
	}
	return b.String()
}

// run asks n questions about the worlds from a seed on, or more until the time
// given.
func (s *session) run(t *testing.T, seed uint64, n int, until time.Time) {
	asked, started, said := 0, time.Now(), time.Now()
	for ; asked < n || time.Now().Before(until); seed++ {
		if err := s.world(t.Context(), seed); err != nil {
			t.Fatal(err)
		}
		for i := range uint64(questionsPerWorld) {
			if err := s.ask(t.Context(), i); err != nil {
				t.Fatal(err)
			}
			if asked++; asked >= n && !time.Now().Before(until) {
				break
			}
		}
		if time.Since(said) > time.Minute {
			said = time.Now()
			fmt.Fprintf(os.Stderr, "%s: %d questions in %v, world %d\n", t.Name(), asked, time.Since(started).Round(time.Second), seed)
		}
	}
	t.Logf("%d questions about the worlds up to %d in %v", asked, seed-1, time.Since(started).Round(time.Millisecond))
}

// TestQuestions asks the same questions in every run, and others that are new.
func TestQuestions(t *testing.T) {
	t.Parallel()
	fresh := uint64(time.Now().UnixNano())
	for name, seed := range map[string]uint64{"fixed": 1, "fresh": fresh} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, db *database.DB) {
				newSession(t, db).run(t, seed, 600, time.Time{})
			})
		})
	}
}

// TestQuestionsSoak asks for as long as VOLA_SOAK says, and at least as many
// questions as VOLA_CASES, about the worlds from VOLA_SEED on. Without them it
// asks a few, as ordinary runs do.
func TestQuestionsSoak(t *testing.T) {
	t.Parallel()
	limit, _ := time.ParseDuration(os.Getenv("VOLA_SOAK"))
	cases, err := strconv.Atoi(os.Getenv("VOLA_CASES"))
	if err != nil {
		cases = 100
	}
	seed, err := strconv.ParseUint(os.Getenv("VOLA_SEED"), 10, 64)
	if err != nil {
		seed = 1000
	}
	each(t, func(t *testing.T, db *database.DB) {
		newSession(t, db).run(t, seed, cases, time.Now().Add(limit))
	})
}

// FuzzQuestions asks questions whose seeds the fuzzer chooses.
func FuzzQuestions(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed/4, seed)
	}
	s := newSession(f, databasetest.SQLite(f))
	f.Fuzz(func(t *testing.T, rows, question uint64) {
		if err := s.world(t.Context(), rows); err != nil {
			t.Fatal(err)
		}
		if err := s.ask(t.Context(), question); err != nil {
			t.Fatal(err)
		}
	})
}

// TestWrongAnswersAreFound breaks one rule of the evaluation after the other:
// a comparison that does not notice proves nothing.
func TestWrongAnswersAreFound(t *testing.T) {
	t.Parallel()
	s := newSession(t, databasetest.SQLite(t))
	if n := s.questionsUntilFound(t, 1); n >= 0 {
		t.Fatal("the evaluation that keeps to all rules differs already")
	}
	for _, wrong := range []string{
		"not of unknown is unknown",
		"unknown is good enough",
		"NULL is different",
		"not in counts NULL",
		"in nothing is true",
		"or of nothing is true",
		"between leaves out its ends",
		"conditions may hold on different rows",
		"text folds case",
		"percent is a wildcard",
		"NULL is the largest value",
		"the limit counts what is left out",
		"aggregates count NULL",
		"a case may be unknown",
		"via forgets its conditions",
		"no rows are no group",
		"NULL makes a group of its own",
		"a union keeps what is equal",
	} {
		s.e = evaluator{wrong}
		if n := s.questionsUntilFound(t, 60); n < 0 {
			t.Errorf("the comparison does not notice that %s", wrong)
		} else {
			t.Logf("%s: noticed after %d questions", wrong, n)
		}
	}
}

// questionsUntilFound returns how many questions about some worlds it takes to
// find a difference, -1 if none does.
func (s *session) questionsUntilFound(t *testing.T, worlds uint64) int {
	n := 0
	for seed := range worlds {
		if err := s.world(t.Context(), seed); err != nil {
			t.Fatal(err)
		}
		for i := range uint64(questionsPerWorld) {
			n++
			if s.ask(t.Context(), i) != nil {
				return n
			}
		}
	}
	return -1
}
