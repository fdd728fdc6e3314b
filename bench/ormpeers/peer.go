package ormpeers

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Peer is one way to do the work. Every method does one operation and keeps
// what it read in the peer's own types; Seen translates that for comparison,
// outside of what is measured. A Peer is used by one goroutine at a time.
type Peer interface {
	// Get reads the post with that key.
	Get(ctx context.Context, id int64) error
	// List reads the 100 posts published last.
	List(ctx context.Context) error
	// ListTopics reads what List does, and the topics of each post.
	ListTopics(ctx context.Context) error
	// Find reads at most 20 posts, the latest first: published before a time,
	// with at least so many hits, pinned or not, by an author of that name.
	Find(ctx context.Context, f Filter) error
	// Insert stores a new post and learns its key.
	Insert(ctx context.Context, r Row) error
	// Update stores a post's new title and number of hits, and fails when there
	// is no such post.
	Update(ctx context.Context, id int64, title string, hits int64) error
	// Bulk stores many new posts, all or none. It need not learn the keys.
	Bulk(ctx context.Context, rows []Row) error
	// GetOrCreate reads the topic of that name, or stores it first.
	GetOrCreate(ctx context.Context, name string) (created bool, err error)
	// Topic returns what GetOrCreate has read or stored last.
	Topic() (id int64, name string)
	// Seen returns the posts that the last operation has read or stored.
	Seen() []Row
	// Close closes the database.
	Close() error
}

// Filter is what Find looks for.
type Filter struct {
	Before   time.Time
	Hits     int64
	Pinned   bool
	Username string
}

// Row is a post in the form in which peers are compared.
type Row struct {
	ID        int64
	Title     string
	Slug      string
	Body      string
	AuthorID  int64
	Published time.Time // UTC
	Hits      int64
	Pinned    bool
	Note      string // "-" for NULL
	Topics    string // their names, sorted, with commas between
}

// ErrNotOffered is the error of an operation that a peer has no means for.
var ErrNotOffered = errors.New("not offered")

// listed and found are how many rows List and Find read at most.
const (
	listed = 100
	found  = 20
)

// NewRow returns the n-th post that is to be stored.
func NewRow(n int) Row {
	r := Row{
		Title:     fmt.Sprintf("Minor Swing, take %d", n),
		Slug:      fmt.Sprintf("minor-swing-take-%d", n),
		Body:      body,
		AuthorID:  int64(n%authors) + 1,
		Published: time.Date(2026, 1, 1, 12, 0, 0, 123456000, time.UTC).Add(-time.Duration(n) * time.Minute),
		Hits:      int64(n * 7 % 1000),
		Pinned:    n/authors%2 == 0,
		Note:      "-",
	}
	if n%3 == 0 {
		r.Note = "remastered"
	}
	return r
}

const body = "A post is some hundred bytes of text here, which is what lists on a site show of one: " +
	"its beginning, a picture, and where to read on. The rest of the text does not matter to the benchmark, but its length does a little."

// notePointer returns the note as the structs hold it.
func (r Row) notePointer() *string {
	if r.Note == "-" {
		return nil
	}
	return &r.Note
}

func noteOf(p *string) string {
	if p == nil {
		return "-"
	}
	return *p
}
