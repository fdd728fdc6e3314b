package blog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOldPathsLeadToThePost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.post("2013-10-01-a.md", "title: A; permalink: /2013/10/01/queues.html; redirect_from: [/old/a/, \"/blog/2001/01/x/\", /caf%C3%A9/, /alone]", "x")
		s.imports()
		for _, old := range []string{"/2013/10/01/queues.html", "/old/a/", "/blog/2001/01/x/", "/caf%C3%A9/", "/alone/"} {
			s.Get(old).WantStatus(301).WantRedirect("/blog/2013/10/queues/")
			s.Head(old).WantStatus(301)
		}
		// Without the slash, at once or in two steps.
		s.Follow(true)
		s.Get("/old/a").WantStatus(200).WantText("h1", "A")
		s.Get("/alone").WantStatus(200).WantText("h1", "A")
		s.Follow(false)
		s.Get("/old/b/").WantStatus(404)
		if p := s.Post("/old/a/", nil); p.Status != 404 && p.Status != 405 {
			t.Errorf("POST to an old path: %d", p.Status)
		}
		for _, odd := range []string{"/" + strings.Repeat("a", 5000), "/%00", "/%ff/", "//", "/..%2f..%2fetc/passwd"} {
			if p := s.Get(odd); p.Status >= 500 || p.Status < 300 {
				t.Errorf("%s: status %d", odd, p.Status)
			}
		}
	})
}

func TestAnAddressThatChangesLeadsOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *site) {
		s.post("2013-09-01-a.md", "title: A", "x")
		s.imports()
		s.Get("/blog/2013/09/a/").WantStatus(200)
		s.post("2013-09-01-a.md", "title: A; slug: better; date: 2013-08-31", "x")
		s.imports()
		s.Get("/blog/2013/09/a/").WantStatus(301).WantRedirect("/blog/2013/08/better/")
		s.post("2013-09-01-a.md", "title: A; slug: a; date: 2013-09-01", "x")
		s.imports()
		s.Get("/blog/2013/09/a/").WantStatus(200)
		s.Get("/blog/2013/08/better/").WantStatus(301).WantRedirect("/blog/2013/09/a/")
	})
}

func TestMedia(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.write("assets/a.png", "\x89PNG")
	s.write("assets/My file.PDF", "%PDF")
	s.write("assets/x.svg", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
	s.write("assets/page.html", "<script>alert(1)</script>")
	s.write("assets/run.js", "alert(1)")
	s.write("assets/code.py", "<b>")
	s.post("2013-01-01-a.md", "title: A", "![](../assets/a.png) [file](<../assets/My file.PDF>) ![gone](../assets/gone.png)")
	want(t, s.imports(), "4 files copied")
	page := s.Get("/blog/2013/01/a/").WantAttr(".prose img", "src", "/blog/media/assets/a.png").WantAttr(".prose a", "href", "/blog/media/assets/My%20file.PDF")
	page.WantCount(`img[src="../assets/gone.png"]`, 1)
	s.Get("/blog/media/assets/a.png").WantStatus(200).WantHeader("Content-Type", "image/png").WantHeader("X-Content-Type-Options", "nosniff").WantHeader("Content-Disposition", "")
	s.Get("/blog/media/assets/My%20file.PDF").WantStatus(200).WantHeader("Content-Type", "application/pdf")
	s.Get("/blog/media/assets/code.py").WantStatus(200).WantHeader("Content-Type", "text/plain; charset=utf-8").WantHeader("Content-Disposition", "attachment")
	svg := s.Get("/blog/media/assets/x.svg").WantStatus(200)
	if csp := svg.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("the policy of a picture is %q", csp)
	}
	s.Get("/assets/a.png").WantStatus(301).WantRedirect("/blog/media/assets/a.png")

	secret := filepath.Join(s.media, "..", "secret.png")
	for path, text := range map[string]string{secret: "secret", filepath.Join(s.media, "in.html"): "x", filepath.Join(s.media, ".hidden.png"): "x"} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../secret.png", filepath.Join(s.media, "link.png")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", "assets", "assets/", "assets/page.html", "assets/run.js", "in.html", "../secret.png", "%2e%2e/secret.png", "..%2fsecret.png", "link.png", ".hidden.png", "/etc/hosts.png", "assets/a.png%00", "assets/gone.png"} {
		if p := s.Get("/blog/media/" + path); p.Status != 404 && p.Status != 308 && p.Status != 301 {
			t.Errorf("%s: status %d", path, p.Status)
		}
	}
}

// A menu leads to the page about the site where there is one.
func TestMenusLeadToPagesThatAreThere(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.post("2013-01-01-a.md", "title: A", "x")
	s.imports()
	s.Get("/blog/").WantStatus(200).WantCount(`a[href="/about/"]`, 0)
	s.write("_pages/about.md", "---\ntitle: About\ndate: 2013-10-17 13:00:00\n---\nUs.\n")
	s.imports()
	s.Get("/blog/").WantCount(`a[href="/about/"]`, 0) // not before its time
	s.clock.Move(2 * time.Hour)
	s.Get("/blog/").WantCount(`a[href="/about/"]`, 2)
	s.Get("/about/").WantStatus(200).WantCount(`.masthead a[href="/about/"]`, 1)
	s.Get("/blog/no-such/").WantStatus(404).WantCount(`.masthead a[href="/about/"]`, 1)
}
