package staff

// What this package writes, and nobody else.
const (
	agentPrefix = "agent/"    // agent/<id>: Agent, disabled ones too
	userPrefix  = "unixuser/" // unixuser/<user>: the agent who is that Unix user
)

// Records is the prefix of this package under which people stand; the others are
// indexes, which follow from them.
var Records = []string{agentPrefix}
