package s3

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/volaweb/vola/storage"
)

// Driver opens URLs of the scheme s3, as the package says.
var Driver storage.Driver = driver{}

type driver struct{}

func (driver) Scheme() string { return "s3" }

// Open does not connect to the server. Its errors do not hold the URL, as a key may be in it by
// mistake.
func (driver) Open(_ context.Context, raw string, environ map[string]string) (storage.Storage, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.Fragment != "" || u.Port() != "" {
		return nil, errors.New("s3: the URL is not of the form s3://bucket/prefix?endpoint=https://host&region=name")
	}
	if u.User != nil {
		return nil, errors.New("s3: the URL has a user; keys belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	prefix := strings.Trim(u.Path, "/")
	if prefix != "" {
		if storage.Name(prefix).Check() != nil {
			return nil, fmt.Errorf("s3: the prefix %q is not words of lower-case letters, digits, hyphens, underscores and dots", prefix)
		}
		prefix += "/"
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errors.New("s3: the parameters of the URL cannot be read")
	}
	for name := range query {
		if name != "endpoint" && name != "region" {
			return nil, fmt.Errorf("s3: the URL has a parameter %q; there are endpoint and region", name)
		}
	}
	host, secure, err := endpoint(query.Get("endpoint"))
	if err != nil {
		return nil, err
	}
	region := query.Get("region")
	if region == "" {
		region = "us-east-1"
	}
	id, secret := environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"]
	if id == "" || secret == "" {
		return nil, errors.New("s3: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set")
	}
	client, err := minio.NewCore(host, &minio.Options{
		Creds: credentials.NewStaticV4(id, secret, environ["AWS_SESSION_TOKEN"]), Secure: secure, Region: region,
		MaxRetries: tries,
	})
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	return &Storage{client: client, bucket: u.Host, prefix: prefix}, nil
}

// tries is how often a request is made before an error of the network or the server, or that it
// is busy, is returned. Between them are moments of up to a second.
const tries = 4

// endpoint takes the URL of a server apart.
func endpoint(raw string) (host string, secure bool, err error) {
	if raw == "" {
		return "s3.amazonaws.com", true, nil
	}
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || strings.Trim(u.Path, "/") != "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", false, errors.New("s3: the endpoint is not a URL such as https://s3.example.org, without a path")
	}
	return u.Host, u.Scheme == "https", nil
}
