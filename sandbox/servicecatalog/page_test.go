package servicecatalog

import (
	"encoding/base64"
	"errors"
	"fmt"
	"testing"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// Every item comes once, in pages of at most the maximum. SBX-38
func TestPages(t *testing.T) {
	c := &world.Call{Operation: "List", Account: "1", Region: "eu-west-1"}
	tests := []struct {
		items, max int
		size       int32
		pages      int
	}{
		{0, 20, 0, 1}, {1, 20, 0, 1}, {20, 20, 0, 1}, {21, 20, 0, 2}, {100, 100, 0, 1}, {101, 100, 0, 2}, {5, 20, 2, 3}, {4, 20, 2, 2},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d by %d of %d", tt.items, tt.size, tt.max), func(t *testing.T) {
			var got []int
			var token *string
			pages := 0
			for pages == 0 || token != nil {
				cut, next, err := page(c, numbers(tt.items), tt.size, token, tt.max)
				if err != nil {
					t.Fatal(err)
				}
				got, token = append(got, cut...), next
				pages++
			}
			if fmt.Sprint(got) != fmt.Sprint(numbers(tt.items)) || pages != tt.pages {
				t.Errorf("%d items in %d pages: %v", len(got), pages, got)
			}
		})
	}
}

// A token is bound to its operation, account, region and question. SBX-38
func TestTokenIsBound(t *testing.T) {
	c := world.Call{Operation: "List", Account: "1", Region: "eu-west-1"}
	_, token, err := page(&c, numbers(3), 1, nil, 20, "port-1")
	if err != nil {
		t.Fatal(err)
	}
	other := func(f func(*world.Call)) *world.Call { d := c; f(&d); return &d }
	tests := []struct {
		name  string
		call  *world.Call
		token string
		scope string
		size  int32
		code  string
	}{
		{"as it was asked", &c, *token, "port-1", 1, ""},
		{"another page size goes on", &c, *token, "port-1", 2, ""},
		{"another operation", other(func(c *world.Call) { c.Operation = "Scan" }), *token, "port-1", 1, "InvalidParametersException"},
		{"another account", other(func(c *world.Call) { c.Account = "2" }), *token, "port-1", 1, "InvalidParametersException"},
		{"another region", other(func(c *world.Call) { c.Region = "us-east-1" }), *token, "port-1", 1, "InvalidParametersException"},
		{"another portfolio", &c, *token, "port-2", 1, "InvalidParametersException"},
		{"made up", &c, "next", "port-1", 1, "InvalidParametersException"},
		{"too large a page", &c, "", "port-1", 21, "ValidationException"},
		{"a negative page", &c, "", "port-1", -1, "ValidationException"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := page(tt.call, numbers(3), tt.size, &tt.token, 20, tt.scope)
			var e *wire.Error
			got := ""
			if errors.As(err, &e) {
				got = e.Code
			}
			if got != tt.code {
				t.Errorf("%v, want %q", err, tt.code)
			}
		})
	}
}

// No token makes a page panic or reach outside the list.
func FuzzToken(f *testing.F) {
	c := &world.Call{Operation: "List", Account: "1", Region: "eu-west-1"}
	bound := binding(c, nil)
	for _, seed := range []string{"", "x", bound + "1", bound + "-1", bound + "99999999999999999999"} {
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(seed)))
	}
	f.Fuzz(func(t *testing.T, token string) {
		cut, _, err := page(c, numbers(3), 0, &token, 20)
		if err == nil && len(cut) > 3 {
			t.Errorf("%d items of 3", len(cut))
		}
	})
}

// An IAM_PATTERN: * is any text, / among it; ? is none or one character; nothing else is special. CT-12
func TestFits(t *testing.T) {
	tests := []struct {
		pattern, arn string
		want         bool
	}{
		{"role/Builder", "role/Builder", true},
		{"role/Builder", "role/Builder2", false},
		{"role/Builder?", "role/Builder", true},
		{"role/Builder?", "role/Builder2", true},
		{"role/Builder?", "role/Builder22", false},
		{"role/*", "role/a/b/Builder", true},
		{"role/*/Builder_?", "role/a/b/Builder_1", true},
		{"role/*/Builder", "role/Builder", false},
		{"role/aws-reserved/sso.amazonaws.com/*", "role/aws-reserved/sso.amazonaws.com/eu/AWSReservedSSO_X", true},
		{"role/aws-reserved/sso.amazonaws.com/*", "role/aws-reserved/ssoXamazonaws.com/AWSReservedSSO_X", false},
		{"role/[a-z]+", "role/abc", false},
		{"role/*", "user/Builder", false},
	}
	for _, tt := range tests {
		if got := fits("arn:aws:iam:::"+tt.pattern, "arn:aws:iam:::"+tt.arn); got != tt.want {
			t.Errorf("%s fits %s: %v", tt.arn, tt.pattern, got)
		}
	}
}
