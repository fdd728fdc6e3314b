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
	c.Header = http.Header{"Accept-Language": {"de"}}
	form := c.Get("/book/").WantStatus(200).WantAttr("#field-day", "value", "2026-11-30").WantAttr("#field-email", "aria-describedby", "field-email-help").
		WantText("label[for=field-name]", "Ihr Name").WantCount("[required]", 6).WantCount(".form-errors", 0)
	if labels := len(form.Texts("label")); labels < 10 {
		t.Errorf("%d labels", labels)
	}
	nasty := `"><script>alert(1)</script>`
	wrong := webtest.Values{"name": nasty, "email": "x", "day": "31.12.26", "seats": "21", "class": "yacht", "stop": nasty, "extra": "dog", "note": "</textarea>" + nasty, "admin": "1"}
	p := c.Post("/book/", wrong).WantStatus(422).WantText("h2", "Etwas stimmt noch nicht").WantCount(".form-errors a", 5).
		WantAttr("#field-name", "value", nasty).WantAttr("#field-email", "aria-describedby", "field-email-help field-email-error").
		WantAttr("#field-email", "aria-invalid", "true").WantText("#field-seats-error", "Fehler: Das Höchste ist 20.").
		WantText("#field-rules-error", "Fehler: Setzen Sie dieses Häkchen, um fortzufahren.").WantCount("#field-extra-1[checked]", 1).WantCount("script", 0)
	for _, link := range p.Texts(".form-errors a") {
		if !strings.Contains(link, ": ") {
			t.Errorf("the link %q does not name its field", link)
		}
	}
	right := webtest.Values{"name": "Ann", "email": "ann@example.org", "day": "31.12.2026", "seats": "9", "class": "saloon", "stop": "Capri", "rules": "on"}
	c.Post("/book/", webtest.Values{"day": "31.12."}).WantStatus(422).WantAttr("#field-day", "type", "text").WantAttr("#field-day", "value", "31.12.").
		WantText("#field-stop-error", "Fehler: Wählen Sie eine der Möglichkeiten.")
	c.Post("/book/", right).WantStatus(422).WantAttr("#field-day", "type", "date").WantAttr("#field-day", "value", "2026-12-31").WantText("#field-note-error", "Fehler: Sagen Sie uns, wer in einer Gruppe von 9 reist.")
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
