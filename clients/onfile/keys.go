package onfile

// What this package writes, and nobody else.
const (
	addressPrefix     = "address/"     // address/<address>: Holder, of people who were removed, too
	domainPrefix      = "domain/"      // domain/<domain>: how many addresses of active contacts are there
	agentDomainPrefix = "staffdomain/" // staffdomain/<domain>: an agent who has an address there
)

// What there was in schema 1.
const (
	contactPrefix1 = "addr/"      // addr/<address>: the contact
	agentPrefix1   = "staffaddr/" // staffaddr/<address>: the agent
)
