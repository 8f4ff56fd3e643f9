// Package archtest holds, as tests, what the design says of the source as a
// whole: who may import whom and which library is used where; that every package
// says what it is for, every key of the store has one owner, and every word of a
// list its constant; and that documents name what is there.
//
// There is nothing in it to import. What a package promises is tried beside it.
package archtest
