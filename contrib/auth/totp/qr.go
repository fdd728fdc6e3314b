package totp

import (
	"fmt"

	"rsc.io/qr"
)

// QR returns a picture of a URL for the camera of a phone, in the format PNG with a white margin.
// The URL may have 2,000 bytes; a longer one is an error. Send the picture with
// Cache-Control: no-store, from a route of its own: a data: URL needs img-src data: in the policy
// of the page.
func QR(url string) ([]byte, error) {
	if len(url) > 2000 {
		return nil, fmt.Errorf("totp: a URL of %d bytes is too long for a QR code; at most 2000", len(url))
	}
	code, err := qr.Encode(url, qr.M)
	if err != nil {
		return nil, fmt.Errorf("totp: QR code: %w", err)
	}
	return code.PNG(), nil
}
