// Package presets takes the sample products from a commit to the spokes by the real binary, on an
// AWS that is calm, that shows things late, and that fails: the end is the same (SBX-54).
package presets
