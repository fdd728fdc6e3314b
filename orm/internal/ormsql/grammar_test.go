package ormsql_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/postgres"
	"github.com/volaweb/vola/database/sqlite"
	"github.com/volaweb/vola/internal/zone"
	"github.com/volaweb/vola/orm/internal/ormsql"
	"github.com/volaweb/vola/schema"
)

func ExampleText() {
	for _, driver := range []database.Driver{sqlite.Driver, postgres.Driver} {
		grammar, err := ormsql.For(driver.Dialect())
		if err != nil {
			panic(err)
		}
		t := ormsql.New(driver.Dialect(), grammar)
		t.Str("SELECT * FROM ")
		t.Name("post")
		t.Str(" t0 WHERE ")
		t.Match(&t, ormsql.Contains, func() { t.Col("t0", "title") })
		t.Str(t.Lock(ormsql.LockAndSkip))
		fmt.Println(t.String())
	}
	// Output:
	// SELECT * FROM "post" t0 WHERE instr(t0."title", ?) > 0
	// SELECT * FROM "post" t0 WHERE strpos(t0."title", $1) > 0 FOR UPDATE SKIP LOCKED
}

// each runs a test with an empty text for each database.
func each(t *testing.T, test func(t *testing.T, empty func() *ormsql.Text)) {
	for _, driver := range []database.Driver{sqlite.Driver, postgres.Driver} {
		d := driver.Dialect()
		g, err := ormsql.For(d)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(d.Name(), func(t *testing.T) {
			t.Parallel()
			test(t, func() *ormsql.Text { x := ormsql.New(d, g); return &x })
		})
	}
}

// TestPassesAgree compares what a grammar says of its texts, on which the pass
// over the arguments relies, with those texts.
func TestPassesAgree(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, empty func() *ormsql.Text) {
		times := func(twice bool) int {
			if twice {
				return 2
			}
			return 1
		}
		for _, m := range []ormsql.Match{ormsql.Equal, ormsql.Contains, ormsql.Prefix, ormsql.Suffix} {
			plain, folded := empty(), empty()
			plain.Match(plain, m, func() { plain.Str("x") })
			folded.MatchFold(folded, m, func() { folded.Str("x") })
			if want := times(plain.MatchTwice(m)); plain.Args != want {
				t.Errorf("match %d has %d arguments, want %d: %s", m, plain.Args, want, plain)
			}
			if want := times(folded.MatchTwice(m)); folded.Args != want {
				t.Errorf("folded match %d has %d arguments, want %d: %s", m, folded.Args, want, folded)
			}
		}
		for fn := ormsql.JSONText; fn <= ormsql.JSONHas; fn++ {
			x, documents := empty(), 0
			x.JSON(x, fn, func() { documents++; x.Str("doc") })
			if want := times(x.JSONTwice(fn)); x.Args != want || documents != want {
				t.Errorf("JSON function %d has %d paths and %d documents, want %d: %s", fn, x.Args, documents, want, x)
			}
		}
	})
}

// TestOperandsStandOnce holds that the text of a function has each operand once,
// where the pass over the arguments collects each once.
func TestOperandsStandOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, empty func() *ormsql.Text) {
		g := empty()
		check := func(what, text string, want int) {
			if n := strings.Count(text, "§"); n != want {
				t.Errorf("%s has %d operands, want %d: %s", what, n, want, text)
			}
		}
		for _, k := range []schema.Kind{schema.Int16, schema.Int64, schema.Float64} {
			for fn := ormsql.Add; fn <= ormsql.Mod; fn++ {
				check(fmt.Sprint("function ", fn), g.Call(fn, k), 2)
			}
			check("a column to add to", g.Widened(k), 1)
		}
		for fn := ormsql.Lower; fn <= ormsql.Length; fn++ {
			check(fmt.Sprint("function ", fn), g.Call(fn, schema.Text), 1)
		}
		for p := ormsql.Year; p <= ormsql.YearDay; p++ {
			check(fmt.Sprint("part ", p), g.DatePart(p, "", schema.Date), 1)
			check(fmt.Sprint("part in a zone ", p), g.DatePart(p, "Europe/Berlin", schema.Time), 1)
		}
	})
}

func TestTruncAsksForUnusualDatesOnlyOfDays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, empty func() *ormsql.Text) {
		asked := 0
		unusual := func() []zone.Unusual {
			asked++
			day := time.Date(2018, 11, 4, 3, 0, 0, 0, time.UTC)
			return []zone.Unusual{{Other: day.Add(-time.Hour), Begin: day}}
		}
		g := empty()
		hour := g.Trunc(ormsql.Hour, "hour", "America/Sao_Paulo", schema.Time, unusual)
		if asked != 0 {
			t.Errorf("asked for the hour: %s", hour)
		}
		day := g.Trunc(ormsql.Day, "day", "America/Sao_Paulo", schema.Time, unusual)
		if listed := strings.Contains(day, "timestamptz '2018-11-04 03:00:00Z'"); listed != (asked == 1) {
			t.Errorf("asked %d times, listed %t: %s", asked, listed, day)
		}
	})
}

// TestGuardsSayWhatIsWrong reads what a guard of PostgreSQL writes into an error.
func TestGuardsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	field, sentence, ok := ormsql.Misfit(`sqlite: vola_fit(Hits): 70000 is out of the range of an int16; while running`)
	if !ok || field != "Hits" || sentence != "70000 is out of the range of an int16" {
		t.Errorf("%q, %q, %t", field, sentence, ok)
	}
	for _, other := range []string{"", "no such table", "vola_fit(Hits): no end", "vola_fit(Hits; "} {
		if field, sentence, ok := ormsql.Misfit(other); ok {
			t.Errorf("%q: %q, %q", other, field, sentence)
		}
	}
	each(t, func(t *testing.T, empty func() *ormsql.Text) {
		for kind := ormsql.LimitInteger; kind <= ormsql.LimitChoice; kind++ {
			x := empty()
			l := ormsql.Limit{Kind: kind, Field: "It's", Range: "a range", Least: -5, Most: 5, Size: 3, Bytes: 4, Choices: []any{"a'b", "c"}, Cast: "bigint"}
			values := 0
			x.Guard(x, l, func() { values++; x.Str("x + 1") })
			if values != 1 || strings.Count(x.String(), "'")%2 != 0 || !strings.Contains(x.String(), "It''s") {
				t.Errorf("limit %d computes %d times: %s", kind, values, x)
			}
		}
	})
}

// foreign is a dialect that nobody has a grammar for.
type foreign struct{ database.Dialect }

func (foreign) Name() string { return "oracle" }

func TestForNamesTheDatabase(t *testing.T) {
	t.Parallel()
	if _, err := ormsql.For(foreign{}); err == nil || !strings.Contains(err.Error(), `"oracle"`) {
		t.Error(err)
	}
}
