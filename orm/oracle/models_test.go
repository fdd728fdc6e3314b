// Package oracle_test asks random questions of package orm and of a naive
// evaluation of the same questions in memory, and compares the answers.
//
// A case is two seeds: one makes the rows of a world (world_test.go), the other
// a question about them (generate_test.go). The question is a small tree that
// can be turned into conditions of package orm, into their Go code, and can be
// evaluated row by row in SQL's three-valued logic (evaluate_test.go). The
// evaluation shares no code with package orm. What differs is made as small as
// possible before it is reported (shrink_test.go).
package oracle_test

import (
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/volaweb/vola/civil"
	"github.com/volaweb/vola/orm"
)

// Person has a column of every kind, once plain and once with NULL, and
// relations of every form.
type Person struct {
	ID     int64
	Flag   bool
	FlagN  *bool
	Small  int16
	SmallN *int16
	Short  int64  `db:"bits=16"`
	ShortN *int64 `db:"bits=16"`
	Big    int64
	BigN   sql.Null[int64]
	Half   float32
	HalfN  *float32
	Ratio  float64
	RatioN sql.Null[float64]
	Name   string  `db:"size=60"`
	NameN  *string `db:"index"`
	Mood   mood
	MoodN  *mood
	Blob   []byte
	BlobN  *[]byte
	At     time.Time
	AtN    *time.Time
	Day    civil.Date
	DayN   sql.Null[civil.Date]
	Hour   civil.Clock
	HourN  *civil.Clock
	Wait   time.Duration
	WaitN  *time.Duration
	Price  string           `db:"decimal=9.2"`
	PriceN *string          `db:"decimal=9.2"`
	Exact  string           `db:"decimal=30.10"`
	ExactN sql.Null[string] `db:"decimal=30.10"`
	Token  uuid.UUID
	TokenN *uuid.UUID
	Doc    map[string]any           `db:"json"`
	DocN   sql.Null[map[string]any] `db:"json"`

	Home    orm.Ref[Place]              `db:"on_delete=cascade"`
	Work    *orm.Ref[Place]             `db:"on_delete=set_null"`
	Boss    *orm.Ref[Person]            `db:"on_delete=set_null"`
	Badge   *orm.RefKey[Tag, uuid.UUID] `db:"on_delete=set_null"`
	Tags    orm.Many[Tag]
	Friends orm.Many[Person]
	Reports orm.HasMany[Person] `db:"by=Boss"`
	Owned   orm.HasOne[Tag]     `db:"by=Owner"`
}

// mood is text with choices.
type mood string

func (mood) Choices() []orm.Choice {
	return []orm.Choice{{Value: mood("")}, {Value: mood("glad")}, {Value: mood("Glad")}, {Value: mood("sad_%")}, {Value: mood("ß")}}
}

// Place refers to itself.
type Place struct {
	ID      int64
	Name    string          `db:"size=60"`
	Parent  *orm.Ref[Place] `db:"on_delete=set_null"`
	Opened  *civil.Date
	Rating  sql.Null[float64]
	Size    int64
	People  orm.HasMany[Person] `db:"by=Home"`
	Workers orm.HasMany[Person] `db:"by=Work"`
}

// Tag has a key that is not a number, and a reference that is unique.
type Tag struct {
	ID     uuid.UUID
	Label  string
	Weight *int64
	Hidden bool
	Owner  *orm.Ref[Person] `db:"unique,on_delete=set_null"`
	People orm.Many[Person] `db:"reverse=Tags"`
}
