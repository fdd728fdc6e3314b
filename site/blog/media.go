package blog

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"

	"github.com/volaweb/vola/fault"
)

// maxMedia is the size up to which a file is taken into the media folder.
const maxMedia = 64 << 20

// mediaCSP is the Content-Security-Policy of the files themselves: a picture
// in SVG may hold a script, which this keeps from running when somebody opens
// the picture by itself.
const mediaCSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'; sandbox"

// textSources lets a page show what package markup lets into the text of a
// post: pictures of any host and those that are in the text itself, films and
// sound of any host.
const textSources = "; img-src 'self' https: http: data:; media-src 'self' https: http:"

// allowPictures widens the Content-Security-Policy of a page with texts of
// posts. One that says itself where pictures may come from is left alone.
func allowPictures(w http.ResponseWriter) {
	const header = "Content-Security-Policy"
	if policy := w.Header().Get(header); policy != "" && !strings.Contains(policy, "img-src") {
		w.Header().Set(header, strings.TrimRight(policy, "; ")+textSources)
	}
}

// mediaType returns the type that a file of that name is served with, "" for
// files that the blog neither takes nor serves: pages, scripts, style sheets
// and all that it does not know.
func mediaType(name string) string {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".png", ".jpeg", ".gif", ".webp", ".avif":
		return "image/" + ext[1:]
	case ".jpg":
		return "image/jpeg"
	case ".svg":
		return "image/svg+xml"
	case ".ico":
		return "image/x-icon"
	case ".txt", ".csv", ".diff", ".patch", ".py", ".go", ".rb", ".sql", ".json":
		return "text/plain; charset=utf-8"
	case ".vtt":
		return "text/vtt; charset=utf-8"
	case ".ics":
		return "text/calendar; charset=utf-8"
	case ".ogg", ".wav", ".flac":
		return "audio/" + ext[1:]
	case ".mp3":
		return "audio/mpeg"
	case ".m4a":
		return "audio/mp4"
	case ".mp4", ".webm":
		return "video/" + ext[1:]
	case ".m4v":
		return "video/mp4"
	case ".mov":
		return "video/quicktime"
	case ".ogv":
		return "video/ogg"
	case ".pdf", ".zip":
		return "application/" + ext[1:]
	case ".gz", ".tgz":
		return "application/gzip"
	case ".epub":
		return "application/epub+zip"
	case ".bib", ".tex", ".ps", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".odp", ".key",
		".xz", ".bz2", ".7z", ".tar", ".ipynb", ".psd", ".mid":
		return "application/octet-stream"
	}
	return ""
}

func isImage(name string) bool { return strings.HasPrefix(mediaType(name), "image/") }

// media answers with a file from the media folder.
func (b articles) serveMedia(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	f, info, err := b.media.open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", mediaType(name))
	h.Set("Content-Security-Policy", mediaCSP)
	h.Set("Cache-Control", "public, max-age=3600")
	if !isImage(name) && mediaType(name) != "application/pdf" {
		h.Set("Content-Disposition", "attachment")
	}
	http.ServeContent(w, r, "", info.ModTime(), f)
	return nil
}

// mediaFolder is the folder with the files of posts.
type mediaFolder string

// has reports whether there is such a file.
func (folder mediaFolder) has(name string) bool {
	f, _, err := folder.open(name)
	return err == nil && f.Close() == nil
}

// open opens a file in the folder and nowhere else, wherever its name or a
// symbolic link leads.
func (folder mediaFolder) open(name string) (*os.File, fs.FileInfo, error) {
	missing := fault.New(fault.NotFound, "There is no such file.")
	if mediaType(name) == "" || !fs.ValidPath(name) || isHidden(name) {
		return nil, nil, missing
	}
	// snippet: wrap
	f, err := os.OpenInRoot(string(folder), name)
	if err != nil {
		// Also a link that leads out: what is there is nobody's business.
		return nil, nil, fault.Wrap(fault.NotFound, err, "There is no such file.")
	}
	// end snippet
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = missing
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

// isHidden reports whether a path has a name in it that begins with a dot.
func isHidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.Contains(name, "/.")
}
