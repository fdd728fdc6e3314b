package templates_test

import (
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/templates"
)

type formatsData struct {
	Count   int
	Share   float64
	Price   string
	At      time.Time
	Never   *time.Time
	Day     civil.Date
	Opening civil.Clock
	Names   []string
}

// TestFormats writes the same values in languages and zones.
func TestFormats(t *testing.T) {
	t.Parallel()
	const text = `{{number .Count}}|{{percent .Share}}|{{money "EUR" .Price}}|{{compact .Count}}|{{.At | localdate "full"}}|{{localdate "yearmonth" .Day}}|` +
		`{{localtime "short" .At}}|{{localtime "short" .Opening}}|{{localdatetime "medium" .At}}|{{localdate "short" .Never}}|` +
		`{{ago .At}}|{{timesince .At}}|{{filesize .Count}}|{{unit "kilometer" 3}}|{{andlist .Names}}|{{orlist .Names}}`
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	data := formatsData{
		Count: 1234567, Share: 0.256, Price: "1234.5", At: time.Date(2026, 11, 30, 23, 30, 5, 0, time.UTC),
		Day: civil.NewDate(2026, 3, 1), Opening: civil.NewClock(9, 5, 0, 0),
		Names: []string{"A", "B", "C"},
	}
	page := templates.Page[formatsData]("formats.html")
	texts, err := i18n.Load(i18n.Config{Languages: []string{"en", "de", "hi", "fa"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, languages := range []*i18n.Texts{texts, nil} {
		set, err := templates.New(templates.Config{
			Loaders: []templates.Loader{templates.Memory{"formats.html": text}}, Pages: []templates.Checked{page}, Texts: languages,
			Now: func() time.Time { return data.At.Add(49*time.Hour + 5*time.Minute) },
		})
		if err != nil {
			t.Fatal(err)
		}
		wants := map[string]string{
			"en": "1,234,567|25.6%|€1,234.50|1.2M|Monday, November 30, 2026|March 2026|11:30\u202fPM|9:05\u202fAM|Nov 30, 2026, 11:30\u202fPM||3 days ago|2 days, 1 hour|1.2 MB|3 kilometers|A, B, and C|A, B, or C",
			"de": "1.234.567|25,6\u00a0%|1.234,50\u00a0€|1,2\u00a0Mio.|Dienstag, 1. Dezember 2026|März 2026|00:30|09:05|01.12.2026, 00:30||vorgestern|2 Tage, 1 Stunde|1,2 MB|3 Kilometer|A, B und C|A, B oder C",
			"hi": "12,34,567|25.6%|€1,234.50|12\u00a0लाख|मंगलवार, 1 दिसंबर 2026|मार्च 2026|12:30 am|9:05 am|1 दिस॰ 2026, 12:30 am||परसों|2 दिन, 1 घंटा|1.2 MB|3 किलोमीटर|A, B, और C|A, B या C",
			"fa": "۱٬۲۳۴٬۵۶۷|۲۵٫۶٪|\u200e€۱٬۲۳۴٫۵۰|۱٫۲\u00a0میلیون|سه\u200cشنبه ۱ دسامبر ۲۰۲۶|مارس ۲۰۲۶|۰:۳۰|۹:۰۵|۱ دسامبر ۲۰۲۶، ۰:۳۰||پریروز|۲ روز, ۱ ساعت|۱٫۲ MB|۳ کیلومتر|\u2068A\u2069،\u200f \u2068B\u2069، و \u2068C\u2069|\u2068A\u2069،\u200f \u2068B\u2069، یا \u2068C\u2069",
		}
		for tag, want := range wants {
			ctx := t.Context()
			if languages == nil && tag != "en" {
				continue
			}
			if languages != nil {
				ctx = texts.In(ctx, tag)
			}
			if tag != "en" {
				ctx = i18n.WithZone(ctx, rome)
			}
			var b strings.Builder
			if err := set.Render(ctx, &b, page.Data(data)); err != nil {
				t.Fatal(err)
			}
			if b.String() != want {
				t.Errorf("%s:\n got %q\nwant %q", tag, &b, want)
			}
		}
	}
}

// TestFormatsAreChecked lists what keeps a template with formats from being used.
func TestFormatsAreChecked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{{localdate "tiny" .At}}`:           `localdate: the style "tiny" is not one of full, long, medium, short, yearmonth, monthday`,
		`{{localtime "yearmonth" .At}}`:      `localtime: the style "yearmonth" is not one of full, long, medium, short`,
		`{{money "EURO" .Price}}`:            `money: `,
		`{{unit "kilometre" .Count}}`:        `unit: the unit "kilometre" is not known`,
		`{{tn .Price "{n} a" "{n} b"}}`:      `tn: string is neither a whole number nor a list`,
		`{{localdate "long" .Count}}`:        `localdate: int is not a time`,
		`{{localtime "long" .Day}}`:          `localtime: civil.Date is not a time`,
		`{{localdatetime "short" .Opening}}`: `localdatetime: civil.Clock is not a time`,
	} {
		_, err := templates.New(templates.Config{
			Loaders: []templates.Loader{templates.Memory{"formats.html": text}}, Pages: []templates.Checked{templates.Page[formatsData]("formats.html")},
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
