package sqlite

import (
	"database/sql/driver"
	"fmt"
	"math"
	"math/big"
	"strconv"

	engine "modernc.org/sqlite"
)

// Sums and means of decimals are exact: SQLite's own add floats, whose errors
// add up. They are called as
//
//	vola_sum(value, places)
//	vola_avg(value, places)
//
// where most values have no more than so many places. A sum has the form in
// which a decimal of the column is stored; one of more than 15 digits is the
// nearest float, and refused when it is read. A mean is the nearest float.
const (
	sumFunction = "vola_sum"
	avgFunction = "vola_avg"
)

func registerSums(d *engine.Driver) error {
	for _, mean := range [...]bool{false, true} {
		name := sumFunction
		if mean {
			name = avgFunction
		}
		err := d.RegisterFunction(name, &engine.FunctionImpl{
			NArgs: 2, Deterministic: true, VolatileArgs: true,
			MakeAggregate: func(engine.FunctionContext) (engine.AggregateFunction, error) { return &exactSum{mean: mean}, nil },
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// exactSum adds decimals.
type exactSum struct {
	mean   bool
	n      int64 // how many
	places int
	units  int64    // the sum in units of the last place
	over   *big.Int // what no longer went into units
	rest   *big.Rat // values with more places
}

func (s *exactSum) Step(_ *engine.FunctionContext, args []driver.Value) error {
	return s.add(args, 1)
}

func (s *exactSum) WindowInverse(_ *engine.FunctionContext, args []driver.Value) error {
	return s.add(args, -1)
}

func (s *exactSum) add(args []driver.Value, sign int64) error {
	if args[0] == nil {
		return nil
	}
	places, _ := args[1].(int64)
	s.places = int(places)
	s.n += sign
	if units, ok := inUnits(args[0], s.places); ok {
		units *= sign
		sum := s.units + units
		if (sum > s.units) == (units > 0) || units == 0 {
			s.units = sum
			return nil
		}
		if s.over == nil {
			s.over = new(big.Int)
		}
		s.over.Add(s.over, big.NewInt(s.units))
		s.units = units
		return nil
	}
	text, err := plainDecimal(args[0])
	if err != nil {
		return err
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return fmt.Errorf("%.40q is no decimal number", text)
	}
	if s.rest == nil {
		s.rest = new(big.Rat)
	}
	if sign < 0 {
		r.Neg(r)
	}
	s.rest.Add(s.rest, r)
	return nil
}

// inUnits returns a value in units of the last place, if it has no more than so
// many places and not too many digits.
func inUnits(v driver.Value, places int) (int64, bool) {
	if places > floatDigits {
		return 0, false
	}
	power := pow10(places)
	switch v := v.(type) {
	case int64:
		n := v * power
		return n, n/power == v
	case float64:
		units := math.Round(v * float64(power))
		// Both numbers of the division are exact, so that it gives the float
		// that is nearest to the decimal.
		return int64(units), math.Abs(units) < 1e15 && units/float64(power) == v
	}
	return 0, false
}

func pow10(n int) int64 {
	out := int64(1)
	for range n {
		out *= 10
	}
	return out
}

// WindowValue returns the sum or the mean so far.
func (s *exactSum) WindowValue(*engine.FunctionContext) (driver.Value, error) {
	if s.n == 0 {
		if s.mean {
			return nil, nil
		}
		return int64(0), nil
	}
	units := big.NewInt(s.units)
	if s.over != nil {
		units.Add(units, s.over)
	}
	sum := new(big.Rat).SetFrac(units, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(s.places)), nil))
	if s.rest != nil {
		sum.Add(sum, s.rest)
	}
	if s.mean {
		sum.Quo(sum, new(big.Rat).SetInt64(s.n))
	} else if sum.IsInt() && sum.Num().IsInt64() {
		return sum.Num().Int64(), nil
	} else {
		return strconv.ParseFloat(sum.FloatString(s.places), 64)
	}
	f, _ := sum.Float64()
	return f, nil
}

func (s *exactSum) Final(*engine.FunctionContext) {}
