package orm_test

import (
	"database/sql"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/orm"
)

type (
	// faulty has an error in nearly every field.
	faulty struct {
		ID       int64
		Struct   struct{ A int }
		Map      map[string]int
		Chan     chan int
		Twice    **int
		Nulls    sql.NullString
		Size     int    `db:"size=3"`
		Tag      int    `db:"sise=3"`
		Open     string `db:"default='x"`
		Paren    string `db:"generated=f(x"`
		Decimal  string `db:"decimal=2.3"`
		NoText   int    `db:"decimal=5.2"`
		Self     fickle
		NoValuer int             `db:"type=text"`
		Type     fickle          `db:"type=number"`
		Long     string          `db:"duration"`
		Both     time.Duration   `db:"duration,json"`
		AutoNow  civil.Date      `db:"auto_now"`
		NowTwice time.Time       `db:"auto_now,auto_now_add"`
		JSONKey  []int           `db:"json,unique"`
		Computed int             `db:"generated=1,default=2"`
		Deleted  int             `db:"on_delete=cascade"`
		Later    int             `db:"deferred"`
		Bits     int32           `db:"bits=16"`
		OddBits  int64           `db:"bits=31"`
		SetNull  orm.Ref[faulty] `db:"on_delete=set_null"`
		hidden   int             `db:"index"`
		Column   string          `db:"column=size"`
		Empty    string          `db:"column="`
		Flag     bool            `db:"index=1"`

		Bool   bool       `db:"default=maybe"`
		Small  int8       `db:"default=128"`
		Status status     `db:"default=other"`
		Short  string     `db:"size=2,default=abc"`
		UUID   uuid.UUID  `db:"default=0"`
		Day    civil.Date `db:"default=2026-02-30"`
		Price  string     `db:"decimal=4.2,default=100"`
		Digits string     `db:"decimal=20.2,default=1"`
		Doc    any        `db:"json,default=nonsense"`

		NoChoices   noChoices
		WrongChoice wrongChoice
		SameChoice  sameChoice
		LongChoice  longChoice `db:"size=3"`
		RealChoice  realChoice
	}
	keyless struct{ Name string }
	nullKey struct{ ID *int64 }
	toLine  struct {
		ID   int64
		Line orm.Ref[line]
	}
	indexed struct {
		ID   int64
		Name string
		Doc  any `db:"json"`
	}
)

type noChoices string

func (noChoices) Choices() []orm.Choice { return nil }

type wrongChoice string

func (wrongChoice) Choices() []orm.Choice { return []orm.Choice{{Value: "untyped"}} }

type sameChoice int

func (sameChoice) Choices() []orm.Choice {
	return []orm.Choice{{Value: sameChoice(1)}, {Value: sameChoice(1)}}
}

type longChoice string

func (longChoice) Choices() []orm.Choice { return []orm.Choice{{Value: longChoice("long")}} }

type realChoice float64

func (realChoice) Choices() []orm.Choice { return []orm.Choice{{Value: realChoice(1)}} }

func TestEveryMistakeInADeclarationIsReported(t *testing.T) {
	t.Parallel()
	_ = faulty{}.hidden // which nothing else uses
	_, err := orm.NewModels(orm.Group{Module: "m", Models: []orm.Declaration{
		orm.Model[faulty](), orm.Model[keyless](), orm.Model[nullKey](), orm.Model[toLine](), orm.Model[line](), orm.Model[int](),
		orm.Model[indexed](
			orm.Index(), orm.Index("name"), orm.Index("Doc"), orm.Index().Expr("lower(name)"),
			orm.Index("Name", "ID"), orm.Index("Name", "-ID"), orm.Check("", "1=1"), orm.Check("c", ""), orm.Unique("ID").Named("c"),
		),
	}})
	if err == nil {
		t.Fatal("no error was found")
	}
	want := []string{
		"faulty, field Struct: a field of type struct { A int } cannot be stored in a column of its own type; store it as JSON",
		"faulty, field Map: a field of type map[string]int cannot be stored in a column of its own type",
		"faulty, field Chan: a field of type chan int cannot be stored; leave it out",
		"faulty, field Twice: type **int says NULL twice",
		"faulty, field Nulls: a field that may be NULL is a pointer or a sql.Null[T]; use one instead of sql.NullString",
		"faulty, field Size: size is for text, and the field is a int",
		"faulty, field Tag: tag db:\"sise=3\": option \"sise\" is not known; did you mean size?",
		"faulty, field Open: tag db:\"default='x\": a single quote is not closed",
		"faulty, field Paren: tag db:\"generated=f(x\": the parentheses do not match",
		"faulty, field Decimal: tag db:\"decimal=2.3\": decimal=2.3 is not of the form DIGITS.PLACES",
		"faulty, field NoText: a decimal is a string or a type that is",
		"faulty, field Self: type orm_test.fickle converts itself for databases; say into what",
		"faulty, field NoValuer: type= is for types that are",
		"faulty, field Type: tag db:\"type=number\": type=number is not known",
		"faulty, field Long: duration is for types made of int64",
		"faulty, field Both: json, decimal, duration and type each say how",
		"faulty, field AutoNow: auto_now and auto_now_add are for times",
		"faulty, field NowTwice: auto_now includes auto_now_add",
		"faulty, field JSONKey: a JSON document can be neither a key nor unique",
		"faulty, field Computed: the database computes a generated column",
		"faulty, field Deleted: on_delete and deferred are for references",
		"faulty, field Later: on_delete and deferred are for references",
		"faulty, field Bits: bits is for whole numbers of type int64, and the field is a int32",
		`faulty, field OddBits: tag db:"bits=31": bits=31 is not known; it is 16 or 32`,
		"faulty, field SetNull: on_delete=set_null needs a field that may be NULL",
		"faulty, field hidden: has a db tag but is not exported",
		"faulty, field Empty: tag db:\"column=\": option \"column\" needs a value",
		"faulty, field Flag: tag db:\"index=1\": option \"index\" takes no value",
		"faulty, field Bool: default=maybe: strconv.ParseBool",
		"faulty, field Small: default=128: out of the range of a int8",
		"faulty, field Status: default=other: \"other\" is not one of the choices of Status: draft, out",
		"faulty, field Short: default=abc: Short has 3 characters",
		"faulty, field UUID: default=0: a UUID cannot have a default",
		"faulty, field Day: default=2026-02-30: \"2026-02-30\" is not a day of the calendar",
		"faulty, field Price: default=100: 100 has 3 digits before the point",
		"faulty, field Digits: default=1: a Decimal(20,2) cannot have a default",
		"faulty, field Doc: default=nonsense: this is not JSON",
		"faulty, field NoChoices: type orm_test.noChoices has choices, but names none",
		"faulty, field WrongChoice: choice 1 of type orm_test.wrongChoice is a string",
		"faulty, field SameChoice: choice 2 of type orm_test.sameChoice: it is there already",
		"faulty, field LongChoice: choice 1 of type orm_test.longChoice: LongChoice has 4 characters",
		"faulty, field RealChoice: type orm_test.realChoice has choices, which is for text and whole numbers",
		"faulty, field Column: is stored in column \"size\", and so is Size",
		"keyless: has no primary key",
		"nullKey, field ID: a primary key cannot be NULL",
		"int: is a int; a model is a struct",
		"indexed: orm.Index names no field",
		"indexed: orm.Index names the field \"name\", which it does not have; did you mean Name?",
		"indexed: orm.Index: the field Doc is a JSON document",
		"indexed: orm.Index with the expression lower(name) needs a name",
		"indexed: two indexes or checks are called m_indexed_name_id",
		"indexed: two indexes or checks are called c",
		"indexed: orm.Check \"c\" has no condition",
		"indexed: \"\" cannot be the name of an index or a check",
		"toLine, field Line: refers to orm_test.line, whose key is of several fields, Order, Number",
	}
	var left []string
	for _, line := range strings.Split(err.Error(), "\n") {
		found := false
		for i, w := range want {
			if found = strings.Contains(line, "module m, model ") && strings.Contains(line, w); found {
				want = append(want[:i:i], want[i+1:]...)
				break
			}
		}
		if !found {
			left = append(left, line)
		}
	}
	for _, w := range want {
		t.Errorf("not reported: %s", w)
	}
	for _, line := range left {
		t.Errorf("reported: %s", line)
	}
}

func TestMistakesNameTheLine(t *testing.T) {
	t.Parallel()
	_, err := orm.NewModels(orm.Group{Module: "m", Models: []orm.Declaration{orm.Model[faulty](), orm.Model[keyless]()}})
	if err == nil {
		t.Fatal("no error was found")
	}
	var lines []string
	for _, line := range strings.Split(err.Error(), "\n") {
		if m := regexp.MustCompile(`^(declare_test\.go):\d+: module m, model orm_test\.(\w+)`).FindStringSubmatch(line); m != nil {
			lines = append(lines, m[1]+" "+m[2])
		} else {
			t.Errorf("no place is named: %s", line)
		}
	}
	if len(lines) < 30 {
		t.Errorf("places: %v", lines)
	}
	at := regexp.MustCompile(`declare_test\.go:(\d+): module m, model orm_test\.faulty, field (Struct|Map|Chan):`).FindAllStringSubmatch(err.Error(), -1)
	if len(at) != 3 || at[0][1] == at[1][1] || at[1][1] >= at[2][1] {
		t.Errorf("the lines are %v", at)
	}
}

// patience is made of a duration.
type patience time.Duration

// bookcase has what makes a table different.
type bookcase struct {
	ID       int64
	Shop     int64   `db:"column=shop_no"`
	Title    string  `db:"size=20,default='a, b'"`
	Price    *string `db:"decimal=8.2"`
	Twice    int64   `db:"generated=coalesce(shop_no, 0) * 2"`
	Settings any     `db:"json"`
	Stored   sql.Null[civil.Date]
	Wait     patience `db:"duration"`
	Colour   fickle   `db:"type=text,size=7"`
	civil.Clock
}

func TestSchema(t *testing.T) {
	t.Parallel()
	models, err := orm.NewModels(orm.Group{Module: "m", Models: []orm.Declaration{orm.Model[bookcase](
		orm.Table("bookcases"),
		orm.Unique("Shop", "Title"),
		orm.Unique("Title").Where("shop_no > 5").Named("far"),
		orm.Index("Shop", "-Stored"),
		orm.Index("Shop").Expr("lower(title)").Named("lower_title"),
		orm.Check("cheap", "price < 100"),
	)}})
	if err != nil {
		t.Fatal(err)
	}
	table := models.Schema().Tables[0]
	var got []string
	for _, c := range table.Columns {
		s := c.Name + " " + c.Type.String()
		if c.Null {
			s += " null"
		}
		if c.Default.Value != nil {
			s += " default"
		}
		got = append(got, s+" "+c.Generated)
	}
	for _, u := range table.Uniques {
		got = append(got, "unique "+u.Name+" "+strings.Join(u.Columns, " "))
	}
	for _, x := range table.Indexes {
		s := "index " + x.Name
		if x.Unique {
			s += " unique"
		}
		for _, c := range x.Columns {
			s += " " + c.Column + c.Expr
			if c.Desc {
				s += " desc"
			}
		}
		got = append(got, s+" "+x.Where)
	}
	for _, c := range table.Checks {
		got = append(got, "check "+c.Name+" "+c.SQL)
	}
	want := []string{
		"id Int64 ", "shop_no Int64 ", "title Text(20) default ", "price Decimal(8,2) null ", "twice Int64 coalesce(shop_no, 0) * 2",
		"settings JSON ", "stored Date null ", "wait Duration ", "colour Text(7) ", "clock Clock ",
		"unique bookcases_shop_no_title_c880ece9_uniq shop_no title",
		"index bookcases_shop_no_stored_8e7fa8da_idx shop_no stored desc ",
		"index far unique title shop_no > 5",
		"index lower_title shop_no lower(title) ",
		"check cheap price < 100",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
