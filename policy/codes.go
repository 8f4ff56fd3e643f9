package policy

// Code is the name of a reason: one vocabulary for the command line, the API,
// logs, metrics and the store. A code stays; what each says is in the tables of
// reasons.
type Code string

// Answers of the person asked.
const (
	CodeConfirmed     Code = "confirmed"
	CodeDenied        Code = "denied"
	CodeUnclearAnswer Code = "unclear_answer"
	CodeNoToken       Code = "no_token"
	CodeUnboundAnswer Code = "unbound_answer"
	CodeOpened        Code = "opened"
	CodeAskedBack     Code = "asked_back"
	CodeClassDoubt    Code = "class_doubt"
	CodeAsksMore      Code = "asks_more"
	CodeAskedFurther  Code = "asked_further"
	CodeNamed         Code = "named"
	CodeSecondPerson  Code = "second_person"
	CodeLifted        Code = "lifted"
	CodeStaysStopped  Code = "stays_stopped"
	CodeUnprovedNo    Code = "unproved_no"
	CodeDisputed      Code = "disputed"
	CodeAbout         Code = "about"
	CodeAboutNone     Code = "about_none"
	CodeAboutSoon     Code = "about_soon"
	CodeAboutNew      Code = "about_new"

	CodeApproved        Code = "approved"
	CodeApprovalRefused Code = "approval_refused"
	CodeLocked          Code = "locked"
	CodeLockAsked       Code = "lock_asked"
	CodeUnlockAgreed    Code = "unlock_agreed"
	CodeStaysLocked     Code = "stays_locked"
	CodeMailboxAnswers  Code = "mailbox_answers"
)

// How an answer is bound to its question.
const (
	CodeTokenSpent            Code = "token_spent"
	CodeTokenExpired          Code = "token_expired"
	CodeTokenSuperseded       Code = "token_superseded"
	CodeApprovalOver          Code = "approval_over"
	CodeLockOver              Code = "lock_over"
	CodeTokenExposed          Code = "token_exposed"
	CodeTokenUnsigned         Code = "token_unsigned"
	CodeTokenOnly             Code = "token_only"
	CodeTwoReferences         Code = "two_references"
	CodeTwoTickets            Code = "two_tickets"
	CodeSignatureBeforeNotice Code = "signature_before_notice"
	CodeNotBound              Code = "not_bound"
)

// Who wrote.
const (
	CodeOtherContact   Code = "other_contact"
	CodeOtherAddress   Code = "other_address"
	CodeUnknownSender  Code = "unknown_sender"
	CodeDropped        Code = "dropped"
	CodeSharedAddress  Code = "shared_address"
	CodeLookAlike      Code = "look_alike"
	CodeStaffAddress   Code = "staff_address"
	CodeContactRemoved Code = "contact_removed"
	CodeNoPermission   Code = "no_permission"
	CodeCooling        Code = "cooling"
)

// Whether the domain vouches for it.
const (
	CodeDMARCFail          Code = "dmarc_fail"
	CodeNotAligned         Code = "not_aligned"
	CodeSPFOnly            Code = "spf_only"
	CodeBorderNotExclusive Code = "border_not_exclusive"
	CodeDNSTemperror       Code = "dns_temperror"
	CodeDNSGaveUp          Code = "dns_gave_up"
)

// Machines, copies and what is not judged.
const (
	CodeAutoReply     Code = "auto_reply"
	CodeBounce        Code = "bounce"
	CodeReceipt       Code = "receipt"
	CodeCalendar      Code = "calendar"
	CodeList          Code = "list"
	CodeLoop          Code = "loop"
	CodeDuplicate     Code = "duplicate"
	CodeSignatureUsed Code = "signature_used"
	CodeToUnsigned    Code = "to_unsigned"
	CodeUndated       Code = "undated"
	CodeToOther       Code = "to_other"
	CodeAskedAlready  Code = "asked_already"
	CodeTicketClosed  Code = "ticket_closed"
	CodeTicketExpired Code = "ticket_expired"
	CodeNoRule        Code = "no_rule"
)

// Set aside for a person.
const (
	CodePoison          Code = "poison"
	CodeCrashed         Code = "crashed"
	CodeAmbiguousHeader Code = "ambiguous_header"
	CodeAmbiguousMIME   Code = "ambiguous_mime"
	CodeDuplicateFrom   Code = "duplicate_from"
	CodeDuplicateField  Code = "duplicate_field"
	CodeBadFrom         Code = "bad_from"
	CodeFromTooLong     Code = "from_too_long"
	CodeHeaderTooLarge  Code = "header_too_large"
	CodeTooManyFields   Code = "too_many_fields"
	CodeLineTooLong     Code = "line_too_long"
	CodeTooManyParts    Code = "too_many_parts"
	CodeTooDeep         Code = "too_deep"
	CodeTooLarge        Code = "too_large"
	CodeUnknownCharset  Code = "unknown_charset"
	CodeBytesLost       Code = "bytes_lost"
	CodeUnrecordable    Code = "unrecordable"
	CodeNoRoom          Code = "no_room"
)

// The border server.
const (
	CodeBorderMalformed      Code = "border_malformed"
	CodeAuthresBelowReceived Code = "authres_below_received"
	CodeAuthresTwice         Code = "authres_twice"
	CodeDNSLimit             Code = "dns_limit"
)

// DKIM signatures.
const (
	CodeDKIMMalformed    Code = "dkim_malformed"
	CodeDKIMSHA1         Code = "dkim_sha1"
	CodeDKIMAlgorithm    Code = "dkim_algorithm"
	CodeDKIMLengthTag    Code = "dkim_length_tag"
	CodeDKIMFromUnsigned Code = "dkim_from_unsigned"
	CodeDKIMExpired      Code = "dkim_expired"
	CodeDKIMFuture       Code = "dkim_future"
	CodeDKIMOld          Code = "dkim_old"
	CodeDKIMNotAligned   Code = "dkim_not_aligned"
	CodeDKIMNoKey        Code = "dkim_no_key"
	CodeDKIMBadKey       Code = "dkim_bad_key"
	CodeDKIMTwoKeys      Code = "dkim_two_keys"
	CodeDKIMRevoked      Code = "dkim_revoked"
	CodeDKIMWeakKey      Code = "dkim_weak_key"
	CodeDKIMKeyMismatch  Code = "dkim_key_mismatch"
	CodeDKIMKeyService   Code = "dkim_key_service"
	CodeDKIMTesting      Code = "dkim_testing"
	CodeDKIMIdentity     Code = "dkim_identity"
	CodeDKIMBadSignature Code = "dkim_bad_signature"
	CodeDKIMBodyBareLF   Code = "dkim_body_bare_lf"
	CodeDKIMBodyChanged  Code = "dkim_body_changed"
)

// What may be done.
const (
	CodeProved       Code = "proved"
	CodeQuestionOnly Code = "question_only"
	CodeAlreadyUsed  Code = "already_used"
)

// What is missing.
const (
	CodeNotAuthenticated Code = "not_authenticated"
	CodeNotConfirmed     Code = "not_confirmed"
	CodeChannelForbidden Code = "channel_forbidden"
	CodeClassMismatch    Code = "class_mismatch"
	CodeNoAuthority      Code = "no_authority"
	CodeAgentDisabled    Code = "agent_disabled"
	CodeApprovalMissing  Code = "approval_missing"
	CodeApproverAsked    Code = "approver_asked"
	CodeNobodyApproves   Code = "nobody_approves"
	CodeLeadApproves     Code = "lead_approves"
	CodeLeadBarred       Code = "lead_barred"
	CodeOwnApproval      Code = "own_approval"
	CodeApprovalLost     Code = "approval_lost"
	CodeApproverAway     Code = "approver_away"
	CodeApprovalNotAsked Code = "approval_not_asked"
	CodeDelegateOver     Code = "delegate_over"
	CodeWaiting          Code = "waiting"
	CodeEndsFirst        Code = "ends_first"
	CodeProofExpired     Code = "proof_expired"
	CodeCodeMissing      Code = "code_missing"
	CodeExternalMissing  Code = "external_missing"
	CodeClientStopped    Code = "client_stopped"
	CodeClientLocked     Code = "client_locked"
	CodeLockOpener       Code = "lock_opener"
	CodeContactMoved     Code = "contact_moved"
	CodeAddressGone      Code = "address_gone"
	CodeRestored         Code = "restored"
	CodeNoPending        Code = "no_pending"
	CodeAskedAfresh      Code = "asked_afresh"
)

// What is in the way of an answer.
const (
	CodeClaimed        Code = "claimed"
	CodeUndelivered    Code = "undelivered"
	CodeDomainUnproved Code = "domain_unproved"
	CodeNoticeWaits    Code = "notice_waits"
	CodeOutboxHeld     Code = "outbox_held"
)

// What happened to our own mail.
const (
	CodeSMTP       Code = "smtp"
	CodeCap        Code = "cap"
	CodeUnwritable Code = "unwritable"
)

// Phone and chat codes.
const (
	CodeCodeMatch     Code = "code_match"
	CodeCodeWrong     Code = "code_wrong"
	CodeCodeLocked    Code = "code_locked"
	CodeCodeExpired   Code = "code_expired"
	CodeCodeUsed      Code = "code_used"
	CodeCodeNotSet    Code = "code_not_set"
	CodeCodeRestored  Code = "code_restored"
	CodeCodeOwn       Code = "code_own"
	CodeCodeBusy      Code = "code_busy"
	CodeCodeAgentBusy Code = "code_agent_busy"
	CodeCodeVoid      Code = "code_void"
	CodeCodeChanged   Code = "code_changed"
)

// What another system says of a check of the person.
const (
	CodeExternalPassed     Code = "external_passed"
	CodeExternalFailed     Code = "external_failed"
	CodeExternalStarted    Code = "external_started"
	CodeExternalSuperseded Code = "external_superseded"
	CodeExternalUndated    Code = "external_undated"
	CodeExternalVoid       Code = "external_void"
	CodeExternalNone       Code = "external_none"
)

// What may be wrong with a contact.
const (
	CodeRoleAddress    Code = "role_address"
	CodeNoReplyAddress Code = "no_reply_address"
	CodeSameMailbox    Code = "same_mailbox"
	CodeStaffAlike     Code = "staff_alike"
	CodeMixedLetters   Code = "mixed_letters"
	CodeOwnServer      Code = "own_server"
	CodeOnlyAutomatic  Code = "only_automatic"
	CodeLastPrimary    Code = "last_primary"
	CodeLastApprover   Code = "last_approver"
	CodeCodeKnown      Code = "code_known"
)
