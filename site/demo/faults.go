package demo

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

// maxSentence is how long what a reader has an error say may be.
const maxSentence = 100

// faults makes an error and shows what its two readers see of it.
type faults struct{ *Demos }

func (faults) Name() string { return "errors" }

var faultsPage = templates.Page[faultsData]("demo/errors.html")

type faultsData struct {
	Kinds           []kindData
	Kind            string
	Cause, Sentence string
	Max             int
	Status          int
	Title           string
	Message         string // that the visitor sees, "" for none
	Log             string
}

type kindData struct{ Value, Text string }

// kinds are those that a handler has reason to return.
func kinds() []kindData {
	return []kindData{
		{"none", "none: nobody thought of it"},
		{"notfound", "it is not there"},
		{"invalid", "the input makes no sense"},
		{"forbidden", "you may not"},
		{"conflict", "somebody was quicker"},
		{"unavailable", "come back later"},
	}
}

func kindOf(value string) fault.Kind {
	switch value {
	case "notfound":
		return fault.NotFound
	case "invalid":
		return fault.Invalid
	case "forbidden":
		return fault.Forbidden
	case "conflict":
		return fault.Conflict
	case "unavailable":
		return fault.Unavailable
	}
	return fault.Internal
}

// Show makes the error that the form describes and hands it to the functions
// that handle errors on this site.
func (f faults) Show(ctx context.Context, asked url.Values) (template.HTML, error) {
	d := faultsData{
		Kinds: kinds(), Kind: "notfound", Max: maxSentence,
		Cause: "open /srv/media/2026/plan.pdf: no such file or directory", Sentence: "There is no such file.",
	}
	if asked.Has("kind") {
		d.Kind = choice(asked, "kind", "none", "notfound", "invalid", "forbidden", "conflict", "unavailable")
		d.Cause, d.Sentence = field(asked, "cause", maxSentence), field(asked, "sentence", maxSentence)
	}
	if d.Cause == "" {
		d.Cause = "something went wrong"
	}
	err := errors.New(d.Cause)
	if d.Kind != "none" {
		err = fault.Wrap(kindOf(d.Kind), err, d.Sentence)
	}
	// snippet: readers
	status := web.Status(err)     // for the browser
	message := fault.Message(err) // for the visitor
	var log bytes.Buffer          // for the operator
	slog.New(slog.NewTextHandler(&log, nil)).Error("request failed", "error", err, "status", status)
	// end snippet
	d.Status, d.Title, d.Message = status, http.StatusText(status), message
	_, d.Log, _ = strings.Cut(strings.TrimSpace(log.String()), " ") // without the time
	return f.render(ctx, faultsPage.Data(d))
}
