package main

import (
	"context"
	"net/http"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

// snippet: form

// booking is what passengers fill in.
type booking struct {
	Name  string     `form:"size=80,complete=name" label:"Your name"`
	Email string     `form:"email,complete=email" label:"Email address" help:"The ticket is sent there."`
	Day   civil.Date `form:"" label:"Day"`
	Seats int        `form:"min=1,max=20" label:"Seats"`
	Class class      `form:"radio" label:"Class"`
	Stop  string     `form:"" label:"Where do you get off?"`
	Extra []string   `form:"" label:"What do you bring?"`
	Note  string     `form:"optional,textarea,size=500" label:"Anything we should know?"`
	Rules bool       `form:"required" label:"I have read the rules."`
}

var bookingForm = forms.New[booking]()

// Validate has the rule that no tag can say.
func (b *booking) Validate(_ context.Context, form *forms.Values) error {
	if b.Seats > 8 && b.Note == "" {
		form.Add(&b.Note, "Tell us who travels in a group of {n}.", "n", b.Seats)
	}
	return nil
}

// end snippet

// class is where passengers sit.
type class string

// Choices returns the classes.
func (class) Choices() []forms.Choice {
	return []forms.Choice{
		{Value: class("deck"), Label: "On deck"},
		{Value: class("saloon"), Label: "In the saloon"},
	}
}

var bookingPage = templates.Page[bookingData]("booking.html")

// bookingData is what the page of the form shows.
type bookingData struct {
	Form   *forms.Bound[booking]
	Booked *booking // once it is done
}

// snippet: booking

func (f *Ferry) book(w http.ResponseWriter, r *http.Request) error {
	form := bookingForm.Bind(r.Context(), booking{Day: civil.DateOf(f.Now().In(f.port())), Seats: 1, Class: "deck"})
	if err := form.Choose(&form.Value.Stop, islands()...); err != nil {
		return err
	}
	if err := form.Choose(&form.Value.Extra, luggage(i18n.From(r.Context()))...); err != nil {
		return err
	}
	d := bookingData{Form: form}
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	if ok {
		d.Booked = form.Value // a real ferry would store it, and lead to a page of its own
	}
	return f.RenderStatus(w, r, form.Status(), bookingPage.Data(d))
}

// end snippet

func islands() []forms.Choice {
	return []forms.Choice{{Value: "Ischia"}, {Value: "Procida"}, {Value: "Capri"}}
}

func luggage(lang *i18n.Language) []forms.Choice {
	return []forms.Choice{
		{Value: "bicycle", Label: lang.T("A bicycle")},
		{Value: "dog", Label: lang.T("A dog")},
		{Value: "surfboard", Label: lang.T("A surfboard")},
	}
}

func (f *Ferry) bookingRoutes(r *web.Router) {
	r.Get("/book/", f.book).Name("book")
	r.Post("/book/", f.book)
}
