package blog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/orm"
	"github.com/volaweb/vola/site/blog"
)

// everywhere are the places in which a post may be seen.
func everywhere(slug string) []string {
	return []string{
		"/blog/", "/blog/tag/secret/", "/blog/author/ann/", "/blog/archive/2013/oct/", "/blog/archive/", "/blog/2013/10/" + slug + "/",
		"/blog/search/?q=hidden", "/blog/rss/latest/", "/blog/atom/", "/blog/tag/secret/rss/", "/sitemap.xml", "/" + slug + "/", "/blog/2013/10/other/",
	}
}

// Peers had lists that were made when the program started: a scheduled post
// appeared with the next restart, or was there by its address too early.
func TestAScheduledPostAppearsInItsTime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.post("2013-10-01-other.md", "title: Other; author: Ann; tags: [open, secret]", "x")
		s.post("2013-10-17-later.md", "title: Later; author: Ann; tags: [open, secret]; date: 2013-10-17 13:00:00 +0000", "hidden words")
		s.imports()
		for _, path := range everywhere("later") {
			if page := s.Get(path); strings.Contains(strings.ToLower(page.Body), "later") && page.Status == 200 {
				t.Errorf("%s shows the post before its time:\n%s", path, page.Body)
			}
		}
		s.Get("/blog/2013/10/later/").WantStatus(404)
		s.clock.Move(time.Hour - time.Microsecond)
		s.Get("/blog/2013/10/later/").WantStatus(404)
		s.Get("/blog/").WantCount("article.entry", 1)
		s.clock.Move(time.Microsecond)
		s.Get("/blog/").WantCount("article.entry", 2).WantContains("aside", "Later")
		for _, path := range everywhere("later") {
			switch page := s.Get(path); path {
			case "/later/":
				page.WantStatus(404)
			case "/blog/archive/":
				page.WantText("main .count", "2")
			default:
				page.WantStatus(200).WantBody("ater")
			}
		}
	})
}

func TestADraftIsNowhere(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.post("2013-10-01-other.md", "title: Other; tags: [open]", "x")
		s.post("2013-10-02-quiet.md", "title: Quiet; author: Ann; tags: [secret]; published: false; redirect_from: /old/quiet/", "hidden words")
		s.imports()
		for _, path := range append(everywhere("quiet"), "/old/quiet/") {
			if page := s.Get(path); strings.Contains(page.Body, "Quiet") || strings.Contains(page.Body, "/quiet/") {
				t.Errorf("%s shows the draft:\n%s", path, page.Body)
			}
		}
		for _, path := range []string{"/blog/tag/secret/", "/blog/author/ann/", "/blog/tag/secret/rss/", "/blog/2013/10/quiet/", "/quiet/", "/old/quiet/"} {
			s.Get(path).WantStatus(404)
		}
	})
}

// A peer's redirect after saving used the date of publication, its page the
// date of creation: a draft of one month published in the next was a 404.
func TestTheAddressIsThatOfThePublication(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	path := s.post("2013-10-02-old-draft.md", "title: Old draft; published: false", "x")
	s.imports()
	s.clock.Move(40 * 24 * time.Hour)
	out, err := s.run("publish", path)
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimSpace(strings.TrimPrefix(out, "published:"))
	if address != "http://example.test/blog/2013/11/old-draft/" {
		t.Errorf("the address is %q", address)
	}
	s.Get(address).WantStatus(200)
}

func TestYearAndMonthAreThoseOfThePostsZone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.post("x.md", "", "") // not named as a post
		s.post("2013-01-01-east.md", "title: East; date: 2013-01-01 02:00:00 +0530", "x")
		s.post("2012-12-31-west.md", "title: West; date: 2012-12-31 22:00:00", "x")
		s.imports("--timezone", "America/New_York")
		s.Get("/blog/2013/01/east/").WantStatus(200).WantAttr("article time", "datetime", "2013-01-01T02:00:00+05:30")
		s.Get("/blog/2012/12/east/").WantStatus(404)
		s.Get("/blog/2012/12/west/").WantStatus(200).WantAttr("article time", "datetime", "2012-12-31T22:00:00-05:00")
		s.Get("/blog/archive/2012/dec/").WantCount("article.entry", 1)
		s.Get("/blog/archive/2013/jan/").WantCount("article.entry", 1).WantText("article h2", "East")
	})
}

// What another process, or the admin, writes is seen after some seconds.
func TestOtherWritersAreSeen(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.many(12, "tags: [go]")
		s.Get("/blog/").WantContains("aside", "go")
		ctx := t.Context()
		p, err := orm.From[blog.Post](s.DB).Where(blog.Posts.Slug.Eq("post-11")).Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		p.Published = nil
		s.clock.Move(time.Second)
		if err := orm.Update(ctx, s.DB, &p, blog.Posts.Published); err != nil {
			t.Fatal(err)
		}
		// At once as far as the post itself goes, even from an old list of keys.
		s.Get("/blog/").WantNoText("article", "Post 11")
		s.Get("/blog/2013/10/post-11/").WantStatus(404)
		s.clock.Move(2 * time.Second)
		s.Get("/blog/").WantNoText("aside", "Post 11").WantCount("article.entry", 10)
		s.Get("/blog/page/2/").WantCount("article.entry", 1)
	})
}

// What pages know of all posts is kept. It must not be what was read before a
// write, wherever in the reading that write falls.
func TestAWriteWhileAPageIsMade(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		written := 0
		for n, more := 0, true; more; n++ {
			s.post(fmt.Sprintf("2013-10-01-post-%d.md", n), fmt.Sprintf("title: Post %d; tags: [tag-%d]", n, n), "x")
			s.clock.Move(time.Minute) // all is read again
			left := n
			s.clock.asked = func() {
				if left--; left < 0 {
					s.clock.asked = nil
					s.imports()
				}
			}
			s.Get("/blog/archive/")
			if more = s.clock.asked == nil; !more {
				s.clock.asked = nil
				s.imports()
			} else {
				written++
			}
			s.Get("/blog/archive/").WantText("main .count", fmt.Sprint(n+1)).WantContains("aside", fmt.Sprintf("tag-%d", n))
		}
		if written < 5 {
			t.Errorf("a page asked for the time %d times only", written)
		}
	})
}
