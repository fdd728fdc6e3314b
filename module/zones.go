package module

import (
	"sync"
	"time"
)

// maxZones is how many zones are kept. There are some 600 names of zones, but slashes that are
// more, and on some systems letters of another case, make any number of them.
const maxZones = 1000

// zones are the time zones that were asked for.
type zones struct {
	mu     sync.RWMutex
	byName map[string]*time.Location
}

// Zone returns the time zone of a name of the IANA database, such as
// "Europe/Rome"; "" and "UTC" are UTC. It reads each of the first 1,000 zones once, which
// [time.LoadLocation] does each time it is called: some 12 microseconds. The error
// is that of LoadLocation. "Local" is the zone of the machine.
func (h *Host) Zone(name string) (*time.Location, error) {
	if h.zones == nil { // a Host that NewHost has not made
		return time.LoadLocation(name)
	}
	h.zones.mu.RLock()
	loc := h.zones.byName[name]
	h.zones.mu.RUnlock()
	if loc != nil {
		return loc, nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, err
	}
	h.zones.mu.Lock()
	defer h.zones.mu.Unlock()
	if h.zones.byName == nil {
		h.zones.byName = map[string]*time.Location{}
	}
	if len(h.zones.byName) < maxZones {
		h.zones.byName[name] = loc
	}
	return loc, nil
}
