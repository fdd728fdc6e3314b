package templates

import (
	"context"
	"fmt"
	"strings"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/i18n"
)

// formatFunctions returns the functions that write numbers and times as the visitor's
// language does, and times in the visitor's time zone:
//
//	{{number .Count}} {{percent .Share}} {{money "EUR" .Price}} {{compact .Views}}
//	{{localdate "long" .At}} {{localtime "short" .At}} {{localdatetime "medium" .At}}
//
// of returns the language of a context.
func formatFunctions(of func(context.Context) *i18n.Language) map[string]any {
	return map[string]any{
		"number":  func(ctx context.Context, n any) (string, error) { return of(ctx).Number(n) },
		"percent": func(ctx context.Context, share any) (string, error) { return of(ctx).Percent(share) },
		"compact": func(ctx context.Context, n any) (string, error) { return of(ctx).Compact(n) },
		"money": func(ctx context.Context, currency string, amount any) (string, error) {
			return of(ctx).Money(amount, currency)
		},
		"localdate": func(ctx context.Context, style string, value any) (string, error) {
			return localDate(ctx, of(ctx), style, value)
		},
		"localtime": func(ctx context.Context, style string, value any) (string, error) {
			return localTime(ctx, of(ctx), style, value)
		},
		"localdatetime": func(ctx context.Context, style string, value any) (string, error) {
			return localDateTime(ctx, of(ctx), style, value)
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
