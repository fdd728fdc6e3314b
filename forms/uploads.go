package forms

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/internal/picture"
	"github.com/volaweb/vola/signing"
	"github.com/volaweb/vola/storage"
)

// What a form with files may have at most, besides the limits of its fields.
const (
	maxParts     = 1000     // fields and files together
	maxFormText  = 10 << 20 // bytes of all fields that are not files
	maxFileName  = 255      // bytes of the name that a file has at the sender
	keptFor      = time.Hour
	keptAtMost   = 12 * time.Hour // however often the form is sent again; orphans are removed after a day
	defaultFile  = 10_000_000     // bytes of a file, if the declaration does not say how many
	defaultFiles = 10             // files of a field that has several
	maxHeader    = 1 << 20        // bytes of a picture before its width and height
	maxPixels    = 40_000_000     // of a picture, if the declaration does not name a width and height
)

// Uploads is where the files of forms are kept. It is safe for concurrent use. A module takes
// that of the site, module.Host.Uploads.
type Uploads struct {
	Storage storage.Storage
	// Signer signs the names of files that were sent with a form in which something else is
	// wrong, so that they need not be sent again.
	Signer *signing.Signer
	Now    func() time.Time // defaults to time.Now
}

func (u *Uploads) now() time.Time {
	if u.Now == nil {
		return time.Now()
	}
	return u.Now()
}

// File is a file that somebody sent with a form, and that is stored. The zero value is none.
type File struct {
	Name storage.Name // under which it is stored
	// Sent is what it is called at the sender, for people. It has no control characters and none
	// that change the direction of the text around it, and at most 255 bytes.
	Sent string
	Size int64 // in bytes
}

// Kind returns the kind that the file is by its content; ok is false for no file.
func (f File) Kind() (k storage.Kind, ok bool) { return storage.KindOf(f.Name) }

// Accept says where the files of the form are stored; it is called before Read. A form
// without fields for files does not need it.
//
// Read stores files while they arrive, so that they are never whole in memory. They stay
// if something else in the form is wrong, and need not be sent again within an hour of the last
// time, and 12 hours in all. What no row refers to in the end is removed by the command
// "files orphans" of contrib/files.
func (v *Values) Accept(uploads *Uploads) { v.uploads = uploads }

// body is a form of kind multipart/form-data that is being read.
type body struct {
	form    *Values
	ctx     context.Context // lifetime: that of the request
	values  url.Values
	files   map[string][]upload // by the name of the field
	stored  []storage.Name
	text    int64
	parts   int
	uploads *Uploads
}

// upload is a file that was sent, or what is wrong with it.
type upload struct {
	File
	sum     string // SHA-256
	problem string
}

// readBody reads a form with files. What it has stored is removed if it fails.
func (v *Values) readBody(r *http.Request) (*body, error) {
	if v.uploads == nil || v.uploads.Storage == nil || v.uploads.Signer == nil {
		return nil, errors.New("forms: a form with files was read without a place for them; call Accept with the Uploads of the host before Read")
	}
	b := &body{form: v, ctx: r.Context(), values: url.Values{}, files: map[string][]upload{}, uploads: v.uploads}
	err := b.read(r)
	if err != nil {
		b.forget()
		return nil, err
	}
	return b, nil
}

// forget removes what was stored.
func (b *body) forget() {
	if len(b.stored) > 0 {
		_ = b.uploads.Storage.Delete(context.WithoutCancel(b.ctx), b.stored...) // else they are orphans
		b.stored = nil
	}
}

func (b *body) read(r *http.Request) error {
	_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	end := &tail{ReadCloser: r.Body}
	r.Body = end
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "The form that was sent is damaged.")
	}
	for {
		part, err := parts.NextPart()
		if err == io.EOF { // an error that wraps it is a body without its last boundary
			if end.cut("--" + params["boundary"]) {
				return damaged(io.ErrUnexpectedEOF)
			}
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		if b.parts++; b.parts > maxParts {
			return fault.New(fault.TooLarge, "The form that was sent is too large.")
		}
		if err := b.part(part); err != nil {
			return err
		}
	}
}

// tail is a body that keeps its last bytes: a reader of parts takes one that ends after a boundary
// which begins a part for one that is whole.
type tail struct {
	io.ReadCloser
	last []byte
}

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.last = append(t.last, p[max(0, n-200):n]...)
	t.last = t.last[max(0, len(t.last)-200):]
	return n, err
}

// cut reports whether the body ends with a boundary that is not the last one.
func (t *tail) cut(boundary string) bool {
	text := strings.TrimRight(string(t.last), " \t\r\n")
	return strings.HasSuffix(text, boundary) && !strings.HasSuffix(text, boundary+"--")
}

// damaged is the error of a body that cannot be read on.
func damaged(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.Wrap(fault.Invalid, err, "The form that was sent is damaged.")
}

// part reads a field or a file.
func (b *body) part(part *multipart.Part) error {
	name := part.FormName()
	if _, isFile := partFile(part); !isFile {
		text, err := io.ReadAll(io.LimitReader(part, maxFormText-b.text+1))
		if err != nil {
			return damaged(err)
		}
		if b.text += int64(len(text)) + int64(len(name)); b.text > maxFormText {
			return fault.New(fault.TooLarge, "The form that was sent is too large.")
		}
		b.values.Add(name, string(text))
		return nil
	}
	p := b.form.plan.at(name)
	if p == nil || p.kind != file || len(b.files[name]) >= p.fileCount() {
		if p != nil && p.kind == file {
			b.files[name] = append(b.files[name][:p.fileCount()], upload{problem: b.form.lang.T("There can be at most {most}.", "most", p.fileCount())})
		}
		return skip(part)
	}
	up, err := b.store(part, p)
	if err != nil {
		return err
	}
	b.files[name] = append(b.files[name], up)
	return nil
}

// partFile returns the name that the file of a part has at the sender; a part without one is
// not a file, and neither is the field of a file that nobody chose.
func partFile(part *multipart.Part) (name string, is bool) {
	name = part.FileName()
	if !utf8.ValidString(name) {
		name = strings.ToValidUTF8(name, "\uFFFD")
	}
	if name != "" {
		name = cmp.Or(strings.TrimSpace(strings.Map(visible, name)), "_")
	}
	if len(name) > maxFileName {
		name = strings.ToValidUTF8(name[len(name)-maxFileName:], "") // its extension counts
	}
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	_, has := params["filename"]
	return name, err == nil && has && name != ""
}

// visible drops characters that databases do not take, or that change how the text around a name
// is shown.
func visible(c rune) rune {
	if unicode.IsControl(c) || unicode.In(c, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
		return -1
	}
	return c
}

// skip reads to the end of a part, as far as the body may go.
func skip(part io.Reader) error {
	if _, err := io.Copy(io.Discard, part); err != nil {
		return damaged(err)
	}
	return nil
}

// store stores a file, if it is one that the field may have.
func (b *body) store(part *multipart.Part, p *fieldPlan) (up upload, err error) {
	lang := b.form.lang
	sent, _ := partFile(part)
	head := make([]byte, storage.SniffLen)
	n, err := io.ReadFull(part, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return up, damaged(err)
	}
	head = head[:n]
	kind, ok := storage.Sniff(head, sent)
	refuse := func(problem string) (upload, error) { return upload{problem: problem}, skip(part) }
	switch {
	case n == 0:
		return refuse(lang.T("The file {name} is empty.", "name", sent))
	case !ok || !p.takes(kind):
		return refuse(lang.T("The file {name} is not one of these kinds, by its name and its content: {kinds}.", "name", sent, "kinds", lang.List(p.files.names)))
	}
	data := &limited{r: io.MultiReader(bytes.NewReader(head), part), left: p.fileSize()}
	if kind.Picture() {
		width, height, replay, err := pictureSize(data)
		if data.failed != nil {
			return up, damaged(data.failed)
		}
		if err != nil && !data.over {
			return refuse(lang.T("The file {name} is damaged: its size in pixels cannot be read.", "name", sent))
		}
		if w, h := p.pixels(); err == nil && (w > 0 && (width > w || height > h) || w == 0 && width > maxPixels/height) {
			if w == 0 {
				return refuse(lang.T("The picture {name} is too large: it has {pixels} pixels, and {most} is the most.", "name", sent, "pixels", width*height, "most", maxPixels))
			}
			return refuse(lang.T("The picture {name} is too large: {width} by {height} pixels, and {most} is the most.", "name", sent, "width", width, "height", height, "most", fmt.Sprint(w, " × ", h)))
		}
		data = replay
	}
	sum := sha256.New()
	info, err := b.uploads.Storage.Create(b.ctx, storage.NewName(b.uploads.now(), sent, kind.Ext), io.TeeReader(data, sum))
	switch {
	case data.over:
		return refuse(lang.T("The file {name} is larger than {most}.", "name", sent, "most", bytesIn(lang, p.fileSize())))
	case data.failed != nil:
		return up, damaged(data.failed)
	case err != nil:
		return up, fmt.Errorf("store the file of the field %s: %w", p.name, err)
	}
	b.stored = append(b.stored, info.Name)
	return upload{File: File{Name: info.Name, Sent: sent, Size: info.Size}, sum: hex.EncodeToString(sum.Sum(nil))}, nil
}

// errOver ends the reading of a file that is too large, so that it is not stored.
var errOver = errors.New("forms: the file is too large")

// limited reads at most left bytes, and remembers why it ended.
type limited struct {
	r      io.Reader
	left   int64
	over   bool
	failed error
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		l.over = true
		return 0, errOver
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		l.over = true
		return 0, errOver
	}
	if err != nil && !errors.Is(err, io.EOF) {
		l.failed = err
	}
	return n, err
}

// pictureSize reads the size of a picture in pixels. replay has the bytes that it has read
// again, and the others after them.
func pictureSize(data *limited) (width, height int, replay *limited, err error) {
	var seen bytes.Buffer
	before := data.left
	width, height, err = picture.Size(io.TeeReader(io.LimitReader(data, maxHeader), &seen))
	return width, height, &limited{r: io.MultiReader(&seen, data.r), left: before}, err
}
