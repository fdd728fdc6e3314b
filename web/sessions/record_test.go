package sessions_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volaweb/vola/web/sessions"
)

// TestReadRecord: what was written is read, and what json.Unmarshal refuses is refused.
func TestReadRecord(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 12, 0, 0, 123456789, time.FixedZone("", 7200))
	full := sessions.Record{
		ID: "abc", User: 7, Created: at, Seen: at.Add(time.Minute), Idle: time.Hour, Ends: at.Add(time.Hour).UTC(),
		Remember: true, Agent: "Firefox on Linux", Network: "203.0.113.0/24", Moved: true, Version: 3,
		Data: map[string]json.RawMessage{"cart": json.RawMessage(`{"1":[2,{"a":"}\"]"}],"x":-1.5e3}`), "n": json.RawMessage(`12`), "none": json.RawMessage(`null`), "text": json.RawMessage(`"a,\\\"b"`)},
	}
	odd := full
	odd.Agent, odd.Data = `a "quoted" <name>`, map[string]json.RawMessage{`a"b`: json.RawMessage(`true`)}
	for _, want := range []sessions.Record{{}, full, odd} {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := sessions.ReadRecord(string(text))
		if err != nil || !cmp.Equal(*got, want) {
			t.Errorf("%s: %v, %v", text, cmp.Diff(want, got), err)
		}
	}
	for _, bad := range []string{"", "[]", "{", `{"u":1`, `{"u":"1"}`, `{"c":"yesterday"}`, `{"d":{"a":}}`, `{"d":{"a":01}}`} {
		if r, err := sessions.ReadRecord(bad); err == nil {
			t.Errorf("%s: %+v", bad, r)
		}
	}
}

// TestReadRecordAllocations: the record, its bytes and the map of its values.
func TestReadRecordAllocations(t *testing.T) {
	at := time.Date(2026, 11, 30, 12, 0, 0, 123456789, time.UTC)
	text, err := json.Marshal(sessions.Record{ID: "abc", User: 7, Created: at, Seen: at, Ends: at, Agent: "Firefox on Linux", Network: "203.0.113.0/24",
		Data: map[string]json.RawMessage{"cart": json.RawMessage(`{"1":2}`), "n": json.RawMessage(`12`)}})
	if err != nil {
		t.Fatal(err)
	}
	got := testing.AllocsPerRun(100, func() {
		if _, err := sessions.ReadRecord(string(text)); err != nil {
			t.Error(err)
		}
	})
	if got > 7 { // string(text) is one, and the race detector takes from pools
		t.Errorf("%v allocations", got)
	}
}

// FuzzReadRecord: the result is that of json.Unmarshal.
func FuzzReadRecord(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"c":"2026-11-30T12:00:00Z","s":"0001-01-01T00:00:00Z","e":"2026-11-30T12:00:00+01:00"}`,
		`{"id":"x","u":7,"d":{"a":{"b":[1,2]},"c":"\""},"i":5,"r":true,"a":"b","n":"c","m":false,"v":-1}`,
		`{"d":{"a":1},"d":{"b":2}}`, `{"U":1,"x":[{}]}`, ` {"u" : 1}`, `{"d":null}`, `{"u":1e2}`, `{"d":{}}`, `{"d":{"":""}}x`, `{"u":1,}`,
		`{"d":{"a":1 , "b" :2}}`, "{\"a\":\"\xff\"}", `{"d":{"a":tru}}`, `{"r":True}`, `{"a":"\u0041"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, gotErr := sessions.ReadRecord(text)
		var want sessions.Record
		if err := json.Unmarshal([]byte(text), &want); (err == nil) != (gotErr == nil) {
			t.Fatalf("%q: %v, json.Unmarshal says %v", text, gotErr, err)
		}
		if gotErr == nil && !cmp.Equal(*got, want) {
			t.Fatalf("%q: %s", text, cmp.Diff(want, *got))
		}
		if gotErr == nil && strings.Contains(text, `"d":{}`) && got.Data == nil && want.Data != nil {
			t.Fatalf("%q: no map", text)
		}
	})
}
