//go:build race

package main

// raceDetector: everything takes several times the time and memory.
const raceDetector = true
