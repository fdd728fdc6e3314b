package main

import (
	"net/http"
	"strings"
	"testing"
)

const (
	htmlType = "text/html; charset=utf-8"
	aPage    = "<!doctype html>\n<title>One &amp; two</title>\n<p>It's <a href=\"/blog/?page=2&amp;x=1\">older</a>"
)

func mustRead(t *testing.T, status int, contentType, body string) answer {
	t.Helper()
	a, err := read(status, contentType, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestAnswersAlike has what does not count as a difference.
func TestAnswersAlike(t *testing.T) {
	t.Parallel()
	for _, other := range []answer{
		mustRead(t, 200, "text/html;charset=UTF-8", "<!DOCTYPE html><title>One &#38; two</title><p class=x>It&#39;s\n  <a href=\"/blog/?page=2&#38;x=1\">older</a></p>"),
	} {
		if err := compareOne("GET /", other, mustRead(t, 200, htmlType, aPage)); err != nil {
			t.Error(err)
		}
	}
	json := mustRead(t, 200, "application/json", `{"id":1,"topics":[{"name":"a"}]}`)
	if err := compareOne("GET /", mustRead(t, 200, "application/json; charset=utf-8", "{\"topics\": [{\"name\":\"\\u0061\"}], \"id\":1}\n"), json); err != nil {
		t.Error(err)
	}
	if err := compareOne("GET /", mustRead(t, 404, "text/plain", "Not Found"), mustRead(t, 404, htmlType, "<h1>Not found</h1>")); err != nil {
		t.Error(err)
	}
}

// TestDifferencesAreNoticed has what does.
func TestDifferencesAreNoticed(t *testing.T) {
	t.Parallel()
	page := mustRead(t, 200, htmlType, aPage)
	json := mustRead(t, 200, "application/json", `{"id":1,"topics":[{"name":"a"},{"name":"b"}]}`)
	for _, c := range []struct {
		name      string
		got, want answer
	}{
		{"another status", mustRead(t, 500, "text/plain", ""), mustRead(t, 404, "text/plain", "")},
		{"no page", mustRead(t, 404, "text/plain", ""), page},
		{"another type", mustRead(t, 200, "application/json", `1`), page},
		{"a word less", mustRead(t, 200, htmlType, strings.Replace(aPage, "It's ", "", 1)), page},
		{"escaped twice", mustRead(t, 200, htmlType, strings.Replace(aPage, "&amp; two", "&amp;amp; two", 1)), page},
		{"another link", mustRead(t, 200, htmlType, strings.Replace(aPage, "page=2", "page=3", 1)), page},
		{"no link", mustRead(t, 200, htmlType, strings.Replace(aPage, "href", "name", 1)), page},
		{"another value", mustRead(t, 200, "application/json", `{"id":2,"topics":[{"name":"a"},{"name":"b"}]}`), json},
		{"another order", mustRead(t, 200, "application/json", `{"id":1,"topics":[{"name":"b"},{"name":"a"}]}`), json},
		{"a value more", mustRead(t, 200, "application/json", `{"id":1,"topics":[{"name":"a"},{"name":"b"}],"x":null}`), json},
	} {
		if err := compareOne("GET /", c.got, c.want); err == nil {
			t.Errorf("%s: no error", c.name)
		}
	}
	if compare(nil, []answer{page}) == nil {
		t.Error("an answer that is missing: no error")
	}
}

func TestUnreadableAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{{"", "x"}, {"image/png", "x"}, {"application/json", "{"}, {"text/plain", "x"}} {
		if _, err := read(http.StatusOK, c[0], []byte(c[1])); err == nil {
			t.Errorf("%q: no error", c)
		}
	}
}
