// Package archtest holds the import rule of the design as a test: who may
// import whom, which library is used where, and that every package says what it
// is for. There is nothing in it to import.
package archtest
