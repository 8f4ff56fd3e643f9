//go:build !race

package main

// raceDetector: figures mean something.
const raceDetector = false
