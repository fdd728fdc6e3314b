package webtest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/web/webtest"
)

const order = `<!doctype html>
<form method="post" enctype="multipart/form-data" novalidate>
<p><label for="title">Title</label> <input id="title" name="title" maxlength="20"></p>
<p><label for="note">Note <span class="optional">(optional)</span></label> <textarea id="note" name="note"></textarea></p>
<p><label>Size <select name="size"><option value="s">Small</option><option value="l">Large</option></select></label></p>
<fieldset><legend>Class</legend>
<label><input type="radio" name="class" value="1"> First class</label>
<label><input type="radio" name="class" value="2" checked> Second class</label></fieldset>
<fieldset><legend>Ingredient 1</legend><label>Name <input name="i-0-name"></label></fieldset>
<fieldset><legend>Ingredient 2</legend><label>Name <input name="i-1-name"></label></fieldset>
<p><label>Photo <input type="file" name="photo"></label></p>
<p><label><input type="checkbox" name="rules"> I have read the rules.</label></p>
<button>Send</button>
</form>`

// A test fills in a form by the labels that people see.
func ExampleResponse_Form() {
	test := func(t webtest.TB, c *webtest.Client) {
		// snippet: form
		form := c.Get("/order/").Form("Send")
		form.WantValue("Class", "Second class").WantErrors()
		form.Fill("Title", "Soup").Fill("Note", "hot").Choose("Size", "Large").Choose("Class", "First class")
		form.In("Ingredient 1").Fill("Name", "Salt").In("Ingredient 2").Fill("Name", "Water")
		form.Attach("Photo", webtest.File{Name: "soup.jpg", Content: "..."}).Check("I have read the rules.")
		page := form.Press("Send").WantStatus(http.StatusUnprocessableEntity)
		page.Form("Send").WantValue("Title", "Soup").WantError("Title", "This is taken already.")
		// end snippet
	}
	test(&testing.T{}, webtest.New(&testing.T{}, http.HandlerFunc(kitchen))) // in a test of your own this is the t that it gets
	// Output: class=1 i-0-name=Salt i-1-name=Water note=hot rules=on size=l title=Soup photo=soup.jpg
}

// kitchen shows the order, and refuses what is sent.
func kitchen(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		_, _ = io.WriteString(w, order)
		return
	}
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		panic(err)
	}
	for _, name := range []string{"class", "i-0-name", "i-1-name", "note", "rules", "size", "title"} {
		fmt.Print(name, "=", r.PostForm.Get(name), " ")
	}
	fmt.Println("photo=" + r.MultipartForm.File["photo"][0].Filename)
	w.WriteHeader(http.StatusUnprocessableEntity)
	_, _ = io.WriteString(w, `<form method="post"><label for="title">Title</label> <p id="title-error"><span class="hidden">Error:</span> This is taken already.</p>
<input id="title" name="title" value="Soup" aria-invalid="true" aria-describedby="title-error"><button>Send</button></form>`)
}

// tickets is a page with forms that are hard to fill in.
const tickets = `<!doctype html>
<form aria-label="Site search" action="/find"><input name=q placeholder=Search><button>Go</button></form>
<form id=lang method=post action=/lang><label for=l>Language</label><select id=l name=l><option value=en>English<option value=de selected>Deutsch</select><button>Choose</button></form>
<form id=zone method=post action=/zone><label for=z>Zone</label><select id=z name=z><option>Rome<option>Paris</select><button>Choose</button></form>
<form id=ticket method=post action="book?x=1" aria-labelledby=h>
<h2 id=h>Book</h2>
<input type=hidden name=key value=k1><input type=hidden name=_charset_>
<label for=n>Name<span aria-hidden=true>*</span></label><input id=n name=name value="Ann" dirname=dir>
<input aria-label=Mail name=mail type=email value=" a@b.example "><input title=Phone name=tel type=tel>
<label>Day <input name=day type=date value=soon></label>
<label>Text <textarea name=text>
a
b</textarea></label>
<label>Fixed <input name=fixed value=7 readonly></label>
<label>Off <input name=off value=x disabled></label>
<fieldset disabled><legend><label>Inside <input name=legend value=sent></label></legend><label>Outside <input name=outside value=x></label></fieldset>
<label>Seat <select name=seat><option value="" disabled selected>Choose a seat<option value=1>Window<optgroup label=Full disabled><option value=2>Aisle</optgroup></select></label>
<label>Deck <select name=deck size=3><option>1<option>2</select></label>
<label>Meals <select name=meal multiple><option>Soup<option selected>Rice<option selected>Pie</select></label>
<fieldset><legend>Extras <span class=optional>(if any)</span></legend><label><input type=checkbox name=extra value=dog> A dog</label><label><input type=checkbox name=extra value=bike checked> A bike</label></fieldset>
<div role=radiogroup aria-labelledby=pay><b id=pay>Payment</b><label><input type=radio name=pay value=cash checked>Cash</label><label><input type=radio name=pay value=card checked>Card</label><label><input type=radio name=pay value=shell disabled>Shells</label></div>
<fieldset><legend>Person 1</legend><label>Age <input name=age1 type=number value=x></label><button name=drop value=1>Remove</button></fieldset>
<fieldset><legend>Person 2</legend><label>Age <input name=age2 type=number></label><button name=drop value=2>Remove</button></fieldset>
<template><fieldset><legend>Person 3</legend><label>Age <input name=age3></label></fieldset></template>
<input name=bare>
<button name=do value=book>Book now</button><button name=do value=draft formaction=/draft formmethod=get>Keep a draft</button>
<input type=image name=map alt=Map><input type=submit name=s><button disabled>Never</button><button type=button>Help</button>
</form>
<label>Coupon <input form=ticket name=coupon></label>`

// shows serves a page at /tickets/, and answers elsewhere with what it was sent.
func shows(page string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/tickets/" {
			_, _ = io.WriteString(w, page)
			return
		}
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, strings.TrimSpace(r.Method+" "+r.RequestURI+" "+string(body)))
	})
}

// TestEntryList compares what a form sends with what browsers do.
func TestEntryList(t *testing.T) {
	t.Parallel()
	const begin = "POST /tickets/book?x=1 key=k1&_charset_=UTF-8&name=Ann&dir=ltr&mail=a%40b.example&tel=&day=&text=a%0D%0Ab&fixed=7&legend=sent"
	tests := []struct {
		name string
		send func(*webtest.Response) *webtest.Response
		want string
	}{
		{"as it is", func(p *webtest.Response) *webtest.Response { return p.Form("Book").Submit() },
			begin + "&meal=Rice&meal=Pie&extra=bike&pay=card&age1=&drop=1&age2=&bare=&coupon="},
		{"by a button", func(p *webtest.Response) *webtest.Response { return p.Form("Book").Press("Book now") },
			begin + "&meal=Rice&meal=Pie&extra=bike&pay=card&age1=&age2=&bare=&do=book&coupon="},
		{"all kinds", func(p *webtest.Response) *webtest.Response {
			f := p.Form("Coupon").Fill("Coupon", "c").Choose("Seat", "Window").Choose("Deck", "2").Choose("Meals", "Soup", "Pie").
				Choose("Extras", "A dog").Choose("Payment", "Cash").Check("A bike").Uncheck("A dog")
			return f.In("Person 2").Fill("Age", "9").In("Person 1").Fill("Age", "8").Press("Remove")
		}, begin + "&seat=1&deck=2&meal=Soup&meal=Pie&extra=bike&pay=cash&age1=8&drop=1&age2=9&bare=&coupon=c"},
		{"nothing chosen", func(p *webtest.Response) *webtest.Response {
			return p.Form("Book").Choose("Meals").Choose("Extras").Check("Card").Press("Book now")
		}, begin + "&pay=card&age1=&age2=&bare=&do=book&coupon="},
		{"image", func(p *webtest.Response) *webtest.Response { return p.Form("Map").Press("Map") },
			begin + "&meal=Rice&meal=Pie&extra=bike&pay=card&age1=&age2=&bare=&map.x=0&map.y=0&coupon="},
		{"input", func(p *webtest.Response) *webtest.Response { return p.Form("Map").Press("Submit") },
			begin + "&meal=Rice&meal=Pie&extra=bike&pay=card&age1=&age2=&bare=&s=&coupon="},
		{"marks", func(p *webtest.Response) *webtest.Response {
			return p.Form("Name").Fill("Name", "é").Fill("Mail", "b@c.example").Fill("Phone", "1").Fill("Day", "2026-01-31").Fill("Text", "1\n2\r\n3").Press("Book now")
		}, "POST /tickets/book?x=1 key=k1&_charset_=UTF-8&name=%C3%A9&dir=ltr&mail=b%40c.example&tel=1&day=2026-01-31&text=1%0D%0A2%0D%0A3&fixed=7&legend=sent" +
			"&meal=Rice&meal=Pie&extra=bike&pay=card&age1=&age2=&bare=&do=book&coupon="},
		{"by get", func(p *webtest.Response) *webtest.Response {
			return p.Form("Keep a draft").Choose("Meals").Press("Keep a draft")
		}, strings.Replace(begin, "POST /tickets/book?x=1 ", "GET /draft?", 1) + "&extra=bike&pay=card&age1=&age2=&bare=&do=draft&coupon="},
		{"search", func(p *webtest.Response) *webtest.Response { return p.Form("Site search").Submit() }, "GET /find?q="},
		{"of two with a button", func(p *webtest.Response) *webtest.Response {
			return p.Form("Zone").Choose("Zone", "Paris").Press("Choose")
		}, "POST /zone z=Paris"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, tt.send(webtest.New(t, shows(tickets)).Get("/tickets/")).Body); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// TestEncodings sends a form as each of the encodings has it.
func TestEncodings(t *testing.T) {
	t.Parallel()
	const fields = `<form action=/ method=post enctype=%s><input name="a&#10;b" value="1"><label>Text <textarea name=t>x</textarea></label>
<label>Files <input type=file name=f multiple></label><button formenctype="%s">Send</button></form>`
	send := func(outer, inner string, files ...webtest.File) string {
		p := webtest.New(t, shows(fmt.Sprintf(fields, outer, inner))).Get("/tickets/").Form("").Fill("Text", "1\n2").Attach("Files", files...).Submit()
		_, boundary, _ := strings.Cut(p.Request.Header.Get("Content-Type"), "boundary=")
		if boundary != "" {
			return strings.ReplaceAll(strings.ReplaceAll(p.Body, boundary, "B"), "\r\n", "|")
		}
		return strings.ReplaceAll(p.Body, "\r\n", "|")
	}
	for _, tt := range []struct{ got, want string }{
		{send("x", "x"), "POST / a%0D%0Ab=1&t=1%0D%0A2&f="},
		{send("multipart/form-data", "text/plain"), "POST / a|b=1|t=1|2|f="},
		{send("text/plain", "Multipart/Form-Data"), `POST / --B|Content-Disposition: form-data; name="a%0D%0Ab"||1|--B|Content-Disposition: form-data; name="t"||1|2|` +
			`--B|Content-Disposition: form-data; name="f"; filename=""|Content-Type: application/octet-stream|||--B--`},
		{send("x", "multipart/form-data", webtest.File{Name: "a", Content: "1"}, webtest.File{Name: "b", Type: "text/csv", Content: "2"}),
			`POST / --B|Content-Disposition: form-data; name="a%0D%0Ab"||1|--B|Content-Disposition: form-data; name="t"||1|2|` +
				`--B|Content-Disposition: form-data; name="f"; filename="a"|Content-Type: application/octet-stream||1|` +
				`--B|Content-Disposition: form-data; name="f"; filename="b"|Content-Type: text/csv||2|--B--`},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Error(diff)
		}
	}
}

// odd is a page with a base, labels of several lines, one in a template, radio
// buttons of several names in one group, and groups in groups.
const odd = `<!doctype html><base href="/there/"><template><label for=a>Ghost</label><input id=a></template>
<form action=go method=post><label for=a><div>Your</div>name<br>here <b>n</b>ow</label><input id=a name=a>
<fieldset><legend>Rows</legend><label><input type=radio name=r1 value=1 checked>One</label><label><input type=radio name=r2 value=2>Two</label><label><input type=checkbox name=c checked>Tick</label></fieldset>
<fieldset><legend>Home</legend><fieldset><legend>Address</legend><label>City <input name=home></label></fieldset></fieldset>
<fieldset><legend>Work</legend><fieldset><legend>Address</legend><label>City <input name=work></label></fieldset></fieldset>
<label>Off <select name=off disabled><option>x</select></label><label>Out <input value=y disabled></label><label><input type=checkbox disabled checked>Old</label>
</form><a href=away>Away</a>`

func TestOddForms(t *testing.T) {
	t.Parallel()
	c := webtest.New(t, shows(odd))
	f := c.Get("/tickets/").Form("Your name here now").Fill("Your name here now", "x").Choose("Rows", "Two")
	f.WantValue("Rows", "One", "Two").WantChecked("Tick", true).WantValue("Off", "x").WantValue("Out", "y").WantChecked("Old", true)
	f = f.In("Work").In("Address").Fill("City", "w").In("Home").In("Address").Fill("City", "h")
	if got, want := f.Submit().Body, "POST /there/go a=x&r1=1&r2=2&c=on&home=h&work=w"; got != want {
		t.Errorf("sent %s, want %s", got, want)
	}
	if got, want := c.Get("/tickets/").Click("a").Body, "GET /there/away"; got != want {
		t.Errorf("clicked %s, want %s", got, want)
	}
	for name, do := range map[string]func(f *webtest.Form){
		"Ghost": func(f *webtest.Form) { f.Fill("Ghost", "x") },
		"City":  func(f *webtest.Form) { f.In("Home").In("Work").Fill("City", "x").In("Address") },
	} {
		if s := watch(shows(odd), func(c *webtest.Client) { do(c.Get("/tickets/").Form("")) }); (name == "Ghost") != strings.Contains(s.fatal, "has no field") {
			t.Errorf("%s: %q", name, s.fatal)
		}
	}
}

// rows is a form as package forms shows one with rows, after an error.
const rows = `<!doctype html>
<form method=post action=/x><button class=hidden tabindex=-1 aria-hidden=true></button><input type=hidden name=form_key value=k>
<div role=alert><ul><li><a href="#row-2">Ingredient 2: It is there twice.</a></li><li><a href="#class">Class: Choose one.</a></li></ul></div>
<label for=t>Title</label><input id=t name=t aria-invalid=true aria-errormessage=te><p id=te>Too short.</p>
<fieldset id=class aria-invalid=true><legend>Class</legend><p id=ce>Choose one.</p><label><input type=radio name=c aria-invalid=true aria-describedby=ce>First</label></fieldset>
<fieldset id=rows><legend>Ingredients</legend>
<fieldset id=row-1><legend>Ingredient 1</legend><input type=hidden name=i value=1><label>Name <input name=i.1.name value=Salt></label><label><input type=checkbox name=i.1.fresh> Fresh</label>
<button name=i.remove value=1>Remove<span class=hidden>: Ingredient 1</span></button></fieldset>
<fieldset id=row-2 aria-describedby=row-2-error><legend>Ingredient 2</legend><input type=hidden name=i value=2><p id=row-2-error><span class=hidden>Error:</span> It is there twice.</p>
<label>Name <input name=i.2.name value=Salt></label><label><input type=checkbox name=i.2.fresh> Fresh</label><button name=i.remove value=2>Remove<span class=hidden>: Ingredient 2</span></button></fieldset>
<button name=i.add value=1>Add one more</button>
<template><fieldset id=row-1><legend>Ingredient 3</legend><p role=alert>x</p><form><button>Save</button></form></fieldset></template>
</fieldset><button><img src=x alt=Save></button></form>
<form><p role=alert>Of another form</p><button>Other</button></form>
<form action=/x><datalist><input name=list></datalist><label for=twin>Twin</label><input id=twin name=first><input id=twin name=second>
<label>Two <input name=a disabled></label><label>Two <input name=b></label><button>Odd</button></form>`

func TestRowsOfForms(t *testing.T) {
	t.Parallel()
	page := webtest.New(t, shows(rows)).Get("/tickets/")
	form := func() *webtest.Form { return page.Form("Save") }
	form().WantErrors("Ingredient 2: It is there twice.", "Class: Choose one.").WantError("Ingredient 2", "It is there twice.").WantError("Title", "Too short.").
		WantError("Class", "Choose one.").In("Ingredients").WantError("Ingredient 2", "It is there twice.").In("Ingredient 1").WantValue("Name", "Salt")
	for _, tt := range []struct{ got, want string }{
		{form().In("Ingredient 2").Fill("Name", "Oil").Check("Fresh").Submit().Body, "POST /x form_key=k&t=&i=1&i.1.name=Salt&i=2&i.2.name=Oil&i.2.fresh=on"},
		{form().In("Ingredient 2").Press("Remove").Body, "POST /x form_key=k&t=&i=1&i.1.name=Salt&i=2&i.2.name=Salt&i.remove=2"},
		{form().Press("Remove: Ingredient 1").Body, "POST /x form_key=k&t=&i=1&i.1.name=Salt&i.remove=1&i=2&i.2.name=Salt"},
		{form().In("Ingredient 1").Press("Add one more").Body, "POST /x form_key=k&t=&i=1&i.1.name=Salt&i=2&i.2.name=Salt&i.add=1"},
		{page.Form("Odd").Fill("Twin", "x").Fill("Two", "y").Submit().Body, "GET /x?first=x&second=&b=y"},
	} {
		if tt.got != tt.want {
			t.Errorf("sent %s, want %s", tt.got, tt.want)
		}
	}
	s := watch(shows(rows), func(c *webtest.Client) { c.Get("/tickets/").Form("").Fill("x", "y") })
	if want := `the page has 3 forms; name a button or a field of one: "Remove", "Other", "Odd"`; !strings.HasSuffix(s.fatal, want) {
		t.Errorf("%q, want %q", s.fatal, want)
	}
	s = watch(shows(rows), func(c *webtest.Client) { c.Get("/tickets/").Form("Save").Fill("Titel", "y") })
	if want := `has no field "Titel"; it has Title, Class, Name, Fresh`; !strings.HasSuffix(s.fatal, want) {
		t.Errorf("%q, want %q", s.fatal, want)
	}
	s = watch(shows(rows), func(c *webtest.Client) { c.Get("/tickets/").Form("Save").WantErrors() })
	if all := strings.Join(s.errors, "\n"); !strings.Contains(all, `"Title" of the form "Save" has aria-invalid`) || !strings.Contains(all, `the group "Class" of the form "Save" has aria-invalid`) {
		t.Errorf("%q", all)
	}
}

// TestFormsThatCannotBeFilledIn reads the messages.
func TestFormsThatCannotBeFilledIn(t *testing.T) {
	t.Parallel()
	book := func(do func(f *webtest.Form)) func(*webtest.Response) {
		return func(p *webtest.Response) { do(p.Form("Book")) }
	}
	const has = "Name, Mail, Phone, Day, Text, Fixed, Off, Inside, Outside, Seat, Deck, Meals, Extras, Payment, Age, Coupon, and 1 without a label (\"bare\")"
	tests := []struct {
		name string
		do   func(*webtest.Response)
		want string
	}{
		{"no form", func(p *webtest.Response) { p.Form("Sing") }, `GET /tickets/: no form of the page has the name, the button or the field "Sing"; it has "Site search", "Choose", "Book"`},
		{"any form", func(p *webtest.Response) { p.Form("") }, `the page has 4 forms; name a button or a field of one: "Site search", "Choose", "Book"`},
		{"two forms", func(p *webtest.Response) { p.Form("Choose") }, `2 forms of the page have "Choose"; name what only one has`},
		{"in a template", func(p *webtest.Response) { p.Form("Person 3") }, `no form of the page has`},
		{"field", book(func(f *webtest.Form) { f.Fill("Titel", "x") }), `the form "Book" has no field "Titel"; it has ` + has},
		{"placeholder", func(p *webtest.Response) { p.Form("Go").Fill("Search", "x") }, `the form "Go" has no field "Search"; it has 1 without a label ("q")`},
		{"field of a group", book(func(f *webtest.Form) { f.In("Person 1").Fill("Name", "x") }), `the group "Person 1" of the form "Book" has no field "Name"; it has Age`},
		{"two fields", book(func(f *webtest.Form) { f.Fill("Age", "1") }), `the form "Book" has 2 fields "Age"; enter the group of one with In: Person 1, Person 2`},
		{"group", book(func(f *webtest.Form) { f.In("Person 3") }), `has no group "Person 3"; it has Inside, Extras, Payment, Person 1, Person 2`},
		{"select", book(func(f *webtest.Form) { f.Fill("Seat", "1") }), `the field "Seat" of the form "Book" is a list to choose from; use Choose`},
		{"text", book(func(f *webtest.Form) { f.Check("Name") }), `the field "Name" of the form "Book" is a text; use Fill`},
		{"choose a text", book(func(f *webtest.Form) { f.Choose("Name", "x") }), `the field "Name" of the form "Book" is a text; use Fill`},
		{"boxes", book(func(f *webtest.Form) { f.Fill("Extras", "x") }), `"Extras" in the form "Book" is a group to choose from; use Choose`},
		{"radio", book(func(f *webtest.Form) { f.Uncheck("Cash") }), `is a radio button; use Check or Choose`},
		{"disabled", book(func(f *webtest.Form) { f.Fill("Off", "x") }), `the field "Off" of the form "Book" is disabled`},
		{"in a disabled group", book(func(f *webtest.Form) { f.Fill("Outside", "x") }), `the field "Outside" of the form "Book" is disabled`},
		{"read only", book(func(f *webtest.Form) { f.Fill("Fixed", "x") }), `the field "Fixed" of the form "Book" can only be read`},
		{"date", book(func(f *webtest.Form) { f.Fill("Day", "31.1.2026") }), `takes a date such as 2026-01-31, and "31.1.2026" is not; Client.Post sends anything`},
		{"number", func(p *webtest.Response) { p.Form("Book").In("Person 1").Fill("Age", "nine") }, `takes a number such as 1.5, and "nine" is not`},
		{"lines", book(func(f *webtest.Form) { f.Fill("Name", "a\nb") }), `takes a text of one line`},
		{"option", book(func(f *webtest.Form) { f.Choose("Seat", "Roof") }), `"Seat" in the form "Book" has no "Roof"; it has Choose a seat, Window, Aisle`},
		{"disabled option", book(func(f *webtest.Form) { f.Choose("Seat", "Aisle") }), `"Aisle" of "Seat" in the form "Book" is disabled`},
		{"disabled box", book(func(f *webtest.Form) { f.Choose("Payment", "Shells") }), `"Shells" of "Payment" in the form "Book" is disabled`},
		{"two of one", book(func(f *webtest.Form) { f.Choose("Payment", "Cash", "Card") }), `of "Payment" in the form "Book" one is chosen, not 2`},
		{"none of one", book(func(f *webtest.Form) { f.Choose("Seat") }), `of "Seat" in the form "Book" one is chosen, not 0`},
		{"button", book(func(f *webtest.Form) { f.Press("Send") }), `the form "Book" has no button "Send"; it has Remove, Book now, Keep a draft, Map, Submit, Never, Help`},
		{"two buttons", book(func(f *webtest.Form) { f.Press("Remove") }), `has 2 buttons "Remove"; enter the group of one with In: Person 1, Person 2`},
		{"disabled button", book(func(f *webtest.Form) { f.Press("Never") }), `the button "Never" of the form "Book" is disabled`},
		{"dead button", book(func(f *webtest.Form) { f.Press("Help") }), `the button "Help" of the form "Book" sends nothing without a script`},
	}
	for _, tt := range tests {
		s := watch(shows(tickets), func(c *webtest.Client) { tt.do(c.Get("/tickets/")) })
		if !strings.Contains(s.fatal, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, s.fatal, tt.want)
		}
	}
	for body, want := range map[string]string{
		`<p>x`: "the page has no form\n<p>x",
		`<form method=post><label>F <input type=file name=f></label>`:           `would send only the name of the file in "F"`,
		`<form enctype=multipart/form-data><label>F <input type=file name=f>`:   `would send only the name of the file in "F"`,
		`<form method=dialog><label>F <input type=file name=g></label><button>`: `a form with the method dialog sends nothing`,
		`<form action="http://other.test/"><label>F <input type=file name=f>`:   `would send only`,
	} {
		s := watch(shows(body), func(c *webtest.Client) {
			f := c.Get("/tickets/").Form("")
			if !strings.Contains(body, "dialog") {
				f.Attach("F", webtest.File{Name: "x"})
			}
			f.Submit()
		})
		if !strings.Contains(s.fatal, want) {
			t.Errorf("%s: %q, want %q", body, s.fatal, want)
		}
	}
	const long = `<form><label>T <input maxlength=3></label><label>F <input type=file></label>`
	if s := watch(shows(long), func(c *webtest.Client) { c.Get("/tickets/").Form("").Fill("T", "ab").Fill("T", "a😀b") }); !strings.Contains(s.fatal, `takes at most 3 characters, and the text has 4`) {
		t.Error(s.fatal)
	}
	if s := watch(shows(long), func(c *webtest.Client) { c.Get("/tickets/").Form("").Attach("F", webtest.File{}, webtest.File{}) }); !strings.Contains(s.fatal, `takes one file, not 2`) {
		t.Error(s.fatal)
	}
}

// wrong is a page with errors.
const wrong = `<!doctype html><form method=post>
<div role=alert><h2>Something is not right</h2><ul><li>Hurry.</li><li><a href="#t">Title: Fill in this field.</a></li><li><a href="#%s">Class: Choose one.</a></li></ul></div>
<label for=t>Title</label><p class=help id=th>In short.</p><p id=te><span class=hidden>Error:</span> Fill in this field.</p><input id=t aria-invalid=true aria-describedby="th te">
<fieldset aria-invalid=true aria-describedby=ce><legend>Class</legend><p id=ce>Choose one.</p><label><input type=radio id=c1 name=c> First</label></fieldset>
<label>Note <input aria-describedby=th aria-invalid=false value=n></label><label><input type=checkbox checked> Rules</label><button>Send</button></form>`

// TestWantOfForms checks what is in a form, and what is wrong with it.
func TestWantOfForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(f *webtest.Form)
		want string // of the message; "" if the check holds
	}{
		{"errors", func(f *webtest.Form) {
			f.WantError("Title", "Fill in this field.").WantError("Title", "Error: Fill in this field.").WantError("Class", "Choose one.")
			f.WantErrors("Hurry.", "Title: Fill in this field.", "Class: Choose one.").WantValue("Note", "n").WantValue("Title").WantValue("Class")
			f.WantChecked("Rules", true).WantChecked("First", false).Check("First").WantChecked("First", true).WantValue("Class", "First")
		}, ""},
		{"no error", func(f *webtest.Form) { f.WantError("Note", "In short.") }, `"Note" of the form "Send" has no error: it has no aria-invalid, want the error "In short."`},
		{"other error", func(f *webtest.Form) { f.WantError("Title", "Too long.") }, `"Title" of the form "Send" is described by "In short.", "Error: Fill in this field.", want the error "Too long."`},
		{"other errors", func(f *webtest.Form) { f.WantErrors("Hurry.") }, `the errors of the form "Send" are "Hurry.", "Title: Fill in this field.", "Class: Choose one.", want "Hurry."`},
		{"no errors", func(f *webtest.Form) { f.WantErrors() }, `, want nothing`},
		{"value", func(f *webtest.Form) { f.WantValue("Note", "m") }, `in "Note" of the form "Send" is "n", want "m"`},
		{"choice", func(f *webtest.Form) { f.WantValue("Class", "First") }, `in "Class" of the form "Send" is nothing, want "First"`},
		{"checked", func(f *webtest.Form) { f.WantChecked("Rules", false) }, `"Rules" of the form "Send": checked is true, want false`},
		{"value of a box", func(f *webtest.Form) { f.WantValue("Rules", "on") }, `is a checkbox; use Check or Uncheck`},
		{"unknown", func(f *webtest.Form) { f.WantError("Titel", "x") }, `has no field "Titel"; it has Title, Class, Note, Rules`},
	}
	for _, tt := range tests {
		s := watch(shows(fmt.Sprintf(wrong, "c1")), func(c *webtest.Client) { tt.do(c.Get("/tickets/").Form("")) })
		got := strings.Join(s.errors, "\n") + s.fatal
		if !strings.Contains(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	s := watch(shows(fmt.Sprintf(wrong, "gone")), func(c *webtest.Client) {
		c.Get("/tickets/").Form("").WantErrors("Hurry.", "Title: Fill in this field.", "Class: Choose one.")
	})
	if want := `lead to #gone, which is no field of it`; len(s.errors) != 1 || !strings.Contains(s.errors[0], want) {
		t.Errorf("%q, want %q", s.errors, want)
	}
	s = watch(shows(`<form><label>T <input aria-invalid=true>`), func(c *webtest.Client) { c.Get("/tickets/").Form("").WantErrors() })
	if want := `"T" of the form without a name has aria-invalid, want no error`; len(s.errors) != 1 || !strings.Contains(s.errors[0], want) {
		t.Errorf("%q, want %q", s.errors, want)
	}
}

// FuzzForm fills in whatever a page has.
func FuzzForm(f *testing.F) {
	for _, page := range []string{order, tickets, fmt.Sprintf(wrong, "c1"), signup, blog, "", "<form><form><table><form><tr><input form=x><label for>",
		"<select><select size=-1 multiple><option><optgroup><option selected></select>", strings.Repeat("<fieldset><legend><label>", 200) + "<input>",
		"<fieldset id=a aria-labelledby='a a b'><input id=b aria-labelledby=b aria-describedby='b a'>", "<form action='%zz' method=GET><button formaction='::'>"} {
		f.Add(page, "Name")
	}
	f.Fuzz(func(t *testing.T, page, name string) {
		for _, do := range []func(*webtest.Response){
			func(p *webtest.Response) { p.Form(name).Fill(name, name).Submit() },
			func(p *webtest.Response) { p.Form("").Choose(name, name).WantValue(name, name).Press(name) },
			func(p *webtest.Response) { p.Form("").Check(name).Uncheck(name).WantChecked(name, true) },
			func(p *webtest.Response) { p.Form("").In(name).Attach(name, webtest.File{Name: name}).Submit() },
			func(p *webtest.Response) { p.Form("").WantErrors(name).WantError(name, name) },
			func(p *webtest.Response) { p.Form("").Submit() },
		} {
			watch(shows(page), func(c *webtest.Client) { do(c.Get("/tickets/")) })
		}
	})
}
