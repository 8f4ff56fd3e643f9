// Package policy decides what one message may do to one ticket, and what an
// agent may do for one ticket now.
//
// Bind, Decide and Authorize depend on their arguments alone: they read no
// clock, no file and no network, so every rule can be tried and every past
// decision computed again. Zero values are the safe ones.
//
// Facts about a message come from package inbound, facts about people and
// tickets from package tickets, which also carries out what was decided.
package policy
