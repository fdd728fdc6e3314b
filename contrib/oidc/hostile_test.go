package oidc_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// hostile is a provider of the test's own, which does everything right unless a test says
// otherwise. Its fields are changed before it is asked.
type hostile struct {
	*httptest.Server
	key  *rsa.PrivateKey
	now  func() time.Time
	iss  string                             // of the answer (RFC 9207), "" for none
	doc  map[string]any                     // what it says of itself otherwise
	make func(claims map[string]any)        // changes the claims of tokens
	sign func(claims map[string]any) string // makes a token
	at   handlers                           // answers in place of its own
	info map[string]any                     // userinfo

	mu    sync.Mutex
	codes map[string]url.Values // what was asked for
	asked int                   // requests with a code
}

// testKey is that of all such providers: to make one takes a while.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// handlers are those of paths.
type handlers map[string]func(http.ResponseWriter, *http.Request)

// newHostile starts it.
func newHostile(t *testing.T, now func() time.Time) *hostile {
	t.Helper()
	h := &hostile{key: testKey(), now: now, codes: map[string]url.Values{}, at: handlers{}}
	h.sign = func(claims map[string]any) string { return signed(t, jose.RS256, h.key, "k1", claims) }
	h.Server = httptest.NewServer(h)
	t.Cleanup(func() {
		h.CloseClientConnections()
		h.Close()
	})
	return h
}

// signed makes a token.
func signed(t *testing.T, algorithm jose.SignatureAlgorithm, key any, id string, claims map[string]any) string {
	t.Helper()
	raw, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return signedRaw(t, algorithm, key, id, raw)
}

func signedRaw(t *testing.T, algorithm jose.SignatureAlgorithm, key any, id string, raw []byte) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jose.JSONWebKey{Key: key, KeyID: id}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	object, err := signer.Sign(raw)
	if err != nil {
		t.Fatal(err)
	}
	text, err := object.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// ServeHTTP answers as a provider does.
func (h *hostile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock() // of a request that the site has given up nobody waits for the answer
	other := h.at[r.URL.Path]
	h.mu.Unlock()
	if other != nil {
		other(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		doc := map[string]any{
			"issuer": h.URL, "authorization_endpoint": h.URL + "/authorize", "token_endpoint": h.URL + "/token", "jwks_uri": h.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		}
		if h.info != nil {
			doc["userinfo_endpoint"] = h.URL + "/userinfo"
		}
		maps.Copy(doc, h.doc)
		_ = json.NewEncoder(w).Encode(doc)
	case "/keys":
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &h.key.PublicKey, KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	case "/userinfo":
		_ = json.NewEncoder(w).Encode(h.info)
	case "/token":
		h.token(w, r)
	default:
		http.NotFound(w, r)
	}
}

// token gives a token for a code, once.
func (h *hostile) token(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked++
	q, ok := h.codes[r.PostFormValue("code")]
	delete(h.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	id, secret, _ := r.BasicAuth()
	if !ok || q.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) || q.Get("redirect_uri") != r.PostFormValue("redirect_uri") || id != "site" || secret != "secret" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant"}`)
		return
	}
	now := h.now().Unix()
	claims := map[string]any{
		"iss": h.URL, "aud": "site", "sub": "sub-ann", "iat": now, "exp": now + 300, "nonce": q.Get("nonce"),
		"email": "ann@example.org", "email_verified": true, "name": "Ann", "preferred_username": "ann",
	}
	if h.make != nil {
		h.make(claims)
	}
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": h.sign(claims)})
}

// answer returns the path where the provider sends a browser back to that has come to an address.
func (h *hostile) answer(t *testing.T, to string) string {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	h.mu.Lock()
	defer h.mu.Unlock()
	code := fmt.Sprintf("code%d", len(h.codes)+h.asked)
	h.codes[code] = q
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		t.Fatal(err)
	}
	out := url.Values{"code": {code}, "state": {q.Get("state")}}
	if h.iss != "" {
		out.Set("iss", h.iss)
	}
	return back.Path + "?" + out.Encode()
}

// lies are answers of a provider by which nobody may be logged in.
func lies(t *testing.T) map[string]func(h *hostile) {
	claim := func(name string, value any) func(*hostile) {
		return func(h *hostile) { h.make = func(claims map[string]any) { claims[name] = value } }
	}
	instead := func(path string, answer func(http.ResponseWriter, *http.Request)) func(*hostile) {
		return func(h *hostile) { h.at[path] = answer }
	}
	huge := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"x":"`)
		line := strings.Repeat("x", 1<<16)
		for range 100 << 20 / len(line) {
			if _, err := io.WriteString(w, line); err != nil {
				return
			}
		}
		t.Error("the site has read 100 MB")
	}
	second := func(h *hostile, seconds int64) int64 { return h.now().Unix() + seconds }
	return map[string]func(h *hostile){
		"another nonce":              claim("nonce", "x"),
		"no nonce":                   claim("nonce", nil),
		"for another":                claim("aud", "other"),
		"for several, by nobody":     claim("aud", []string{"site", "other"}),
		"made for another":           claim("azp", "other"),
		"of another issuer":          claim("iss", "https://evil.example"),
		"without a subject":          claim("sub", ""),
		"with a long subject":        claim("sub", strings.Repeat("x", 256)),
		"with a subject that is nul": claim("sub", "a\x00b"),
		"with a subject that is no text": func(h *hostile) {
			h.sign = func(claims map[string]any) string {
				claims["sub"] = "SUB"
				raw, _ := json.Marshal(claims)
				return signedRaw(t, jose.RS256, h.key, "k1", []byte(strings.Replace(string(raw), "SUB", "sub-\xff", 1)))
			}
		},
		"with another access token": claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
		"verified in a way":         claim("email_verified", 7),
		"auth_time in the future":   claim("auth_time", 9999999999),
		"auth_time without sense":   claim("auth_time", -1),
		"expired":                   func(h *hostile) { claim("exp", second(h, -90))(h) },
		"made in the future":        func(h *hostile) { claim("iat", second(h, 90))(h) },
		"made long ago":             func(h *hostile) { claim("iat", second(h, -90))(h) },
		"not yet good":              func(h *hostile) { claim("nbf", second(h, 90))(h) },
		"good from no time on":      claim("nbf", -5),
		"without a signature": func(h *hostile) {
			h.sign = func(claims map[string]any) string {
				raw, _ := json.Marshal(claims)
				return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(raw) + "."
			}
		},
		"signed with the public key": func(h *hostile) {
			h.sign = func(claims map[string]any) string {
				der, err := x509.MarshalPKIXPublicKey(&h.key.PublicKey)
				if err != nil {
					t.Error(err)
				}
				return signed(t, jose.HS256, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "k1", claims)
			}
		},
		"signed with the secret of the site": func(h *hostile) {
			h.sign = func(claims map[string]any) string {
				return signed(t, jose.HS256, []byte(strings.Repeat("secret", 8)), "", claims)
			}
		},
		"signed with another key": func(h *hostile) {
			other, err := rsa.GenerateKey(rand.Reader, 2048)
			if err != nil {
				t.Fatal(err)
			}
			h.sign = func(claims map[string]any) string { return signed(t, jose.RS256, other, "k1", claims) }
		},
		"with another signature": func(h *hostile) {
			sign := h.sign
			h.sign = func(claims map[string]any) string {
				token := sign(claims)
				claims["sub"] = "sub-bob"
				return token[:strings.LastIndex(token, ".")] + sign(claims)[strings.LastIndex(sign(claims), "."):]
			}
		},
		"no token":         func(h *hostile) { h.sign = func(map[string]any) string { return "" } },
		"no JSON":          instead("/token", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }),
		"100 MB of token":  instead("/token", huge),
		"100 MB of keys":   instead("/keys", huge),
		"100 MB of claims": func(h *hostile) { h.info = map[string]any{}; claim("email", nil)(h); h.at["/userinfo"] = huge },
		"userinfo of another": func(h *hostile) {
			claim("email", nil)(h)
			h.info = map[string]any{"sub": "sub-bob", "email": "bob@example.org", "email_verified": true}
		},
		"a redirect": func(h *hostile) {
			h.at["/elsewhere"] = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				h.token(w, r)
			}
			h.at["/token"] = func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			}
		},
		"an answer of another":             func(h *hostile) { h.iss = "https://evil.example" },
		"an answer of nobody, but it says": func(h *hostile) { h.doc = map[string]any{"authorization_response_iss_parameter_supported": true} },
	}
}

// exchanges returns how often a code was sent.
func (h *hostile) exchanges() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked
}

// atHash is the hash of the access token of the tests (OpenID Connect Core 1.0, section 3.1.3.6).
func atHash() string {
	h := crypto.SHA256.New()
	_, _ = io.WriteString(h, "access")
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}
