package terraform

import "testing"

// B089: constraints as Terraform's documentation has them.
func TestSatisfies(t *testing.T) {
	for _, c := range []struct {
		version, constraints string
		want                 bool
	}{
		{"1.11.4", "", true},
		{"1.11.4", ">= 1.5", true},
		{"1.11.4", ">= 1.5, < 1.11", false},
		{"1.11.4", "~> 1.11", true},
		{"1.11.4", "~> 1.13", false},
		{"1.11.4", "~> 1.11.0", true},
		{"1.12.0", "~> 1.11.0", false},
		{"2.0.0", "~> 1.11", false},
		{"1.11.4", "1.11.4", true},
		{"1.11.4", "= 1.11.3", false},
		{"1.11.4", "!= 1.11.4", false},
		{"1.11.4", "> 1.11.4", false},
		{"1.11.4", "<= 1.11.4", true},
		{"1.12.0-beta1", ">= 1.12", true},
	} {
		got, err := satisfies(c.version, c.constraints)
		if err != nil || got != c.want {
			t.Errorf("%s %q: %v %v, want %v", c.version, c.constraints, got, err, c.want)
		}
	}
	for _, bad := range []string{"newest", "=> 1", "1.2.3.4", "~>", ">= 1.x"} {
		if ok, err := satisfies("1.11.4", bad); ok || err == nil {
			t.Errorf("%q: %v %v, want an error", bad, ok, err)
		}
	}
}
