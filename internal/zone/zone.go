// Package zone finds the moments at which days begin where clocks change at
// midnight. Both databases give them alike by it.
package zone

import "time"

// around is how far before and after a midnight of UTC that of any zone lies, and
// a change of clocks that concerns it.
const around = 50 * time.Hour

// Begin returns the first moment at which clocks in the zone show the date, or a
// later one where they skip it. It is not always midnight: in Santiago the day
// on which the summer time begins begins at 01:00. Where clocks show midnight
// twice it is the first time. Month and day are normalized as time.Date does.
func Begin(year int, month time.Month, day int, loc *time.Location) time.Time {
	// What the clocks show is kept as if they were of UTC.
	clock := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	from, to := clock.Add(-around), clock.Add(around)
	before := offset(from, loc)
	if t := clock.Add(-before); offset(to, loc) == before && offset(t, loc) == before && offset(t.Add(-26*time.Hour), loc) == before {
		return t.In(loc)
	}
	for {
		end := next(from, to, loc)
		if t := clock.Add(-offset(from, loc)); t.Before(end) {
			if t.Before(from) { // the clocks skipped it
				t = from
			}
			return t.In(loc)
		}
		from = end
	}
}

// offset returns what clocks in the zone show more than those of UTC.
func offset(t time.Time, loc *time.Location) time.Duration {
	_, seconds := t.In(loc).Zone()
	return time.Duration(seconds) * time.Second
}

// next returns the first moment after from at which the offset changes, and to
// when it does not change before. It is looked for by the hour:
// time.Time.ZoneBounds is wrong in some years.
func next(from, to time.Time, loc *time.Location) time.Time {
	for t := from; t.Before(to); t = t.Add(time.Hour) {
		if offset(t.Add(time.Hour), loc) != offset(t, loc) {
			return change(t, t.Add(time.Hour), loc)
		}
	}
	return to.Add(around)
}

// change returns when the offset changes between two moments, to the second.
func change(low, high time.Time, loc *time.Location) time.Time {
	before := offset(low, loc)
	for high.Sub(low) > time.Second {
		middle := low.Add(high.Sub(low).Truncate(2*time.Second) / 2)
		if !middle.After(low) {
			middle = low.Add(time.Second)
		}
		if offset(middle, loc) == before {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// Unusual is a date that does not begin at the one moment at which clocks show
// its midnight.
type Unusual struct {
	// Begin is when it begins, as [Begin] says.
	Begin time.Time
	// Other is the moment that is midnight by the offset after the change where
	// clocks show it twice, and by the offset before where they never do.
	Other time.Time
	// Twice says that clocks show midnight twice.
	Twice bool
}

// UnusualDates returns the dates of a zone that do not begin at their midnight,
// or not at the only one, but for those where the two moments of [Unusual] are
// the same. It takes some milliseconds. It looks at the years 1830 to 2109:
// there were no zones before, and rules for all further years are in force long
// before their end.
func UnusualDates(loc *time.Location) []Unusual {
	const day = 24 * time.Hour
	var out []Unusual
	end := time.Date(2110, 1, 1, 0, 0, 0, 0, time.UTC)
	for t := time.Date(1830, 1, 1, 0, 0, 0, 0, time.UTC); t.Before(end); t = t.Add(day) {
		old, now := offset(t, loc), offset(t.Add(day), loc)
		if old == now {
			continue
		}
		at := change(t, t.Add(day), loc)
		low, high := at.Add(min(old, now)), at.Add(max(old, now)) // what clocks show, twice or never
		midnight := low.Truncate(day)
		if midnight.Before(low) {
			midnight = midnight.Add(day)
		}
		for ; midnight.Before(high); midnight = midnight.Add(day) {
			u := Unusual{Begin: at, Other: midnight.Add(-old)}
			if now < old {
				u = Unusual{Begin: midnight.Add(-old), Other: midnight.Add(-now), Twice: true}
			}
			if !u.Begin.Equal(u.Other) {
				out = append(out, u)
			}
		}
	}
	return out
}
