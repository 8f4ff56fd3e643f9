package clients

import "strings"

// What this package writes, and nobody else. A person is
// on file until the source of record, or an agent, says otherwise.
const (
	clientPrefix  = "client/"         // client/<reference>: Client
	contactPrefix = "contact/"        // contact/c-<number>: Contact, removed ones too
	memberPrefix  = "member/"         // member/<client>/<contact>: a mark, the contact is the client's
	primaryPrefix = "primary/"        // primary/<client>: its active primary contacts, a line each, in the order in which they became it
	calledPrefix  = "called/"         // called/<skeleton>: the clients whose reference or name looks so, or did once, a line each
	namedPrefix   = "named/"          // named/<client>/<skeleton>: the contacts of the client whose name looks so, a line each
	alikePrefix   = "alike/"          // alike/<skeleton>: the addresses on file that look so, a line each
	nearPrefix    = "near/"           // near/<which end of which part>: the addresses on file that begin or end so, a line each
	mailboxPrefix = "mailbox/"        // mailbox/<address>: the addresses on file that lead there by a plus, a line each
	counter       = "counter/contact" // the number of the last contact
)

// Records reports whether people of this package stand under a key; what stands
// under its others are indexes, which follow from them.
func Records(key string) bool {
	return strings.HasPrefix(key, clientPrefix) || strings.HasPrefix(key, contactPrefix)
}
