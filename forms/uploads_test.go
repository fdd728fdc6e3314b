package forms_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/signing"
	"github.com/volaweb/vola/storage"
)

type page struct {
	Text string       `form:"" label:"Text"`
	Scan storage.Name `form:"optional,types=pdf png,size=2kB" label:"Scan"`
}

// album has a file of each kind.
type album struct {
	Title  string         `form:"" label:"Title"`
	Cover  forms.File     `form:"types=pictures,width=100,height=50" label:"Cover"`
	Papers []storage.Name `form:"types=pdf txt,max=2,size=1kB" label:"Papers"`
	Pages  []page         `form:"" label:"Pages"`
}

var albumForm = forms.New[album]()

// sentFile is a part of a form.
type sentFile struct{ field, name, content string }

// pictureOf returns a PNG picture.
func pictureOf(t testing.TB, w, h int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// multipartOf returns the body of a form.
func multipartOf(t testing.TB, values map[string][]string, files ...sentFile) (body []byte, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, list := range values {
		for _, value := range list {
			if err := w.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		h := textproto.MIMEHeader{"Content-Type": {"image/png; x=evil"}}
		h.Set("Content-Disposition", fmt.Sprintf(`form-data; name=%q; filename=%q`, f.field, f.name))
		part, err := w.CreatePart(h)
		if err == nil {
			_, err = io.WriteString(part, f.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.FormDataContentType()
}

// place is where files are kept, with the time of a test.
type place struct {
	*forms.Uploads
	now time.Time
}

func newPlace() *place {
	p := &place{now: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	p.Uploads = &forms.Uploads{Storage: storage.NewMemory(), Signer: signing.New([]byte("a key for tests only")), Now: func() time.Time { return p.now }}
	return p
}

// stored returns what is stored, by the last word of its name.
func (p *place) stored(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for info, err := range p.Storage.List(context.Background(), "") {
		if err != nil {
			t.Fatal(err)
		}
		f, err := p.Storage.Open(context.Background(), info.Name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		out[info.Name.Base()] = string(text)
	}
	return out
}

func (p *place) send(t testing.TB, initial album, values map[string][]string, files ...sentFile) (*forms.Bound[album], bool) {
	t.Helper()
	body, kind := multipartOf(t, values, files...)
	form := albumForm.Bind(t.Context(), initial)
	form.Accept(p.Uploads)
	r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
	r.Header.Set("Content-Type", kind)
	ok, err := form.Read(r)
	if err != nil {
		t.Fatal(err)
	}
	return form, ok
}

func fieldOf(t testing.TB, v *forms.Values, name string) *forms.Field {
	t.Helper()
	f, err := v.Field(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func kindOf(f forms.File) string {
	k, _ := f.Kind()
	return k.Name
}

func TestUploads(t *testing.T) {
	t.Parallel()
	title := map[string][]string{"title": {"Summer"}}
	cover := sentFile{"cover", "My Cover.PNG", pictureOf(t, 20, 10)}
	tests := []struct {
		name     string
		values   map[string][]string
		files    []sentFile
		problems []string
		stored   string
	}{
		{"a cover", title, []sentFile{cover}, nil, "my-cover.png"},
		{"none", title, nil, []string{"field-cover: Cover: Choose a file."}, ""},
		{"nothing chosen", title, []sentFile{{"cover", "", ""}}, []string{"field-cover: Cover: Choose a file."}, ""},
		{"an empty file", title, []sentFile{{"cover", "x.png", ""}}, []string{"field-cover: Cover: The file x.png is empty."}, ""},
		{"another kind", title, []sentFile{{"cover", "x.png", "GIF89a\x01\x00\x01\x00"}},
			[]string{"field-cover: Cover: The file x.png is not one of these kinds, by its name and its content: GIF, JPG, PNG, and WEBP."}, ""},
		{"a kind that is not taken", title, []sentFile{{"cover", "x.txt", "hello"}},
			[]string{"field-cover: Cover: The file x.txt is not one of these kinds, by its name and its content: GIF, JPG, PNG, and WEBP."}, ""},
		{"a page with a script", title, []sentFile{{"cover", "x.html", "<script>alert(1)</script>"}},
			[]string{"field-cover: Cover: The file x.html is not one of these kinds, by its name and its content: GIF, JPG, PNG, and WEBP."}, ""},
		{"too wide", title, []sentFile{{"cover", "x.png", pictureOf(t, 101, 1)}},
			[]string{"field-cover: Cover: The picture x.png is too large: 101 by 1 pixels, and 100 × 50 is the most."}, ""},
		{"damaged", title, []sentFile{{"cover", "x.png", pictureOf(t, 3, 1)[:20]}},
			[]string{"field-cover: Cover: The file x.png is damaged: its size in pixels cannot be read."}, ""},
		{"papers", title, []sentFile{cover, {"papers", "a.pdf", "%PDF-1.7"}, {"papers", "b.txt", "hello"}}, nil, "a.pdf b.txt my-cover.png"},
		{"too many papers", title, []sentFile{cover, {"papers", "a.txt", "a"}, {"papers", "b.txt", "b"}, {"papers", "c.txt", "c"}},
			[]string{"field-papers: Papers: There can be at most 2."}, "a.txt b.txt my-cover.png"},
		{"too large", title, []sentFile{cover, {"papers", "a.txt", strings.Repeat("a", 1001)}},
			[]string{"field-papers: Papers: The file a.txt is larger than 1 kB."}, "my-cover.png"},
		{"just as large", title, []sentFile{cover, {"papers", "a.txt", strings.Repeat("a", 1000)}}, nil, "a.txt my-cover.png"},
		{"out of the folder", title, []sentFile{cover, {"papers", "../../../etc/passwd.txt", "x"}, {"papers", `..\..\boot.txt`, "x"}}, nil, "boot.txt my-cover.png passwd.txt"},
		{"a file for a text", nil, []sentFile{cover, {"title", "x.txt", "Summer"}}, []string{"field-title: Title: Fill in this field."}, "my-cover.png"},
		{"a text for a file", map[string][]string{"title": {"x"}, "cover": {"2026/11/30/x/y.png"}, "cover.kept": {"2026/11/30/x/y.png"}}, nil,
			[]string{": The form that was sent is not complete. Send it again.", "field-cover: Cover: Choose the file again; it was kept for an hour."}, ""},
		{"a file that nobody asked for", title, []sentFile{cover, {"evil", "x.txt", "x"}, {"pages", "x.txt", "x"}, {"pages.n1", "x.txt", "x"}}, nil, "my-cover.png"},
		{"a file in a row", map[string][]string{"title": {"x"}, "pages": {"n1"}, "pages.n1.text": {"one"}}, []sentFile{cover, {"pages.n1.scan", "s.pdf", "%PDF-1.7"}}, nil, "my-cover.png s.pdf"},
		{"a row with only a file", map[string][]string{"title": {"x"}, "pages": {"n1"}}, []sentFile{cover, {"pages.n1.scan", "s.pdf", "%PDF-1.7"}},
			[]string{"field-pages.n1.text: Pages 1, Text: Fill in this field."}, "my-cover.png s.pdf"},
	}
	for _, tt := range tests {
		p := newPlace()
		form, ok := p.send(t, album{}, tt.values, tt.files...)
		if got, want := strings.Join(problems(form.Values), "|"), strings.Join(tt.problems, "|"); got != want || ok != (want == "") {
			t.Errorf("%s: ok %v, %s, want %s", tt.name, ok, got, want)
		}
		var names []string
		for info := range p.Storage.List(t.Context(), "") {
			names = append(names, info.Name.Base())
		}
		have := p.stored(t)
		if len(have) != len(strings.Fields(tt.stored)) {
			t.Errorf("%s: stored %q, want %s", tt.name, names, tt.stored)
		}
		for _, want := range strings.Fields(tt.stored) {
			if _, ok := have[want]; !ok {
				t.Errorf("%s: stored %q, want %s", tt.name, names, tt.stored)
			}
		}
		for _, f := range tt.files {
			if f.field == "cover" && ok && (form.Value.Cover.Sent != f.name || form.Value.Cover.Size != int64(len(f.content)) || kindOf(form.Value.Cover) != "png" ||
				have[form.Value.Cover.Name.Base()] != f.content) {
				t.Errorf("%s: the cover is %+v", tt.name, form.Value.Cover)
			}
		}
	}
}

// TestFilesAreKept: a form with another error has its files when it is sent again, for an
// hour, and no other form can use their tokens.
func TestFilesAreKept(t *testing.T) {
	t.Parallel()
	p := newPlace()
	first, ok := p.send(t, album{}, nil, sentFile{"cover", "c <b>.png", pictureOf(t, 1, 1)}, sentFile{"papers", "a.txt", "a"})
	cover, papers := fieldOf(t, first.Values, "cover"), fieldOf(t, first.Values, "papers")
	if ok || len(cover.Files) != 1 || cover.Files[0].Label != "c <b>.png" || cover.Error != "" || len(papers.Files) != 1 {
		t.Fatalf("ok %v: %+v, %+v", ok, cover, papers)
	}
	values := map[string][]string{"title": {"x"}, "cover.kept": {cover.Files[0].Token}, "papers.kept": {papers.Files[0].Token}}
	p.now = p.now.Add(59 * time.Minute)
	second, ok := p.send(t, album{}, values)
	if !ok || second.Value.Cover.Sent != "c <b>.png" || second.Value.Cover.Size == 0 || kindOf(second.Value.Cover) != "png" || len(second.Value.Papers) != 1 {
		t.Errorf("ok %v: %+v, %q", ok, second.Value, problems(second.Values))
	}
	if n := len(p.stored(t)); n != 2 {
		t.Errorf("%d files are stored", n)
	}
	// The field of a file takes no token of another.
	values["cover.kept"], values["papers.kept"] = values["papers.kept"], nil
	if _, ok := p.send(t, album{}, values); ok {
		t.Error("the token of another field is taken")
	}
	values["cover.kept"] = []string{cover.Files[0].Token}
	values["cover.drop"] = values["cover.kept"]
	if dropped, ok := p.send(t, album{}, values); ok || dropped.Value.Cover.Name != "" {
		t.Error("a file that is removed is kept")
	}
	delete(values, "cover.drop")
	p.now = p.now.Add(2 * time.Minute)
	if late, ok := p.send(t, album{}, values); ok || fieldOf(t, late.Values, "cover").Error != "Choose the file again; it was kept for an hour." {
		t.Errorf("after an hour: ok %v, %q", ok, problems(late.Values))
	}
}

// TestFilesAreNotKeptForEver: a form that is sent again and again loses them before they are
// taken for files that nobody needs.
func TestFilesAreNotKeptForEver(t *testing.T) {
	t.Parallel()
	p := newPlace()
	form, _ := p.send(t, album{}, nil, sentFile{"cover", "c.png", pictureOf(t, 1, 1)})
	for i := range 40 {
		cover := fieldOf(t, form.Values, "cover")
		if len(cover.Files) == 0 {
			if hours := float64(i) / 2; hours < 11 || hours > 12.5 {
				t.Errorf("kept for %v hours", hours)
			}
			return
		}
		p.now = p.now.Add(30 * time.Minute)
		form, _ = p.send(t, album{}, map[string][]string{"cover.kept": {cover.Files[0].Token}})
	}
	t.Error("kept for ever")
}

// TestFilesOfARow: those that there are stay, are removed, or give way to others.
func TestFilesOfARow(t *testing.T) {
	t.Parallel()
	had := album{Title: "x", Cover: forms.File{Name: "a/cover.png", Sent: "Cover.png"}, Papers: []storage.Name{"a/one.pdf", "a/two.pdf"}}
	tests := []struct {
		name   string
		values map[string][]string
		files  []sentFile
		cover  string
		papers string
		ok     bool
	}{
		{"nothing", nil, nil, "cover.png", "one.pdf two.pdf", true},
		{"one removed", map[string][]string{"papers.drop": {"a/one.pdf"}}, nil, "cover.png", "two.pdf", true},
		{"one more is too many", nil, []sentFile{{"papers", "three.txt", "3"}}, "cover.png", "one.pdf two.pdf", false},
		{"one for another", map[string][]string{"papers.drop": {"a/one.pdf"}}, []sentFile{{"papers", "three.txt", "3"}}, "cover.png", "two.pdf three.txt", true},
		{"another cover", nil, []sentFile{{"cover", "new.png", pictureOf(t, 2, 2)}}, "new.png", "one.pdf two.pdf", true},
		{"no cover", map[string][]string{"cover.drop": {"a/cover.png"}}, nil, "cover.png", "one.pdf two.pdf", false},
		{"a file of somebody else", map[string][]string{"papers.kept": {"b/secret.pdf"}, "cover.kept": {"b/secret.png"}}, nil, "cover.png", "one.pdf two.pdf", false},
	}
	for _, tt := range tests {
		values := map[string][]string{"title": {"x"}}
		for k, v := range tt.values {
			values[k] = v
		}
		form, ok := newPlace().send(t, had, values, tt.files...)
		var papers []string
		for _, n := range form.Value.Papers {
			papers = append(papers, n.Base())
		}
		if got := strings.Join(papers, " "); ok != tt.ok || form.Value.Cover.Name.Base() != tt.cover || got != tt.papers {
			t.Errorf("%s: ok %v, %s, %s, %q", tt.name, ok, form.Value.Cover.Name, got, problems(form.Values))
		}
	}
}

// TestBodiesThatFail leave nothing stored.
func TestBodiesThatFail(t *testing.T) {
	t.Parallel()
	whole, kind := multipartOf(t, map[string][]string{"title": {"x"}}, sentFile{"cover", "c.png", pictureOf(t, 1, 1)}, sentFile{"papers", "a.txt", strings.Repeat("a", 900)})
	many := map[string][]string{}
	for i := range 1001 {
		many[fmt.Sprint("x", i)] = []string{"x"}
	}
	manyParts, manyKind := multipartOf(t, many)
	large, largeKind := multipartOf(t, map[string][]string{"title": {strings.Repeat("x", 11<<20)}})
	gone := errors.New("the client went away")
	tests := []struct {
		name, kind string
		body       io.Reader
		limit      int64
		want       fault.Kind
	}{
		{"gone in a file", kind, io.MultiReader(bytes.NewReader(whole[:len(whole)-400]), iotest.ErrReader(gone)), 0, fault.Invalid},
		{"gone between files", kind, io.MultiReader(bytes.NewReader(whole[:bytes.Index(whole, []byte(`name="papers"`))]), iotest.ErrReader(gone)), 0, fault.Invalid},
		{"cut", kind, bytes.NewReader(whole[:len(whole)-10]), 0, fault.Invalid},
		{"cut after a boundary", kind, bytes.NewReader(whole[:bytes.Index(whole, []byte("Content-Disposition: form-data; name=\"papers\""))]), 0, fault.Invalid},
		{"cut in a boundary", kind, bytes.NewReader(whole[:bytes.Index(whole, []byte("Content-Disposition: form-data; name=\"papers\""))-10]), 0, fault.Invalid},
		{"cut before the last boundary", kind, bytes.NewReader(whole[:bytes.LastIndex(whole, []byte("\r\n--"))+2]), 0, fault.Invalid},
		{"cut in the last boundary", kind, bytes.NewReader(whole[:len(whole)-4]), 0, fault.Invalid},
		{"no part", kind, strings.NewReader("title=x"), 0, fault.Invalid},
		{"nothing", kind, strings.NewReader(""), 0, fault.Invalid},
		{"beyond the limit of the body", kind, bytes.NewReader(whole), 800, fault.TooLarge},
		{"no boundary", "multipart/form-data", bytes.NewReader(whole), 0, fault.Invalid},
		{"too many parts", manyKind, bytes.NewReader(manyParts), 0, fault.TooLarge},
		{"too much text", largeKind, bytes.NewReader(large), 0, fault.TooLarge},
		{"long headers", kind, strings.NewReader(strings.Replace(string(whole), "Content-Type: ", "Content-Type: "+strings.Repeat("x", 11<<20), 1)), 0, fault.Invalid},
	}
	for _, tt := range tests {
		p := newPlace()
		form := albumForm.Bind(t.Context(), album{})
		form.Accept(p.Uploads)
		r := httptest.NewRequest("POST", "/", tt.body)
		r.Header.Set("Content-Type", tt.kind)
		if tt.limit > 0 {
			r.Body = http.MaxBytesReader(nil, r.Body, tt.limit)
		}
		ok, err := form.Read(r)
		_, tooLarge := errors.AsType[*http.MaxBytesError](err)
		if ok || fault.KindOf(err) != tt.want && !(tooLarge && tt.want == fault.TooLarge) {
			t.Errorf("%s: %v, %v", tt.name, ok, err)
		}
		if have := p.stored(t); len(have) != 0 {
			t.Errorf("%s: %d files are stored", tt.name, len(have))
		}
	}
}

// TestFilesNeedAPlace: a handler that forgets it finds out.
func TestFilesNeedAPlace(t *testing.T) {
	t.Parallel()
	body, kind := multipartOf(t, nil)
	r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
	r.Header.Set("Content-Type", kind)
	if _, err := albumForm.Bind(t.Context(), album{}).Read(r); err == nil || !strings.Contains(err.Error(), "call Accept") {
		t.Error(err)
	}
}

func TestFileDeclarations(t *testing.T) {
	t.Parallel()
	for want, form := range map[string]forms.Checked{
		"size=big is not a number of bytes": forms.New[struct {
			F forms.File `form:"size=big" label:"F"`
		}](),
		`"exe" is not a kind of file`: forms.New[struct {
			F forms.File `form:"types=pdf exe" label:"F"`
		}](),
		`"textarea" of its tag is not known for files`: forms.New[struct {
			F forms.File `form:"textarea" label:"F"`
		}](),
		"cannot have a field of type *forms.File": forms.New[struct {
			F *forms.File `form:"" label:"F"`
		}](),
	} {
		if err := form.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// FuzzMultipart sends anything as a form with files.
func FuzzMultipart(f *testing.F) {
	body, kind := multipartOf(f, map[string][]string{"title": {"x"}, "pages": {"n1"}}, sentFile{"cover", "c.png", pictureOf(f, 1, 1)}, sentFile{"pages.n1.scan", "a.pdf", "%PDF-"})
	boundary := strings.TrimPrefix(kind, "multipart/form-data; boundary=")
	f.Add(bytes.ReplaceAll(body, []byte(boundary), []byte("B")))
	f.Fuzz(func(t *testing.T, body []byte) {
		p := newPlace()
		form := albumForm.Bind(t.Context(), album{})
		form.Accept(p.Uploads)
		r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=B")
		_, err := form.Read(r)
		if n := len(p.stored(t)); err != nil && n > 0 {
			t.Errorf("%v, and %d files are stored", err, n)
		}
	})
}
