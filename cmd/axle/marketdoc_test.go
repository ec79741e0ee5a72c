package main

import "testing"

// L7, S1: what AWS calls an account or a product makes no cell, no row and no link of its own.
func TestMarkdownTable(t *testing.T) {
	got := markdownTable([][]string{{"kind", "what"}, {"a|b", "two\nlines"}, {`c\|d`, "<img src=x> [here](javascript:x)"}, {"\x1b[31m", "\u202egnp"}})
	want := "| kind | what |\n|--|--|\n| a\\|b | two lines |\n| c\\\\\\|d | &lt;img src=x> \\[here](javascript:x) |\n| \\\\x1b\\[31m | \\\\u202egnp |\n"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
