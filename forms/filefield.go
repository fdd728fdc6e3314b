package forms

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/i18n"
	"github.com/volaweb/vola/internal/nearest"
	"github.com/volaweb/vola/storage"
)

// filePlan is what the tag of a field with files says.
type filePlan struct {
	size          int64 // of each, in bytes; 0 for the default
	most          int   // how many; 0 for the default
	width, height int   // of pictures, in pixels; 0 for the default
	kinds         []storage.Kind
	names         []string // of the kinds, for people
	accept        string   // their extensions
}

func (p *fieldPlan) fileSize() int64 { return cmp.Or(p.files.size, defaultFile) }

func (p *fieldPlan) fileCount() int {
	if !p.many {
		return 1
	}
	return cmp.Or(p.files.most, defaultFiles)
}

// pixels returns how wide and high pictures may be; 0 for the default.
func (p *fieldPlan) pixels() (width, height int) { return p.files.width, p.files.height }

// resolveKinds writes down what pages show of the kinds of files: all kinds by default.
func (p *filePlan) resolveKinds() {
	if len(p.kinds) == 0 {
		p.kinds = storage.Kinds()
	}
	var exts []string
	for _, k := range p.kinds {
		exts = append(exts, k.Exts()...)
		p.names = append(p.names, strings.ToUpper(k.Name))
	}
	p.accept = strings.Join(exts, ",")
}

// takes reports whether the field may have files of a kind.
func (p *fieldPlan) takes(kind storage.Kind) bool {
	return slices.ContainsFunc(p.files.kinds, func(k storage.Kind) bool { return k.Name == kind.Name })
}

// fileWord reads a word of the tag of a field with files.
func (p *fieldPlan) fileWord(key, value string, has bool) error {
	number, bad := strconv.Atoi(value)
	isNumber := has && bad == nil && number > 0
	switch {
	case key == "name" && has:
		return p.setName(value)
	case key == "optional" && !has:
		p.optional = true
	case key == "required" && !has && p.many:
		p.optional = false
	case key == "size" && has:
		n, err := parseSize(value)
		if err != nil {
			return err
		}
		p.files.size = n
	case key == "max" && isNumber && p.many:
		p.files.most = number
	case key == "width" && isNumber:
		p.files.width = number
	case key == "height" && isNumber:
		p.files.height = number
	case key == "types" && has:
		for name := range strings.FieldsSeq(value) {
			names := []string{name}
			if name == "pictures" {
				names = []string{"gif", "jpg", "png", "webp"}
			}
			for _, name := range names {
				k, ok := storage.KindNamed(name)
				if !ok {
					return fmt.Errorf("types=%s: %q is not a kind of file of package storage", value, name)
				}
				p.files.kinds = append(p.files.kinds, k)
			}
		}
	default:
		return fmt.Errorf("the word %q of its tag is not known for files%s", key, nearest.Hint(key, []string{"name", "optional", "required", "size", "max", "width", "height", "types"}))
	}
	if p.files.width > 0 != (p.files.height > 0) {
		p.files.width, p.files.height = cmp.Or(p.files.width, math.MaxInt32), cmp.Or(p.files.height, math.MaxInt32)
	}
	return nil
}

// parseSize reads a number of bytes, such as 5MB or 300kB, with powers of 1000 (SI).
func parseSize(text string) (int64, error) {
	for _, unit := range []struct {
		name  string
		bytes int64
	}{{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"", 1}} {
		digits, ok := strings.CutSuffix(text, unit.name)
		if n, err := strconv.ParseInt(digits, 10, 64); ok && err == nil && n > 0 && n <= 1e15/unit.bytes {
			return n * unit.bytes, nil
		}
	}
	return 0, fmt.Errorf("size=%s is not a number of bytes, such as 300kB or 5MB", text)
}

// bytesIn writes a number of bytes for people.
func bytesIn(lang *i18n.Language, n int64) string {
	unit, of, style := "byte", int64(1), i18n.Short
	switch {
	case n < 1e3:
		style = i18n.Long // "193 bytes": the short form is that of programs
	case n >= 1e9:
		unit, of = "gigabyte", 1e9
	case n >= 1e6:
		unit, of = "megabyte", 1e6
	case n >= 1e3:
		unit, of = "kilobyte", 1e3
	}
	text, err := lang.Unit(math.Round(float64(n)*10/float64(of))/10, unit, style)
	if err != nil {
		return strconv.FormatInt(n, 10)
	}
	return text
}

// at returns the field of a name as it is sent, such as "lines.7.photo"; nil for none.
func (p *plan) at(name string) *fieldPlan {
	first, rest, inRow := strings.Cut(name, ".")
	for i := range p.fields {
		f := &p.fields[i]
		switch {
		case f.name == name && f.rows == nil:
			return f
		case f.name == first && f.rows != nil && inRow:
			if _, rest, ok := strings.Cut(rest, "."); ok {
				return f.rows.plan.at(rest)
			}
		}
	}
	return nil
}

// Kept is a file that a field has.
type Kept struct {
	Label string // what it is called, for people
	Size  string // for people; "" if it is not known
	Token string // says which file it is when the form is sent
	Sent  bool   // it came with the form, and is not part of what the form began with

	file File
	sum  string // SHA-256, of a file that was sent
}

// startFiles gives the field the files that it begins with.
func (f *Field) startFiles() {
	f.Multiple, f.Accept = f.plan.many, f.plan.files.accept
	rules := f.lang.T("{kinds}; at most {most}.", "kinds", f.lang.Either(f.plan.files.names), "most", bytesIn(f.lang, f.plan.fileSize()))
	f.Help = strings.TrimSpace(f.Help + " " + rules)
	f.Files = f.keptNow()
}

// keptNow returns the files that the struct has.
func (f *Field) keptNow() (out []Kept) {
	add := func(v reflect.Value) {
		var have File
		switch v := v.Interface().(type) {
		case storage.Name:
			have.Name = v
		case File:
			have = v
		}
		if have.Name != "" {
			out = append(out, f.kept(have, "", time.Time{}))
		}
	}
	if !f.plan.many {
		add(f.value)
		return out
	}
	for i := range f.value.Len() {
		add(f.value.Index(i))
	}
	return out
}

// kept describes a file. Of one that was sent, sum is its checksum and first is when it was sent,
// the zero time for now.
func (f *Field) kept(have File, sum string, first time.Time) Kept {
	k := Kept{Label: cmp.Or(have.Sent, have.Name.Base()), Token: string(have.Name), Sent: sum != "", file: have, sum: sum}
	if have.Size > 0 {
		k.Size = bytesIn(f.lang, have.Size)
	}
	if k.Sent {
		u := f.of.root.uploads
		if first.IsZero() {
			first = u.now()
		}
		until := u.now().Add(keptFor)
		if last := first.Add(keptAtMost); until.After(last) {
			until = last
		}
		value := strings.Join([]string{string(have.Name), strconv.FormatInt(have.Size, 10), strconv.FormatInt(first.Unix(), 10), sum, have.Sent}, "\n")
		k.Token = base64.RawURLEncoding.EncodeToString([]byte(value)) + "~" + u.Signer.Sign(f.purpose(), value, until)
	}
	return k
}

// purpose is that of signatures of files of the field: another form refuses them, and so does one
// of the same struct with other rules.
func (f *Field) purpose() string {
	form, row, rules := f.of.root.plan.of, f.of.plan.of, f.plan.files
	return fmt.Sprintf("forms %s.%s %s.%s %s %d %d %d %s", form.PkgPath(), form.Name(), row.PkgPath(), row.Name(), f.plan.name,
		f.plan.fileSize(), rules.width, rules.height, f.plan.files.names)
}

// fileOf returns the file that a token of the page stands for, with its checksum, and when it was
// sent first. It is an error if the file is not stored any more.
func (f *Field) fileOf(token string) (have File, sum string, first time.Time, err error) {
	text, signature, _ := strings.Cut(token, "~")
	value, err := base64.RawURLEncoding.DecodeString(text)
	u := f.of.root.uploads
	if err != nil || u == nil || u.Signer == nil || u.Storage == nil {
		return have, "", first, errors.New("this is not the token of a file")
	}
	if err := u.Signer.Check(f.purpose(), string(value), signature, u.now()); err != nil {
		return have, "", first, err
	}
	fields := strings.SplitN(string(value), "\n", 5)
	size, err := strconv.ParseInt(fields[1], 10, 64)
	sec, err2 := strconv.ParseInt(fields[2], 10, 64)
	have = File{Name: storage.Name(fields[0]), Sent: fields[4], Size: size}
	stored, err3 := u.Storage.Open(f.of.root.ctx, have.Name)
	switch {
	case err3 == nil:
		err3 = stored.Close()
	case fault.KindOf(err3) != fault.NotFound:
		err3 = nil // the storage fails now, which says nothing about the file
	}
	return have, fields[3], time.Unix(sec, 0), errors.Join(err, err2, err3)
}

// readFiles reads which files the field has now: those that it had and those that were sent
// before or now, without those that people removed.
func (f *Field) readFiles(sent url.Values) {
	if sent.Get(f.Name) != "" {
		f.of.incomplete() // the name of a file: the form was not sent as multipart/form-data
	}
	before := f.Files
	dropped := sent[f.Name+".drop"]
	f.Files, f.given = nil, slices.Clone(dropped)
	for _, k := range before {
		if !slices.Contains(dropped, k.Token) {
			f.Files = append(f.Files, k)
		}
	}
	for _, token := range sent[f.Name+".kept"] {
		if slices.Contains(dropped, token) || len(f.Files) > f.plan.fileCount() {
			continue
		}
		have, sum, first, err := f.fileOf(token)
		if slices.ContainsFunc(f.Files, func(k Kept) bool { return err == nil && k.file.Name == have.Name }) {
			continue
		}
		if err != nil {
			f.fail(f.lang.T("Choose the file again; it was kept for an hour."))
			continue
		}
		f.Files = append(f.Files, f.kept(have, sum, first))
	}
	if b := f.of.root.body; b != nil {
		for _, up := range b.files[f.Name] {
			if up.problem != "" {
				f.fail(up.problem)
				continue
			}
			f.Files = append(f.Files, f.kept(up.File, up.sum, time.Time{}))
		}
	}
	for _, k := range f.Files {
		if k.Sent {
			f.given = append(f.given, k.file.Sent, k.sum)
		}
	}
	if !f.plan.many && len(f.Files) > 1 {
		f.Files = f.Files[len(f.Files)-1:] // the last one that was chosen replaces the others
	}
	f.parsed = f.Error != "" || !slices.EqualFunc(before, f.Files, func(a, b Kept) bool { return a.file.Name == b.file.Name })
	switch {
	case len(f.Files) > f.plan.fileCount():
		f.fail(f.lang.T("There can be at most {most}.", "most", f.plan.fileCount()))
	case len(f.Files) == 0 && f.Required:
		f.fail(f.lang.T("Choose a file."))
	}
	if f.Error == "" {
		f.setFiles()
	}
}

// setFiles sets the field to the files that it has now.
func (f *Field) setFiles() {
	set := func(v reflect.Value, have File) {
		if v.Kind() == reflect.String {
			v.SetString(string(have.Name))
			return
		}
		v.Set(reflect.ValueOf(have))
	}
	if !f.plan.many {
		f.value.SetZero()
		if len(f.Files) > 0 {
			set(f.value, f.Files[0].file)
		}
		return
	}
	list := reflect.MakeSlice(f.value.Type(), len(f.Files), len(f.Files))
	for i, k := range f.Files {
		set(list.Index(i), k.file)
	}
	f.value.Set(list)
}
