// Package bench measures the whole way of a message through the program beside a
// plain pipeline of the same libraries, in one run:
//
//	go test ./internal/bench -run '^$' -bench Pipeline -benchtime 1x
//	go test ./internal/bench -run '^$' -bench Pipeline -benchtime 1x -args -messages 4000 -rounds 5 -seed 7
//	go test ./internal/bench -run '^$' -bench Pipeline -benchtime 1x -args -cpuprofile /tmp/ours.pprof
//
// A desk has an open ticket for each of so many people and has mailed its
// questions; each of them answers. The signed answers wait in a real Dovecot, and
// three sides read them, each in a process of its own, in turn, from the same
// state: ours (desk/daemon, as `countersign run --once`), the pipeline (fetch,
// go-message, DKIM, DMARC and SPF records, a commit for 64, a notice for each) and a
// bare fetch. What a machine does besides falls on all of them, so of several rounds
// the median of the ratios counts, not a figure alone.
//
// With -cpuprofile, ours runs once more under the profiler, and its first ten
// functions and the parts of the way are printed.
//
// It is all tests and no part of the program. The pipeline knows no tickets, tokens,
// answers, kept bytes or folders of what is handled: it is what the libraries cost.
package bench
