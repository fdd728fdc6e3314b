package forms_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/storage"
)

// TestFileNamesForPeople have no characters that cannot be stored, or that change how the page
// around them is read.
func TestFileNamesForPeople(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"utf-8''a%00b.png": "ab.png", "utf-8''a%0D%0Ab.png": "ab.png", "utf-8''a%E2%80%AEgnp.png": "agnp.png",
		"utf-8''%F0%9F%98%80%20%D8%B9.png": "😀 ع.png", "utf-8''a%C2%85%E2%80%A8b.png": "ab.png", "utf-8''%01.png": ".png",
	} {
		p := newPlace()
		body := "--b\r\nContent-Disposition: form-data; name=title\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=cover; filename*=" + sent +
			"\r\n\r\n" + pictureOf(t, 1, 1) + "\r\n--b--\r\n"
		form := albumForm.Bind(t.Context(), album{})
		form.Accept(p.Uploads)
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		ok, err := form.Read(r)
		if err != nil || !ok || form.Value.Cover.Sent != want {
			t.Errorf("%s: ok %v, %q, %v, %q", sent, ok, form.Value.Cover.Sent, err, problems(form.Values))
		}
	}
}

// TestKeptFilesThatAreGone: a row does not get a file that was removed meanwhile.
func TestKeptFilesThatAreGone(t *testing.T) {
	t.Parallel()
	p := newPlace()
	form, _ := p.send(t, album{}, nil, sentFile{"cover", "c.png", pictureOf(t, 1, 1)})
	kept := fieldOf(t, form.Values, "cover").Files[0]
	values := map[string][]string{"title": {"x"}, "cover.kept": {kept.Token}}
	if form, ok := p.send(t, album{}, values); !ok {
		t.Fatalf("%q", problems(form.Values))
	} else if err := p.Storage.Delete(t.Context(), form.Value.Cover.Name); err != nil {
		t.Fatal(err)
	}
	if form, ok := p.send(t, album{}, values); ok || form.Value.Cover.Name != "" {
		t.Errorf("ok %v, %+v", ok, form.Value.Cover)
	}
}

// TestKeptFilesOfOtherRules: what one form took is not taken by another with other rules, even if
// the structs are the same.
func TestKeptFilesOfOtherRules(t *testing.T) {
	t.Parallel()
	p := newPlace()
	build := func(rules string) *forms.Bound[forms.Record] {
		form, err := forms.Build(forms.Item{Name: "scan", Type: "file", Label: "Scan", Rules: rules}, forms.Item{Name: "text", Label: "Text", Required: true})
		if err != nil {
			t.Fatal(err)
		}
		bound := form.Bind(t.Context(), forms.Record{})
		bound.Accept(p.Uploads)
		return bound
	}
	read := func(form *forms.Bound[forms.Record], values map[string][]string, files ...sentFile) bool {
		t.Helper()
		body, kind := multipartOf(t, values, files...)
		r := httptest.NewRequest("POST", "/", strings.NewReader(string(body)))
		r.Header.Set("Content-Type", kind)
		ok, err := form.Read(r)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	first := build("types=txt")
	read(first, nil, sentFile{"scan", "a.txt", strings.Repeat("a", 2000)})
	values := map[string][]string{"text": {"x"}, "scan.kept": {fieldOf(t, first.Values, "scan").Files[0].Token}}
	for rules, want := range map[string]bool{"types=txt": true, "types=pdf": false, "types=txt,size=1kB": false, "types=pictures,width=3": false} {
		if ok := read(build(rules), values); ok != want {
			t.Errorf("%s: ok %v", rules, ok)
		}
	}
}

// TestDigestOfFiles: another file of the same name and size is other content.
func TestDigestOfFiles(t *testing.T) {
	t.Parallel()
	title := map[string][]string{"title": {"x"}}
	digest := func(initial album, values map[string][]string, files ...sentFile) [32]byte {
		t.Helper()
		form, _ := newPlace().send(t, initial, values, files...)
		return form.Digest()
	}
	cover := sentFile{"cover", "c.png", pictureOf(t, 1, 1)}
	a, b := sentFile{"papers", "a.txt", "a"}, sentFile{"papers", "a.txt", "b"}
	first := digest(album{}, title, cover, a)
	if first != digest(album{}, title, cover, a) {
		t.Error("the same content has another digest")
	}
	if first == digest(album{}, title, cover, b) {
		t.Error("another file has the same digest")
	}
	// The second of two that are sent finds what the first has stored.
	had := album{Title: "x", Cover: forms.File{Name: "a/c.png", Sent: "c.png"}, Papers: []storage.Name{"a/a.txt"}}
	if first != digest(had, title, cover, a) {
		t.Error("what is stored already counts as content")
	}
	if digest(had, title, cover) == digest(had, map[string][]string{"title": {"x"}, "papers.drop": {"a/a.txt"}}, cover) {
		t.Error("to remove a file is not content")
	}
	// A file that was kept is the same content as when it is sent.
	p := newPlace()
	wrong, _ := p.send(t, album{}, nil, cover, a)
	kept := map[string][]string{"title": {"x"}, "cover.kept": {fieldOf(t, wrong.Values, "cover").Files[0].Token}, "papers.kept": {fieldOf(t, wrong.Values, "papers").Files[0].Token}}
	if again, ok := p.send(t, album{}, kept); !ok || again.Digest() != first {
		t.Errorf("ok %v: a kept file is other content", ok)
	}
}
