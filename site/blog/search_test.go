package blog_test

import (
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The part that was looked for may stand far after the beginning of a text,
// which is not read whole for it.
func TestSearchShowsTheEndOfALongText(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.post("2013-10-01-long.md", "title: Long", strings.Repeat("wörd ", 60_000)+"a needle in it")
		s.post("2013-10-02-needle.md", "title: Needle", strings.Repeat("straw ", 20_000))
		s.imports()
		page := s.Get("/blog/search/?q=needle").WantStatus(200).WantCount("article.entry", 2)
		page.WantText("article:nth-of-type(2) mark", "needle").WantContains("article:nth-of-type(2) .prose", "... ")
		page.WantContains("article:nth-of-type(1) .prose", "straw straw")
	})
}

func TestSearch(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.post("2013-01-01-a.md", "title: Queues; author: Zoë Okapi; tags: [\"Message passing\"]", "A café with 100% of `__init__` & C++.")
		s.post("2013-01-02-b.md", "title: Something else", "It names queues in the text. \"Quoted words\" too.")
		s.post("2013-01-03-c.md", "title: Third", "Nothing.")
		s.imports()
		tests := []struct {
			query string
			want  []string
		}{
			{"queues", []string{"Queues", "Something else"}}, // that in the title is first, though older
			{"QUEUE", []string{"Queues", "Something else"}},
			{"cafe", []string{"Queues"}},
			{"CAFÉ", []string{"Queues"}},
			{"zoe okapi", []string{"Queues"}},
			{"okapi zoe", []string{"Queues"}},
			{"message passing", []string{"Queues"}},
			{"queues nothing", nil},
			{`"words too"`, nil},
			{`"names queues"`, []string{"Something else"}},
			{"100%", []string{"Queues"}},
			{"__init__", []string{"Queues"}},
			{"c++", []string{"Queues"}},
			{"1_0%", nil},
			{`%`, nil},
			{`' OR 1=1 --`, nil},
			{`title:queues`, nil},
			{"queues*", nil},
		}
		for _, tt := range tests {
			got := s.Get("/blog/search/?q=" + url.QueryEscape(tt.query)).WantStatus(200).Texts("article h2")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s:\n%s", tt.query, diff)
			}
		}
		s.Get("/blog/search/?q=cafe").WantText("article mark", "café").WantAttr("input#q", "value", "cafe").
			WantContains("#posts", "1 post with “cafe”.").WantCount(`meta[name=robots]`, 1)
	})
}

func TestSearchPages(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.many(25, "author: Ann")
	page := s.Get("/blog/search/?q=text+of").WantStatus(200).WantCount("article", 10).WantContains("#posts", "25 posts")
	page = page.Click("nav.pages a[rel=next]").WantStatus(200).WantCount("article", 10).WantAttr("input#q", "value", "text of")
	page.Click("nav.pages a[rel=next]").WantStatus(200).WantCount("article", 5)
	s.Get("/blog/search/?q=text&page=4").WantStatus(404)
	s.Get("/blog/search/?q=text&page=x").WantStatus(200).WantCount("article", 10)
	s.Get("/blog/").Form("Search").Fill("Search", "of 7").Submit().WantStatus(200).WantText("article h2", "Post 7")
}

func TestSearchAnswersWhateverIsTyped(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.many(3, "author: Ann")
		for _, q := range strange() {
			s.Get("/blog/search/?q="+q).WantStatus(200).WantCount("form[role=search]", 1)
		}
		s.Get("/blog/search/").WantStatus(200).WantCount("main article", 0)
		s.Get("/blog/search/?q=<script>alert(1)</script>").WantStatus(200).WantCount("script:not([src])", 0)
	})
}

// A text with too many different pieces for the index is found all the same.
func TestSearchInALongText(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		var long strings.Builder
		for i := range 60_000 {
			long.WriteRune(rune(0x4e00 + i%20_000))
			long.WriteRune(rune(0x4e00 + i*7%19_997))
			if i%40 == 0 {
				long.WriteByte('\n')
			}
		}
		s.post("2013-01-01-long.md", "title: Long", long.String()+"\n\nand a needle.")
		s.post("2013-01-02-short.md", "title: Short", "x 日本語 x")
		s.imports()
		for query, want := range map[string]string{"needle": "Long", "日本語": "Short", "本語": "Short"} {
			if got := s.Get("/blog/search/?q=" + url.QueryEscape(query)).WantStatus(200).Texts("article h2"); !slices.Contains(got, want) {
				t.Errorf("%s: found %q", query, got)
			}
		}
	})
}

// The index follows what happens to posts.
func TestTheIndexOfSearchIsKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.post("2013-01-01-a.md", "title: Alpha", "first words")
		s.post("2013-01-02-b.md", "title: Beta", "second words")
		s.imports()
		s.post("2013-01-01-a.md", "title: Gamma", "other text")
		s.imports()
		s.remove("_posts/2013-01-02-b.md")
		s.imports("--prune")
		for query, want := range map[string]int{"alpha": 0, "first": 0, "gamma": 1, "other": 1, "second": 0} {
			s.Get("/blog/search/?q="+query).WantCount("main article", want)
		}
		n := 0
		rows, err := s.DB.Query(t.Context(), "SELECT heading FROM blog_search")
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			n++
		}
		if err := rows.Close(); err != nil || n != 1 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

func strange() []string {
	out := []string{"", "%", "%00", "%ff%fe", "q=", "%zz", "a&q=b", "%22", "%22%22", "%22a", "*", "AND OR NOT", "-", "NEAR(a b)", "%5C", "%27", "%E2%80%AE", "%F0%9F%98%80"}
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], " ", "+")
	}
	word, number := "", ""
	for i := range 390 {
		word += string(rune('a' + (i*i*7+i/26)%26))
		number += string(rune('0' + (i*i*3+i/7)%10))
	}
	return append(out, word, number, strings.Repeat("a", 7000), strings.Repeat("ab+", 2300), strings.Repeat("%22", 2300), strings.Repeat("%C3%A9", 1200))
}

// FuzzSearch checks that every query is answered.
func FuzzSearch(f *testing.F) {
	s := start(f, nil)
	s.many(3, "author: Ann; tags: [go]")
	for _, q := range strange() {
		if q, err := url.QueryUnescape(q); err == nil {
			f.Add(q)
		}
	}
	f.Add("text \"of 1\" ann GO")
	f.Fuzz(func(t *testing.T, q string) {
		if len(q) > 2000 {
			return // longer URLs are refused before they reach the blog
		}
		// Without the client, which reports to f.
		w := httptest.NewRecorder()
		s.Site.ServeHTTP(w, httptest.NewRequest("GET", "/blog/search/?"+url.Values{"q": {q}}.Encode(), nil))
		if w.Code != 200 {
			t.Errorf("%q: status %d", q, w.Code)
		}
	})
}

// TestExtractsOfLongTexts: wherever a word stands in a text of megabytes, the
// page shows it, and a search does not read the texts as a whole.
func TestExtractsOfLongTexts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		filler := strings.Repeat("some plain  words ", 1<<15) // 0.6 MB
		s.post("2013-10-01-end.md", "title: End", filler+"needleend here")
		s.post("2013-10-02-middle.md", "title: Middle", filler+"needlemiddle "+filler)
		s.post("2013-10-03-begin.md", "title: Begin", "needlebegin "+filler)
		s.imports()
		for _, word := range []string{"end", "middle", "begin"} {
			page := s.Get("/blog/search/?q=needle"+word).WantStatus(200).WantText("mark", "needle"+word)
			if len(page.Body) > 30_000 {
				t.Errorf("%s: the page has %d bytes", word, len(page.Body))
			}
			read := 0
			for _, st := range s.Statements() {
				if strings.Contains(st.SQL, "source") && strings.Contains(st.SQL, "blog_body") {
					t.Errorf("%s reads whole bodies: %s", word, st.SQL)
				}
				if strings.Contains(st.SQL, "substr(text") {
					read++
				}
			}
			if read > 6 {
				t.Errorf("%s: %d pieces were read", word, read)
			}
		}
		// What stands only in the title shows the beginning.
		s.Get("/blog/search/?q=middle").WantStatus(200).WantContains("article", "some plain words")
	})
}

// TestSearchesAreLimited: each visitor may search 100 times at once, and then 5 times in a second.
func TestSearchesAreLimited(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for range 100 {
		s.Get("/blog/search/?q=x").WantStatus(200)
	}
	s.Get("/blog/search/?q=x").WantStatus(429).WantHeader("Retry-After", "1")
	s.clock.Move(time.Second)
	s.Get("/blog/search/?q=x").WantStatus(200).WantHeader("RateLimit", `"search";r=4;t=20`)
}
