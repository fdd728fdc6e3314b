package blog

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// found is what a folder has to import, as paths below it.
type found struct {
	posts []string
	media []string // pictures and assets, which are copied
	other []string // other files that can be kept, which are if a text refers to them
	asked []string // those of media and other that texts referred to
	// refused are entries that are not even tried, with the reason.
	refused []failure
	// skipped are files among the posts that are none.
	skipped []string
}

// text is the name of a text: those that Jekyll takes for Markdown, and HTML.
var text = regexp.MustCompile(`(?i)\.(md|mkd|mkdn|mkdown|mdown|markdown|html?)$`)

// date begins the name of a post: YYYY-MM-DD-slug.md.
var date = regexp.MustCompile(`^\d{4}-\d{1,2}-\d{1,2}-.`)

// isPost reports whether a file has the name of a post.
func isPost(name string) bool { return date.MatchString(name) && text.MatchString(name) }

// findFiles returns what there is to import in a folder: the posts in folders
// named _posts, the drafts in _drafts, the pages in _pages, and the pictures
// and files that they may refer to. Where there is no _posts the folder itself has the
// posts. Other folders whose names begin with a dot or an underscore are not
// looked at: they hold what Jekyll makes and needs.
func findFiles(fsys fs.FS) (found, error) {
	var out found
	var loose []string // posts that are not in a folder _posts
	inPosts := false
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			if name == "." {
				return err
			}
			out.refused = append(out.refused, failure{name, plain(err)})
			return nil
		}
		if d.IsDir() {
			if skipped(d.Name()) && name != "." {
				return fs.SkipDir
			}
			inPosts = inPosts || d.Name() == "_posts"
			return nil
		}
		switch {
		case strings.HasPrefix(d.Name(), "."):
		case within(name, "_posts") && isPost(d.Name()):
			out.posts = append(out.posts, name)
		case (within(name, "_pages") || within(name, "_drafts")) && text.MatchString(d.Name()):
			out.posts = append(out.posts, name)
		case isPost(d.Name()):
			loose = append(loose, name)
		case isImage(name), within(name, "assets") && mediaType(name) != "":
			out.media = append(out.media, name)
		case mediaType(name) != "":
			out.other = append(out.other, name)
		case d.Type()&fs.ModeSymlink != 0 && within(name, "_posts"):
			out.refused = append(out.refused, failure{name, "a link to something other than a post; links to folders are not followed"})
		case within(name, "_posts"):
			out.skipped = append(out.skipped, name)
		}
		return nil
	})
	if !inPosts {
		out.posts = append(out.posts, loose...)
	}
	slices.Sort(out.posts)
	slices.Sort(out.media)
	slices.Sort(out.other)
	return out, err
}

// skipped reports whether a folder is none of the writer's.
func skipped(name string) bool {
	switch name {
	case "_posts", "_pages", "_drafts":
		return false
	case "node_modules", "vendor":
		return true
	}
	return strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".")
}

// within reports whether one of the folders of a path has that name.
func within(name, folder string) bool {
	return slices.Contains(strings.Split(path.Dir(name), "/"), folder)
}

// readable checks that a path is a file that may be read: a regular one, or a
// link to one that is below the folder too.
func readable(fsys fs.FS, name string, limit int64) (fs.FileInfo, error) {
	info, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("it is a folder, or a link to one, with the name of a file")
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("it is not a regular file (%s)", info.Mode().Type())
	case info.Size() > limit:
		return nil, fmt.Errorf("it has %d bytes, more than the %d that are taken", info.Size(), limit)
	}
	return info, nil
}

// subFolder is a folder of a file system. Unlike that of fs.Sub it tells what kind
// of file something is without opening it, which for a pipe may take for ever.
type subFolder struct {
	fsys fs.FS
	dir  string
}

func (s subFolder) Open(name string) (fs.File, error) { return s.fsys.Open(path.Join(s.dir, name)) }

func (s subFolder) Stat(name string) (fs.FileInfo, error) {
	return fs.Stat(s.fsys, path.Join(s.dir, name))
}

// plain returns the reason of an error about a file whose name is told apart.
func plain(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		switch text := p.Err.Error(); {
		case strings.Contains(text, "escapes"):
			return "the link leads out of the folder; copy the file instead"
		case strings.Contains(text, "too many"):
			return "the link leads in a circle"
		case errors.Is(err, fs.ErrNotExist):
			return "the link leads nowhere"
		default:
			return text
		}
	}
	return err.Error()
}

// mediaRefs returns a function that finds the file, of two sorted lists, that
// the post at that path means, and returns where the file will be and its name;
// the address as it is and "" if there is none.
func mediaRefs(media, other []string, post string, address func(string) (string, error)) func(string) (to, file string) {
	return func(ref string) (string, string) {
		u, err := url.Parse(strings.ReplaceAll(ref, " ", "%20"))
		if err != nil {
			return ref, ""
		}
		for _, name := range candidates(post, u.Path) {
			if _, ok := slices.BinarySearch(media, name); !ok {
				if _, ok = slices.BinarySearch(other, name); !ok {
					continue
				}
			}
			if to, err := address(name); err == nil {
				if u.Fragment != "" {
					to += "#" + u.EscapedFragment()
				}
				return to, name
			}
		}
		return ref, ""
	}
}

// candidates returns the paths below the folder that an address in a post may
// mean: an absolute one counts from the folder or from what holds _posts, a
// relative one also from where the post is.
func candidates(post, ref string) []string {
	dir := path.Dir(post)
	site := dir
	for _, folder := range []string{"/_posts/", "/_drafts/", "/_pages/"} {
		if i := strings.Index("/"+dir+"/", folder); i >= 0 {
			site = ("/" + dir)[:i]
		}
	}
	site = strings.TrimPrefix(site, "/")
	if strings.HasPrefix(ref, "/") {
		return []string{path.Join(site, ref), path.Join(".", ref)}
	}
	return []string{path.Join(dir, ref), path.Join(site, ref), path.Clean(ref)}
}
