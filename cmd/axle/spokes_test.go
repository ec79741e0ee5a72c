package main

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
)

// A spoke that cannot be launched in is named with its reason, one that is not there with a near one.
func TestChosen(t *testing.T) {
	spokes := []catalog.Spoke{
		{Account: "333333333333", Region: "eu-west-1", State: "ACTIVE"},
		{Account: "333333333333", Region: "us-east-1", State: "ACTIVE"},
		{Account: "666666666666", Region: "eu-west-1", State: "SUSPENDED", Why: "the account is suspended"},
	}
	for _, c := range []struct{ account, region, in, problem string }{
		{"333333333333", "", "eu-west-1", ""},
		{"333333333333", "us-east-1", "us-east-1", ""},
		{"666666666666", "", "", `spoke "666666666666" cannot launch: the account is suspended`},
		{"333333333333", "ap-east-1", "", `no spoke "333333333333" in ap-east-1`},
		{"333333333334", "", "", `no spoke "333333333334"`},
	} {
		got, err := chosen(spokes, c.account, c.region)
		if c.problem == "" && (err != nil || got.Region != c.in) || c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem)) {
			t.Errorf("%s %s: %+v, %v", c.account, c.region, got, err)
		}
	}
}
