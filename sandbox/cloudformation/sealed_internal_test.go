package cloudformation

import (
	"strings"
	"testing"
)

func TestSeal(t *testing.T) {
	one := seal("stack", "P", "swordfish")
	for _, c := range []struct {
		name, value string
		same        bool
	}{
		{"the same value", seal("stack", "P", "swordfish"), true},
		{"a sealed one again", seal("stack", "P", one), true},
		{"another value", seal("stack", "P", "swordfish2"), false},
		{"another parameter", seal("stack", "Q", "swordfish"), false},
		{"another stack", seal("other", "P", "swordfish"), false},
		{"nothing", seal("stack", "P", ""), false},
	} {
		if (c.value == one) != c.same {
			t.Errorf("%s: %s, first %s", c.name, c.value, one)
		}
	}
	if strings.Contains(one, "sword") {
		t.Errorf("the seal tells the value: %s", one)
	}
	if got := shown("a=" + one + "; b=" + one); got != "a=****; b=****" {
		t.Errorf("shown: %s", got)
	}
	if seal("stack", "P", "") != "" {
		t.Error("nothing is no secret")
	}
}
