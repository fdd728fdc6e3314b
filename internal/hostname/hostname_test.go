package hostname_test

import (
	"strings"
	"testing"

	"github.com/volaweb/vola/internal/hostname"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"example.org": "example.org", "EXAMPLE.org.:8000": "example.org", "a_b-1.xn--p1ai": "a_b-1.xn--p1ai", "example.org:": "example.org",
		"127.0.0.1:80": "127.0.0.1", "[::1]:80": "::1", "[2001:DB8::1]": "2001:db8::1", "2001:db8::1": "2001:db8::1", "[::ffff:192.0.2.1]": "192.0.2.1",
		strings.Repeat("a", 63) + ".org": strings.Repeat("a", 63) + ".org",
	} {
		if got, ok := hostname.Parse(host); got != want || !ok {
			t.Errorf("%q: %q, %v, want %q", host, got, ok, want)
		}
	}
	for _, host := range []string{
		"", ".", "a..b", "a b", "ä.org", "1.2", "300.1.1.1", "example.org:x", "example.org:123456", "a/b", "[::1", "[::1]x", "[127.0.0.1]", "[fe80::1%eth0]",
		strings.Repeat("a", 64) + ".org", strings.Repeat("a.", 130) + "org",
	} {
		if got, ok := hostname.Parse(host); ok {
			t.Errorf("%q is the host %q", host, got)
		}
	}
}

func TestIsLocal(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST.": true, "a.localhost": true, "127.0.0.1": true, "127.8.9.1": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "notlocalhost": false, "localhost.test": false, "10.0.0.1": false, "0.0.0.0": false, "::": false,
	} {
		if got := hostname.IsLocal(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}
