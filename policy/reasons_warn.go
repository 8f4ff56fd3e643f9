package policy

// warnReasons are what may be wrong with a contact as they are on file. They
// refuse nothing.
var warnReasons = []section{
	{"Warnings of contacts", []reason{
		{code: CodeRoleAddress, on: onWarning, text: "The address is one of a task, which several people may read.",
			when: "info@, sales@, office@ and the like, in many languages.", do: "Ask who else reads it, and put the person's own address on file."},
		{code: CodeNoReplyAddress, on: onWarning, text: "The address sends mail and reads none.",
			when: "no-reply@ and the like.", do: "Put the person's own address on file."},
		{code: CodeSameMailbox, on: onWarning, text: "Two contacts have one mailbox.",
			when: "The same address, or one with something behind a plus.", do: "Give each of them a mailbox of their own."},
		{code: CodeStaffAlike, on: onWarning, text: "The address looks like one of the desk or of an agent.",
			when: "Its domain, or all of it, could be taken for ours.", do: "Look whether somebody wants to be taken for staff."},
		{code: CodeMixedLetters, on: onWarning, text: "The address's domain is written with letters that look like others.",
			when: "Cyrillic, Greek or Armenian letters that are read as Latin ones.", do: "Compare the domain with what the person says by another way."},
		{code: CodeOwnServer, on: onWarning, text: "The mailbox lies on a domain or server that we run for the client: whoever holds that holds the proof.",
			when: "The address is at or below a service of the client, and the contact has none elsewhere.", do: "Ask for a second address elsewhere."},
		{code: CodeOnlyAutomatic, on: onWarning, text: "Only automatic answers came from the address so far.",
			when: "A machine answered, and never a person.", do: "Ask whether the person reads that mailbox."},
		{code: CodeLastPrimary, on: onWarning, text: "No other primary contact of the client is on file: nobody is told of changes, and a stop can't be lifted.",
			when: "The only primary contact is removed.", do: "Give another contact the role primary."},
		{code: CodeLastApprover, on: onWarning, text: "No other contact of the client may approve: a lead has to approve what takes a second person.",
			when: "The only contact who may approve is removed.", do: "Give another contact the permission approve."},
		{code: CodeCodeKnown, on: onWarning, text: "The client has a phone and chat code, which the one who leaves may know: set another.",
			when: "A contact of a client with a code of its own is removed.", do: "Set another: countersign code set --client."},
	}},
}
