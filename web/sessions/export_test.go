package sessions

import (
	"net/http"

	"github.com/volaweb/vola/web"
)

// AgentOf and NetworkOf are for tests.
func AgentOf(header string) string { return agentOf(header) }
func NetworkOf(remote string) string {
	return networkOf(web.ClientAddr(&http.Request{RemoteAddr: remote}))
}
