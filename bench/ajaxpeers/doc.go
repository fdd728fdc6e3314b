// Package ajaxpeers compares our module of JavaScript with htmx and Turbo: three pages, written
// for each of them, on one site with the same handlers. A real browser uses them, and what the
// site sends is counted. Measure and write the document with
//
//	VOLA_TEST_CHROMIUM=... VOLA_TEST_PEERS=$(../scripts/peers.sh) go test ./ajaxpeers -write
package ajaxpeers
