package copydata_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/migrate/copydata"
)

// FuzzCopy copies a row of values over PostgreSQL, where there is a server, and
// back. Either what comes back is what was there, or the error names the value,
// as a dry run does before.
func FuzzCopy(f *testing.F) {
	f.Add("text", []byte("bytes"), int64(1), 1.5, int64(0), "12.50", `{"b":[1.0,1e30,{"a":null}]}`)
	f.Add("", []byte{}, int64(-1<<63), math.Copysign(0, -1), int64(-62135596800000000), "-99999999.99", `"\u0001\ud83d\ude00"`)
	f.Add("\x00", []byte{0}, int64(1<<63-1), 5e-324, int64(253402300799999999), "0.00", `1e-400`)
	f.Add("\xff, 'é%", []byte("\xff"), int64(0), 1e308, int64(1), "100000000.00", `"\ud800"`)
	p := newPassage(f)
	f.Fuzz(func(t *testing.T, text string, bytes []byte, n int64, float float64, micros int64, price, doc string) {
		p.try(t, text, bytes, n, float, micros, price, doc)
	})
}

// TestSoakValues does so with values made of pieces that are likely to make
// trouble, as long as VOLA_SOAK says, or 100 times.
func TestSoakValues(t *testing.T) {
	t.Parallel()
	p := newPassage(t)
	begun := time.Now()
	for seed := uint64(0); seed < 100 || time.Since(begun) < soak(t); seed++ {
		r := rand.New(rand.NewPCG(seed, 7))
		text := func(pieces ...string) string {
			var b strings.Builder
			for range r.IntN(6) {
				b.WriteString(pieces[r.IntN(len(pieces))])
			}
			return b.String()
		}
		words := func() string {
			return text("a", "é", "😀", " ", "'", `"`, "%", ",", "\\", "\n", "\u2028", "\ufffd", "x\\u0000", "\x7f", "\x00", "\xff")
		}
		doc, _ := json.Marshal(map[string]any{words(): []any{words(), r.NormFloat64(), nil, map[string]any{words(): true}}})
		number := text("1", "0", "00", "9", "12345678901234567890")
		switch r.IntN(4) {
		case 0:
			doc = []byte("[" + number + ".5, 1" + number + "e-" + text("1", "2", "3") + "1]")
		case 1:
			doc = []byte(`"` + text(`\u0041`, `\ud83d\ude00`, `\u0000`, `\ud800`, "é", `\/`) + `"`)
		}
		p.try(t, words(), []byte(words()), int64(r.Uint64()), math.Float64frombits(r.Uint64()), r.Int64()%253402300799999999, text("-", "1", "2", ".5", "000"), string(doc))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// passage is databases to copy a row through.
type passage struct {
	graph               *migrate.Graph
	source, middle, end *database.DB
}

func newPassage(t testing.TB) passage {
	t.Helper()
	p := passage{graph(t), databasetest.SQLite(t), databasetest.SQLite(t), databasetest.SQLite(t)}
	if os.Getenv(databasetest.PostgresEnv) != "" {
		p.middle = databasetest.Postgres(t)
	}
	for _, db := range []*database.DB{p.source, p.middle, p.end} {
		migrated(t, db, p.graph)
	}
	return p
}

// try copies a row of the values.
func (p passage) try(t *testing.T, text string, bytes []byte, n int64, float float64, micros int64, price, doc string) {
	t.Helper()
	g, source, middle, end := p.graph, p.source, p.middle, p.end
	for _, db := range []*database.DB{source, middle, end} {
		exec(t, db, "DELETE FROM shop_kinds", "DELETE FROM shop_word", "DROP TABLE IF EXISTS vola_copydata")
	}
	const least, most = -62135596800000000, 253402300799999999 // the years 1 to 9999
	when := time.UnixMicro(micros).UTC()
	if micros < least || micros > most {
		when = time.UnixMicro(0).UTC()
	}
	var valid string
	err := database.QueryRow(t.Context(), source, []any{&valid}, "SELECT CASE WHEN json_valid(?) THEN ? ELSE 'null' END", doc, doc)
	if err != nil {
		return // not a text that SQLite takes
	}
	_, err = source.Exec(t.Context(), `INSERT INTO shop_kinds (id, a_text, a_bytes, a_int64, a_float64, a_time, a_price, a_json, a_duration)
			VALUES ('00000000000000000000000000000aaa', ?, ?, ?, ?, ?, ?, ?, ?)`,
		text, bytes, n, float, when.Format("2006-01-02 15:04:05.000000"), price, valid, n/1000)
	if err != nil {
		return
	}
	if _, err := source.Exec(t.Context(), "INSERT INTO shop_word (word, n) VALUES (?, 1), ('z', 2)", text); err != nil {
		return // the text is "z"
	}
	dry := copyAll(t, source, middle, g, copydata.Options{DryRun: true})
	_, err = copydata.Copy(t.Context(), source, middle, g, copydata.Options{BatchRows: 1})
	if err != nil {
		v, ok := errors.AsType[*copydata.ValueError](err)
		if !ok || v.Table == "" || v.Key == "" {
			t.Fatal(err)
		}
		if len(dry.Misfits) == 0 && v.Column != "" {
			t.Errorf("the dry run did not find %v", err)
		}
		plain := utf8.ValidString(text) && !strings.Contains(text, "\x00")
		if (v.Column == "a_text" || v.Column == "word") && plain || v.Column == "a_bytes" || v.Column == "a_int64" || v.Column == "a_time" || v.Column == "a_float64" {
			t.Errorf("refused: %v", err)
		}
		return
	}
	if len(dry.Misfits) > 0 {
		t.Errorf("the dry run found %v", dry.Misfits)
	}
	if _, err := copydata.Copy(t.Context(), middle, end, g, copydata.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		"SELECT quote(a_text) || typeof(a_text) || hex(a_text) FROM shop_kinds", "SELECT quote(a_bytes) FROM shop_kinds", "SELECT quote(a_int64) FROM shop_kinds", "SELECT quote(a_float64 + 0.0) FROM shop_kinds",
		"SELECT strftime('%Y-%m-%d %H:%M:%f', a_time) FROM shop_kinds", "SELECT quote(a_duration) FROM shop_kinds", "SELECT hex(word) FROM shop_word ORDER BY word",
		"SELECT printf('%.2f', a_price) FROM shop_kinds",
	} {
		same(t, q, list(t, end, q), list(t, source, q))
	}
}
