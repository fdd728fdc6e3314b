package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/volaweb/vola/volatest"
	"github.com/volaweb/vola/volatest/chromium"
	"github.com/volaweb/vola/web/webtest"
)

// start starts the site on the morning of a day.
func start(t *testing.T) *volatest.Client {
	t.Helper()
	now := time.Date(2026, 11, 30, 8, 15, 0, 0, time.UTC)
	return volatest.Start(t, site(), volatest.Options{Now: func() time.Time { return now }})
}

// TestLanguages shows the timetable to browsers that ask for languages.
func TestLanguages(t *testing.T) {
	t.Parallel()
	c := start(t)
	for accept, want := range map[string][]string{
		"":            {"en-GB", "ltr", "Monday, 30 November 2026", "1,240 seats left", "€48.50", "in 8 hours", "Ischia, Procida and Capri", "33.5 kilometres"},
		"fr":          {"en-GB", "ltr", "Monday, 30 November 2026", "1,240 seats left", "€48.50", "in 8 hours", "Ischia, Procida and Capri", "33.5 kilometres"},
		"de-CH":       {"de", "ltr", "Montag, 30. November 2026", "noch 1.240 Plätze frei", "48,50 €", "in 8 Stunden", "Ischia, Procida und Capri", "33,5 Kilometer"},
		"ar-EG,en":    {"ar", "rtl", "الاثنين، 30 نوفمبر 2026", "بقي 1,240 مقعدًا", "48.50 €", "خلال 8 ساعات", "\u2068Procida\u2069", "33.5 كيلومتر"},
		"x,,;q=é\x00": {"en-GB", "ltr", "Monday, 30 November 2026"},
	} {
		c.Header = http.Header{"Accept-Language": {accept}}
		p := c.Get("/").WantStatus(200).WantAttr("html", "lang", want[0]).WantAttr("html", "dir", want[1])
		body := strings.ReplaceAll(strings.ReplaceAll(p.Body, "\u00a0", " "), "\u200f", "")
		for _, part := range want[2:] {
			if !strings.Contains(body, part) {
				t.Errorf("%q: the page lacks %q\n%s", accept, part, body)
			}
		}
	}
}

// TestChoices are kept by cookies, in the language and zone of which all is shown.
func TestChoices(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.Get("/").WantText("li:first-child time", "01:30")
	c.Post("/language/", webtest.Values{"lang": "de"}).WantRedirect("/")
	c.Post("/zone/", webtest.Values{"zone": "America/New_York"}).WantRedirect("/")
	c.Get("/").WantText("h1", "Fähren zu den Inseln").WantText("li:first-child time", "20:30").WantContains(".meta", "America/New_York")
	c.Post("/language/", webtest.Values{"lang": "tlh"}).WantStatus(404).WantBody("Die Website gibt es nicht in dieser Sprache.")
	c.Post("/language/", webtest.Values{}).WantStatus(400)
	c.Post("/zone/", webtest.Values{"zone": "Mars/Olympus"}).WantStatus(400).WantBody("Diese Zeitzone gibt es nicht.")
}

// TestDays reads a day as the visitor's language writes it. A time that clocks skip has no
// ferry, and one that they show twice has the first.
func TestDays(t *testing.T) {
	t.Parallel()
	c := start(t)
	get := func(lang, day string) *webtest.Response {
		c.Header = http.Header{"Accept-Language": {lang}}
		return c.Get("/?day=" + day).WantStatus(200)
	}
	get("de", "29.03.2026").WantText(".lead", "Sonntag, 29. März 2026").WantCount("ol li", 2).WantContains(".note", "Um 02:30 fährt keine Fähre")
	get("en", "25/10/2026").WantText(".lead", "Sunday, 25 October 2026").WantAttr("li:first-child time", "datetime", "2026-10-25T02:30+02:00")
	get("en", "2026-12-24").WantText(".lead", "Thursday, 24 December 2026").WantCount(".note", 0)
	get("de", "31.02.2026").WantText(".problem", "Geben Sie ein Datum ein, zum Beispiel 30.11.26 oder 2026-11-30.").WantAttr("#day", "value", "31.02.2026")
	get("ar", "%d9%a1").WantCount(".problem", 1).WantAttr("#day", "aria-invalid", "true")
	get("en", strings.Repeat("9", 5000)).WantCount(".problem", 1)
}

// TestBooking fills in the form, with mistakes first. The values stay.
func TestBooking(t *testing.T) {
	t.Parallel()
	c := start(t)
	page := c.Get("/book/").WantStatus(200).WantAttr("#field-email", "aria-describedby", "field-email-help").WantCount("[required]", 6)
	form := page.Form("Book").WantErrors().WantValue("Day", "2026-11-30").WantValue("Class", "On deck").WantValue("What do you bring?")
	page = form.Fill("Your name", `"><script>`).Fill("Email address", "x").Fill("Day", "").Fill("Seats", "21").Choose("What do you bring?", "A dog").
		Fill("Anything we should know?", "</textarea>").Submit().WantStatus(422).WantCount("script", 0)
	form = page.Form("Book").WantErrors("Email address: Write an email address, such as name@example.org.", "Day: Fill in this field.",
		"Seats: The most that is possible is 20.", "Where do you get off? Choose one of the options.", "I have read the rules. Tick this box to go on.").
		WantError("Seats", "The most that is possible is 20.").WantError("I have read the rules.", "Tick this box to go on.").
		WantValue("Your name", `"><script>`).WantValue("Anything we should know?", "</textarea>").WantValue("What do you bring?", "A dog")
	form.Fill("Your name", "Ann").Fill("Email address", "ann@example.org").Fill("Day", "2026-12-31").Fill("Seats", "9").Fill("Anything we should know?", "")
	page = form.Choose("Class", "In the saloon").Choose("Where do you get off?", "Capri").Choose("What do you bring?").Check("I have read the rules.").Submit()
	form = page.WantStatus(422).Form("Book").WantErrors("Anything we should know? Tell us who travels in a group of 9.").WantValue("Day", "2026-12-31")
	form.Fill("Anything we should know?", "A school").Submit().WantStatus(200).
		WantText("[role=status]", "9 seats to Capri on Thursday, 31 December 2026 are booked for Ann.")
}

// TestBookingInGerman sends what no browser would.
func TestBookingInGerman(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.Header = http.Header{"Accept-Language": {"de"}}
	nasty := `"><script>alert(1)</script>`
	wrong := webtest.Values{"name": nasty, "email": "x", "day": "31.12.26", "seats": "21", "class": "yacht", "stop": nasty, "extra": "dog", "note": "</textarea>" + nasty, "admin": "1"}
	c.Post("/book/", wrong).WantStatus(422).WantText("h2", "Etwas stimmt noch nicht").WantCount(".form-errors a", 5).WantCount("script", 0).
		Form("Buchen").WantValue("Ihr Name", nasty).WantError("Plätze", "Das Höchste ist 20.")
	c.Post("/book/", webtest.Values{"day": "31.12."}).WantStatus(422).WantAttr("#field-day", "type", "text").
		Form("Buchen").WantValue("Tag", "31.12.").WantError("Wo steigen Sie aus?", "Wählen Sie eine der Möglichkeiten.")
	right := webtest.Values{"name": "Ann", "email": "ann@example.org", "day": "31.12.2026", "seats": "9", "class": "saloon", "stop": "Capri", "rules": "on"}
	c.Post("/book/", right).WantStatus(422).WantAttr("#field-day", "type", "date").
		Form("Buchen").WantValue("Tag", "2026-12-31").WantErrors("Was sollten wir noch wissen? Sagen Sie uns, wer in einer Gruppe von 9 reist.")
	right["note"] = "A school"
	c.Post("/book/", right).WantStatus(200).WantText("[role=status]", "9 Plätze nach Capri am Donnerstag, 31. Dezember 2026 sind für Ann gebucht.")
}

// TestInABrowser looks at the page as a browser lays it out: in Arabic the times are on the
// right.
func TestInABrowser(t *testing.T) {
	ctx := chromium.Start(t)
	server := httptest.NewServer(start(t).Site)
	defer server.Close()
	for lang, right := range map[string]bool{"en": false, "de": false, "ar": true} {
		agent := emulation.SetUserAgentOverrideParams{UserAgent: "test", AcceptLanguage: lang}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 900)); err != nil {
			t.Fatal(err)
		}
		if _, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, agent); err != nil {
			t.Fatal(err)
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/")); err != nil {
			t.Fatal(err)
		}
		found, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[
			document.querySelector("li time").getBoundingClientRect().left > innerWidth / 2,
			document.documentElement.scrollWidth <= innerWidth,
		].join(" ")`))
		if want := fmt.Sprint(right, " true"); err != nil || found != want {
			t.Errorf("%s: times on the right, and no wider than the screen: %s, want %s (%v)", lang, found, want, err)
		}
	}
}
