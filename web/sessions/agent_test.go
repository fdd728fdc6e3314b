package sessions_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/volaweb/vola/web/sessions"
)

func TestAgent(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"": "", "something": "",
		"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0":                                                                  "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0":           "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15":                   "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36":     "Samsung Internet on Android",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36":                          "Chrome on ChromeOS",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 OPR/116.0.0.0":           "Opera on Windows",
		"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/143.0.0.0 Mobile/15E148 Safari/604.1":       "Chrome on iPad",
		"curl/8.14.1": "curl",
	} {
		if got := sessions.AgentOf(header); got != want {
			t.Errorf("%s\nis %q, want %q", header, got, want)
		}
	}
}

func FuzzNetwork(f *testing.F) {
	for remote, want := range map[string]string{
		"203.0.113.77:1234": "203.0.113.0/24", "203.0.113.77": "203.0.113.0/24", "[2001:db8:1:2::7]:80": "2001:db8:1::/48",
		"[fe80::1%eth0]:80": "fe80::/48", "[::ffff:203.0.113.77]:80": "203.0.113.0/24", "": "", "@": "", "localhost:80": "",
	} {
		f.Add(remote)
		if got := sessions.NetworkOf(remote); got != want {
			f.Errorf("%s is in %q, want %q", remote, got, want)
		}
	}
	f.Fuzz(func(t *testing.T, remote string) {
		got := sessions.NetworkOf(remote)
		if _, err := netip.ParsePrefix(got); got != "" && err != nil || strings.Contains(got, "%") {
			t.Errorf("%q is in %q", remote, got)
		}
	})
}
