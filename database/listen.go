package database

import "context"

// Listener is a backend that lets processes tell each other something at once, beside transactions.
type Listener interface {
	// Listen calls notified for what others send to the channel, a name of letters, digits and underscores, until ctx is
	// done or the connection is lost, which is the error. It calls listening once, when nothing that is
	// sent from then on is missed. It has a connection of its own. Behind a pooler that gives each transaction
	// another connection nothing comes.
	Listen(ctx context.Context, channel string, listening func(), notified func(payload string)) error
	// Notify sends a text of at most 7,999 bytes to all that listen to the channel.
	Notify(ctx context.Context, channel, payload string) error
}
