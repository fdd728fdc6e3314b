package fetch_test

import (
	"net/netip"
	"testing"

	"github.com/volaweb/vola/fetch"
)

func TestPublicOnly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		network, address string
		public           bool
	}{
		{"tcp4", "93.184.216.34:443", true},
		{"tcp6", "[2606:2800:220:1::1]:443", true},
		{"tcp4", "192.0.1.1:80", true},
		{"tcp4", "172.32.0.1:80", true},
		{"tcp6", "[::ffff:93.184.216.34]:80", true},
		{"tcp4", "127.0.0.1:80", false},
		{"tcp4", "127.1.2.3:80", false},
		{"tcp4", "0.0.0.0:80", false},
		{"tcp4", "10.0.0.1:80", false},
		{"tcp4", "172.31.255.255:80", false},
		{"tcp4", "192.168.1.1:80", false},
		{"tcp4", "169.254.169.254:80", false},
		{"tcp4", "100.100.100.200:80", false},
		{"tcp4", "198.19.0.1:80", false},
		{"tcp4", "224.0.0.1:80", false},
		{"tcp4", "255.255.255.255:80", false},
		{"tcp6", "[::1]:80", false},
		{"tcp6", "[::]:80", false},
		{"tcp6", "[::ffff:127.0.0.1]:80", false},
		{"tcp6", "[::ffff:169.254.169.254]:80", false},
		{"tcp6", "[::127.0.0.1]:80", false},
		{"tcp6", "[64:ff9b::7f00:1]:80", false},
		{"tcp6", "[64:ff9b:1::a00:1]:80", false},
		{"tcp6", "[fe80::1%eth0]:80", false},
		{"tcp6", "[fd00:ec2::254]:80", false},
		{"tcp6", "[fec0::1]:80", false},
		{"tcp6", "[ff02::1]:80", false},
		{"tcp6", "[2002:7f00:1::]:80", false},
		{"tcp6", "[2001:0:1::1]:80", false},
		{"tcp6", "[2001:db8::1]:80", false},
		{"udp4", "93.184.216.34:53", false},
		{"unix", "/run/docker.sock", false},
		{"tcp", "example.com:80", false},
		{"tcp4", "", false},
	}
	for _, test := range tests {
		if err := fetch.PublicOnly(test.network, test.address, nil); (err == nil) != test.public {
			t.Errorf("%s %s: %v", test.network, test.address, err)
		}
	}
}

func FuzzPublicOnly(f *testing.F) {
	f.Add("93.184.216.34:443")
	f.Add("[::ffff:10.0.0.1]:1")
	f.Add("[fe80::1%x]:80")
	f.Fuzz(func(t *testing.T, address string) {
		if fetch.PublicOnly("tcp6", address, nil) != nil {
			return
		}
		a := netip.MustParseAddrPort(address).Addr().Unmap()
		if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() {
			t.Errorf("%s is let through", address)
		}
	})
}
