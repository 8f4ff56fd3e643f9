package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"countersign/desk/api"
	"countersign/internal/mailtest"
)

// notice gives the first mail that was sent to Ada.
func (w *world) notice(ctx context.Context) (m mailtest.Mail, err error) {
	err = until(ctx, func() (bool, error) {
		mails := w.smtp.Mails()
		if len(mails) > 0 {
			m = mails[0]
		}
		return len(mails) > 0, nil
	})
	return m, err
}

// deliver puts a message into the mailbox and gives what became of it.
func (w *world) deliver(ctx context.Context, raw []byte) (m api.Message, err error) {
	if _, err := w.imap.Append(raw, time.Now()); err != nil {
		return m, err
	}
	err = until(ctx, func() (bool, error) {
		n := 0
		err := w.client.Each(ctx, "message/list", api.MessageFilter{}, func(line json.RawMessage) error {
			if n++; n <= w.seen {
				return nil
			}
			m = api.Message{}
			return json.Unmarshal(line, &m)
		})
		return n > w.seen, err
	})
	w.seen++
	return m, err
}

// forge is a reply that anybody who has seen the notice could type.
func (w *world) forge(notice []byte) ([]byte, error) {
	return mailtest.Reply(notice, "Ada Berg <ada@north.example>", "YES", time.Now())
}

// vacation is what Ada's mailbox answers by itself, with her domain's signature.
func (w *world) vacation(notice []byte) ([]byte, error) {
	raw, err := mailtest.Reply(notice, "Ada Berg <ada@north.example>", "I am out of the office.", time.Now())
	if err != nil {
		return nil, err
	}
	raw = bytes.Replace(raw, []byte("Subject: Re: "), []byte("Auto-Submitted: auto-replied\r\nSubject: Automatic reply: "), 1)
	return w.north.Sign(raw, slices.Concat(mailtest.Signed, []string{"Auto-Submitted"})...)
}

func (w *world) answers(notice []byte) ([]byte, error) {
	raw, err := mailtest.Reply(notice, "Ada Berg <ada@north.example>", "YES", time.Now())
	if err == nil {
		w.reply, err = w.north.Sign(raw)
	}
	return w.reply, err
}

func (w *world) again([]byte) ([]byte, error) { return w.reply, nil }

// dressed puts a field on top that is neither signed nor a trace of the way.
func (w *world) dressed([]byte) ([]byte, error) {
	return mailtest.With(w.reply, "X-Priority: 1"), nil
}
