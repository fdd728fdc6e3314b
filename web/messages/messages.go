// Package messages tells a visitor on the next page what became of what they did:
//
//	messages.Success(r.Context(), lang.T("Your comment was saved."))
//	http.Redirect(w, r, to, http.StatusSeeOther)
//
// The layout of a site shows them, where the page asks for them:
//
//	{{range messages}}<p class="message {{.Level}}" role="{{.Role}}">{{.Text}}</p>{{end}}
//
// A message is kept in the session and shown once, also if two tabs ask at the same time. A
// page that asks depends on the cookie of the session, and may not be stored for others (see
// [github.com/volaweb/vola/web/sessions]); so a layout whose pages should be stored does not
// ask.
package messages

import (
	"context"

	"github.com/volaweb/vola/web/sessions"
)

// Level says how good or bad a message is. It is a word for the class of an element.
type Level string

// The levels.
const (
	LevelInfo    Level = "info"
	LevelSuccess Level = "success"
	LevelWarning Level = "warning"
	LevelError   Level = "error"
)

// Message is what a visitor is told. Text is plain text, in their language.
type Message struct {
	Level Level  `json:"l"`
	Text  string `json:"t"`
}

// Role returns the ARIA role of the message: "alert" for a warning or an error, which is
// read out at once, "status" for others.
func (m Message) Role() string {
	if m.Level == LevelWarning || m.Level == LevelError {
		return "alert"
	}
	return "status"
}

// Max is how many messages wait for a visitor at most. If there are more, the first ones are
// dropped.
const Max = 20

const key = sessions.Key[[]Message]("_messages")

// Add adds a message to those that the next page shows. Its errors are those of the session.
func Add(ctx context.Context, level Level, text string) error {
	return key.Update(ctx, func(all *[]Message) error {
		*all = append(*all, Message{level, text})
		if n := len(*all); n > Max {
			*all = (*all)[n-Max:]
		}
		return nil
	})
}

// Info adds a message that is neither good nor bad.
func Info(ctx context.Context, text string) error { return Add(ctx, LevelInfo, text) }

// Success adds a message about something that was done.
func Success(ctx context.Context, text string) error { return Add(ctx, LevelSuccess, text) }

// Warning adds a message about something to be careful with.
func Warning(ctx context.Context, text string) error { return Add(ctx, LevelWarning, text) }

// Error adds a message about something that failed.
func Error(ctx context.Context, text string) error { return Add(ctx, LevelError, text) }

// Take returns the messages that wait, the oldest first, and takes them away. It is the
// function messages of templates. Requests by HEAD, and by browsers for pages that nobody may
// look at, get none and leave them.
func Take(ctx context.Context) ([]Message, error) { return key.Take(ctx) }
