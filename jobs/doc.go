// Package jobs does work later: in the background, after an error again, at a time, or again and again.
//
// A job is a row in the site's database. It is written in the transaction that it belongs to, so that a job
// is there exactly if what it is about is there:
//
//	err := db.InTx(ctx, func(ctx context.Context, tx *database.Tx) error {
//		if err := orm.Create(ctx, tx, &order); err != nil {
//			return err
//		}
//		_, err := jobs.Enqueue(ctx, tx, SendReceipt{Order: order.ID})
//		return err
//	})
//
// What is done is declared by a module of the site, in a method Jobs (see [HasJobs]), by the type of the
// arguments:
//
//	func (s *Shop) Jobs() []jobs.Declaration {
//		return []jobs.Declaration{jobs.Handle(s.sendReceipt, jobs.Options{Attempts: 10})}
//	}
//
//	func (s *Shop) sendReceipt(ctx context.Context, job jobs.Job[SendReceipt]) error { ... }
//
// The module that [New] returns works on them. The site lists it among its modules.
//
// A job is done at least once: a process that is killed while it works on one leaves it to another. Its
// effects in the database happen exactly once if they are written in the transaction of [Attempt.Complete].
//
// [Queue] is something else: a queue in memory, between goroutines.
package jobs

//go:generate go run ../cmd/vola gen .
