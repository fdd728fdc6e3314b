package jsvendor

import (
	"bytes"
	"context"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// DefaultRegistry is where packages come from.
const DefaultRegistry = "https://registry.npmjs.org"

// Limits of what a registry sends, in bytes.
const (
	maxDocument = 64 << 20 // a list of versions
	maxArchive  = 32 << 20 // an archive, compressed
)

// registry is a registry of npm.
type registry struct {
	url    string
	client *http.Client
	known  map[string]*document
}

// document is what a registry says of a package.
type document struct {
	Tags     map[string]string  `json:"dist-tags"`
	Versions map[string]release `json:"versions"`
}

// release is what a registry says of a version.
type release struct {
	Deprecated any `json:"deprecated"`
	Dist       struct {
		Tarball   string `json:"tarball"`
		Integrity string `json:"integrity"`
	} `json:"dist"`
}

// versions are all that there are.
func (d *document) versions() []string { return slices.Collect(maps.Keys(d.Versions)) }

// newest returns the version that the registry recommends, or the newest release.
func (d *document) newest() string {
	latest := d.Tags["latest"]
	if _, ok := parseVersion(latest); ok && d.Versions[latest].Dist.Tarball != "" {
		return latest
	}
	return newest(d.versions(), func(v version) bool { return len(v.pre) == 0 })
}

// document asks for a package, once.
func (r *registry) document(ctx context.Context, name string) (*document, error) {
	if d := r.known[name]; d != nil {
		return d, nil
	}
	text, err := r.get(ctx, r.url+"/"+strings.ReplaceAll(url.PathEscape(name), "%40", "@"), maxDocument)
	if errors.Is(err, errNotFound) {
		return nil, fmt.Errorf("the registry %s has no package %s", shown(r.url), name)
	}
	if err != nil {
		return nil, err
	}
	d := &document{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("what the registry says of %s cannot be read: %w", name, err)
	}
	r.known[name] = d
	return d, nil
}

// archive fetches the archive of a version and checks that it is the one that the registry means.
func (r *registry) archive(ctx context.Context, name, version string) (text []byte, integrity string, err error) {
	d, err := r.document(ctx, name)
	if err != nil {
		return nil, "", err
	}
	release, ok := d.Versions[version]
	if !ok {
		return nil, "", fmt.Errorf("there is no version %s of %s; the newest is %s", version, name, d.newest())
	}
	integrity = sha512Of(release.Dist.Integrity)
	if integrity == "" {
		return nil, "", fmt.Errorf("the registry has no SHA-512 for %s@%s, so it cannot be checked; take a newer version", name, version)
	}
	if text, err = r.get(ctx, release.Dist.Tarball, maxArchive); err != nil {
		return nil, "", fmt.Errorf("the archive of %s@%s: %w", name, version, err)
	}
	sum := sha512.Sum512(text)
	found := "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
	if subtle.ConstantTimeCompare([]byte(found), []byte(integrity)) == 0 {
		return nil, "", fmt.Errorf("the archive of %s@%s is not the one that was published: its hash is %s, and the registry says %s; nothing was stored", name, version, found, integrity)
	}
	return text, integrity, nil
}

// sha512Of returns the SHA-512 among the hashes of an integrity; "" if there is none.
func sha512Of(integrity string) string {
	for hash := range strings.FieldsSeq(integrity) {
		hash, _, _ = strings.Cut(hash, "?")
		if strings.HasPrefix(hash, "sha512-") {
			return hash
		}
	}
	return ""
}

// shown returns an address as it may be printed: without a password.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "..."
	}
	return u.Redacted()
}

var errNotFound = errors.New("not found")

// get reads a URL.
func (r *registry) get(ctx context.Context, address string, most int64) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("%q is no address of a registry", shown(address))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/vnd.npm.install-v1+json, application/json;q=0.8, */*;q=0.5")
	res, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, errNotFound
	default:
		return nil, fmt.Errorf("GET %s: %s", u.Redacted(), res.Status)
	}
	var b bytes.Buffer
	if n, err := io.Copy(&b, io.LimitReader(res.Body, most+1)); err != nil {
		return nil, fmt.Errorf("GET %s: %w", u.Redacted(), err)
	} else if n > most {
		return nil, fmt.Errorf("GET %s: more than %d MiB, the limit", u.Redacted(), most>>20)
	}
	return b.Bytes(), nil
}
