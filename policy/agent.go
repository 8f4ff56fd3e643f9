package policy

import (
	"fmt"
	"time"
)

// agentDisabled tells that nothing of the agent counts, or from when on it does.
func agentDisabled(a Action, _ *Authorization) []Reason {
	if !a.Disabled {
		return nil
	}
	if a.Now.Before(a.AgentFrom) {
		return []Reason{{Code: CodeAgentDisabled, Text: fmt.Sprintf("This agent was added lately and counts from %s on.", inMinutes(a.AgentFrom))}}
	}
	return []Reason{Because(CodeAgentDisabled)}
}

// noAuthority tells that the agent may not carry out the class, or from when on
// they may. Anybody may answer a question.
func noAuthority(a Action, _ *Authorization) []Reason {
	if a.Authority || a.Class == Question {
		return nil
	}
	if a.Now.Before(a.AuthorityFrom) {
		return []Reason{{Code: CodeNoAuthority, Text: fmt.Sprintf("This agent was given %s lately and may carry it out from %s on.", a.Class, inMinutes(a.AuthorityFrom))}}
	}
	return []Reason{Because(CodeNoAuthority)}
}

func inMinutes(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
