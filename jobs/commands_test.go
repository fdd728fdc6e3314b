package jobs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola"
	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/database/databasetest"
	"github.com/volaweb/vola/jobs"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/module"
	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/volatest"
)

func TestCommands(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s, r := &shop{}, jobs.New(jobs.Config{})
		packing(s)
		clock := volatest.NewClock(start)
		c := volatest.Start(t, vola.Config{Name: "shop", Version: "1", Modules: []module.Module{r, s}}, volatest.Options{DB: db, Now: clock.Now})
		for _, p := range []Pack{{Order: "a"}, {Order: "b", Fail: "the printer\x1b[31m is off"}, {Order: "c", Fail: "panic"}} {
			if _, err := jobs.Enqueue(t.Context(), db, p); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := jobs.Enqueue(t.Context(), db, Pack{Order: "d"}, jobs.In(time.Hour)); err != nil {
			t.Fatal(err)
		}
		volatest.WantJob(c, Pack{Order: "d"})
		if n := c.RunJobs(); n != 3 {
			t.Errorf("%d attempts", n)
		}
		for _, step := range []struct{ command, want, err string }{
			{"list", "ID KIND QUEUE STATE ATTEMPT TIME ERROR 4 shop.Pack default waiting 0/3 2026-11-30 13:00:00 3 shop.Pack default waiting 1/3 2026-11-30 12:01:00 panic: out of boxes 2 shop.Pack default waiting 1/3 2026-11-30 12:01:00 the printer [31m is off 1 shop.Pack default done 1/3 2026-11-30 12:00:00", ""},
			{"list -state done -n 5", "ID KIND QUEUE STATE ATTEMPT TIME ERROR 1 shop.Pack default done 1/3 2026-11-30 12:00:00", ""},
			{"list -state lost", "", `jobs are never "lost"`},
			{"list -queue other", "ID KIND QUEUE STATE ATTEMPT TIME ERROR", ""},
			{"cancel 2", "job 2 is cancelled, or is told to end", ""},
			{"cancel 1", "", "job 1 is not in a state for that"},
			{"cancel 99", "", "job 99 is not in a state for that"},
			{"cancel x", "", `"x" is not the number of a job`},
			{"retry 2", "job 2 is ready", ""},
			{"run 4", "job 4 is done", ""},
			{"run 4", "", "job 4 does not wait"},
			{"run 3", "", "job 3 is waiting: panic: out of boxes"},
			{"pause default", "", ""},
			{"pause other", "", `no jobs wait in the queue "other"`},
			{"resume default", "", ""},
			{"show 99", "", "there is no job 99"},
		} {
			args := strings.Fields(step.command)
			out, err := c.Command("jobs "+args[0], args[1:]...)
			if got := strings.Join(strings.Fields(out), " "); got != step.want {
				t.Errorf("%s printed %s\nwant %s", step.command, got, step.want)
			}
			if (err == nil) != (step.err == "") || err != nil && !strings.Contains(err.Error(), step.err) {
				t.Errorf("%s: %v, want %q", step.command, err, step.err)
			}
		}
		out, err := c.Command("jobs show", "3")
		if err != nil || !strings.Contains(out, `arguments: {"Order":"c","Fail":"panic"}`) || !strings.Contains(out, "attempt 1, 2026-11-30 12:00:00") || !strings.Contains(out, "jobs_test.packing") {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// post is a module that sends mails.
type post struct{ module.Base }

func (*post) Name() string { return "post" }

// TestMails: mails are jobs: sealed, sent after the commit, and again when the server was away.
func TestMails(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		p, r := &post{}, jobs.New(jobs.Config{})
		c := volatest.Start(t, vola.Config{Name: "shop", Version: "1", Modules: []module.Module{r, p}}, volatest.Options{DB: db})
		m := mail.To(mail.Address{Address: "ann@example.test"})
		m.From, m.Subject, m.Text = mail.Address{Address: "shop@example.test"}, "Hello", "https://example.test/hush"
		m.Attachments = []mail.Attachment{{Name: "a.txt", Content: []byte("\x00\xff")}}
		for i := range 2 {
			err := db.InTx(t.Context(), func(ctx context.Context, tx *database.Tx) error {
				m.Subject = fmt.Sprint("Hello ", i)
				if err := p.MailQueue.Add(ctx, tx, m); err != nil {
					return err
				}
				if i == 1 {
					return errBack
				}
				return nil
			})
			if err != nil && i == 0 {
				t.Fatal(err)
			}
		}
		row, err := orm.From[jobs.Record](db).First(t.Context())
		if err != nil || row.Args != "" || row.Sealed == "" || row.Queue != "mail" {
			t.Errorf("%v %+v", err, row)
		}
		all := c.Mails()
		if len(all) != 1 || all[0].Subject != "Hello 0" || string(all[0].Attachments[0].Content) != "\x00\xff" {
			t.Errorf("%+v", all)
		}
		m.Subject = "two\nlines"
		if err := p.MailQueue.Add(t.Context(), db, m); err == nil {
			t.Error("a mail that cannot be sent was taken")
		}
	})
}
