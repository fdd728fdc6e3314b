package recipes

import (
	"strings"
	"time"

	"github.com/volaweb/vola/orm"
)

// Recipe is how a dish is made.
type Recipe struct {
	ID          int64
	Title       string               `db:"size=120,unique" label:"Title"`
	Minutes     int64                `db:"index" form:"min=1,max=10000" label:"Minutes"`
	Servings    int64                `db:"default=4" form:"min=1,max=1000" label:"Servings"`
	Method      string               `db:"was=text" label:"How it is made"`
	Added       time.Time            `db:"auto_now_add,index"`
	Ratings     int64                // how many people have rated it
	Stars       int64                // all their stars together
	Ingredients orm.Many[Ingredient] `db:"through=Amount" json:"-"`
	Amounts     orm.HasMany[Amount]
	Tags        orm.Many[Tag]
}

// Rating is the average of the stars, 0 if there are none.
func (r Recipe) Rating() float64 { return float64(r.Stars) / float64(max(r.Ratings, 1)) }

// Ingredient is what recipes need.
type Ingredient struct {
	ID   int64
	Name string `db:"size=60,unique"`
}

// snippet: tags

// Amount is how much of an ingredient a recipe needs.
type Amount struct {
	ID         int64
	Recipe     orm.Ref[Recipe]     `db:"on_delete=cascade"`
	Ingredient orm.Ref[Ingredient] `label:"What"`
	Quantity   string              `db:"decimal=8.2" form:"min=0.01" label:"How much"`
	Unit       string              `db:"size=20" form:"optional" label:"Unit"`
}

// end snippet

// Short is the quantity without zeros that say nothing: 1.50 is 1.5.
func (a Amount) Short() string { return strings.TrimSuffix(strings.TrimRight(a.Quantity, "0"), ".") }

// Tag is a word that recipes are found by.
type Tag struct {
	ID      int64
	Name    string           `db:"size=40,unique"`
	Recipes orm.Many[Recipe] `db:"reverse=Tags"`
}
