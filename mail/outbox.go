package mail

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Outbox keeps the last mails in memory, for tests and for the page of mails in development.
// Set its fields before the first mail. The zero value is an empty outbox.
type Outbox struct {
	// Max is how many mails it keeps. Defaults to 100. The oldest go first, also when the mails
	// together have more than 100 MB.
	Max int
	// Next sends the mails too. Without it they are only kept. A mail that Next does not
	// take is not kept.
	Next Sender
	// Now is the clock that says when mails were sent. Defaults to time.Now.
	Now func() time.Time

	mu    sync.Mutex
	sent  []Sent
	total int // mails of all time
	size  int // bytes of those in sent
	more  chan struct{}
}

// maxOutbox is how many bytes the mails of an Outbox have together.
const maxOutbox = 100 << 20

// Sent is a mail that was sent. Its slices must not be changed.
type Sent struct {
	Number  int // from 1, in the order of sending
	Time    time.Time
	Message Message
}

// Send implements [Sender].
func (o *Outbox) Send(ctx context.Context, m Message) error {
	if err := m.Check(); err != nil {
		return err
	}
	if o.Next != nil {
		if err := o.Next.Send(ctx, m); err != nil {
			return err
		}
	}
	now := time.Now
	if o.Now != nil {
		now = o.Now
	}
	most := o.Max
	if most <= 0 {
		most = 100
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.total++
	o.sent = append(o.sent, Sent{o.total, now(), m})
	o.size += m.Size()
	for len(o.sent) > most || o.size > maxOutbox && len(o.sent) > 1 {
		o.size -= o.sent[0].Message.Size()
		o.sent = slices.Delete(o.sent, 0, 1)
	}
	if o.more != nil {
		close(o.more)
		o.more = nil
	}
	return nil
}

// Sent returns the mails that it has, the oldest first.
func (o *Outbox) Sent() []Sent {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.sent)
}

// Messages is Sent without numbers and times.
func (o *Outbox) Messages() []Message {
	var out []Message
	for _, s := range o.Sent() {
		out = append(out, s.Message)
	}
	return out
}

// Wait returns the mails when at least n were sent since the outbox was made, or the error of
// ctx.
func (o *Outbox) Wait(ctx context.Context, n int) ([]Message, error) {
	for {
		o.mu.Lock()
		if o.total >= n {
			o.mu.Unlock()
			return o.Messages(), nil
		}
		if o.more == nil {
			o.more = make(chan struct{})
		}
		more := o.more
		o.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-more:
		}
	}
}
