package passkeys

import (
	"cmp"
	"fmt"
	"net/netip"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/volaweb/vola/module"
)

// party is the site as browsers and devices know it.
type party struct {
	id     string // the host that passkeys belong to
	origin string // the only one that answers may come from
	// problem is a sentence for the operator, "" if passkeys work where the site is.
	problem string
}

// partyOf returns the party of a site. Without a host it is the zero value, as in commands.
func partyOf(site module.Site) party {
	u, err := url.Parse(site.BaseURL)
	if err != nil || u.Hostname() == "" {
		return party{}
	}
	if port := u.Port(); u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		u.Host = u.Hostname() // as browsers write it
	}
	p := party{id: u.Hostname(), origin: u.Scheme + "://" + u.Host}
	addr, err := netip.ParseAddr(p.id)
	switch {
	case err == nil && site.Dev && addr.IsLoopback():
		p.id, p.origin = "localhost", u.Scheme+"://localhost"
		if port := u.Port(); port != "" {
			p.origin += ":" + port
		}
		p.problem = fmt.Sprintf("browsers have no passkeys for the address %s; open the site at %s/", addr, p.origin)
	case err == nil:
		p = party{problem: fmt.Sprintf("browsers have no passkeys for the address %s, so nobody is offered any; set BASE_URL to a name, such as https://example.org", addr)}
	case u.Scheme == "http" && p.id != "localhost":
		p.problem = fmt.Sprintf("browsers have no passkeys without HTTPS; BASE_URL is %s", site.BaseURL)
	}
	return p
}

// offered reports whether people can have passkeys where the site is.
func (p party) offered() bool { return p.id != "" }

// library returns what makes and checks messages of a site with a name.
func (p party) library(name string) (*webauthn.WebAuthn, error) {
	// The library compares with the clock of the machine; takeCeremony compares with that of
	// the site.
	timeout := webauthn.TimeoutConfig{Enforce: true, Timeout: ceremonyFor, TimeoutUVD: ceremonyFor}
	w, err := webauthn.New(&webauthn.Config{
		RPID: p.id, RPDisplayName: cmp.Or(name, p.id), RPOrigins: []string{p.origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: timeout, Registration: timeout},
		// Password managers answer what they were not asked for.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys at %s: %w", p.origin, err)
	}
	return w, nil
}
