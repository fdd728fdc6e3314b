package pagepeers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// PageSize is how many posts a page lists.
const PageSize = 10

// excerptWords is how many words of each it shows.
const excerptWords = 30

// Post is an article, for the programs that have no type of their own.
type Post struct {
	ID        int64
	Title     string
	Slug      string
	Body      string
	Published time.Time
	Author    Author
	Topics    []Topic
}

// Author writes posts.
type Author struct {
	ID                  int64
	FirstName, LastName string
}

// FullName returns the name as pages show it.
func (a Author) FullName() string { return a.FirstName + " " + a.LastName }

// Topic is what posts are about.
type Topic struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Page is a page of the list.
type Page struct {
	Items []Post
	Pager
}

// Pager is where a page stands in the list. Prev and Next are the numbers of
// the pages around it, 0 if there is none.
type Pager struct {
	Number, Pages, Prev, Next int
	Total                     int64 // posts
}

// APIPost is a post as the API answers with it.
type APIPost struct {
	ID        int64     `json:"id"`
	Title     string    `json:"title"`
	Slug      string    `json:"slug"`
	Body      string    `json:"body"`
	Published time.Time `json:"published"`
	Author    APIAuthor `json:"author"`
	Topics    []Topic   `json:"topics"`
}

// APIAuthor is the author of an [APIPost].
type APIAuthor struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Hits is what the API answers when it has counted a reader.
type Hits struct {
	ID   int64 `json:"id"`
	Hits int64 `json:"hits"`
}

// API returns the post as the API answers with it.
func (p *Post) API() APIPost {
	return APIPost{p.ID, p.Title, p.Slug, p.Body, p.Published.UTC(), APIAuthor{p.Author.ID, p.Author.FullName()}, p.Topics}
}

// Errors that have a status; see [StatusOf].
var (
	// ErrNotFound is the error of a page or post that is not there.
	ErrNotFound = errors.New("not found")
	// ErrInvalid is the error of a number that cannot be read.
	ErrInvalid = errors.New("not a number")
)

// StatusOf returns the status of an error.
func StatusOf(err error) int {
	switch {
	case errors.Is(err, ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, ErrInvalid):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// PageNumber reads the number of the page from the query's parameter.
func PageNumber(text string) (int, error) {
	if text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, ErrInvalid
	}
	return n, nil
}

// PostID reads the key from the path.
func PostID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, ErrNotFound
	}
	return id, nil
}

// PagerOf returns where a page stands among total posts.
func PagerOf(number int, total int64) (Pager, error) {
	p := Pager{Number: number, Prev: number - 1, Total: total, Pages: max(1, int((total+PageSize-1)/PageSize))}
	if number > p.Pages {
		return p, ErrNotFound
	}
	if number < p.Pages {
		p.Next = number + 1
	}
	return p, nil
}

// Excerpt returns the first words of a text.
func Excerpt(text string) string {
	var b strings.Builder
	n := 0
	for word := range strings.FieldsSeq(text) {
		if n == excerptWords {
			b.WriteString("…")
			break
		}
		if n > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
		n++
	}
	return b.String()
}
