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
	CodeDomainUnproved: "sign_mail",
	CodeUndelivered:    "mend_delivery",
	CodeNoticeWaits:    "await_outbox",
	CodeOutboxHeld:     "release_outbox",
	CodeDNSTemperror:   "await_dns",
	CodeDMARCFail:      "sign_mail",
	CodeNotAligned:     "sign_mail",
	CodeSPFOnly:        "sign_mail",
	CodeTokenOnly:      "sign_mail",
	CodeCodeMissing:    "verify_code",
	CodeNoPending:      "await_dns",

	// What comes by itself.
	CodeApprovalMissing: "await_approval",
	CodeWaiting:         "await_time",
}
