// Package survey is a survey whose questions are rows: people write them on one page, move
// them and remove them, and others answer them in a form that is made of them.
package survey

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"

	"github.com/volaweb/vola/contrib/once"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/migrate"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/orm/ormforms"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"

	"github.com/volaweb/vola/examples/survey/migrations"
)

//go:embed templates static
var files embed.FS

var (
	answerPage    = templates.Page[*forms.Bound[forms.Record]]("survey/answer.html")
	thanksPage    = templates.Page[thanks]("survey/thanks.html")
	questionsPage = templates.Page[*forms.Bound[questionnaire]]("survey/questions.html")
)

type survey struct {
	module.Base
	editor    *forms.Form[questionnaire]
	questions *ormforms.Rows[Question]
}

// New returns the module. The site needs once.New too.
func New() module.Module { return &survey{} }

func (s *survey) Name() string                    { return "survey" }
func (s *survey) Migrations() []migrate.Migration { return migrations.All() }
func (s *survey) Pages() []templates.Checked {
	return []templates.Checked{answerPage, thanksPage, questionsPage}
}
func (s *survey) Templates() fs.FS { return files }
func (s *survey) Static() fs.FS    { return files }
func (s *survey) Models() []orm.Declaration {
	return []orm.Declaration{orm.Model[Question](), orm.Model[Answer]()}
}

func (s *survey) Routes(r *web.Router) {
	r.Get("/", s.answer).Name("answer")
	r.Post("/", s.answer)
	r.Get("/thanks/{id:int}/", s.thanks).Name("thanks")
	r.Get("/questions/", s.edit).Name("questions")
	r.Post("/questions/", s.edit)
}

// snippet: questions

// questionnaire is the page on which the questions are written.
type questionnaire struct {
	Questions []Question `form:"min=1,max=30,extra=1" label:"Questions" row:"Question"`
}

func (s *survey) Start(ctx context.Context, h *module.Host) (err error) {
	if err := s.Base.Start(ctx, h); err != nil {
		return err
	}
	s.questions, err = ormforms.RowsOf(s.DB, "Questions",
		[]orm.Field[Question]{Questions.Label, Questions.Type, Questions.Required, Questions.Choices, Questions.Place})
	if err != nil {
		return err
	}
	s.editor = forms.Of[questionnaire](s.questions.Part())
	return s.editor.Check()
}

// edit writes the questions: their order is that of the page.
func (s *survey) edit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	questions, err := s.all(ctx)
	if err != nil {
		return err
	}
	form := s.editor.Bind(ctx, questionnaire{questions})
	ok, err := form.Read(r)
	if ok {
		ok, err = ormforms.Save(ctx, s.DB, form, func(ctx context.Context, tx *database.Tx) error {
			return s.questions.Save(ctx, tx, form.Values, &form.Value.Questions, nil)
		})
	}
	if err != nil {
		return err
	}
	if !ok {
		return s.RenderStatus(w, r, form.Status(), questionsPage.Data(form))
	}
	return s.redirect(w, r, "survey:answer")
}

// end snippet

// redirect leads to a page of the survey.
func (s *survey) redirect(w http.ResponseWriter, r *http.Request, route string) error {
	to, err := s.URLFor(r.Context(), route)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}

// all returns the questions in their order.
func (s *survey) all(ctx context.Context) ([]Question, error) {
	return orm.From[Question](s.DB).OrderBy(Questions.Place.Asc(), Questions.ID.Asc()).All(ctx)
}

// snippet: build

// errNoQuestions is the error of a survey that nobody has written yet.
var errNoQuestions = errors.New("the survey has no questions yet")

// form makes the form of the questions that there are now.
func (s *survey) form(ctx context.Context) (*forms.Form[forms.Record], error) {
	questions, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	if len(questions) == 0 {
		return nil, errNoQuestions
	}
	var items []forms.Item
	for _, q := range questions {
		items = append(items, forms.Item{Name: q.name(), Type: string(q.Type), Label: q.Label, Required: q.Required, Choices: q.choices()})
	}
	return forms.Build(items...)
}

func (s *survey) answer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	made, err := s.form(ctx)
	if errors.Is(err, errNoQuestions) {
		return s.redirect(w, r, "survey:questions")
	}
	if err != nil {
		return err
	}
	form := made.Bind(ctx, forms.Record{})
	form.Once()
	ok, err := form.Read(r)
	to := ""
	if ok {
		to, ok, err = once.Save(ctx, s.DB, form, func(ctx context.Context, tx *database.Tx) (string, error) {
			given, err := json.Marshal(form.Value)
			if err != nil {
				return "", err
			}
			a := Answer{Given: given}
			if err := orm.Create(ctx, tx, &a); err != nil {
				return "", err
			}
			return s.URLFor(ctx, "survey:thanks", a.ID)
		})
	}
	switch {
	case err != nil:
		return err
	case ok:
		return web.Redirect(w, r, to, http.StatusSeeOther)
	}
	return s.RenderStatus(w, r, form.Status(), answerPage.Data(form))
}

// end snippet

// thanks is the page after the answers.
type thanks struct {
	Given []given
}

// given is an answer with its question.
type given struct {
	Question string
	Value    any
}

func (s *survey) thanks(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := orm.Find[Answer](ctx, s.DB, web.Int(r, "id"))
	if err != nil {
		return err
	}
	made, err := s.form(ctx)
	if err != nil {
		return err
	}
	record, err := forms.Decode(made, a.Given)
	if err != nil {
		return err
	}
	var page thanks
	for _, f := range made.Bind(ctx, record).Fields() {
		page.Given = append(page.Given, given{f.Label, record.Get(f.Name)})
	}
	return s.Render(w, r, thanksPage.Data(page))
}
