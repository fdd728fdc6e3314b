package shelf

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/storage"
	"github.com/volaweb/vola/templates"
	"github.com/volaweb/vola/web"
)

// titles is a form: a file with a title in each line.
type titles struct {
	File storage.Name `form:"types=txt csv,size=20MB" label:"File" help:"A text file with a title in each line."`
}

// loadTitles are the arguments of the job that stores them: the file is not among them, as it may be large.
type loadTitles struct{ File storage.Name }

// loaded is its result.
type loaded struct{ Added, Known, Wrong int }

// progress is what the page of an import shows.
type progress struct {
	Job    jobs.Record
	Result loaded
}

var (
	titlesForm   = forms.New[titles]()
	importPage   = templates.Page[*forms.Bound[titles]]("shelf/import.html")
	progressPage = templates.Page[progress]("shelf/progress.html")
)

// Jobs has the import of titles.
func (s *shelf) Jobs() []jobs.Declaration {
	return []jobs.Declaration{jobs.Handle(s.load, jobs.Options{Limit: 1, Timeout: time.Hour})}
}

// importTitles takes a file. It is read by a job, however long that takes.
func (s *shelf) importTitles(w http.ResponseWriter, r *http.Request) error {
	form := titlesForm.Bind(r.Context(), titles{})
	form.Accept(s.Uploads())
	ok, err := form.Read(r)
	if err != nil {
		return err
	}
	if !ok {
		return s.RenderStatus(w, r, form.Status(), importPage.Data(form))
	}
	id, err := jobs.Enqueue(r.Context(), s.DB, loadTitles{form.Value.File})
	if err != nil {
		return err
	}
	to, err := s.URLFor(r.Context(), "shelf:import-progress", id)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, to, http.StatusSeeOther)
}

// importProgress shows how far an import is.
func (s *shelf) importProgress(w http.ResponseWriter, r *http.Request) error {
	job, err := orm.From[jobs.Record](s.DB).Where(jobs.Records.ID.Eq(web.Int(r, "id")), jobs.Records.Kind.Eq("shelf.loadTitles")).Get(r.Context())
	if err != nil {
		return err
	}
	data := progress{Job: job}
	if job.State == jobs.Done {
		if err := job.DecodeResult(&data.Result); err != nil {
			return err
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.Render(w, r, progressPage.Data(data))
}

// load stores the titles of a file, in pieces, so that no transaction is long. A job that is done again finds those that it
// has stored before.
func (s *shelf) load(ctx context.Context, job jobs.Job[loadTitles]) error {
	file, err := s.Storage.Open(ctx, job.Args.File)
	if fault.KindOf(err) == fault.NotFound {
		return jobs.Discard(err)
	}
	if err != nil {
		return err
	}
	defer file.Close()
	var sum loaded
	var read int64
	var piece []Book
	store := func() error {
		added, err := orm.Upsert(ctx, s.DB, piece, orm.OnConflict[Book](Books.Title).DoNothing())
		sum.Added += added
		sum.Known += len(piece) - added
		piece = piece[:0]
		return err
	}
	seen := map[string]bool{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		read += int64(len(lines.Bytes())) + 1
		title := strings.TrimSpace(lines.Text())
		switch {
		case title == "":
			continue
		case len([]rune(title)) > 120 || !validText(title):
			sum.Wrong++
			continue
		case seen[title]:
			sum.Known++
			continue
		}
		seen[title] = true
		if piece = append(piece, Book{Title: title}); len(piece) < 500 {
			continue
		}
		if err := store(); err != nil {
			return err
		}
		percent := int(100 * read / max(file.Info().Size, 1))
		if err := job.Progress(ctx, percent, fmt.Sprint(sum.Added+sum.Known)); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return jobs.Discard(fmt.Errorf("the file is not a text of lines: %w", err))
	}
	if err := store(); err != nil {
		return err
	}
	if err := job.SetResult(sum); err != nil {
		return err
	}
	if err := s.DB.InTx(ctx, func(ctx context.Context, tx *database.Tx) error { return job.Complete(ctx, tx) }); err != nil {
		return err
	}
	return s.Storage.Delete(ctx, job.Args.File)
}

// validText reports whether a database can store the text.
func validText(text string) bool {
	return !strings.ContainsRune(text, 0) && strings.ToValidUTF8(text, "") == text
}
