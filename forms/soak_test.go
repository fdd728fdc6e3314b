package forms_test

import (
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/volaweb/vola/forms"
	"github.com/volaweb/vola/storage"
)

// film is a form with a file without much of a limit.
type film struct {
	Title string     `form:"" label:"Title"`
	File  forms.File `form:"types=mp4,size=2GB" label:"Film"`
}

// endless yields the beginning of a film and then zeros.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	clear(p)
	if head := "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"; e.read == 0 {
		copy(p, head)
	}
	e.read += int64(len(p))
	return len(p), nil
}

// TestUploadSoak sends a large file over HTTP, with VOLA_SOAK one of a gigabyte, and looks at
// the memory that is in use meanwhile. It runs alone, as memory is shared.
func TestUploadSoak(t *testing.T) {
	size := int64(48 << 20)
	if os.Getenv("VOLA_SOAK") != "" {
		size = 1 << 30
	}
	const most = 16 << 20 // bytes more than before
	filmForm := forms.New[film]()
	uploads := newPlace().Uploads
	uploads.Storage = storage.NewDisk(t.TempDir())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form := filmForm.Bind(r.Context(), film{})
		form.Accept(uploads)
		ok, err := form.Read(r)
		if !ok || err != nil || form.Value.File.Size != size || form.Value.Title != "Long" {
			t.Errorf("%v, %v, %+v, %q", ok, err, form.Value, problems(form.Values))
		}
	}))
	defer server.Close()

	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var peak atomic.Uint64
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			peak.Store(max(peak.Load(), now.HeapAlloc))
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	body, write := io.Pipe()
	parts := multipart.NewWriter(write)
	go func() {
		err := parts.WriteField("title", "Long")
		var part io.Writer
		if err == nil {
			part, err = parts.CreateFormFile("file", "film.mp4")
		}
		if err == nil {
			_, err = io.CopyN(part, &endless{}, size)
		}
		if err == nil {
			err = parts.Close()
		}
		write.CloseWithError(err)
	}()
	response, err := server.Client().Post(server.URL, parts.FormDataContentType(), body)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	close(stop)
	<-done
	more := int64(peak.Load()) - int64(before.HeapAlloc)
	t.Logf("%d MB sent, at most %d kB more memory in use", size>>20, more>>10)
	if more > most {
		t.Errorf("sending %d bytes took %d bytes of memory, more than %d", size, more, most)
	}
}
