package jobs

import (
	"time"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/signing"
)

// State is where a job is on its way.
type State string

// The states of jobs.
const (
	Waiting   State = "waiting"   // for its time: the first, or that of another attempt
	Ready     State = "ready"     // for a worker
	Held      State = "held"      // for others to end, because only so many of them may run at once
	Running   State = "running"   // a worker has it
	Done      State = "done"      // without an error
	Failed    State = "failed"    // for good; it can be retried by hand
	Cancelled State = "cancelled" // by somebody
)

// Choices are all states.
func (State) Choices() []orm.Choice {
	return []orm.Choice{
		{Value: Waiting, Label: "waiting"}, {Value: Ready, Label: "ready"}, {Value: Held, Label: "held"},
		{Value: Running, Label: "running"}, {Value: Done, Label: "done"}, {Value: Failed, Label: "failed"},
		{Value: Cancelled, Label: "cancelled"},
	}
}

// Ended reports whether nothing more happens to a job by itself.
func (s State) Ended() bool { return s == Done || s == Failed || s == Cancelled }

// Record is a job as it is stored. Only this package writes it.
type Record struct {
	ID       int64
	Kind     string `db:"size=100"` // names the declaration
	Queue    string `db:"size=50"`
	State    State  `db:"size=10"`
	Priority int32  // a higher one goes first
	RunAt    time.Time
	// Args are the arguments as JSON, or Sealed are: encrypted, if the declaration says Secret.
	Args    string
	Sealed  signing.Sealed
	Version int32 // of the form of the arguments
	// Attempt counts the attempts that were begun and are not forgiven; MaxAttempts is when it is given up.
	Attempt, MaxAttempts int32
	// Crashes counts the workers that ended while they had it.
	Crashes  int32
	Created  time.Time
	Started  *time.Time // of the last attempt
	Finished *time.Time
	Deadline *time.Time // after which it does not begin
	Worker   string     `db:"size=40"` // the ID of the Process that has it, "" for none
	Stop     bool       // somebody wants the running attempt to end
	// UniqueKey keeps another job with the same from being enqueued.
	UniqueKey *string `db:"size=43,unique"`
	Batch     *int64  // that it is one of
	Follows   *int64  // the batch after which it was enqueued
	// LimitKey is what jobs have in common of which only so many run at once. Admitted is one that may.
	LimitKey string `db:"size=200"`
	Admitted bool
	// Paced says that the wait for its turn, under the declaration's Rate, is over.
	Paced        bool
	Progress     int32  // in percent
	ProgressText string `db:"size=500"`
	Result       string // as JSON
	Error        string // of the last attempt, its first line
	Language     string `db:"size=35"` // of who enqueued it
	Request      string `db:"size=100"`
	Depth        int32  // how many jobs enqueued each other before it
}

// Failure is an attempt that ended in an error.
type Failure struct {
	ID      int64
	Job     orm.Ref[Record] `db:"on_delete=cascade,index"`
	Attempt int32
	At      time.Time
	Worker  string `db:"size=200"`
	Error   string
	Stack   string // of a panic
}

// Process is a program that works on jobs. Its row is there as long as it beats.
type Process struct {
	ID      string `db:"size=40,primary_key"`
	Name    string `db:"size=200"` // host and process number
	Place   string `db:"size=100"` // of the process number: the boot of the machine, and its name space
	PID     int64
	Began   int64 // when the process began, as the system counts
	Beat    int64 // goes up as long as it lives
	Seen    time.Time
	Started time.Time
	Queues  string
	Kinds   string // that it knows, each in a line
}

// Line is a queue of jobs about which somebody has said something.
type Line struct {
	Name   string `db:"size=50,primary_key"`
	Paused bool
}

// Schedule is when a job is enqueued again and again.
type Schedule struct {
	Name string `db:"size=160,primary_key"`
	Spec string `db:"size=200"`
	Next time.Time
	Last *time.Time
}

// Batch is jobs that are counted together.
type Batch struct {
	ID      int64
	Total   int32
	Left    int32
	Failed  int32 // cancelled ones among them
	Created time.Time
	// What is enqueued when all have ended.
	Kind, Args string
}

// Pace is when the next job of a rate may begin.
type Pace struct {
	Key  string `db:"size=200,primary_key"`
	Next int64  // in microseconds since 1970
}

// Effect is something that [Once] has let happen.
type Effect struct {
	Key string    `db:"size=200,primary_key"`
	At  time.Time `db:"index"`
}

func models() []orm.Declaration {
	return []orm.Declaration{
		orm.Model[Record](orm.Table("jobs_job"),
			orm.Index("Queue", "-Priority", "RunAt", "ID").Where("state = 'ready'").Named("jobs_job_ready"),
			orm.Index("RunAt").Where("state = 'waiting'").Named("jobs_job_waiting"),
			orm.Index("Worker").Where("state = 'running'").Named("jobs_job_running"),
			orm.Index("LimitKey", "-Priority", "RunAt", "ID").Where("state = 'held'").Named("jobs_job_held"),
			orm.Index("LimitKey").Where("state = 'running' AND limit_key <> ''").Named("jobs_job_limited"),
			orm.Index("State", "Finished").Where("finished IS NOT NULL").Named("jobs_job_ended"),
		),
		orm.Model[Failure](), orm.Model[Process](), orm.Model[Line](), orm.Model[Schedule](), orm.Model[Batch](), orm.Model[Pace](), orm.Model[Effect](),
	}
}

// Internal says that there are no permissions for the rows: what staff may do with jobs is not to change rows.
func (*Record) Internal() {}

// Internal is as of [Record].
func (*Failure) Internal() {}

// Internal is as of [Record].
func (*Process) Internal() {}

// Internal is as of [Record].
func (*Line) Internal() {}

// Internal is as of [Record].
func (*Schedule) Internal() {}

// Internal is as of [Record].
func (*Batch) Internal() {}

// Internal is as of [Record].
func (*Pace) Internal() {}

// Internal is as of [Record].
func (*Effect) Internal() {}
