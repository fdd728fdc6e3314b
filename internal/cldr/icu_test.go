package cldr_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/internal/cldr"
)

// TestAgreesWithICU: scripts/cldr has asked the ICU of Node.js, which has the same version
// of CLDR.
func TestAgreesWithICU(t *testing.T) {
	t.Parallel()
	count := 0
	for _, tag := range append(languages(t), "dialects") {
		l := load(t, "en")
		if tag != "dialects" {
			l = load(t, tag)
		}
		file := "testdata/icu/" + tag + ".txt"
		last := tag
		rows(t, file, func(line int, f []string) {
			if tag == "dialects" {
				if f[0] != last {
					last, l = f[0], load(t, f[0])
				}
				f = f[1:]
			}
			count++
			ask, want := f[:len(f)-1], f[len(f)-1]
			if got := answer(t, l, ask); got != want && !deliberate(last, ask, got, want) {
				t.Errorf("%s:%d: %s in %s is %q, and ICU has %q", file, line, strings.Join(ask, " "), last, got, want)
			}
		})
	}
	if count < 15_000 {
		t.Errorf("there were only %d cases", count)
	}
	t.Logf("%d cases", count)
}

// deliberate are the differences that are meant to be.
func deliberate(tag string, ask []string, got, want string) bool {
	switch ask[0] {
	case "month":
		// ICU looks for a pattern of a month alone, which has the name that is for dates in Greek, and
		// a number in the others. CLDR has names for a month alone, which are better headings.
		return tag == "el" || tag == "lt" || tag == "bg"
	case "date", "time", "datetime":
		// V8 replaces the narrow no-break space of CLDR, which old scripts do not expect.
		got = strings.ReplaceAll(got, "\u202f", " ")
		if strings.HasPrefix(tag, "zh-Hant") {
			want = strings.ReplaceAll(want, "\u2009", " ") // version 48.2 of CLDR has a narrow space in the short form
		}
	case "currency":
		// ICU takes the separators of amounts from another locale if a currency has a pattern or a
		// separator of its own: those of "en" for Europe, the "$" of escudos for all currencies.
		return slices.Contains(strings.Fields(europeanEnglish), tag) || tag == "pt-CV"
	}
	return got == want
}

// europeanEnglish are the dialects that are based on en-150, and have separators of their own.
const europeanEnglish = `en-BE en-CH en-CZ en-DE en-DK en-EE en-ES en-FI en-FR en-GE en-HU en-IT en-LT en-LV en-NL en-NO en-PL en-PT en-RO en-SE en-SI en-SK en-UA`

// answer is what the package says to the words of a case.
func answer(t *testing.T, l *cldr.Locale, ask []string) string {
	t.Helper()
	arg := func(i int) int {
		n, err := strconv.Atoi(ask[i])
		if err != nil {
			t.Fatal(ask, err)
		}
		return n
	}
	var text []byte
	var err error
	switch ask[0] {
	case "number":
		text = l.AppendNumber(nil, number(t, ask[1]), arg(2), arg(3))
	case "latin":
		text = load(t, l.Tag()+"-u-nu-latn").AppendNumber(nil, number(t, ask[1]), arg(2), arg(3))
	case "percent":
		text = l.AppendPercent(nil, number(t, ask[1]), arg(2), arg(3))
	case "currency":
		text, err = l.AppendCurrency(nil, number(t, ask[1]), ask[2])
	case "compact":
		text = l.AppendCompact(nil, number(t, ask[1]))
	case "plural":
		return l.Plural(number(t, ask[1])).String()
	case "ordinal":
		return l.Ordinal(number(t, ask[1])).String()
	case "date":
		text, err = l.AppendDate(nil, moment(t, time.DateOnly, ask[1]), style(t, ask[2]))
	case "time":
		text, err = l.AppendTime(nil, moment(t, time.TimeOnly, ask[1]), style(t, ask[2]))
	case "datetime":
		text, err = l.AppendDateTime(nil, moment(t, time.DateTime, ask[1]), style(t, ask[2]), style(t, ask[3]))
	case "month":
		return l.Month(time.Month(arg(1)), form(ask[2]))
	case "weekday":
		return l.Weekday(time.Weekday(arg(1)), form(ask[2]))
	case "firstday":
		return fmt.Sprint(int(l.FirstDay()))
	case "dir":
		return l.Dir()
	case "relative":
		text, err = l.AppendRelative(nil, int64(arg(1)), unit(t, ask[2]), ask[3] == "auto")
	case "list":
		kind := cldr.And
		if ask[1] == "disjunction" {
			kind = cldr.Or
		}
		text = l.AppendList(nil, ask[2:], kind)
	case "unit":
		text, err = l.AppendUnit(nil, number(t, ask[1]), unit(t, ask[2]), style(t, ask[3]), 0, 3)
	case "name":
		return l.NameOf(ask[1])
	default:
		t.Fatalf("there is no case %q", ask)
	}
	if err != nil {
		t.Fatal(ask, err)
	}
	return string(text)
}

func moment(t *testing.T, layout, text string) time.Time {
	t.Helper()
	m, err := time.Parse(layout, text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func style(t *testing.T, name string) cldr.Style {
	t.Helper()
	styles := map[string]cldr.Style{"full": cldr.Full, "long": cldr.Long, "medium": cldr.Medium, "short": cldr.Short,
		"year-month": cldr.YearMonth, "month-day": cldr.MonthDay}
	s, ok := styles[name]
	if !ok {
		t.Fatalf("there is no style %q", name)
	}
	return s
}

func unit(t *testing.T, name string) cldr.Unit {
	t.Helper()
	for u := cldr.Byte; u <= cldr.Year; u++ {
		if u.String() == name {
			return u
		}
	}
	t.Fatalf("there is no unit %q", name)
	return 0
}

func form(name string) cldr.NameForm {
	if name == "wide" {
		return cldr.WideAlone
	}
	return cldr.AbbreviatedAlone
}
