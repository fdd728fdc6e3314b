package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/volaweb/vola/fault"
	"github.com/volaweb/vola/web"
)

// snippet: input

// newOrder is what a client sends to order something.
type newOrder struct {
	Customer string      `json:"customer" form:"size=20"`
	Email    string      `json:"email" form:"email,optional"`
	Items    []orderItem `json:"items" form:"min=1,max=3"`
	Note     *string     `json:"note"`
}

type orderItem struct {
	Name  string `json:"name" form:""`
	Price int64  `json:"price" form:"min=1"`
}

// end snippet

func ExampleReadJSON() {
	r := web.NewRouter()
	// snippet: readjson
	r.API().Post("/orders/", func(w http.ResponseWriter, r *http.Request) error {
		order, err := web.ReadJSON[newOrder](r)
		if err != nil {
			return err
		}
		return web.JSON(w, http.StatusCreated, order)
	})
	// end snippet
	mux, err := r.Build(web.BuildConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	req := httptest.NewRequest("POST", "/orders/", strings.NewReader(`{"customer": "Ada", "items": [{"name": "tea", "prise": 300}]}`))
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, req)
	var out bytes.Buffer
	_ = json.Indent(&out, rec.Body.Bytes(), "", "  ")
	fmt.Print(rec.Code, " ", rec.Header().Get("Content-Type"), "\n", &out)
	// Output:
	// 400 application/problem+json
	// {
	//   "type": "about:blank",
	//   "title": "Bad Request",
	//   "status": 400,
	//   "detail": "The field /items/0/prise is not known; did you mean price?",
	//   "errors": [
	//     {
	//       "pointer": "/items/0/prise",
	//       "message": "The field /items/0/prise is not known; did you mean price?"
	//     },
	//     {
	//       "pointer": "/items/0/price",
	//       "message": "Fill in this field."
	//     }
	//   ],
	//   "error": "Bad Request",
	//   "message": "The field /items/0/prise is not known; did you mean price?"
	// }
}

type jsonKinds struct {
	Text   string             `json:"text"`
	Small  int8               `json:"small"`
	Plus   uint               `json:"plus"`
	Real   float64            `json:"real"`
	Is     bool               `json:"is"`
	At     time.Time          `json:"at"`
	Bytes  []byte             `json:"bytes"`
	Pair   [2]int             `json:"pair"`
	Any    any                `json:"any"`
	Map    map[string]int     `json:"map"`
	Inner  struct{ A, B int } `json:"inner"`
	Maybe  *int               `json:"maybe"`
	Number int64              `json:"number,string"`
	Hidden string             `json:"-"`
	jsonBase
}

type jsonBase struct {
	Base string `json:"base"`
}

func readJSON[T any](body string, header ...string) (T, error) {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return web.ReadJSON[T](r)
}

// TestReadJSONReadsWhatPackageJSONReads: what is right is read as package json reads it.
func TestReadJSONReadsWhatPackageJSONReads(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{}`, ` { } `, "\n{\"text\":\"a \\u00e4 \\\"q\\\" \\\\\"}\n",
		`{"small":-128,"plus":7,"real":1.5e3,"is":true,"at":"2026-01-31T18:00:00Z","bytes":"YWJj","pair":[1,2]}`,
		`{"any":{"a":[1,"b",null,true,{"c":{}}]},"map":{"x":1,"y":2},"inner":{"A":1,"B":2},"maybe":3,"number":"12","base":"b"}`,
		`{"maybe":null,"map":null,"any":null,"bytes":null}`, `{"any":[]}`, `{"any":"}{]["}`,
	} {
		var want jsonKinds
		if err := json.Unmarshal([]byte(body), &want); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		got, err := readJSON[jsonKinds](body)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v, want %+v", body, got, err, want)
		}
	}
}

// TestReadJSONRefuses: what is wrong is named with its path.
func TestReadJSONRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ body, pointer, message string }{
		{``, "", "no body"},
		{`{"text":`, "", "damaged at byte 8"},
		{`{} {}`, "", "damaged"},
		{"{\"text\":\"\xff\"}", "", "not UTF-8"},
		{strings.Repeat("[", 65) + strings.Repeat("]", 65), "", "more than 64"},
		{`[]`, "", "must be an object"},
		{`null`, "", "must not be null"},
		{`{"Text":"a"}`, "/Text", "did you mean text?"},
		{`{"zzzzzzzzz":[{"text":[1]}]}`, "/zzzzzzzzz", "is not known."},
		{`{"Hidden":"a"}`, "/Hidden", "is not known"},
		{`{"text":"a","text":"b"}`, "/text", "twice"},
		{`{"any":[{"a/b~":1,"a/b~":2}]}`, "/any/0/a~1b~0", "twice"},
		{`{"text":1}`, "/text", "must be text"},
		{`{"text":null}`, "/text", "must not be null"},
		{`{"text":"a\u0000"}`, "/text", "cannot be stored"},
		{`{"small":128}`, "/small", "is 128 and out of range"},
		{`{"small":1.0}`, "/small", "whole number"},
		{`{"plus":-1}`, "/plus", "out of range"},
		{`{"real":"1"}`, "/real", "must be a number"},
		{`{"real":1e999}`, "/real", "out of range"},
		{`{"is":"yes"}`, "/is", "true or false"},
		{`{"at":"today"}`, "/at", "must be a time"},
		{`{"at":null}`, "/at", "must not be null"},
		{`{"bytes":"%"}`, "/bytes", "base64"},
		{`{"pair":[1,2,3]}`, "/pair", "must have 2"},
		{`{"map":{"x":"y"}}`, "/map/x", "whole number"},
		{`{"map":[]}`, "/map", "an object"},
		{`{"inner":{"A":1,"C":1}}`, "/inner/C", "not known"},
		{`{"number":12}`, "/number", "must be text"},
		{`{"number":"x"}`, "/number", "must be text"},
	} {
		_, err := readJSON[jsonKinds](test.body)
		input, ok := errors.AsType[*web.InputError](err)
		if !ok || len(input.Problems) != 1 || web.Status(err) != 400 || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%.60s: %d, %v", test.body, web.Status(err), err)
			continue
		}
		if got := fault.Message(err); input.Problems[0].Pointer != test.pointer || !strings.Contains(got, test.message) {
			t.Errorf("%.60s: %q, %q, want %q, %q", test.body, input.Problems[0].Pointer, got, test.pointer, test.message)
		}
	}
}

// TestReadJSONChecksRules: the rules of the tags are those of forms, and their status is 422.
func TestReadJSONChecksRules(t *testing.T) {
	t.Parallel()
	_, err := readJSON[newOrder](`{"customer": "` + strings.Repeat("ä", 21) + `", "email": "nobody", "items": [{"name": "", "price": 0}, {"name": "a", "price": 1}]}`)
	input, _ := errors.AsType[*web.InputError](err)
	if web.Status(err) != 422 || input == nil {
		t.Fatal(web.Status(err), err)
	}
	var got []string
	for _, p := range web.ProblemOf(context.Background(), err, "r1").Errors {
		got = append(got, p.Pointer+" "+p.Message)
	}
	want := []string{
		"/customer Use at most 20 characters; these are 21.", "/email Write an email address, such as name@example.org.",
		"/items/0/name Fill in this field.", "/items/0/price The least that is possible is 1.",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := readJSON[newOrder](`{"customer":"a","items":[]}`); !strings.Contains(err.Error(), "Fill in this field") {
		t.Error(err)
	}
	if _, err := readJSON[newOrder](`{"customer":"a","items":[{"name":"t","price":5}]}`); err != nil {
		t.Error(err)
	}
	if _, err := readJSON[newOrder](`{` + strings.TrimSuffix(manyNames(30), ",") + `}`); len(errToInput(err).Problems) != 20 {
		t.Error("not bounded:", err)
	}
}

// TestReadJSONBoundsPaths: a client that chooses long names gets no long answer, and fills no log.
func TestReadJSONBoundsPaths(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä/", 5000)
	_, err := readJSON[map[string]map[string][]int](`{"` + long + `":{"` + long + `":["x"` + strings.Repeat(`,"x"`, 50) + `]}}`)
	_, err2 := readJSON[jsonBase](`{"` + long + `":1}`)
	for _, err := range []error{err, err2} {
		input := errToInput(err)
		if input == nil || len(err.Error()) > 20*1000 || !strings.HasSuffix(input.Problems[0].Pointer, "...") {
			t.Fatalf("%d bytes: %.300s", len(err.Error()), err)
		}
	}
}

// TestReadJSONOfQuotedNumbers: a number that is written as text has its rules too, and a pointer to one can be null.
func TestReadJSONOfQuotedNumbers(t *testing.T) {
	t.Parallel()
	type quoted struct {
		N int64  `json:"n,string" form:"min=1"`
		P *int64 `json:"p,string"`
	}
	if _, err := readJSON[quoted](`{"n":"0"}`); web.Status(err) != 422 || !strings.Contains(err.Error(), "The least that is possible is 1.") {
		t.Error(err)
	}
	if v, err := readJSON[quoted](`{"n":"1","p":null}`); err != nil || v.N != 1 || v.P != nil {
		t.Error(v, err)
	}
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"unknown%d":1,`, i)
	}
	return b.String()
}

func errToInput(err error) *web.InputError {
	input, _ := errors.AsType[*web.InputError](err)
	return input
}

func TestReadJSONWantsJSON(t *testing.T) {
	t.Parallel()
	for _, header := range [][]string{
		{"Content-Type", "text/plain"}, {"Content-Type", ""}, {"Content-Type", "application/json; charset=latin1"}, {"Content-Encoding", "gzip"},
	} {
		if _, err := readJSON[newOrder](`{}`, header...); web.Status(err) != 415 {
			t.Error(header, err)
		}
	}
	if _, err := readJSON[jsonBase](`{"base":"b"}`, "Content-Type", "application/merge-patch+json; charset=UTF-8"); err != nil {
		t.Error(err)
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"base":"`+strings.Repeat("b", 100)+`"}`))
	r.Header.Set("Content-Type", "application/json")
	r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, 50)
	if _, err := web.ReadJSON[jsonBase](r); web.Status(err) != 413 {
		t.Error(err)
	}
}

// TestMergeJSON: what is not named stays, also in objects; lists are new.
func TestMergeJSON(t *testing.T) {
	t.Parallel()
	note := "old"
	v := jsonKinds{Text: "t", Maybe: new(int), Map: map[string]int{"x": 1, "z": 1}}
	v.Inner.A, v.Inner.B, v.Any = 1, 2, map[string]any{"a": map[string]any{"b": "old", "c": "old"}}
	r := httptest.NewRequest("PATCH", "/", strings.NewReader(`{"inner":{"B":3},"any":{"a":{"b":null,"d":1}},"map":{"y":2,"z":null},"maybe":null}`))
	r.Header.Set("Content-Type", "application/merge-patch+json")
	if err := web.MergeJSON(r, &v); err != nil {
		t.Fatal(err)
	}
	if v.Text != "t" || v.Inner.A != 1 || v.Inner.B != 3 || v.Maybe != nil || !reflect.DeepEqual(v.Map, map[string]int{"x": 1, "y": 2}) ||
		!reflect.DeepEqual(v.Any, map[string]any{"a": map[string]any{"c": "old", "d": 1.0}}) {
		t.Errorf("%+v", v)
	}
	order := newOrder{Customer: "Ada", Items: []orderItem{{Name: "tea", Price: 3}}, Note: &note}
	r = httptest.NewRequest("PATCH", "/", strings.NewReader(`{"items":[{"name":"milk"}]}`))
	r.Header.Set("Content-Type", "application/json")
	if err := web.MergeJSON(r, &order); err == nil {
		t.Error("a new element without a price was taken")
	}
}

// TestMergeJSONOfNewObjects: an object that was not there before must be whole.
func TestMergeJSONOfNewObjects(t *testing.T) {
	t.Parallel()
	type orders struct {
		Last   *orderItem           `json:"last"`
		ByName map[string]orderItem `json:"by_name"`
	}
	for body, want := range map[string]string{
		`{"last":{"name":"tea"}}`:               `"/last/price": Fill in this field.`,
		`{"by_name":{"a":{"name":"tea"}}}`:      `"/by_name/a/price": Fill in this field.`,
		`{"by_name":{"there":{"name":"milk"}}}`: ``,
	} {
		v := orders{ByName: map[string]orderItem{"there": {Name: "tea", Price: 3}}}
		r := httptest.NewRequest("PATCH", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/merge-patch+json")
		if err := web.MergeJSON(r, &v); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

type validated struct {
	A int `json:"a"`
}

func (v *validated) Validate(context.Context) error {
	if v.A > 1 {
		return errors.New("a is more than 1")
	}
	return nil
}

func TestReadJSONAsksTheType(t *testing.T) {
	t.Parallel()
	if _, err := readJSON[validated](`{"a":2}`); web.Status(err) != 422 || fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
	if _, err := readJSON[validated](`{"a":1}`); err != nil {
		t.Error(err)
	}
}

// FuzzReadJSON: whatever is sent, it is read as package json reads it, or refused.
func FuzzReadJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `{"any":[1,{"a":null}],"map":{"x":1}}`, `{"inner":{"A":1}}`, `[`, `{"number":"7"}`, `{"text":"\ud800"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got, err := readJSON[jsonKinds](body)
		if err != nil {
			if web.Status(err) >= 500 {
				t.Errorf("%q: %v", body, err)
			}
			return
		}
		var want jsonKinds
		if err := json.Unmarshal([]byte(body), &want); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, package json has %+v, %v", body, got, want, err)
		}
	})
}
