package policy

// externalReasons say what became of a check of the person by another system.
var externalReasons = []section{
	{"Checks by another system", []reason{
		{code: CodeExternalPassed, on: onHistory, text: "Another system has checked the person for this request.",
			when: "Its webhook, with a genuine signature and the reference that was given for this revision.", do: "Nothing. Alone it proves nothing privileged."},
		{code: CodeExternalFailed, on: onAnswer | onHistory, text: "The check of the person by another system was not passed.",
			when: "It says so, or took back what it had said.", do: "Find out why, and start another check (ticket external) if it is to be tried again."},
		{code: CodeExternalStarted, on: onAnswer, text: "A check of the person by another system was started and has not ended.",
			when: "After ticket external.", do: "Wait for it; the person has to go through it."},
		{code: CodeExternalSuperseded, on: onHistory, text: "What another system says is of an earlier revision, or of a check that counts no longer.",
			when: "After an edit, a no, a restore, another start of the check, or once it has said something later.", do: "Start another check if one is asked for (ticket external)."},
		{code: CodeExternalUndated, on: onHistory, text: "What another system says is of before its check was started, or of the future.",
			when: "Its time is more than 5 minutes out.", do: "Set the clocks right, or the path of its time ([[external]], at); start another check."},
		{code: CodeExternalVoid, on: onAnswer, text: "The system that checked the person is not configured any longer under that name.",
			when: "Its [[external]] was removed or renamed, as after its secret got out.", do: "Start another check (ticket external)."},
		{code: CodeExternalNone, on: onAnswer, text: "A check of the person by another system is asked for, and none is configured.",
			when: "The rules of the desk ask for external, and there is no [[external]].", do: "An administrator configures one (docs/external.md)."},
	}},
}
