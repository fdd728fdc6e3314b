// Package webtest drives a handler as a browser would, in process and without
// a socket, and checks the pages that come back:
//
//	c := webtest.New(t, handler)
//	page := c.Get("/blog/")
//	page.WantStatus(200).WantText("h1", "Blog").WantCount("article.post", 10)
//	page.Click("a.next").WantStatus(200)
//	page.Submit("form#comment", webtest.Values{"name": "Ann"}).WantRedirect("/blog/")
//
// A form is filled in as people do it, by what its labels and buttons say:
//
//	page.Form("Send").Fill("Your name", "Ann").Check("I agree.").Submit().WantStatus(303)
//
// Selectors are those of CSS. A check that fails names the request, the
// selector and what was found, and shows the nearest HTML. Checks report with
// Errorf and go on; what makes going on pointless, such as a link that is not
// there, ends the test with Fatalf.
package webtest
