package pagepeers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// pageSize is how many posts a page lists, excerptWords how many words of each.
const (
	pageSize     = 10
	excerptWords = 30
)

// What pages show, for the programs that have no other types.
type (
	post struct {
		ID        int64
		Title     string
		Slug      string
		Body      string
		Published time.Time
		Author    author
		Topics    []topic
	}
	author struct {
		ID                  int64
		FirstName, LastName string
	}
	topic struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	page struct {
		Items []post
		pager
	}
	pager struct {
		Number, Pages, Prev, Next int
		Total                     int64
	}
)

// FullName returns the name as pages show it.
func (a author) FullName() string { return a.FirstName + " " + a.LastName }

// What the API answers.
type (
	apiPost struct {
		ID        int64     `json:"id"`
		Title     string    `json:"title"`
		Slug      string    `json:"slug"`
		Body      string    `json:"body"`
		Published time.Time `json:"published"`
		Author    apiAuthor `json:"author"`
		Topics    []topic   `json:"topics"`
	}
	apiAuthor struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	apiHits struct {
		ID   int64 `json:"id"`
		Hits int64 `json:"hits"`
	}
)

// api returns the post as the API answers with it.
func (p *post) api() apiPost {
	return apiPost{p.ID, p.Title, p.Slug, p.Body, p.Published.UTC(), apiAuthor{p.Author.ID, p.Author.FullName()}, p.Topics}
}

// Errors that are a status.
var (
	errNotFound = errors.New("not found")
	errInvalid  = errors.New("not a number")
)

// statusOf returns the status of an error.
func statusOf(err error) int {
	switch {
	case errors.Is(err, errNotFound):
		return http.StatusNotFound
	case errors.Is(err, errInvalid):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// pageNumber reads the number of the page from the query's parameter.
func pageNumber(text string) (int, error) {
	if text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, errInvalid
	}
	return n, nil
}

// postID reads the key from the path.
func postID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, errNotFound
	}
	return id, nil
}

// pagerOf returns where a page stands among total posts.
func pagerOf(number int, total int64) (pager, error) {
	p := pager{Number: number, Prev: number - 1, Total: total, Pages: max(1, int((total+pageSize-1)/pageSize))}
	if number > p.Pages {
		return p, errNotFound
	}
	if number < p.Pages {
		p.Next = number + 1
	}
	return p, nil
}

// excerpt returns the first words of a text.
func excerpt(text string) string {
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
