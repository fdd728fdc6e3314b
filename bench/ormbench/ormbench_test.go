package main

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/bench/ormpeers"
)

// TestAllPeersAgree runs everything once, so that a peer that reads or stores
// something else is found without a benchmark.
func TestAllPeersAgree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var out strings.Builder
	server := os.Getenv("VOLA_TEST_POSTGRES")
	err := bench(t.Context(), []string{"-rounds", "1", "-segment", "1ms", "-write", dir}, server, &out, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	databases := []string{"sqlite"}
	if server != "" {
		databases = append(databases, "postgresql")
	}
	for _, l := range lines() {
		// Once in the table and once among the goals of each database.
		if n := strings.Count(out.String(), "| "+l.name+" |"); n != 2*len(databases) {
			t.Errorf("%q stands %d times in\n%s", l.name, n, out.String())
		}
	}
	for _, name := range databases {
		svg, err := os.ReadFile(dir + "/orm-" + name + ".svg")
		if err != nil || !strings.Contains(string(svg), "GORM") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// liar wraps a peer that is right.
type liar struct {
	ormpeers.Peer
	lie string
}

func (l liar) Seen() []ormpeers.Row {
	rows := l.Peer.Seen()
	switch {
	case len(rows) == 0:
	case l.lie == "a row less":
		rows = rows[1:]
	case l.lie == "another time":
		rows[0].Published = rows[0].Published.Add(time.Microsecond)
	case l.lie == "no topics":
		rows[0].Topics = ""
	}
	return rows
}

func (l liar) Update(ctx context.Context, id int64, title string, hits int64) error {
	if l.lie == "no update" {
		return nil
	}
	return l.Peer.Update(ctx, id, title, hits)
}

func (l liar) Bulk(ctx context.Context, rows []ormpeers.Row) error {
	if l.lie == "a row not stored" {
		rows = rows[1:]
	}
	for _, r := range rows {
		if err := l.Insert(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (l liar) GetOrCreate(ctx context.Context, name string) (bool, error) {
	created, err := l.Peer.GetOrCreate(ctx, name)
	return created != (l.lie == "created"), err
}

func TestLiesAreRefused(t *testing.T) {
	t.Parallel()
	for _, lie := range []string{"none", "a row less", "another time", "no topics", "no update", "a row not stored", "created"} {
		t.Run(lie, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			urls, err := sqliteFiles(ctx, t.TempDir(), 2)
			if err != nil {
				t.Fatal(err)
			}
			peers := []ormpeers.Named{{Name: "by hand", Open: ormpeers.SQL}, {Name: "liar", Open: func(ctx context.Context, url string) (ormpeers.Peer, error) {
				p, err := ormpeers.SQL(ctx, url)
				return liar{p, lie}, err
			}}}
			cs, err := contest(ctx, peers, ormpeers.SQL, urls)
			defer closeAll(cs)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := check(ctx, cs[1], cs[0].checker); (err == nil) != (lie == "none") {
				t.Errorf("lie %q: %v", lie, err)
			}
		})
	}
}

func TestMedianAndRatio(t *testing.T) {
	t.Parallel()
	if m := median([]float64{3, 1, 2}); m != 2 {
		t.Error(m)
	}
	if m := median([]time.Duration{4, 1, 3, 2}); m != 2 {
		t.Error(m)
	}
	// A slow round slows both, and does not change how they stand.
	base := figures{cpu: []time.Duration{10, 100, 10}}
	own := figures{cpu: []time.Duration{12, 120, 12}}
	if r := own.ratio(base); r != 1.2 {
		t.Error(r)
	}
}

func TestBadFlags(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-rounds", "0"}, {"-segment", "-1s"}, {"what"}, {"-nonsense"}} {
		if err := bench(t.Context(), args, "", io.Discard, io.Discard); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
