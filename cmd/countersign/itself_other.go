//go:build !linux

package main

import "os"

// itself names the file of the program that runs.
func itself() (string, error) { return os.Executable() }
