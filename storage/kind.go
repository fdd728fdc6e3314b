package storage

import (
	"net/http"
	"path"
	"slices"
	"strings"
)

// Kind is a kind of file that can be told from others by its content.
type Kind struct {
	Name  string // "jpg", as declarations name it
	Ext   string // ".jpg": the extension of stored files
	Media string // "image/jpeg": the media type that they are served with
	// Inline says that a browser may show it in a page of the site. Others are always
	// saved: a page or a drawing with a script would act as the site.
	Inline bool

	also  []string // other extensions that senders use
	found string   // what the content is found to be, where that is not Media
}

// Exts returns the extensions that files of the kind have at their senders.
func (k Kind) Exts() []string { return append([]string{k.Ext}, k.also...) }

// Picture reports whether files of the kind are pictures, which have a width and a height.
func (k Kind) Picture() bool { return strings.HasPrefix(k.Media, "image/") }

// Kinds returns the kinds of files that can be stored, in the order of their names. Text
// formats without a mark of their own, such as CSV, are any text in UTF-8 with that
// extension; documents of office programs are ZIP archives with that extension.
func Kinds() []Kind {
	const text, zip = "text/plain; charset=utf-8", "application/zip"
	return []Kind{
		{Name: "csv", Ext: ".csv", Media: "text/csv; charset=utf-8", found: text},
		{Name: "docx", Ext: ".docx", Media: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", found: zip},
		{Name: "gif", Ext: ".gif", Media: "image/gif", Inline: true},
		{Name: "jpg", Ext: ".jpg", Media: "image/jpeg", Inline: true, also: []string{".jpeg", ".jpe", ".jfif"}},
		{Name: "json", Ext: ".json", Media: "application/json", found: text},
		{Name: "md", Ext: ".md", Media: "text/markdown; charset=utf-8", found: text, also: []string{".markdown"}},
		{Name: "mp3", Ext: ".mp3", Media: "audio/mpeg", Inline: true},
		{Name: "mp4", Ext: ".mp4", Media: "video/mp4", Inline: true, also: []string{".m4v"}},
		{Name: "odt", Ext: ".odt", Media: "application/vnd.oasis.opendocument.text", found: zip},
		{Name: "ods", Ext: ".ods", Media: "application/vnd.oasis.opendocument.spreadsheet", found: zip},
		{Name: "ogg", Ext: ".ogg", Media: "application/ogg", Inline: true, also: []string{".oga", ".ogv"}},
		{Name: "pdf", Ext: ".pdf", Media: "application/pdf", Inline: true},
		{Name: "png", Ext: ".png", Media: "image/png", Inline: true},
		{Name: "pptx", Ext: ".pptx", Media: "application/vnd.openxmlformats-officedocument.presentationml.presentation", found: zip},
		{Name: "txt", Ext: ".txt", Media: text, also: []string{".text", ".log"}},
		{Name: "wav", Ext: ".wav", Media: "audio/wav", Inline: true, found: "audio/wave"},
		{Name: "webm", Ext: ".webm", Media: "video/webm", Inline: true},
		{Name: "webp", Ext: ".webp", Media: "image/webp", Inline: true},
		{Name: "xlsx", Ext: ".xlsx", Media: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", found: zip},
		{Name: "zip", Ext: ".zip", Media: zip},
	}
}

// KindNamed returns the kind of a name, such as "jpg".
func KindNamed(name string) (k Kind, ok bool) {
	return kindWhere(func(k Kind) bool { return k.Name == name })
}

// KindOf returns the kind of a stored file.
func KindOf(name Name) (k Kind, ok bool) {
	ext := path.Ext(string(name))
	return kindWhere(func(k Kind) bool { return k.Ext == ext })
}

func kindWhere(is func(Kind) bool) (k Kind, ok bool) {
	kinds := Kinds()
	i := slices.IndexFunc(kinds, is)
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}

// SniffLen is how much of a file [Sniff] looks at, in bytes.
const SniffLen = 512

// Sniff returns the kind of a file from its first [SniffLen] bytes and the name that it has
// at the sender. Both must say the same: content that is not what the extension says is of
// no kind. What the sender calls its media type does not count. The method is that of
// https://mimesniff.spec.whatwg.org, as package net/http has it.
func Sniff(head []byte, sent string) (k Kind, ok bool) {
	ext := strings.ToLower(path.Ext(sent))
	found := http.DetectContentType(head)
	return kindWhere(func(k Kind) bool {
		want := k.found
		if want == "" {
			want = k.Media
		}
		return want == found && (k.Ext == ext || slices.Contains(k.also, ext))
	})
}
