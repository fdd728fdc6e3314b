package survey

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/orm"
)

// Question is one of the questions.
type Question struct {
	ID       int64
	Label    string `db:"size=200" label:"Question"`
	Type     kind   `db:"size=10" label:"What people fill in"`
	Required bool   `label:"It must be answered"`
	Choices  string `db:"size=500" form:"optional" label:"Choices" help:"With commas between them, if people choose one."`
	Place    int64  `db:"index" form:"position"`
}

// kind is what people fill in, as package forms names it.
type kind string

func (kind) Choices() []orm.Choice {
	return []orm.Choice{
		{Value: kind("text"), Label: "Text"}, {Value: kind("whole"), Label: "Whole number"},
		{Value: kind("yes"), Label: "Yes or no"}, {Value: kind("date"), Label: "Date"},
	}
}

// name is the name of the field: it stays when the wording changes.
func (q Question) name() string { return "q" + strconv.FormatInt(q.ID, 10) }

func (q Question) choices() []string {
	var out []string
	for text := range strings.SplitSeq(q.Choices, ",") {
		if text = strings.TrimSpace(text); text != "" && q.Type == "text" {
			out = append(out, text)
		}
	}
	return out
}

// Answer is what one person has answered.
type Answer struct {
	ID    int64
	Given json.RawMessage `db:"json"`
	At    time.Time       `db:"auto_now_add"`
}
