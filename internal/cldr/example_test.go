package cldr_test

import (
	"fmt"
	"time"

	"github.com/volaweb/vola/internal/cldr"
)

func Example() {
	l, err := cldr.Load("de-AT")
	if err != nil {
		fmt.Println(err)
		return
	}
	n, _ := cldr.ParseNumber("1234.5")
	price, _ := l.AppendCurrency(nil, n, "EUR")
	fmt.Println(string(price)) // with a no-break space

	day := time.Date(2026, time.January, 30, 15, 4, 5, 0, time.UTC)
	date, _ := l.AppendDateTime(nil, day, cldr.Long, cldr.Short)
	fmt.Println(string(date))

	ago, _ := l.AppendRelative(nil, -3, cldr.Day, true)
	fmt.Println(string(ago))
	fmt.Println(string(l.AppendList(nil, []string{"Wien", "Graz", "Linz"}, cldr.And)))

	typed, _ := l.ParseDecimal("1.234,5")
	fmt.Println(typed)
	_, err = l.ParseDecimal("12.34")
	fmt.Println(err)
	// Output:
	// € 1.234,50
	// 30. Jänner 2026 um 15:04
	// vor 3 Tagen
	// Wien, Graz und Linz
	// 1234.5
	// "12.34" is not a number of the form "12 345,6"
}

func ExampleLocale_Plural() {
	l, err := cldr.Load("pl")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"1", "2", "5", "22", "1.5"} {
		n, _ := cldr.ParseNumber(text)
		fmt.Println(text, l.Plural(n))
	}
	fmt.Println(l.Categories())
	fmt.Println(l.PluralForms())
	// Output:
	// 1 one
	// 2 few
	// 5 many
	// 22 few
	// 1.5 other
	// [one few many other]
	// 3 nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);
}
