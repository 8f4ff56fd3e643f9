package main

// itself names the program that runs, also where its file was replaced meanwhile
// (proc(5)).
func itself() (string, error) { return "/proc/self/exe", nil }
