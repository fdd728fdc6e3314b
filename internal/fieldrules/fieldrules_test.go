package fieldrules_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/fieldrules"
)

type values struct {
	Text    string   `form:"size=3"`
	Line    string   `form:"optional"`
	Area    string   `form:"textarea"`
	Number  int      `form:"min=2,max=4"`
	Float   *float64 `form:"min=0.5"`
	Bool    bool     `form:""`
	Ticked  bool     `form:"required"`
	List    []string `form:"max=1"`
	Mail    string   `form:"email"`
	Link    string   `form:"url,optional"`
	Price   string   `form:"decimal=8.2,min=0.5,max=1000,optional"`
	Amount  string   `db:"decimal=4.1" form:"min=1"`
	Nothing string
}

func TestRules(t *testing.T) {
	t.Parallel()
	half, less := 0.5, 0.4
	for _, test := range []struct {
		field string
		value any
		want  string
	}{
		{"Text", "äöü", ""}, {"Text", "äöüa", "Use at most"}, {"Text", "", "Fill in"},
		{"Line", "", ""}, {"Line", strings.Repeat("a", 201), "Use at most"},
		{"Area", strings.Repeat("a", 10_000), ""}, {"Area", strings.Repeat("a", 10_001), "Use at most"},
		{"Number", 2, ""}, {"Number", 1, "The least"}, {"Number", 5, "The most"}, {"Number", 10, "The most"},
		{"Float", &half, ""}, {"Float", &less, "The least"}, {"Float", (*float64)(nil), ""},
		{"Bool", false, ""}, {"Ticked", false, "Tick this"}, {"Ticked", true, ""},
		{"List", []string{}, "Fill in"}, {"List", []string{"a"}, ""}, {"List", []string{"a", "b"}, "at most"},
		{"Mail", "a@example.org", ""}, {"Mail", "A <a@example.org>", "email"}, {"Mail", "a@ex\u200bample.org", "email"},
		{"Link", "", ""}, {"Link", "https://example.org/", ""}, {"Link", "javascript:alert(1)", "https://"},
		{"Price", "", ""}, {"Price", "12.50", ""}, {"Price", "0.4", "The least"}, {"Price", "-1", "The least"}, {"Price", "1000.01", "The most"},
		{"Price", "1234567", "too large"}, {"Price", "1.234", "after the point"}, {"Price", "1e1000000000", "Write a number"}, {"Price", "1/3", "Write a number"},
		{"Price", "0x10", "Write a number"}, {"Price", ".5", "Write a number"}, {"Price", "1.", "Write a number"}, {"Price", strings.Repeat("9", 150), "too large"},
		{"Amount", "0.9", "The least"}, {"Amount", "1.5", ""}, {"Amount", "1.55", "after the point"}, {"Amount", "", "Fill in"},
		{"Nothing", strings.Repeat("a", 100_000), ""},
	} {
		f, _ := reflect.TypeFor[values]().FieldByName(test.field)
		message, _ := fieldrules.Of(f).Check(reflect.ValueOf(test.value))
		if (message == "") != (test.want == "") || !strings.Contains(message, test.want) {
			t.Errorf("%s %.20v: %q, want %q", test.field, test.value, message, test.want)
		}
	}
}
