// Package jobpages has pages on which staff see the jobs of a site (package jobs), and change what becomes of them.
//
//	accounts := auth.New(auth.Config{})
//	Modules: []module.Module{jobs.New(jobs.Config{}), accounts, jobpages.New()}
//
// They are for users with the permission "jobpages.view_jobs"; who retries, cancels and pauses needs
// "jobpages.change_jobs" too. Permissions are those of contrib/auth. A project gives the pages its own layout by a
// template "jobpages/base.html".
package jobpages

import (
	"context"
	"embed"
	"io/fs"
	"net/http"

	"github.com/volaweb/vola/contrib/auth"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
	"github.com/volaweb/vola/web/messages"
)

//go:embed templates static
var files embed.FS

// What users may be allowed to do.
const (
	mayView   = "jobpages.view_jobs"
	mayChange = "jobpages.change_jobs"
)

var (
	overviewPage = templates.Page[overview]("jobpages/overview.html")
	listPage     = templates.Page[list]("jobpages/list.html")
	jobPage      = templates.Page[detail]("jobpages/job.html")
)

// Pages is the module. It is safe for concurrent use.
type Pages struct{ module.Base }

// New returns the module.
func New() *Pages { return &Pages{} }

// Name is "jobpages".
func (*Pages) Name() string { return "jobpages" }

// Templates are the pages.
func (*Pages) Templates() fs.FS { return files }

// Static is the style sheet.
func (*Pages) Static() fs.FS { return files }

// Pages lists the pages.
func (*Pages) Pages() []templates.Checked {
	return []templates.Checked{overviewPage, listPage, jobPage}
}

// Permissions are to see jobs, and to change what becomes of them.
func (*Pages) Permissions() []module.Permission {
	return []module.Permission{
		{Name: "view_jobs", Help: i18n.Mark("see the jobs of the site, with what is not secret of their arguments")},
		{Name: "change_jobs", Help: i18n.Mark("retry and cancel jobs, and pause their queues")},
	}
}

// Routes are those of the pages, and of what is done on them.
func (p *Pages) Routes(r *web.Router) {
	view := r.Wrap(auth.PermissionRequired(mayView))
	view.Get("/", p.overview).Name("overview")
	view.Get("/all/", p.list).Name("list")
	view.Get("/{id:int}/", p.job).Name("job")
	change := r.Wrap(auth.PermissionRequired(mayView, mayChange))
	change.Post("/{id:int}/retry/", p.act(jobs.Retry, i18n.Mark("The job begins again."))).Name("retry")
	change.Post("/{id:int}/cancel/", p.act(jobs.Cancel, i18n.Mark("The job is cancelled, or ends as soon as it can."))).Name("cancel")
	change.Post("/queues/{queue:slug}/pause/", p.queue(jobs.Pause)).Name("pause")
	change.Post("/queues/{queue:slug}/resume/", p.queue(jobs.Resume)).Name("resume")
}

// act does something to a job, and leads back to it.
func (p *Pages) act(do func(context.Context, database.Handle, int64) (bool, error), said string) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		id := web.Int(r, "id")
		ok, err := do(r.Context(), p.DB, id)
		if err != nil {
			return err
		}
		tell, text := messages.Success, said
		if !ok {
			if _, err := orm.Find[jobs.Record](r.Context(), p.DB, id); err != nil {
				return err
			}
			tell, text = messages.Warning, i18n.Mark("The job has gone on meanwhile, so nothing was done.")
		}
		if err := tell(r.Context(), i18n.From(r.Context()).T(text)); err != nil {
			return err
		}
		to, err := p.URLFor(r.Context(), "jobpages:job", id)
		if err != nil {
			return err
		}
		return web.Redirect(w, r, to, http.StatusSeeOther)
	}
}

// queue does something to a queue, and leads back to the overview.
func (p *Pages) queue(do func(context.Context, database.Handle, string) error) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := do(r.Context(), p.DB, r.PathValue("queue")); err != nil {
			return err
		}
		to, err := p.URLFor(r.Context(), "jobpages:overview")
		if err != nil {
			return err
		}
		return web.Redirect(w, r, to, http.StatusSeeOther)
	}
}
