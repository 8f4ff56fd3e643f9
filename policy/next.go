package policy

// nextStep is the way to a yes where a reason stands against it.
var nextStep = map[Code]string{
	CodeAgentDisabled:    "another_agent",
	CodeNoAuthority:      "another_agent",
	CodeClassMismatch:    "edit_ticket",
	CodeChannelForbidden: "ask_by_email",
	CodeClientStopped:    "lift",
	CodeContactRemoved:   "put_on_file",
	CodeContactMoved:     "new_ticket",
	CodeNoPermission:     "give_permission",
	CodeCooling:          "await_cooling",
	CodeDisputed:         "new_ticket",
	CodeTicketClosed:     "new_ticket",
	CodeTicketExpired:    "new_ticket",
	CodeNotAuthenticated: "await_reply",
	CodeNotConfirmed:     "await_reply",
	CodeRestored:         "await_reply",
	CodeAskedAfresh:      "await_reply",
	CodeProofExpired:     "edit_ticket",
	CodeAddressGone:      "edit_ticket",
	CodeOtherContact:     "edit_ticket",
	CodeStaffAddress:     "put_on_file",
	CodeAlreadyUsed:      "edit_ticket",

	// Obstacles. Where the customer has to answer again, that is said already.
	CodeDomainUnproved:  "sign_mail",
	CodeUndelivered:     "mend_delivery",
	CodeNoticeWaits:     "await_outbox",
	CodeOutboxHeld:      "release_outbox",
	CodeDNSTemperror:    "await_dns",
	CodeDMARCFail:       "sign_mail",
	CodeNotAligned:      "sign_mail",
	CodeSPFOnly:         "sign_mail",
	CodeTokenOnly:       "sign_mail",
	CodeCodeMissing:     "verify_code",
	CodeExternalMissing: "await_external",
	CodeExternalFailed:  "await_external",
	CodeExternalVoid:    "await_external",
	CodeExternalNone:    "name_external",
	CodeCodeVoid:        "verify_code",
	CodeCodeOwn:         "another_agent",
	CodeNoPending:       "await_dns",

	// What comes by itself.
	CodeApprovalMissing: "await_approval",
	CodeNobodyApproves:  "await_approval",
	CodeLeadApproves:    "lead_approves",
	CodeOwnApproval:     "another_agent",
	CodeLeadBarred:      "lead_approves",
	CodeApprovalRefused: "edit_ticket",
	CodeApprovalLost:    "edit_ticket",
	CodeDelegateOver:    "edit_ticket",
	CodeWaiting:         "await_time",
	CodeEndsFirst:       "new_ticket",
}

// StepText says a step of Authorization.Next in words.
func StepText(step string) string { return stepTexts[step] }

var stepTexts = map[string]string{
	"await_reply":    "the customer replies YES to our mail, from the address on file",
	"await_approval": "a second person agrees",
	"lead_approves":  "a team lead approves who neither opened nor edited it, nor carries it out (approval list, approval approve)",
	"await_time":     "the waiting time ends",
	"another_agent":  "somebody with the authority does it",
	"edit_ticket":    "the request is edited, which asks the customer afresh",
	"ask_by_email":   "the request is carried on by email",
	"new_ticket":     "a new ticket is opened and answered",
	"verify_code":    "the caller's code is verified",
	"await_external": "another system checks the person for this very request (countersign ticket external starts that)",
	"name_external":  "an administrator names a system that checks people ([[external]] in the configuration)",
	"lift":           "a team lead lifts the stop",

	"mend_delivery":   "an administrator mends the address on file or the mail server, and the customer is asked again",
	"await_dns":       "DNS answers, and the mail that waits for it is judged",
	"await_outbox":    "our mail leaves the outbox (outbox list)",
	"release_outbox":  "a team lead releases the outbox (outbox release)",
	"sign_mail":       "the customer answers by a mail program whose mail their domain signs (DKIM)",
	"put_on_file":     "an administrator puts the person back on file, or a new ticket is opened for somebody who is",
	"give_permission": "an administrator gives the permission, or somebody who has it asks",
	"await_cooling":   "the cooling time ends",
}
