package reply

import (
	"slices"
	"strings"

	"countersign/internal/rawmail"
)

// wrote reports whether a list of addresses holds those of our own domain alone:
// the mailbox's, and others of ours that redirect to it.
func (o Own) wrote(value string) bool {
	_, domain, ok := strings.Cut(strings.ToLower(o.Address), "@")
	return ok && all(value, func(a string) bool { return strings.HasSuffix(a, "@"+domain) })
}

// all reports whether a list of addresses can be read, holds some, and is true
// of each.
func all(value string, is func(string) bool) bool {
	const most = 10
	addrs, err := rawmail.Addresses(value, most)
	return err == nil && len(addrs) > 0 && len(addrs) < most && !slices.ContainsFunc(addrs, func(a string) bool { return !is(a) })
}

// rewritten reports whether a group put our address, which is its own, in the
// place of a writer's who is somebody else: their domain lets no other server
// send in its name. Such a mail proves nothing, and is no mail of ours.
func rewritten(m *rawmail.Message, own Own) bool {
	foreign := func(v string) bool { return !own.wrote(v) }
	if writers := slices.Concat(m.Values("x-original-from"), m.Values("x-original-sender")); len(writers) > 0 {
		return slices.ContainsFunc(writers, foreign)
	}
	lists := m.Values("list-id")
	return ownLists(lists, own.ListIDs) || len(lists) > 0 && slices.ContainsFunc(m.Values("reply-to"), foreign)
}

// ownLists reports whether a mail came through lists of our own alone.
func ownLists(ids, own []string) bool {
	return len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool { return !ownList(id, own) })
}

func ownList(id string, own []string) bool {
	if i := strings.LastIndexByte(id, '<'); i >= 0 {
		id = id[i+1:]
	}
	id = strings.Trim(id, "<> ")
	for _, o := range own {
		if id != "" && strings.EqualFold(id, strings.Trim(o, "<> ")) {
			return true
		}
	}
	return false
}
