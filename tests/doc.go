// Package tests holds what is true of the whole: who may import whom, what is linked, that
// executors agree, and what a user sees.
package tests
