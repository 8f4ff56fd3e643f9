package approvals

// What this package writes, and nobody else. <due> is a time in milliseconds,
// written so that keys stand in the order of time.
const (
	approvalPrefix = "approval/"        // approval/A-<number>: Approval
	ticketPrefix   = "approvals/"       // approvals/<ticket>/A-<number>: a mark, the approval was asked for that ticket
	lookPrefix     = "toapprove/"       // toapprove/<due>/A-<number>: a mark, then it is looked at whom else to ask or to tell
	counter        = "counter/approval" // the number of the last approval
)
