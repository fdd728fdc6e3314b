package orm_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/orm"
)

// TestSumsAndMeansAreExact compares with computations in fractions, and with
// conditions on what came out.
func TestSumsAndMeansAreExact(t *testing.T) {
	eachModel[priced](t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		price := orm.Descriptor[orm.Number[*priced, string]]("Price")
		q := orm.From[priced](db)
		r := rand.New(rand.NewPCG(1, 2))
		lists := [][]int64{{574187, 4254, -578441}, {1, 2}, {10, 20}, {333, 333, 334}, {1}, {0, 0}, {-1, 1, 7}}
		for range 20 {
			list := make([]int64, 1+r.IntN(30))
			for i := range list {
				list[i] = r.Int64N(2e6) - 1e6
			}
			lists = append(lists, list)
		}
		for _, list := range lists {
			_, err := q.Every().Delete(ctx)
			ok(t, err)
			rows, cents := []priced(nil), int64(0)
			for _, c := range list {
				rows = append(rows, priced{Price: big.NewRat(c, 100).FloatString(2), Fine: "0", Rough: "0"})
				cents += c
			}
			ok(t, orm.CreateAll(ctx, db, rows))
			mean, _ := big.NewRat(cents, 100*int64(len(list))).Float64()
			sum := big.NewRat(cents, 100).FloatString(2)
			got, err := orm.Select[float64](q.Having(orm.Avg(price).Eq(mean), orm.Sum(price).Eq(sum)), orm.Avg(price)).All(ctx)
			if err != nil || len(got) != 1 || got[0] != mean {
				have, _ := orm.Select[string](q, orm.Sum(price)).Get(ctx)
				t.Errorf("%v: mean %v, want %v, %v; sum %s, want %s", list, got, mean, err, have, sum)
			}
		}
		_, err := q.Every().Delete(ctx)
		ok(t, err)
		none, err := orm.Select[*float64](q, orm.Avg(price)).Get(ctx)
		if err != nil || none != nil {
			t.Errorf("the mean of nothing: %v, %v", none, err)
		}
		const n = 30_000
		rows := make([]priced, n)
		for i := range rows {
			rows[i] = priced{Price: "0.10", Fine: "0", Rough: "0"}
		}
		ok(t, orm.CreateAll(ctx, db, rows))
		tenth, err := orm.Select[float64](q.Having(orm.Sum(price).Eq(fmt.Sprint(n/10))), orm.Avg(price).Where(price.Gt("0"))).All(ctx)
		if err != nil || len(tenth) != 1 || tenth[0] != 0.1 {
			t.Errorf("many: %v, %v", tenth, err)
		}
	})
}
