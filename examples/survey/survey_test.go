package survey_test

import (
	"testing"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/contrib/once"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"

	"github.com/volaweb/vola/examples/survey"
)

func site() vola.Config {
	return vola.Config{Name: "Breakfast", Modules: []module.Module{once.New(), module.At("/", survey.New())}}
}

// TestSurvey writes questions, moves them, and answers them.
func TestSurvey(t *testing.T) {
	t.Parallel()
	volatest.Each(t, site, func(t *testing.T, c *volatest.Client) {
		c.Follow(true)
		form := c.Get("/").Form("Save") // there are no questions yet
		form.In("Question 1").Fill("Question", "How many eggs?").Choose("What people fill in", "Whole number").Check("It must be answered")
		form = form.Press("Add one more: Question").WantStatus(200).Form("Save")
		form.In("Question 2").Fill("Question", "Tea or coffee?").Choose("What people fill in", "Text").Fill("Choices", "tea, coffee")
		form = form.Press("Add one more: Question").Form("Save")
		form.In("Question 3").Fill("Question", "Since when?").Choose("What people fill in", "Date")
		form = form.Press("Move up: Question 2").Form("Save")
		form.In("Question 1").WantValue("Question", "Tea or coffee?")
		form.Press("Save").WantText("h1", "Breakfast")

		answer := c.Get("/").Form("Send my answers")
		answer = answer.Choose("Tea or coffee?", "coffee").Press("Send my answers").WantStatus(422).Form("Send my answers")
		answer.WantError("How many eggs?", "Fill in this field.").WantValue("Tea or coffee?", "coffee")
		answer.Fill("How many eggs?", "2").Press("Send my answers").WantStatus(200).
			WantText("dl", "Tea or coffee? coffee How many eggs? 2 Since when? –")

		// The wording of a question changes and another is removed: what was answered stays.
		form = c.Get("/questions/").Form("Save")
		form.In("Question 1").Fill("Question", "Coffee or tea?")
		form.Press("Remove: Question 2").Form("Save").Press("Save").WantText("h1", "Breakfast")
		c.Get("/thanks/1/").WantText("dl", "Coffee or tea? coffee Since when? –")
		answers, err := orm.From[survey.Answer](c.DB).All(t.Context())
		if err != nil || len(answers) != 1 {
			t.Errorf("%d answers, %v", len(answers), err)
		}
		questions, err := orm.From[survey.Question](c.DB).OrderBy(survey.Questions.Place.Asc()).All(t.Context())
		if err != nil || len(questions) != 2 || questions[0].Place != 1 || questions[1].Place != 2 {
			t.Errorf("%+v, %v", questions, err)
		}
	})
}
