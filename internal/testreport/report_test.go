package testreport_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/internal/testreport"
)

func ExampleWrite() {
	events := `
{"Action":"run","Package":"shop","Test":"TestCart"}
{"Action":"pass","Package":"shop","Test":"TestCart","Elapsed":0.1}
{"Action":"run","Package":"shop","Test":"TestPay"}
{"Action":"output","Package":"shop","Test":"TestPay","Output":"    pay_test.go:9: no bank at hand\n"}
{"Action":"skip","Package":"shop","Test":"TestPay","Elapsed":0}
{"Action":"pass","Package":"shop","Elapsed":0.25}`
	_, err := testreport.Write(os.Stdout, strings.NewReader(events[1:]), testreport.Config{
		Ran: []string{"the race detector"},
	})
	if err != nil {
		os.Stdout.WriteString(err.Error())
	}
	// Output:
	// ok    shop 0.2s: 1 passed, 0 failed, 1 skipped
	//
	// run with: the race detector
	// skipped: shop TestPay: no bank at hand
	// 1 passed, 0 failed, 1 skipped
}

func TestWrite(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		events  []string
		config  testreport.Config
		want    string
		wantErr string
	}{
		{
			name: "a parent is not counted beside its subtests",
			events: []string{
				`{"Action":"run","Package":"p","Test":"T"}`,
				`{"Action":"run","Package":"p","Test":"T/a"}`,
				`{"Action":"run","Package":"p","Test":"T/b/c"}`,
				`{"Action":"pass","Package":"p","Test":"T/a"}`,
				`{"Action":"pass","Package":"p","Test":"T/b/c"}`,
				`{"Action":"pass","Package":"p","Test":"T"}`,
				`{"Action":"pass","Package":"p"}`,
			},
			want: "ok    p 0.0s: 2 passed, 0 failed, 0 skipped\n\n2 passed, 0 failed, 0 skipped\n",
		},
		{
			name: "only what failed is shown",
			events: []string{
				`{"Action":"output","Package":"p","Test":"Good","Output":"quiet\n"}`,
				`{"Action":"pass","Package":"p","Test":"Good"}`,
				`{"Action":"output","Package":"p","Test":"Bad","Output":"=== RUN   Bad\n"}`,
				`{"Action":"output","Package":"p","Test":"Bad","Output":"    a_test.go:1: wrong\n"}`,
				`{"Action":"fail","Package":"p","Test":"Bad"}`,
				`{"Action":"output","Package":"p","Output":"FAIL\n"}`,
				`{"Action":"fail","Package":"p"}`,
			},
			want:    "FAIL  p 0.0s: 1 passed, 1 failed, 0 skipped\n          a_test.go:1: wrong\n\n1 passed, 1 failed, 0 skipped\n",
			wantErr: "1 failed",
		},
		{
			name: "a parent that fails of itself is counted",
			events: []string{
				`{"Action":"run","Package":"p","Test":"T"}`,
				`{"Action":"pass","Package":"p","Test":"T/a"}`,
				`{"Action":"fail","Package":"p","Test":"T"}`,
				`{"Action":"fail","Package":"p"}`,
			},
			want:    "FAIL  p 0.0s: 1 passed, 1 failed, 0 skipped\n\n1 passed, 1 failed, 0 skipped\n",
			wantErr: "1 failed",
		},
		{
			name: "a test that never ended has failed",
			events: []string{
				`{"Action":"run","Package":"p","Test":"T"}`,
				`{"Action":"output","Package":"p","Test":"T","Output":"panic: test timed out\n"}`,
				`{"Action":"fail","Package":"p"}`,
			},
			want:    "FAIL  p 0.0s: 0 passed, 1 failed, 0 skipped\n      panic: test timed out\n\n0 passed, 1 failed, 0 skipped\n",
			wantErr: "1 failed",
		},
		{
			name: "a package can fail of itself",
			events: []string{
				`{"Action":"pass","Package":"p","Test":"T"}`,
				`{"Action":"output","Package":"p","Output":"exit status 3\n"}`,
				`{"Action":"fail","Package":"p"}`,
			},
			want:    "FAIL  p 0.0s: 1 passed, 1 failed, 0 skipped\n      exit status 3\n\n1 passed, 1 failed, 0 skipped\n",
			wantErr: "1 failed",
		},
		{
			name: "the compiler is quoted once",
			events: []string{
				`{"Action":"build-output","ImportPath":"dep","Output":"dep.go:1: undefined: x\n"}`,
				`{"Action":"build-fail","ImportPath":"dep"}`,
				`{"Action":"fail","Package":"p","FailedBuild":"dep"}`,
				`{"Action":"fail","Package":"q","FailedBuild":"dep"}`,
			},
			want:    "FAIL  p 0.0s: 0 passed, 1 failed, 0 skipped\n      dep.go:1: undefined: x\nFAIL  q 0.0s: 0 passed, 1 failed, 0 skipped\n\n0 passed, 2 failed, 0 skipped\n",
			wantErr: "2 failed",
		},
		{
			name:    "the run broke off",
			events:  []string{`{"Action":"start","Package":"p"}`},
			want:    "FAIL  p 0.0s: 0 passed, 1 failed, 0 skipped\n\n0 passed, 1 failed, 0 skipped\n",
			wantErr: "broke off in p",
		},
		{
			name:   "no tests, no line; other lines are passed on",
			events: []string{`go: downloading`, `{"Action":"skip","Package":"p"}`, `{"no":"event"}`},
			want:   "go: downloading\n{\"no\":\"event\"}\n\n0 passed, 0 failed, 0 skipped\n",
		},
		{
			name:   "a skip is told",
			events: []string{`{"Action":"skip","Package":"p","Test":"T"}`, `{"Action":"pass","Package":"p"}`},
			config: testreport.Config{Missing: []string{"Chromium (not found)"}},
			want:   "ok    p 0.0s: 0 passed, 0 failed, 1 skipped\n\nnot run with: Chromium (not found)\nskipped: p T: no reason given\n0 passed, 0 failed, 1 skipped\n",
		},
		{
			name:    "strictly a skip fails",
			events:  []string{`{"Action":"skip","Package":"p","Test":"T"}`, `{"Action":"pass","Package":"p"}`},
			config:  testreport.Config{Strict: true},
			want:    "ok    p 0.0s: 0 passed, 0 failed, 1 skipped\n\nskipped: p T: no reason given\nfailed: with CI=true nothing may be skipped or missing\n0 passed, 0 failed, 1 skipped\n",
			wantErr: "nothing may be skipped",
		},
		{
			name:    "strictly something missing fails",
			config:  testreport.Config{Strict: true, Missing: []string{"PostgreSQL (no initdb found)"}},
			want:    "\nnot run with: PostgreSQL (no initdb found)\nfailed: with CI=true nothing may be skipped or missing\n0 passed, 0 failed, 0 skipped\n",
			wantErr: "nothing may be skipped",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			in := strings.Join(append(test.events, ""), "\n")
			_, err := testreport.Write(&out, strings.NewReader(in), test.config)
			if test.wantErr == "" && err != nil || test.wantErr != "" && (err == nil || !strings.Contains(err.Error(), test.wantErr)) {
				t.Errorf("err = %v, want %q", err, test.wantErr)
			}
			if diff := cmp.Diff(test.want, out.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestWriteTellsOfBrokenPipes(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	if _, err := testreport.Write(io.Discard, iotest.ErrReader(broken), testreport.Config{}); !errors.Is(err, broken) {
		t.Errorf("reading: err = %v", err)
	}
	out, in := io.Pipe()
	out.CloseWithError(broken)
	if _, err := testreport.Write(in, strings.NewReader(""), testreport.Config{}); !errors.Is(err, broken) {
		t.Errorf("writing: err = %v", err)
	}
}

func FuzzWrite(f *testing.F) {
	f.Add([]byte(`{"Action":"fail","Package":"p","Test":"T/a"}` + "\n" + `{"Action":"fail","Package":"p"}`))
	f.Add([]byte(`{"Action":"skip","Package":"p","Test":"/"}` + "\n" + `{"Action":"pass","Package":"p"}`))
	f.Fuzz(func(t *testing.T, events []byte) {
		summary, err := testreport.Write(io.Discard, bytes.NewReader(events), testreport.Config{})
		if err == nil && summary.Failed > 0 {
			t.Errorf("%s and no error", summary)
		}
	})
}
