// Package tests holds what is true of the whole: who may import whom, what is linked, how it is
// written. It imports nothing of ours, so that it builds, and says why, when rooms import in a circle.
package tests
