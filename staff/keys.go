package staff

import "strings"

// What this package writes, and nobody else.
const (
	agentPrefix = "agent/"    // agent/<id>: Agent, disabled ones too
	userPrefix  = "unixuser/" // unixuser/<user>: the agent who is that Unix user
	freedPrefix = "freed/"    // freed/<due>/<address>: the agent who had the address, which stays one of staff until then
)

// Records reports whether an agent stands under a key; what stands under the
// others of this package are indexes, which follow from them.
func Records(key string) bool { return strings.HasPrefix(key, agentPrefix) }
