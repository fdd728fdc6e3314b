package sessions

// AgentOf and NetworkOf are for tests.
func AgentOf(header string) string   { return agentOf(header) }
func NetworkOf(remote string) string { return networkOf(remote) }
