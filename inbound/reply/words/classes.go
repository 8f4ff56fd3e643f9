package words

import "countersign/internal/phrase"

// Lists of what requests are made of, of the files in classes. Their order is
// that of the constants.
const (
	Password phrase.List = States + 1 + iota // what a request is about
	User
	Server
	Network
	DNS
	Website
	Data
	Plan
	Account
	Service // a contract or the account as a whole: what one can end
	Small   // what harmless wishes are about

	Set // what shall be done with it
	Add
	Remove
	End
	Give
	Open // or close
	Run  // or stop
	More // or less
	Restore
	Move

	Please  // how it is said: asked for
	Want    // needed, wished
	About   // asked about
	Report  // trouble told
	Negated // not to be done
	Back    // taken back
	Past    // done already
	Lost    // lost, forgotten
	Agree   // agreed to
	Thanks
	Now // in a hurry
)

// class names the lists of requests in the files.
var class = []string{
	"c-password", "c-user", "c-server", "c-network", "c-dns", "c-website", "c-data", "c-plan", "c-account", "c-service", "c-small",
	"c-set", "c-add", "c-remove", "c-end", "c-give", "c-open", "c-run", "c-more", "c-restore", "c-move",
	"c-please", "c-want", "c-about", "c-report", "c-negated", "c-back", "c-past", "c-lost", "c-agree", "c-thanks", "c-now",
}

// Name gives the name of a list of requests, as "password".
func Name(l phrase.List) string { return class[l-Password][len("c-"):] }
