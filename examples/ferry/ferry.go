package main

import (
	"net/http"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/middleware"
)

var timetablePage = templates.Page[timetable]("ferry.html")

// timetable is what the page shows.
type timetable struct {
	Day        civil.Date
	Asked      string // what the visitor typed for the day
	Problem    string // what is wrong with it
	Departures []departure
	Skipped    []civil.Clock // times of day that clocks skip on the day
	Zone       string
	Zones      []string
}

// departure is one crossing.
type departure struct {
	At    time.Time
	Seats int
	Price string // in euros
	Stops []string
}

// Ferry is the module with the timetable.
type Ferry struct{ module.Base }

// Name returns "ferry".
func (f *Ferry) Name() string { return "ferry" }

// Pages lists the pages.
func (f *Ferry) Pages() []templates.Checked { return []templates.Checked{timetablePage, bookingPage} }

// Forms lists the form of a booking.
func (f *Ferry) Forms() []forms.Checked { return []forms.Checked{bookingForm} }

// Routes declares the page, and what its menus post to.
func (f *Ferry) Routes(r *web.Router) {
	r.Get("/", f.timetable).Name("timetable")
	r.Post("/language/", f.chooseLanguage).Name("language")
	r.Post("/zone/", f.chooseZone).Name("zone")
	f.bookingRoutes(r)
}

// timetable shows the crossings of a day, which the visitor may type.
func (f *Ferry) timetable(w http.ResponseWriter, r *http.Request) error {
	lang, port := i18n.From(r.Context()), f.port()
	d := timetable{
		Day: civil.DateOf(f.Now().In(port)), Asked: web.Query(r).String("day", ""),
		Zone:  i18n.Zone(r.Context()).String(),
		Zones: []string{"UTC", "Europe/Rome", "America/New_York", "Asia/Riyadh"},
	}
	// snippet: day
	if d.Asked != "" {
		day, err := lang.ParseDate(d.Asked)
		if err != nil {
			d.Problem = fault.MessageIn(err, lang.T)
		} else {
			d.Day = day
		}
	}
	// end snippet
	for i, clock := range []civil.Clock{civil.NewClock(2, 30, 0, 0), civil.NewClock(9, 0, 0, 0), civil.NewClock(17, 15, 0, 0)} {
		moments := d.Day.Moments(clock, port)
		if len(moments) == 0 {
			d.Skipped = append(d.Skipped, clock)
			continue
		}
		d.Departures = append(d.Departures, departure{
			At: moments[0], Seats: []int{1, 2, 1240}[i], Price: "48.5", Stops: []string{"Ischia", "Procida", "Capri"}[:i+1],
		})
	}
	return f.Render(w, r, timetablePage.Data(d))
}

// port returns the zone of the port.
func (f *Ferry) port() *time.Location {
	loc, err := f.Zone("Europe/Rome")
	if err != nil {
		return time.UTC // a machine without the database of zones
	}
	return loc
}

// snippet: choose

func (f *Ferry) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	form := web.Form(r).Required("lang")
	l := f.Texts.Language(form.String("lang", ""))
	if err := form.Err(); err != nil {
		return err
	}
	if l == nil {
		return fault.New(fault.NotFound, "The site is not in that language.")
	}
	middleware.SetLanguage(w, r, l)
	return f.back(w, r)
}

func (f *Ferry) chooseZone(w http.ResponseWriter, r *http.Request) error {
	if err := middleware.SetZone(w, r, web.Form(r).String("zone", "")); err != nil {
		return err
	}
	return f.back(w, r)
}

// end snippet

func (f *Ferry) back(w http.ResponseWriter, r *http.Request) error {
	to, err := f.URL("ferry:timetable")
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}
