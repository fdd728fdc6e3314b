package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"mime"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/volaweb/vola/bench/pagepeers/volablog"
)

// answer is what is compared of a response: of an error the status alone.
type answer struct {
	status      int
	contentType string   // without parameters
	text        string   // that people see of a page
	links       []string // of a page
	value       any      // of JSON
}

// asked are the requests that every program must answer alike, in this order.
func asked() []string {
	last := (volablog.PostCount + 9) / 10
	out := []string{"GET /blog/", "GET /blog/?page=0", "GET /blog/?page=x", "GET /blog/none/", "GET /api/posts/0", "GET /api/posts/x", "POST /hits/0", "GET /none"}
	for _, n := range []int{1, 2, 17, last, last + 1} {
		out = append(out, fmt.Sprintf("GET /blog/?page=%d", n))
	}
	for _, id := range []int{1, 2, 3, 1234, volablog.PostCount} {
		out = append(out, "GET /blog/"+volablog.Slug(id)+"/", fmt.Sprintf("GET /api/posts/%d", id), fmt.Sprintf("POST /hits/%d", id), fmt.Sprintf("POST /hits/%d", id))
	}
	return out
}

// answersOf asks a program everything.
func answersOf(ctx context.Context, host string) ([]answer, error) {
	var out []answer
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for _, line := range asked() {
		method, path, _ := strings.Cut(line, " ")
		req, err := http.NewRequestWithContext(ctx, method, "http://"+host+path, nil)
		if err != nil {
			return nil, err
		}
		resp, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		a, err := read(resp.StatusCode, resp.Header.Get("Content-Type"), body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		out = append(out, a)
	}
	return out, nil
}

var (
	hiddenPart = regexp.MustCompile(`(?is)<!doctype[^>]*>`)
	tag        = regexp.MustCompile(`<[^>]*>`)
	link       = regexp.MustCompile(`href="([^"]*)"`)
)

// read takes a response apart.
func read(status int, contentType string, body []byte) (answer, error) {
	a := answer{status: status}
	if status != http.StatusOK {
		return a, nil
	}
	var err error
	if a.contentType, _, err = mime.ParseMediaType(contentType); err != nil {
		return a, fmt.Errorf("the content type %q: %w", contentType, err)
	}
	switch a.contentType {
	case "application/json":
		if err := json.Unmarshal(body, &a.value); err != nil {
			return a, err
		}
	case "text/html":
		for _, found := range link.FindAllSubmatch(body, -1) {
			a.links = append(a.links, html.UnescapeString(string(found[1])))
		}
		shown := tag.ReplaceAllString(hiddenPart.ReplaceAllString(string(body), ""), "\x00")
		a.text = html.UnescapeString(strings.Join(strings.FieldsFunc(shown, func(r rune) bool { return r == 0 || r == ' ' || r == '\n' || r == '\t' }), " "))
	default:
		return a, fmt.Errorf("the content type is %q", contentType)
	}
	return a, nil
}

// compare returns the error that says where a program answers something else.
func compare(got, want []answer) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d answers, not %d", len(got), len(want))
	}
	var errs []error
	for i := range got {
		errs = append(errs, compareOne(asked()[i], got[i], want[i]))
	}
	return errors.Join(errs...)
}

// compareOne compares what was answered to one request.
func compareOne(line string, got, want answer) error {
	switch {
	case got.status != want.status:
		return fmt.Errorf("%s: the status is %d, not %d", line, got.status, want.status)
	case got.contentType != want.contentType:
		return fmt.Errorf("%s: the content type is %s, not %s", line, got.contentType, want.contentType)
	case got.text != want.text:
		return fmt.Errorf("%s: the page says\n%s\nnot\n%s", line, got.text, want.text)
	case !slices.Equal(got.links, want.links):
		return fmt.Errorf("%s: the links are %q, not %q", line, got.links, want.links)
	case !reflect.DeepEqual(got.value, want.value):
		return fmt.Errorf("%s: the values are\n%v\nnot\n%v", line, got.value, want.value)
	}
	return nil
}

// compareAll compares what all programs answer with what the first does.
func compareAll(ctx context.Context, ps []*process) error {
	var want []answer
	for _, p := range ps {
		got, err := answersOf(ctx, p.host)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if want == nil {
			want = got
		}
		if err := compare(got, want); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}
