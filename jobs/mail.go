package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/volaweb/vola/database"
	"github.com/volaweb/vola/mail"
	"github.com/volaweb/vola/module"
)

// mailJob is a mail that is sent.
type mailJob struct{ Message mail.Message }

// mailOptions: a server that is away for a night loses no mail. Mails hold links to log in, so they are sealed.
func mailOptions() Options {
	return Options{Kind: "jobs.mail", Queue: "mail", Attempts: 30, Timeout: 2 * time.Minute, Secret: true, Backoff: func(n int) time.Duration {
		return min(time.Duration(n*n)*10*time.Second, 3*time.Hour)
	}}
}

type sender interface {
	Send(ctx context.Context, m mail.Message) error
}

// MailQueue makes the mails of the site jobs, unless the Config says NoMail.
func (r *Runner) MailQueue(sender mail.Sender) module.MailQueue {
	if r.cfg.NoMail {
		return nil
	}
	r.mailer = sender
	return mailQueue{r}
}

type mailQueue struct{ r *Runner }

// Add stores a mail as a job.
func (q mailQueue) Add(ctx context.Context, h database.Handle, m mail.Message) error {
	if err := m.Check(); err != nil {
		return err
	}
	_, err := Enqueue(ctx, h, mailJob{m})
	return err
}

func (r *Runner) sendMail(ctx context.Context, job Job[mailJob]) error {
	err := r.mailer.Send(ctx, job.Args.Message)
	if err != nil && !mail.IsTemporary(err) && ctx.Err() == nil {
		return Discard(fmt.Errorf("the mail is not taken: %w", err))
	}
	return err
}
