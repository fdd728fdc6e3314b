package templates

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/internal/placeholder"
)

// textFunctions returns the functions for texts, in the languages of a site:
//
//	{{t "Hello, {name}!" "name" .User.Name}}
//	{{tc "verb" "Post"}}
//	{{tn .Count "{n} comment" "{n} comments"}}
//	<html lang="{{lang}}" dir="{{dir}}">
//	<a href="{{localpath "/"}}">
//	{{range alternates}}<link rel="alternate" hreflang="{{.Tag}}" href="{{.Path}}">{{end}}
//
// They take the language from the context of the rendering. constant names those whose
// result depends on their arguments alone: in one language t, tc, lang, dir and localpath, so that
// a text without values costs a page nothing.
func textFunctions(texts *i18n.Texts, now func() time.Time) (functions map[string]any, constant []string) {
	if l, one := onlyLanguage(texts); one {
		functions = formatFunctions(l, now)
		maps.Copy(functions, map[string]any{
			"t":    func(text string, values ...any) (string, error) { return l.T(text, values...), nil },
			"tc":   func(context, text string, values ...any) string { return l.TC(context, text, values...) },
			"tn":   func(n any, one, many string, values ...any) string { return l.TN(n, one, many, values...) },
			"lang": l.Tag, "dir": l.Dir,
			"alternates": func() []i18n.Alternate { return nil },
			"languages":  func() []i18n.Alternate { return nil },
			"localpath":  func(path string) string { return path },
		})
		return functions, []string{"t", "tc", "lang", "dir", "localpath"}
	}
	functions = formatFunctions(nil, now)
	maps.Copy(functions, map[string]any{
		"t": func(ctx context.Context, text string, values ...any) (string, error) {
			return i18n.From(ctx).T(text, values...), nil
		},
		"tc": func(ctx context.Context, context, text string, values ...any) string {
			return i18n.From(ctx).TC(context, text, values...)
		},
		"tn": func(ctx context.Context, n any, one, many string, values ...any) string {
			return i18n.From(ctx).TN(n, one, many, values...)
		},
		"lang":       func(ctx context.Context) string { return i18n.From(ctx).Tag() },
		"dir":        func(ctx context.Context) string { return i18n.From(ctx).Dir() },
		"alternates": i18n.Alternates,
		"languages":  texts.Menu,
		"localpath":  i18n.Path,
	})
	return functions, nil
}

// onlyLanguage returns the language of a site that has one.
func onlyLanguage(texts *i18n.Texts) (*i18n.Language, bool) {
	if texts == nil {
		texts, _ = i18n.Load(i18n.Config{Languages: []string{"en"}}) // without catalogues there is nothing to go wrong
	}
	return texts.Default(), len(texts.Languages()) == 1
}

// checkText checks a call with texts from a place on, and then values: texts that are
// not written in the template, which no translator would ever see, and values that are
// missing or that the text has not.
func checkText(c Call, from, texts int) error {
	if len(c.Args) < from+texts {
		return nil // the types have shown that
	}
	var written []string
	for _, a := range c.Args[from : from+texts] {
		if !a.Literal {
			return placeholder.ErrNotWritten
		}
		written = append(written, a.Text)
	}
	if from == 0 { // of a context, only the text has values
		written = written[len(written)-1:]
	}
	values := make([]placeholder.Argument, 0, len(c.Args))
	for _, a := range c.Args[from+texts:] {
		values = append(values, placeholder.Argument{Text: a.Text, Literal: a.Literal})
	}
	return placeholder.Check(strings.Join(written, " "), values, from == 1)
}
