package templates

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/internal/htmlcompile"
)

// formatFunctions returns the functions that write numbers and times as the visitor's
// language does, and times in the visitor's time zone:
//
//	{{number .Count}} {{percent .Share}} {{money "EUR" .Price}} {{compact .Views}}
//	{{localdate "long" .At}} {{localtime "short" .At}} {{localdatetime "medium" .At}}
//	{{ago .At}} {{timesince .At}} {{filesize .Bytes}} {{unit "kilometer" .Distance}} {{andlist .Names}}
//
// only is the language of a site of one, nil to take that of the context. Functions that
// depend on neither language nor zone of the context take no context.
func formatFunctions(only *i18n.Language, now func() time.Time) map[string]any {
	all := zonedFunctions(only, now)
	for name, write := range map[string]func(l *i18n.Language, value any) (string, error){
		"number":    (*i18n.Language).Number,
		"percent":   (*i18n.Language).Percent,
		"compact":   (*i18n.Language).Compact,
		"filesize":  fileSize,
		"timesince": func(l *i18n.Language, value any) (string, error) { return timeSince(l, now(), value) },
		"timeuntil": func(l *i18n.Language, value any) (string, error) { return timeUntil(l, now(), value) },
	} {
		if only != nil {
			all[name] = func(value any) (string, error) { return write(only, value) }
			continue
		}
		all[name] = func(ctx context.Context, value any) (string, error) { return write(i18n.From(ctx), value) }
	}
	for name, write := range map[string]func(l *i18n.Language, of string, value any) (string, error){
		"money": func(l *i18n.Language, currency string, amount any) (string, error) { return l.Money(amount, currency) },
		"unit":  func(l *i18n.Language, unit string, n any) (string, error) { return l.Unit(n, unit, i18n.Long) },
	} {
		if only != nil {
			all[name] = func(of string, value any) (string, error) { return write(only, of, value) }
			continue
		}
		all[name] = func(ctx context.Context, of string, value any) (string, error) {
			return write(i18n.From(ctx), of, value)
		}
	}
	for name, write := range map[string]func(l *i18n.Language, items []string) string{
		"andlist": (*i18n.Language).List, "orlist": (*i18n.Language).Either,
	} {
		if only != nil {
			all[name] = func(items []string) string { return write(only, items) }
			continue
		}
		all[name] = func(ctx context.Context, items []string) string { return write(i18n.From(ctx), items) }
	}
	return all
}

// zonedFunctions returns those that depend on the zone of a context.
func zonedFunctions(only *i18n.Language, now func() time.Time) map[string]any {
	of := func(ctx context.Context) *i18n.Language {
		if only != nil {
			return only
		}
		return i18n.From(ctx)
	}
	return map[string]any{
		"localdate": func(ctx context.Context, style string, value any) (string, error) {
			return localDate(ctx, of(ctx), style, value)
		},
		"localtime": func(ctx context.Context, style string, value any) (string, error) {
			return localTime(ctx, of(ctx), style, value)
		},
		"localdatetime": func(ctx context.Context, style string, value any) (string, error) {
			return localDateTime(ctx, of(ctx), style, value)
		},
		"ago": func(ctx context.Context, value any) (string, error) {
			t, ok, err := timeOf("ago", value)
			if !ok {
				return "", err
			}
			return of(ctx).Ago(t, i18n.In(ctx, now())), nil
		},
	}
}

// localDate writes the date of a time in the visitor's zone, or a day.
func localDate(ctx context.Context, l *i18n.Language, style string, value any) (string, error) {
	s, err := styleOf("localdate", style)
	if err != nil {
		return "", err
	}
	switch d := value.(type) {
	case civil.Date:
		return l.Day(d, s), nil
	case *civil.Date:
		if d == nil {
			return "", nil
		}
		return l.Day(*d, s), nil
	}
	t, ok, err := timeOf("localdate", value)
	if !ok {
		return "", err
	}
	return l.Date(i18n.In(ctx, t), s), nil
}

// localTime writes the time of day of a time in the visitor's zone, or one without a day.
func localTime(ctx context.Context, l *i18n.Language, style string, value any) (string, error) {
	s, err := clockStyleOf("localtime", style)
	if err != nil {
		return "", err
	}
	switch c := value.(type) {
	case civil.Clock:
		return l.Clock(c, s), nil
	case *civil.Clock:
		if c == nil {
			return "", nil
		}
		return l.Clock(*c, s), nil
	}
	t, ok, err := timeOf("localtime", value)
	if !ok {
		return "", err
	}
	return l.Time(i18n.In(ctx, t), s), nil
}

// localDateTime writes date and time of day, without seconds, in the visitor's zone.
func localDateTime(ctx context.Context, l *i18n.Language, style string, value any) (string, error) {
	s, err := clockStyleOf("localdatetime", style)
	if err != nil {
		return "", err
	}
	t, ok, err := timeOf("localdatetime", value)
	if !ok {
		return "", err
	}
	return l.DateTime(i18n.In(ctx, t), s, i18n.Short), nil
}

// styleOf returns the style of a name.
func styleOf(function, name string) (i18n.Style, error) {
	switch name {
	case "yearmonth":
		return i18n.YearMonth, nil
	case "monthday":
		return i18n.MonthDay, nil
	}
	s, err := clockStyleOf(function, name)
	if err != nil {
		err = fmt.Errorf("%w, yearmonth, monthday", err)
	}
	return s, err
}

func clockStyleOf(function, name string) (i18n.Style, error) {
	switch name {
	case "full":
		return i18n.Full, nil
	case "long":
		return i18n.Long, nil
	case "medium":
		return i18n.Medium, nil
	case "short":
		return i18n.Short, nil
	}
	return 0, fmt.Errorf("%s: the style %q is not one of full, long, medium, short", function, name)
}

// wantStyle refuses a style that is written in the template and unknown, and a value
// that is certainly not of one of the types.
func wantStyle(function string, c Call, others ...string) error {
	if style := c.Args[0]; style.Literal {
		var err error
		if function == "localdate" {
			_, err = styleOf(function, style.Text)
		} else {
			_, err = clockStyleOf(function, style.Text)
		}
		if err != nil {
			return err
		}
	}
	if t := c.Args[1].Type; t != nil {
		for _, other := range others {
			if strings.TrimPrefix(t.String(), "*") == other {
				return nil
			}
		}
	}
	return wantTime(function, c.Args[1])
}

// wantFormat refuses a currency or a unit that is written in the template and unknown.
func wantFormat(function string, name Argument, what string) error {
	if !name.Literal {
		return nil
	}
	var err error
	if l := new(i18n.Language); what == "unit" {
		_, err = l.Unit(1, name.Text, i18n.Long)
	} else {
		_, err = l.Money(1, name.Text)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", function, err)
	}
	return nil
}

// wantCount refuses an argument that is certainly neither a whole number nor has a length.
func wantCount(function string, a Argument) error {
	t := a.Type
	if t == nil || t.Kind() == reflect.Interface || htmlcompile.IsInteger(t.Kind()) {
		return nil
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Map, reflect.Array:
		return nil
	}
	return fmt.Errorf("%s: %v is neither a whole number nor a list", function, t)
}
