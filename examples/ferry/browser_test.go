package main

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/volaweb/vola/volatest/chromium"
)

// TestBookingInABrowser books a seat in a browser, by keyboard alone, in three languages, one
// of them written from right to left.
func TestBookingInABrowser(t *testing.T) {
	t.Parallel()
	ctx := chromium.Start(t)
	server := httptest.NewServer(start(t).Site)
	t.Cleanup(server.Close)
	for lang, want := range map[string]string{
		"en": "9 seats to Capri on Friday, 31 December 2027 are booked for Ann.",
		"de": "9 Plätze nach Capri am Freitag, 31. Dezember 2027 sind für Ann gebucht.",
		"ar": "Ann", // and the rest in Arabic
	} {
		t.Run(lang, func(t *testing.T) {
			agent := emulation.SetUserAgentOverrideParams{UserAgent: "test", AcceptLanguage: lang}
			if _, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, agent); err != nil {
				t.Fatal(err)
			}
			chromium.Do(ctx, t, chromedp.Navigate(server.URL+"/"))
			chromium.CheckPage(ctx, t, "ferry timetable "+lang)
			chromium.TabThrough(ctx, t)
			book(ctx, t, server.URL+"/book/", lang)
			if done := chromium.Eval[string](ctx, t, `document.querySelector("[role=status]")?.textContent ?? ""`); !strings.Contains(done, want) {
				t.Errorf("the page says %q, want %q", done, want)
			}
		})
	}
}

// book fills in the form, with errors first, and never touches the mouse.
func book(ctx context.Context, t *testing.T, url, lang string) {
	chromium.Do(ctx, t, chromedp.Navigate(url))
	chromium.CheckPage(ctx, t, "ferry booking "+lang)
	chromium.TabThrough(ctx, t)
	// Enter in a text sends the form.
	if status := chromium.Load(ctx, t, chromedp.SendKeys("#field-seats", kb.End+kb.Backspace+"99\r")); status != 422 {
		t.Errorf("status %d", status)
	}
	chromium.CheckErrors(ctx, t, 5)
	chromium.CheckPage(ctx, t, "ferry booking errors "+lang)
	chromium.TabThrough(ctx, t)

	chromium.Eval[any](ctx, t, `document.querySelector("#field-name").focus()`)
	next := func(keys ...string) {
		t.Helper()
		for _, k := range keys {
			chromium.Do(ctx, t, chromedp.KeyEvent(k))
		}
		before := chromium.Eval[string](ctx, t, `document.activeElement.name`)
		for range 8 { // a date has several places to stop at
			chromium.Do(ctx, t, chromedp.KeyEvent("\t"))
			if chromium.Eval[string](ctx, t, `document.activeElement.name`) != before {
				return
			}
		}
		t.Fatalf("the key Tab does not lead on from %s", before)
	}
	next("Ann")
	next("ann@example.org")
	// Day, month and year are in the order of the browser's language; each is one more.
	next(kb.ArrowUp, "\t", kb.ArrowUp, "\t", kb.ArrowUp)
	next(kb.End, kb.Backspace, kb.Backspace, "9")
	next(kb.ArrowDown)                            // the second radio button
	next("C")                                     // the one choice that begins so
	for _, press := range []string{"", " ", ""} { // bicycle, dog, surfboard
		if press != "" {
			chromium.Do(ctx, t, chromedp.KeyEvent(press))
		}
		chromium.Do(ctx, t, chromedp.KeyEvent("\t"))
	}
	next("A school")
	if status := chromium.Load(ctx, t, chromedp.KeyEvent(" "), chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r")); status != 200 {
		t.Errorf("status %d: %s", status, strings.Join(chromium.Eval[[]string](ctx, t, `[...document.querySelectorAll(".form-errors li")].map((e) => e.textContent)`), ", "))
	}
	chromium.CheckPage(ctx, t, "ferry booked "+lang)
}
