package policy

// codeReasons are read where a phone or chat code is set, verified or counts. What
// an agent is told of a try never depends on how near it was.
var codeReasons = []section{
	{"Phone and chat codes", []reason{
		{code: CodeCodeMatch, on: onCode | onHistory, text: "The code matches.",
			when: "The caller said the code.", do: "With --ticket it proves a small change on that ticket for 30 minutes."},
		{code: CodeCodeWrong, on: onCode | onHistory, text: "no match.",
			when: "What was typed is not the code; a rotating code counts once.", do: "Ask the caller again, or ask by mail."},
		{code: CodeCodeLocked, on: onCode | onHistory, text: "The code is locked.",
			when: "5 wrong codes in a day, 3 of a rotating code, until midnight UTC; or a NO of the contact, until a new code is set.", do: "Ask by mail."},
		{code: CodeCodeExpired, on: onCode | onHistory, text: "The one-time code has expired.",
			when: "After the end that was set.", do: "A lead sets another, or ask by mail."},
		{code: CodeCodeUsed, on: onCode | onHistory, text: "The one-time code was used before.",
			when: "It matched once.", do: "A lead sets another, or ask by mail."},
		{code: CodeCodeNotSet, on: onCode | onHistory, text: "No code is set.",
			when: "None was set, it was cleared, or the contact belongs to another client by now.", do: "Ask by mail."},
		{code: CodeCodeRestored, on: onCode | onHistory, text: "The state was put back from an older copy; the code has to be set anew.",
			when: "After a restore: it may have been changed, cleared or used since the copy was made.", do: "A lead sets it anew, or ask by mail."},
		{code: CodeCodeOwn, on: onCode | onAnswer, text: "Who set a code neither verifies it nor opens, edits or carries out what it proves.",
			when: "The agent has set that code.", do: "Another agent does it."},
		{code: CodeCodeBusy, on: onCode, text: "Too many wrong codes were typed within an hour, over all clients; no code is verified until there is room.",
			when: "20 wrong codes in an hour.", do: "Ask by mail, and see what the leads were told."},
		{code: CodeCodeAgentBusy, on: onCode, text: "You typed too many wrong codes within an hour, or within a week.",
			when: "10 wrong codes of one agent in an hour, or 200 in seven days.", do: "Ask by mail, or try later."},
		{code: CodeCodeVoid, on: onAnswer, text: "The code that was verified was changed, cleared or locked since.",
			when: "A code that gave a proof stands no longer.", do: "Verify the caller's code again, or ask by mail."},
		{code: CodeCodeChanged, on: onHistory, text: "A phone or chat code was set or cleared.",
			when: "A lead or an administrator did it.", do: "Nothing, if the contact knows of it."},
	}},
}
