package ledger

import "countersign/internal/kv"

// InFlight reports whether judging the message at src began before and never
// ended: the program stopped meanwhile, maybe because of it.
func (l *Ledger) InFlight(src Source) (was bool, err error) {
	return l.has(attemptPrefix + src.place())
}

// Attempt records that judging the message at src begins, alone or among others,
// and gives how often it has begun alone.
func (l *Ledger) Attempt(src Source, alone bool) (n int, err error) {
	err = l.group.Update(func(tx kv.Tx) error {
		a, _, err := kv.Load[attempts](tx, attemptPrefix+src.place())
		if err != nil {
			return err
		}
		if alone {
			a.Alone++
		} else {
			a.Crowd++
		}
		n = a.Alone
		return kv.Save(tx, attemptPrefix+src.place(), a)
	})
	return n, err
}

// ForgetAttempt records that judging the message at src ended without a crash,
// though without an outcome: the program was stopped, or could not write.
func (l *Ledger) ForgetAttempt(src Source) error {
	return l.group.Update(func(tx kv.Tx) error { return EndAttempts(tx, src) })
}

// EndAttempts records that judging the message at src has come to its end.
func EndAttempts(tx kv.Tx, src Source) error { return tx.Delete(attemptPrefix + src.place()) }
