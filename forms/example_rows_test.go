package forms_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/volaweb/vola/forms"
)

// snippet: rows

// purchase is a form with rows.
type purchase struct {
	Customer string      `form:"" label:"Customer"`
	Goods    []purchased `form:"min=1,max=20,extra=2" label:"Goods" row:"Item"`
}

// purchased is a row of it.
type purchased struct {
	ID    int64  `form:"key"`
	Place int    `form:"position"`
	Name  string `form:"size=60" label:"Name"`
	Count int    `form:"min=1" label:"Count"`
}

// end snippet

// A form with rows has them in a slice; what was done to them is in Changes.
func ExampleChangesOf() {
	form := forms.New[purchase]().Bind(context.Background(), purchase{Customer: "Ann", Goods: []purchased{
		{ID: 7, Place: 1, Name: "rope", Count: 1}, {ID: 8, Place: 2, Name: "glue", Count: 1},
	}})
	sent := httptest.NewRequest("POST", "/", strings.NewReader("customer=Ann&goods=7&goods.7.name=rope&goods.7.count=3&goods.gone=8&goods=n1&goods.n1.name=nails&goods.n1.count=50"))
	sent.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if ok, err := form.Read(sent); !ok || err != nil {
		fmt.Println(ok, err)
	}
	changes, err := forms.ChangesOf(form.Values, &form.Value.Goods)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println("added", *changes.Added[0])
	fmt.Println("changed", *changes.Changed[0])
	fmt.Println("removed", changes.Removed[0])
	// Output:
	// added {0 2 nails 50}
	// changed {7 1 rope 3}
	// removed {8 2 glue 1}
}

// Two forms on a page have ids of their own if one of them has a prefix.
func ExampleValues_Prefix() {
	first := forms.New[purchase]().Bind(context.Background(), purchase{})
	second := forms.New[purchase]().Bind(context.Background(), purchase{})
	second.Prefix("gift")
	for _, form := range []*forms.Bound[purchase]{first, second} {
		customer, err := form.Field("customer")
		fmt.Println(customer.ID, err)
	}
	// Output:
	// field-customer <nil>
	// gift-field-customer <nil>
}
